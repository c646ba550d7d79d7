"""Labelled contexts → a fitted scikit-learn pipeline → a compiled model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from stance.errors import CorpusError
from stance.learning.stacking import BlockStack
from stance.learning.vectors import BlockScaler
from stance.reading.contexts import ArticleReader
from stance.records import LABELS
from stance.scoring.blocks import Block
from stance.scoring.catalogue import CATALOGUE, DEFAULT_BLOCKS
from stance.scoring.decision import Decision
from stance.scoring.scorer import LinearScorer, Model
from stance.scoring.weights import weights_of

__all__ = [
    "Configuration",
    "build_pipeline",
    "compile_model",
    "compile_scorer",
    "default_configuration",
    "labels_of",
]


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
    system : str
        ``model``; ``stack`` (a model a block, and one over their answers); ``plain``, ``lexicon``
        or ``majority``, the baselines.
    balanced_weight : float
        What a pair of balanced text weighs in training beside one of natural text: such texts are
        plentiful, and more outspoken than the press.
    article_weight : float
        What a pair of a full article weighs beside one of a passage.
    mix : str
        Train on the records of this class mix alone; empty: on all.
    pairs : int
        Train on about this many pairs; 0: on all.
    calibrator : str
        See :data:`stance.learning.calibration.CALIBRATORS`.
    groups : str
        What a split keeps on one side: ``article``, ``actor`` or ``topic``.
    mentions : str
        See :func:`stance.learning.corpus.build_labelled_contexts`.
    """

    blocks: tuple[Block, ...] = DEFAULT_BLOCKS
    C: float = 0.5
    min_df: int = 10
    balanced_weight: float = 0.3
    article_weight: float = 2.0
    system: str = "model"
    mix: str = ""
    pairs: int = 0
    calibrator: str = "platt"
    groups: str = "article"
    mentions: str = "resolved"

    def __post_init__(self) -> None:
        """Refuse a choice that does not exist: it would silently mean another."""
        choices = {
            "system": ("model", "stack", "plain", "lexicon", "majority"),
            "groups": ("article", "actor", "topic"),
            "mentions": ("names", "resolved", "marked"),
        }
        for name, known in choices.items():
            if getattr(self, name) not in known:
                raise CorpusError(
                    f"{name} {getattr(self, name)!r} is unknown", hint=f"one of {', '.join(known)}"
                )

    def to_params(self) -> dict[str, Any]:
        """Flat parameters as they are logged with a run."""
        names = (
            "C",
            "min_df",
            "balanced_weight",
            "article_weight",
            "system",
            "mix",
            "pairs",
            "calibrator",
            "groups",
            "mentions",
        )
        params: dict[str, Any] = {name: getattr(self, name) for name in names}
        params["blocks"] = " ".join(block.name for block in self.blocks)
        for block in self.blocks:
            record = block.to_record()
            name = record.pop("name")
            params |= {f"{name}_{key}": value for key, value in record.items()}
        return params


def default_configuration(language: str) -> Configuration:
    """What did best for a language in its own experiments."""
    if language == "en":
        names = ("words", "sides", "between", "lexicon", "subwords", "patterns")
        return Configuration(blocks=tuple(CATALOGUE[name] for name in names), min_df=3)
    return Configuration()


def build_pipeline(configuration: Configuration) -> Pipeline:
    """Return the unfitted pipeline: scaled blocks side by side and a multinomial logistic regression.

    It takes a :class:`FeatureTable`.
    """
    # On 12,000 contexts Newton needs 8 steps and a third of the time of lbfgs; a tolerance of 1e-3 can stop
    # at 0 steps on such blocks (scikit-learn 1.9).
    if configuration.system == "stack":
        return Pipeline([("model", BlockStack(configuration.C, configuration.min_df))])
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
