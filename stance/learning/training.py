"""Labelled contexts → a fitted scikit-learn pipeline → a compiled model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from stance.errors import CorpusError
from stance.learning.vectors import BlockScaler
from stance.reading.contexts import ArticleReader
from stance.records import LABELS
from stance.scoring.blocks import DEFAULT_BLOCKS, Block
from stance.scoring.decision import Decision
from stance.scoring.scorer import LinearScorer, Model
from stance.scoring.weights import weights_of

__all__ = ["Configuration", "build_pipeline", "compile_model", "compile_scorer"]


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
            record = block.to_record()
            name = record.pop("name")
            params |= {f"{name}_{key}": value for key, value in record.items()}
        return params


def build_pipeline(configuration: Configuration) -> Pipeline:
    """Return the unfitted pipeline: scaled blocks side by side and a multinomial logistic regression.

    It takes a :class:`FeatureTable`.
    """
    # On 12,000 contexts Newton needs 8 steps and a third of the time of lbfgs; a tolerance of 1e-3 can stop
    # at 0 steps on such blocks (scikit-learn 1.9).
    model = LogisticRegression(C=configuration.C, solver="newton-cg", tol=1e-4, max_iter=200)
    return Pipeline([("blocks", BlockScaler(configuration.min_df)), ("model", model)])


def compile_scorer(pipeline: Pipeline) -> LinearScorer:
    """Fold a fitted pipeline into plain arrays."""
    model, scaler = pipeline.named_steps["model"], pipeline.named_steps["blocks"]
    if list(model.classes_) != [str(label) for label in LABELS]:
        raise CorpusError(f"labels are {list(model.classes_)}, all three are needed")
    blocks = []
    first = 0
    for block, names, scale in zip(scaler.blocks_, scaler.names_, scaler.scales_, strict=True):
        last = first + len(names)
        coefficients = np.ascontiguousarray(model.coef_[:, first:last].T)
        vocabulary = {feature: row for row, feature in enumerate(names)}
        blocks.append(weights_of(block, vocabulary, scale, coefficients))
        first = last
    return LinearScorer(tuple(blocks), model.intercept_)


def compile_model(
    pipeline: Pipeline, reader: ArticleReader, manifest: dict[str, object], decision: Decision | None = None
) -> Model:
    """Fold a fitted pipeline and the reader it was fitted with into a model."""
    return Model(compile_scorer(pipeline), reader, manifest, decision or Decision())


def labels_of(rows: Iterable[Any]) -> list[str]:
    """The labels of labelled contexts as scikit-learn takes them."""
    return [str(row.label) for row in rows]
