"""Labels and probabilities → honest figures, beside the majority class and the plainest baseline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, log_loss
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import Pipeline, make_pipeline

from stance.errors import CorpusError
from stance.learning.corpus import LabelledContext
from stance.learning.training import labels_of
from stance.records import LABELS

__all__ = [
    "Interval",
    "Scores",
    "bootstrap_interval",
    "cross_validate",
    "majority_scores",
    "plain_pipeline",
    "score",
]

Floats = NDArray[np.float64]
Progress = Callable[[str], None]
_NAMES = [str(label) for label in LABELS]


@dataclass(frozen=True)
class Interval:
    """A bootstrap 95 % interval."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"[{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True)
class Scores:
    """Figures of one system on one set of pairs."""

    macro_f1: float
    interval: Interval
    per_class: Mapping[str, float]
    accuracy: float
    log_loss: float
    pairs: int
    target_dependence: float

    def to_metrics(self, prefix: str = "") -> dict[str, float]:
        """Flat metrics, rounded as a person reads them."""
        metrics = {
            f"{prefix}macro_f1": self.macro_f1,
            f"{prefix}f1_low": self.interval.low,
            f"{prefix}f1_high": self.interval.high,
            f"{prefix}accuracy": self.accuracy,
            f"{prefix}log_loss": self.log_loss,
            f"{prefix}target_dep": self.target_dependence,
        }
        per_class = {f"per_class/{prefix}{name}": f1 for name, f1 in self.per_class.items()}
        return {name: round(value, 4) for name, value in (metrics | per_class).items()}


def score(rows: Sequence[LabelledContext], probabilities: Floats, resamples: int = 1000) -> Scores:
    """Score probabilities of shape (n_rows, 3), columns in the order of ``LABELS``."""
    if not rows:
        raise CorpusError("nothing to evaluate: the set holds no labelled pair")
    truth = np.array(labels_of(rows))
    predicted = np.array(_NAMES)[probabilities.argmax(axis=1)]
    groups = np.array([row.record.id for row in rows])
    f1s = f1_score(truth, predicted, labels=_NAMES, average=None, zero_division=0.0)
    return Scores(
        macro_f1=float(np.mean(f1s)),
        interval=bootstrap_interval(truth, predicted, groups, resamples),
        per_class=dict(zip(_NAMES, map(float, f1s), strict=True)),
        accuracy=float(accuracy_score(truth, predicted)),
        log_loss=float(log_loss(truth, np.clip(probabilities, 1e-9, 1), labels=_NAMES)),
        pairs=len(rows),
        target_dependence=_target_dependence(truth, predicted, groups),
    )


def bootstrap_interval(
    truth: NDArray[np.str_],
    predicted: NDArray[np.str_],
    groups: NDArray[np.str_],
    resamples: int = 1000,
    seed: int = 0,
) -> Interval:
    """95 % interval of macro-F1 over resampled articles, not pairs: pairs of one article go together."""
    articles, index = np.unique(groups, return_inverse=True)
    truth_ids = np.array([_NAMES.index(t) for t in truth])
    predicted_ids = np.array([_NAMES.index(p) for p in predicted])
    # One 3 x 3 confusion matrix an article; a resample is a weighted sum of them.
    confusion = np.zeros((len(articles), 9))
    np.add.at(confusion, (index, truth_ids * 3 + predicted_ids), 1)
    draws = np.random.default_rng(seed).multinomial(
        len(articles), np.full(len(articles), 1 / len(articles)), size=resamples
    )
    sums = (draws @ confusion).reshape(-1, 3, 3)
    hits = np.diagonal(sums, axis1=1, axis2=2)
    wholes = sums.sum(axis=1) + sums.sum(axis=2)
    f1 = np.divide(2 * hits, wholes, out=np.zeros_like(hits), where=wholes > 0).mean(axis=1)
    low, high = np.percentile(f1, [2.5, 97.5])
    return Interval(float(low), float(high))


def _target_dependence(
    truth: NDArray[np.str_], predicted: NDArray[np.str_], groups: NDArray[np.str_]
) -> float:
    """Macro-F1 over the articles whose actors carry different labels; nan without such."""
    labels: dict[str, set[str]] = {}
    for group, label in zip(groups, truth, strict=True):
        labels.setdefault(group, set()).add(label)
    mixed = np.array([len(labels[group]) > 1 for group in groups])
    if not mixed.any():
        return float("nan")
    return float(f1_score(truth[mixed], predicted[mixed], labels=_NAMES, average="macro", zero_division=0.0))


def cross_validate(
    pipeline: Pipeline,
    rows: Sequence[LabelledContext],
    inputs: Sequence[object],
    folds: int = 5,
    progress: Progress | None = None,
) -> Floats:
    """Out-of-fold probabilities; no article stands on both sides of a split.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted anew in every fold.
    rows : sequence of LabelledContext
    inputs : sequence
        What the pipeline takes, one item per row.
    folds : int, default=5
    progress : callable, optional
        Told before each fold.

    Returns
    -------
    ndarray of shape (n_rows, 3)
    """
    labels = np.array(labels_of(rows))
    groups = np.array([row.record.id for row in rows])
    if len(np.unique(groups)) < folds:
        raise CorpusError(f"{len(np.unique(groups))} articles are too few for {folds} folds")
    probabilities = np.zeros((len(rows), len(LABELS)))
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=0)
    for number, (train, test) in enumerate(splitter.split(labels, labels, groups), 1):
        if progress:
            progress(f"fold {number} of {folds}")
        fitted = clone(pipeline).fit([inputs[i] for i in train], labels[train])
        columns = [_NAMES.index(name) for name in fitted.classes_]
        probabilities[np.ix_(test, columns)] = fitted.predict_proba([inputs[i] for i in test])
    return probabilities


def plain_pipeline() -> Pipeline:
    """The plainest baseline: word 1-2-gram TF-IDF of the whole text, blind to the actor."""
    return make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
        LogisticRegression(C=4.0, max_iter=1000),
    )


def majority_scores(rows: Sequence[LabelledContext]) -> Scores:
    """The figures of always answering the most frequent label."""
    labels = labels_of(rows)
    shares = np.array([labels.count(name) / len(labels) for name in _NAMES])
    return score(rows, np.tile(shares, (len(rows), 1)))
