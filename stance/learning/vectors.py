"""Labelled contexts → the matrices of the blocks, as scikit-learn takes them.

Counting is slow and knows nothing of labels, so it is done once (:class:`FeatureTable`); which features
are kept and how they are scaled is learned in every fold from its training rows alone
(:class:`BlockScaler`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.preprocessing import normalize

from stance.errors import CorpusError
from stance.records import ActorContext
from stance.scoring.blocks import Block, Subwords

__all__ = ["BlockScaler", "BlockSums", "FeatureTable"]

Floats = NDArray[np.float64]
Matrix: TypeAlias = sparse.csr_matrix
_LOG_SCALE = 0.3
"""Root mean square of a sum: here dense sums and long TF-IDF vectors share the penalty fairly."""


@dataclass(frozen=True)
class BlockSums:
    """The unscaled features of one block: sums of weights, shape (n_contexts, n_features)."""

    block: Block
    features: tuple[str, ...]
    sums: Matrix

    @cached_property
    def parts(self) -> tuple[tuple[str, ...], Matrix]:
        """For a block of subwords: the names of the parts, and which form has which."""
        if not isinstance(self.block, Subwords):
            raise TypeError(f"block {self.block.name} has no parts")
        vocabulary: dict[str, int] = {}
        found = [self.block.parts(form) for form in self.features]
        for parts in found:
            for part in parts:
                vocabulary.setdefault(part, len(vocabulary))
        matrix = _build_matrix((((vocabulary[p], 1.0) for p in parts) for parts in found), len(vocabulary))
        return tuple(vocabulary), matrix


@dataclass(frozen=True)
class FeatureTable:
    """All blocks' features of some contexts; rows can be taken, as folds do."""

    blocks: tuple[BlockSums, ...]
    articles: NDArray[np.intp]
    """Which article each row belongs to, for estimators that split again."""

    @classmethod
    def count(cls, contexts: Sequence[ActorContext], blocks: Iterable[Block]) -> Self:
        """Count the features of contexts."""
        numbers: dict[int, int] = {}
        articles = [numbers.setdefault(id(c.article), len(numbers)) for c in contexts]
        return cls(tuple(_count(block, contexts) for block in blocks), np.array(articles, dtype=np.intp))

    def __len__(self) -> int:
        return int(self.blocks[0].sums.shape[0])

    def take(self, rows: Sequence[int] | NDArray[np.intp]) -> FeatureTable:
        """The table of some rows."""
        return FeatureTable(tuple(_with_sums(b, b.sums[rows]) for b in self.blocks), self.articles[rows])

    def only(self, blocks: Sequence[Block]) -> FeatureTable:
        """The table of some blocks, in the order given."""
        by_block = {b.block: b for b in self.blocks}
        return FeatureTable(tuple(by_block[block] for block in blocks), self.articles)


def _with_sums(block: BlockSums, sums: Matrix) -> BlockSums:
    taken = BlockSums(block.block, block.features, sums)
    if "parts" in block.__dict__ or isinstance(block.block, Subwords):
        taken.__dict__["parts"] = block.parts  # the same forms have the same parts
    return taken


def _count(block: Block, contexts: Sequence[ActorContext]) -> BlockSums:
    vocabulary: dict[str, int] = {}

    def row(context: ActorContext) -> Iterable[tuple[int, float]]:
        sums: dict[int, float] = {}
        squares = 0.0
        for feature, weight, _ in block.occurrences(context):
            column = vocabulary.setdefault(feature, len(vocabulary))
            sums[column] = sums.get(column, 0.0) + weight
            squares += weight * weight
        if block.scaling == "mean":
            root = squares**0.5
            return ((column, value / root) for column, value in sums.items())
        return sums.items()

    rows = [row(context) for context in contexts]
    matrix = _build_matrix(rows, len(vocabulary))
    # Alphabetical columns: the same contexts give the same matrix whatever came first.
    order = np.array(sorted(range(len(vocabulary)), key=list(vocabulary).__getitem__), dtype=np.intp)
    names = list(vocabulary)
    return BlockSums(block, tuple(names[i] for i in order), matrix[:, order].tocsr())


def _build_matrix(rows: Iterable[Iterable[tuple[int, float]]], columns: int) -> Matrix:
    indices: list[int] = []
    values: list[float] = []
    ends = [0]
    for row in rows:
        for column, value in row:
            indices.append(column)
            values.append(value)
        ends.append(len(indices))
    shape = (len(ends) - 1, columns)
    return sparse.csr_matrix((values, indices, ends), shape=shape, dtype=np.float64)


class BlockScaler(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Choose and scale the features of every block; returns their matrices side by side.

    Parameters
    ----------
    min_df : int, default=2
        A feature must occur in this many contexts, a part of words in this many forms.

    Attributes
    ----------
    kept_ : list of ndarray
        By block: the columns kept, of the block's features or parts.
    scales_ : list of ndarray
    names_ : list of tuple of str
        By block: the kept features.
    blocks_ : list of Block
    """

    def __init__(self, min_df: int = 2) -> None:
        self.min_df = min_df

    def fit(self, table: FeatureTable, y: object = None) -> Self:
        """Learn what to keep, and the scale of it."""
        self.kept_: list[NDArray[np.intp]] = []
        self.scales_: list[Floats] = []
        self.names_: list[tuple[str, ...]] = []
        self.blocks_ = [b.block for b in table.blocks]
        for block in table.blocks:
            names, counted = self._documents(block)
            frequencies = np.bincount(counted.indices, minlength=counted.shape[1])
            kept = np.flatnonzero(frequencies >= self.min_df)
            self.kept_.append(kept)
            self.names_.append(tuple(names[i] for i in kept))
            self.scales_.append(_learn_scale(block.block, counted[:, kept]) if len(kept) else np.zeros(0))
        if not any(len(kept) for kept in self.kept_):
            raise CorpusError(
                f"no feature occurs in {self.min_df} texts: the corpus is too small",
                hint="a hundred labelled pairs are a beginning",
            )
        return self

    def transform(self, table: FeatureTable) -> Matrix:
        """Return a matrix of shape (n_contexts, n_features of all blocks)."""
        pairs = zip(table.blocks, self.kept_, self.scales_, strict=True)
        return sparse.hstack([_scale(block, kept, scale) for block, kept, scale in pairs], format="csr")

    @staticmethod
    def _documents(block: BlockSums) -> tuple[tuple[str, ...], Matrix]:
        """What document frequencies are counted over: contexts, or the forms met in them."""
        if block.block.scaling != "mean":
            return block.features, block.sums
        names, parts = block.parts
        return names, parts[np.unique(block.sums.indices)]


def _learn_scale(block: Block, counted: Matrix) -> Floats:
    if block.scaling == "log":
        squares = np.asarray(counted.log1p().power(2).mean(axis=0)).ravel()
        return np.asarray(_LOG_SCALE / np.sqrt(squares))
    return np.asarray(TfidfTransformer().fit(counted).idf_)


def _scale(block: BlockSums, kept: NDArray[np.intp], scale: Floats) -> Matrix:
    if block.block.scaling == "log":
        return (block.sums[:, kept].log1p() @ sparse.diags(scale)).tocsr()
    if block.block.scaling == "mean":
        _, parts = block.parts
        return (block.sums @ normalize(parts[:, kept] @ sparse.diags(scale))).tocsr()
    return normalize(block.sums[:, kept] @ sparse.diags(scale))
