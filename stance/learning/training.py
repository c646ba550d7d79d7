"""Labelled contexts → a fitted scikit-learn pipeline → a compiled model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline

from stance.errors import CorpusError
from stance.reading.contexts import ArticleReader
from stance.records import LABELS, ActorContext
from stance.scoring.blocks import DEFAULT_BLOCKS, Block
from stance.scoring.scorer import BlockWeights, LinearScorer, Model

__all__ = ["BlockTfidf", "Configuration", "build_pipeline", "compile_model", "compile_scorer"]


@dataclass(frozen=True)
class Configuration:
    """What a training run can vary.

    Parameters
    ----------
    blocks : tuple of Block
    C : float
        Inverse strength of the L2 penalty.
    min_df : int
        A feature must occur in this many contexts.
    """

    blocks: tuple[Block, ...] = DEFAULT_BLOCKS
    C: float = 4.0
    min_df: int = 2

    def to_params(self) -> dict[str, Any]:
        """Flat parameters as they are logged with a run."""
        params: dict[str, Any] = {"C": self.C, "min_df": self.min_df}
        for block in self.blocks:
            record = asdict(block)
            name = record.pop("name")
            params |= {f"{name}_{key}": value for key, value in record.items()}
        return params


class BlockTfidf(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Turn contexts into the L2-normalised TF-IDF matrix of one block.

    Parameters
    ----------
    block : Block
    min_df : int, default=2

    Attributes
    ----------
    vocabulary_ : dict of str to int
        Feature → column, in alphabetical order.
    tfidf_ : TfidfTransformer
    """

    def __init__(self, block: Block, min_df: int = 2) -> None:
        self.block = block
        self.min_df = min_df

    def fit(self, contexts: Sequence[ActorContext], y: object = None) -> Self:
        """Learn the vocabulary and document frequencies of the contexts."""
        frequencies: Counter[str] = Counter()
        for context in contexts:
            frequencies.update({feature for feature, _, _ in self.block.occurrences(context)})
        kept = sorted(feature for feature, df in frequencies.items() if df >= self.min_df)
        if not kept:
            raise CorpusError(
                f"no feature of block {self.block.name!r} occurs {self.min_df} times",
                hint="give more labelled text",
            )
        self.vocabulary_ = {feature: column for column, feature in enumerate(kept)}
        self.tfidf_ = TfidfTransformer().fit(self._count(contexts))
        return self

    def transform(self, contexts: Sequence[ActorContext]) -> sparse.csr_matrix:
        """Return a matrix of shape (n_contexts, n_features)."""
        return self.tfidf_.transform(self._count(contexts))

    def _count(self, contexts: Sequence[ActorContext]) -> sparse.csr_matrix:
        columns: list[int] = []
        values: list[float] = []
        ends = [0]
        for context in contexts:
            for feature, weight, _ in self.block.occurrences(context):
                column = self.vocabulary_.get(feature)
                if column is not None:
                    columns.append(column)
                    values.append(weight)
            ends.append(len(columns))
        shape = (len(ends) - 1, len(self.vocabulary_))
        matrix = sparse.csr_matrix((values, columns, ends), shape=shape, dtype=np.float64)
        matrix.sum_duplicates()
        return matrix


def build_pipeline(configuration: Configuration) -> Pipeline:
    """Return the unfitted pipeline: a union of blocks and a multinomial logistic regression."""
    blocks = [(b.name, BlockTfidf(b, configuration.min_df)) for b in configuration.blocks]
    # On 10,000 contexts Newton is within 1e-5 of the optimum after 9 steps, in a tenth of the time that lbfgs
    # needs; a tolerance of 1e-3 can stop at 0 steps on such blocks (scikit-learn 1.9).
    model = LogisticRegression(C=configuration.C, solver="newton-cg", tol=1e-8, max_iter=200)
    return Pipeline([("blocks", FeatureUnion(blocks)), ("model", model)])


def compile_scorer(pipeline: Pipeline) -> LinearScorer:
    """Fold a fitted pipeline into plain arrays."""
    model = pipeline.named_steps["model"]
    if list(model.classes_) != [str(label) for label in LABELS]:
        raise CorpusError(f"labels are {list(model.classes_)}, all three are needed")
    blocks = []
    first = 0
    for _, block in pipeline.named_steps["blocks"].transformer_list:
        last = first + len(block.vocabulary_)
        coefficients = np.ascontiguousarray(model.coef_[:, first:last].T)
        blocks.append(BlockWeights(block.block, block.vocabulary_, block.tfidf_.idf_, coefficients))
        first = last
    return LinearScorer(tuple(blocks), model.intercept_)


def compile_model(pipeline: Pipeline, reader: ArticleReader, manifest: dict[str, object]) -> Model:
    """Fold a fitted pipeline and the reader it was fitted with into a model."""
    return Model(compile_scorer(pipeline), reader, manifest)


def labels_of(rows: Iterable[Any]) -> list[str]:
    """The labels of labelled contexts as scikit-learn takes them."""
    return [str(row.label) for row in rows]
