"""What a block has learned → what each token of a context adds to each logit."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stance.records import LABELS, ActorContext
from stance.scoring.blocks import Block, Subwords

__all__ = ["BlockWeights", "LogWeights", "MeanWeights", "TfidfWeights", "weights_of"]

Floats = NDArray[np.float64]
_CACHED_FORMS = 200_000
_PAIR = 2


@dataclass(frozen=True)
class BlockWeights(ABC):
    """Learned weights of one block.

    Attributes
    ----------
    block : Block
    vocabulary : mapping of str to int
        Feature → row of ``scale`` and ``coefficients``.
    scale : ndarray of shape (n_features,)
        Inverse document frequency, or the inverse root mean square of a sum.
    coefficients : ndarray of shape (n_features, 3)
        Columns in the order of ``LABELS``.
    """

    block: Block
    vocabulary: Mapping[str, int]
    scale: Floats
    coefficients: Floats

    @abstractmethod
    def add_to(self, total: Floats, context: ActorContext) -> None:
        """Add the contributions of each token to ``total``, shape (n_tokens, 3)."""


@dataclass(frozen=True)
class TfidfWeights(BlockWeights):
    """tf · idf, L2-normalised over the block."""

    def add_to(self, total: Floats, context: ActorContext) -> None:
        """Add the contributions of each token to ``total``, shape (n_tokens, 3)."""
        coded = self._codebook
        found = coded.find(context) if coded else _known(self, context)
        if found is None:
            return
        rows, tf, positions = found
        values = tf * self.scale[rows]
        _, index = np.unique(rows, return_inverse=True)
        norm = np.sqrt((np.bincount(index, values) ** 2).sum())
        shares = (values / norm)[:, None] * self.coefficients[rows]
        for k in range(len(LABELS)):
            total[:, k] += np.bincount(positions, shares[:, k], minlength=len(total))

    @cached_property
    def _codebook(self) -> _Codebook | None:
        tags = self.block.tags()
        return None if tags is None else _Codebook(self.block, tags, self.vocabulary)


class _Codebook:
    """The vocabulary of a block of marked words and word pairs as arrays of token codes.

    What :meth:`Block.occurrences` yields one by one is found for all tokens at once; a test holds
    that both say the same.
    """

    def __init__(self, block: Block, tags: tuple[str, ...], vocabulary: Mapping[str, int]) -> None:
        self.block = block
        self.pairs = getattr(block, "ngrams", 1) == _PAIR
        tokens: dict[str, int] = {}
        first, second, pair_rows = [], [], []
        if self.pairs:
            for feature, row in vocabulary.items():
                left, blank, right = feature.partition(" ")
                if blank:
                    first.append(tokens.setdefault(left, len(tokens)))
                    second.append(tokens.setdefault(right, len(tokens)))
                    pair_rows.append(row)
                else:
                    tokens.setdefault(left, len(tokens))
        else:
            for feature in vocabulary:
                tokens.setdefault(self._token_of(feature, tags), len(tokens))
        self.codes = tokens
        self.unknown = len(tokens)
        self.rows = np.full((len(tags), len(tokens) + 1), -1, dtype=np.intp)
        for number, tag in enumerate(tags):
            for token, code in tokens.items():
                self.rows[number, code] = vocabulary.get(block.marked(tag, token), -1)
        keys = np.array(first, dtype=np.int64) * (self.unknown + 1) + np.array(second, dtype=np.int64)
        order = np.argsort(keys)
        self.keys = keys[order]
        self.key_rows = np.array(pair_rows, dtype=np.intp)[order]

    def _token_of(self, feature: str, tags: tuple[str, ...]) -> str:
        for tag in tags:
            if feature.startswith(tag) and self.block.marked(tag, feature[len(tag) :]) == feature:
                return feature[len(tag) :]
            if feature.endswith(tag) and self.block.marked(tag, feature[: -len(tag)]) == feature:
                return feature[: -len(tag)]
        return feature

    def find(self, context: ActorContext) -> tuple[NDArray[np.intp], Floats, NDArray[np.intp]] | None:
        """Rows, weights and positions of all occurrences that have a row."""
        get, unknown = self.codes.get, self.unknown
        codes = np.array([get(token, unknown) for token in context.tokens], dtype=np.int64)
        weights = np.array(self.block.weigh(context.distances))
        rows = self.rows[self.block.tag_of(context), codes]
        positions = np.flatnonzero(rows >= 0)
        found_rows, found_weights = [rows[positions]], [weights[positions]]
        found_positions = [positions]
        if self.pairs and len(codes) > 1 and len(self.keys):
            keys = codes[:-1] * (unknown + 1) + codes[1:]
            at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
            sentences = np.array(context.sentences)
            hit = np.flatnonzero((self.keys[at] == keys) & (sentences[:-1] == sentences[1:]))
            found_rows.append(self.key_rows[at[hit]])
            found_weights.append(np.maximum(weights[:-1], weights[1:])[hit])
            found_positions.append(hit)
        all_rows = np.concatenate(found_rows)
        if not len(all_rows):
            return None
        return all_rows, np.concatenate(found_weights), np.concatenate(found_positions)


@dataclass(frozen=True)
class LogWeights(BlockWeights):
    """log(1 + sum) · scale; the addends of a sum share its value in proportion."""

    def add_to(self, total: Floats, context: ActorContext) -> None:
        """Add the contributions of each token to ``total``, shape (n_tokens, 3)."""
        found = _known(self, context)
        if found is None:
            return
        rows, values, positions = found
        unique, index = np.unique(rows, return_inverse=True)
        sums = np.bincount(index, values)
        shares = values * (np.log1p(sums) / sums * self.scale[unique])[index]
        np.add.at(total, positions, shares[:, None] * self.coefficients[rows])


@dataclass(frozen=True)
class MeanWeights(BlockWeights):
    """The parts of each form, TF-IDF weighted and normalised form by form; tokens by their weight.

    What a form says does not depend on its neighbours, so it is worked out once and remembered.
    """

    block: Subwords
    _forms: dict[str, Floats] = field(default_factory=dict, compare=False, repr=False)

    def add_to(self, total: Floats, context: ActorContext) -> None:
        """Add the contributions of each token to ``total``, shape (n_tokens, 3)."""
        found = list(self.block.occurrences(context))
        if not found:
            return
        weights = np.array([weight for _, weight, _ in found])
        says = np.stack([self.says(form) for form, _, _ in found])
        positions = [position for _, _, position in found]
        total[positions] += weights[:, None] / np.sqrt((weights**2).sum()) * says

    def says(self, form: str) -> Floats:
        """What one form adds to each logit at weight 1, shape (3,)."""
        known = self._forms.get(form)
        if known is None:
            rows = [row for part in self.block.parts(form) if (row := self.vocabulary.get(part)) is not None]
            values = self.scale[rows]
            norm = np.sqrt((values**2).sum())
            known = values @ self.coefficients[rows] / norm if rows else np.zeros(len(LABELS))
            if len(self._forms) < _CACHED_FORMS:
                self._forms[form] = known
        return known


def _known(
    weights: BlockWeights, context: ActorContext
) -> tuple[NDArray[np.intp], Floats, NDArray[np.intp]] | None:
    """Rows, values and positions of the occurrences that have a weight."""
    lookup = weights.vocabulary.get
    found = [
        (row, value, position)
        for feature, value, position in weights.block.occurrences(context)
        if (row := lookup(feature)) is not None
    ]
    if not found:
        return None
    rows, values, positions = zip(*found, strict=True)
    return np.array(rows), np.array(values), np.array(positions)


def weights_of(
    block: Block, vocabulary: Mapping[str, int], scale: Floats, coefficients: Floats
) -> BlockWeights:
    """The weights class that fits the block's scaling."""
    if isinstance(block, Subwords):
        return MeanWeights(block, vocabulary, scale, coefficients)
    kind = LogWeights if block.scaling == "log" else TfidfWeights
    return kind(block, vocabulary, scale, coefficients)
