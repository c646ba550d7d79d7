"""Labels and probabilities → honest figures, beside the majority class and the plainest baseline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import Pipeline, make_pipeline
from threadpoolctl import threadpool_limits

from stance.errors import CorpusError
from stance.learning.calibration import BINS, calibration_error, confidence_bins
from stance.learning.corpus import LabelledContext
from stance.learning.training import labels_of
from stance.learning.vectors import FeatureTable
from stance.records import LABELS, ActorContext, Label

__all__ = [
    "Interval",
    "Scores",
    "bootstrap_intervals",
    "confusion_counts",
    "cross_validate",
    "fit_weighted",
    "lexicon_rule",
    "majority_probabilities",
    "plain_pipeline",
    "predict_in_order",
    "score",
    "truth_of",
]

Floats = NDArray[np.float64]
Classes = NDArray[np.intp]
Progress = Callable[[str], None]
Inputs = FeatureTable | Sequence[object]
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
    """Figures of one system on one set of pairs.

    Attributes
    ----------
    macro_f1, accuracy, log_loss, ece : float
        ``ece`` is the expected calibration error of the label's probability.
    half_accuracy : float
        Accuracy on the half of the pairs whose label is surest.
    target_dependence : float
        Macro-F1 over the articles whose actors carry different labels; nan without such.
    intervals : mapping of str to Interval
        Bootstrap 95 % over articles, by the name of the figure.
    """

    macro_f1: float
    per_class: Mapping[str, float]
    accuracy: float
    log_loss: float
    ece: float
    half_accuracy: float
    target_dependence: float
    intervals: Mapping[str, Interval]
    pairs: int
    articles: int

    @property
    def interval(self) -> Interval:
        """That of macro-F1."""
        return self.intervals["macro_f1"]

    def to_metrics(self, prefix: str = "") -> dict[str, float]:
        """Flat metrics, rounded as a person reads them."""
        metrics = {
            f"{prefix}macro_f1": self.macro_f1,
            f"{prefix}f1_low": self.interval.low,
            f"{prefix}f1_high": self.interval.high,
            f"{prefix}accuracy": self.accuracy,
            f"{prefix}log_loss": self.log_loss,
            f"{prefix}ece": self.ece,
            f"{prefix}half_accuracy": self.half_accuracy,
            f"{prefix}target_dep": self.target_dependence,
        }
        per_class = {f"per_class/{prefix}{name}": f1 for name, f1 in self.per_class.items()}
        found = {name: round(value, 4) for name, value in (metrics | per_class).items()}
        return {name: value for name, value in found.items() if not np.isnan(value)}


def score(rows: Sequence[LabelledContext], probabilities: Floats, resamples: int = 1000) -> Scores:
    """Score probabilities of shape (n_rows, 3), columns in the order of ``LABELS``."""
    if not rows:
        raise CorpusError("nothing to evaluate: the set holds no labelled pair")
    truth = truth_of(rows)
    predicted = probabilities.argmax(axis=1)
    groups = np.array([row.record.id for row in rows])
    per_class = f1_score(truth, predicted, labels=range(len(LABELS)), average=None, zero_division=0.0)
    surest = np.argsort(-probabilities.max(axis=1), kind="stable")[: max(1, len(rows) // 2)]
    right = predicted == truth
    return Scores(
        macro_f1=float(np.mean(per_class)),
        per_class=dict(zip(_NAMES, map(float, per_class), strict=True)),
        accuracy=float(right.mean()),
        log_loss=float(_losses(probabilities, truth).mean()),
        ece=calibration_error(probabilities, truth),
        half_accuracy=float(right[surest].mean()),
        target_dependence=_target_dependence(truth, predicted, groups),
        intervals=bootstrap_intervals(truth, probabilities, groups, resamples),
        pairs=len(rows),
        articles=len(np.unique(groups)),
    )


def truth_of(rows: Sequence[LabelledContext]) -> Classes:
    """The labels as indices into ``LABELS``."""
    return np.array([LABELS.index(row.label) for row in rows])


def confusion_counts(truth: Classes, predicted: Classes) -> list[list[int]]:
    """Pairs by true label (rows) and predicted label (columns), both in the order of ``LABELS``."""
    kinds = len(LABELS)
    counts: list[list[int]] = (
        np.bincount(truth * kinds + predicted, minlength=kinds**2).reshape(kinds, -1).tolist()
    )
    return counts


def _losses(probabilities: Floats, truth: Classes) -> Floats:
    return np.asarray(-np.log(np.clip(probabilities[np.arange(len(truth)), truth], 1e-9, 1)))


def bootstrap_intervals(
    truth: Classes,
    probabilities: Floats,
    groups: NDArray[np.str_],
    resamples: int = 1000,
    seed: int = 0,
) -> dict[str, Interval]:
    """95 % intervals over resampled articles, not pairs: pairs of one article go together.

    Every figure is made of sums over pairs, so a resample is a weighted sum over articles.
    """
    articles, index = np.unique(groups, return_inverse=True)
    count = len(articles)
    draws = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=resamples)

    def resample(columns: NDArray[np.intp], values: Floats, width: int) -> Floats:
        """Sums of values by column, of every resample: shape (resamples, width)."""
        table = np.bincount(index * width + columns, values, count * width).reshape(count, width)
        return np.asarray(draws @ table)

    predicted = probabilities.argmax(axis=1)
    ones = np.ones(len(truth))
    none = np.zeros(len(truth), dtype=np.intp)
    pairs = resample(none, ones, 1)[:, 0]
    kinds = len(LABELS)
    sums = resample(truth * kinds + predicted, ones, kinds * kinds).reshape(-1, kinds, kinds)
    hits = np.diagonal(sums, axis1=1, axis2=2)
    wholes = sums.sum(axis=1) + sums.sum(axis=2)
    f1 = np.divide(2 * hits, wholes, out=np.zeros_like(hits), where=wholes > 0).mean(axis=1)
    confidence = probabilities.max(axis=1)
    bins = confidence_bins(probabilities)
    gaps = resample(bins, confidence, BINS) - resample(bins, (predicted == truth).astype(float), BINS)
    figures = {
        "macro_f1": f1,
        "accuracy": hits.sum(axis=1) / pairs,
        "log_loss": resample(none, _losses(probabilities, truth), 1)[:, 0] / pairs,
        "ece": np.abs(gaps).sum(axis=1) / pairs,
    }
    return {name: Interval(*map(float, np.percentile(x, [2.5, 97.5]))) for name, x in figures.items()}


def _target_dependence(truth: Classes, predicted: Classes, groups: NDArray[np.str_]) -> float:
    labels: dict[str, set[int]] = {}
    for group, label in zip(groups, truth, strict=True):
        labels.setdefault(group, set()).add(int(label))
    mixed = np.array([len(labels[group]) > 1 for group in groups])
    if not mixed.any():
        return float("nan")
    kinds = range(len(LABELS))
    return float(f1_score(truth[mixed], predicted[mixed], labels=kinds, average="macro", zero_division=0.0))


def cross_validate(
    pipeline: Pipeline,
    rows: Sequence[LabelledContext],
    inputs: Inputs,
    folds: int = 5,
    progress: Progress | None = None,
    groups: Sequence[str] | None = None,
    weights: Floats | None = None,
) -> Floats:
    """Out-of-fold probabilities; no article stands on both sides of a split.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted anew in every fold.
    rows : sequence of LabelledContext
    inputs : FeatureTable or sequence
        What the pipeline takes, one item per row.
    folds : int, default=5
    progress : callable, optional
        Told before each fold.
    groups : sequence of str, optional
        What is kept on one side besides the article: an actor, a topic.
    weights : ndarray of shape (n_rows,), optional
        What each row weighs in training; 0 leaves it out. All rows are predicted.

    Returns
    -------
    ndarray of shape (n_rows, 3)
    """
    labels = np.array(labels_of(rows))
    kept = np.array([row.record.id for row in rows] if groups is None else groups)
    if len(np.unique(kept)) < folds:
        raise CorpusError(f"{len(np.unique(kept))} articles are too few for {folds} folds")
    probabilities = np.zeros((len(rows), len(LABELS)))
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=0)
    articles = np.array([row.record.id for row in rows])
    for number, (others, test) in enumerate(splitter.split(labels, labels, kept), 1):
        if progress:
            progress(f"fold {number} of {folds}")
        usable = ~np.isin(articles[others], articles[test])
        train = others[usable if weights is None else usable & (weights[others] > 0)]
        fitted = fit_weighted(
            clone(pipeline), _take(inputs, train), labels[train], None if weights is None else weights[train]
        )
        probabilities[test] = predict_in_order(fitted, _take(inputs, test))
    return probabilities


def fit_weighted(
    pipeline: Pipeline, inputs: Inputs, labels: NDArray[np.str_], weights: Floats | None
) -> Pipeline:
    """Fit a pipeline whose last step takes ``sample_weight``; the weights are brought to mean 1.

    One thread: several sum in an order of their own, and their number changed the weights.
    """
    with threadpool_limits(limits=1):
        if weights is None:
            return pipeline.fit(inputs, labels)
        last = pipeline.steps[-1][0]
        return pipeline.fit(inputs, labels, **{f"{last}__sample_weight": weights / weights.mean()})


def predict_in_order(pipeline: Pipeline, inputs: Inputs) -> Floats:
    """Probabilities with columns in the order of ``LABELS``, 0 for a label never trained on."""
    found = pipeline.predict_proba(inputs)
    ordered = np.zeros((len(found), len(LABELS)))
    ordered[:, [_NAMES.index(name) for name in pipeline.classes_]] = found
    return ordered


def _take(inputs: Inputs, rows: NDArray[np.intp]) -> Inputs:
    return inputs.take(rows) if isinstance(inputs, FeatureTable) else [inputs[i] for i in rows]


def plain_pipeline() -> Pipeline:
    """The plainest baseline: word 1-2-gram TF-IDF of the whole text, blind to the actor."""
    return make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
        LogisticRegression(C=4.0, solver="newton-cg"),
    )


def majority_probabilities(rows: Sequence[LabelledContext], trained_on: Sequence[LabelledContext]) -> Floats:
    """Always the shares of the labels in training, shape (n_rows, 3)."""
    counts = np.bincount(truth_of(trained_on), minlength=len(LABELS))
    return np.tile(counts / counts.sum(), (len(rows), 1))


_WINDOW = 15
_SURE = 0.98


def lexicon_rule(contexts: Sequence[ActorContext]) -> Floats:
    """Lexicon polarity within 15 tokens of the actor: its sign is the label, 0 is neutral; shape (n, 3).

    The rule that needs no training; its probabilities only name the label.
    """
    probabilities = np.full((len(contexts), len(LABELS)), (1 - _SURE) / 2)
    for i, context in enumerate(contexts):
        hits = context.article.hits
        total = sum(h.polarity for h in hits if abs(context.distances[h.positions[0]]) <= _WINDOW)
        label = Label.favor if total > 0 else Label.against if total < 0 else Label.neutral
        probabilities[i, LABELS.index(label)] = _SURE
    return probabilities
