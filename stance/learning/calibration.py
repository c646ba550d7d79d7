"""Out-of-fold logits of natural text → calibrated probabilities, a threshold, honest curves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.isotonic import IsotonicRegression
from sklearn.model_selection import GroupKFold

from stance.records import LABELS
from stance.scoring.decision import Decision, softmax

__all__ = [
    "BINS",
    "CALIBRATORS",
    "TARGET_ERROR",
    "calibration_error",
    "choose_threshold",
    "compare_calibrators",
    "confidence_bins",
    "fit_platt",
    "risk_coverage",
]

Floats = NDArray[np.float64]
Classes = NDArray[np.intp]
TARGET_ERROR = 0.10
"""Share of wrong verdicts among those not abstained from, on natural text."""
BINS = 10


def fit_temperature(logits: Floats, truth: Classes) -> Decision:
    """One factor on the logits (Guo et al. 2017)."""
    found = minimize(lambda x: _log_loss(logits * np.exp(x[0]), truth), np.zeros(1), method="BFGS")
    return Decision(float(np.exp(found.x[0])), prior=_shares(truth))


def fit_platt(logits: Floats, truth: Classes) -> Decision:
    """A factor and an offset for each class: Platt (1999) for three classes.

    Parameters
    ----------
    logits : ndarray of shape (n, 3)
    truth : ndarray of shape (n,)
        Indices into ``LABELS``.
    """

    def loss(x: Floats) -> float:
        return _log_loss(logits * np.exp(x[0]) + x[1:], truth) + 1e-6 * float((x[1:] ** 2).sum())

    found = minimize(loss, np.zeros(1 + len(LABELS)), method="BFGS")
    bias = found.x[1:] - found.x[1:].mean()
    return Decision(float(np.exp(found.x[0])), bias, _shares(truth))


Apply = Callable[[Floats], Floats]


def _isotonic(logits: Floats, truth: Classes) -> Apply:
    """One monotone curve a class, then normalised: shown beside the others, not shipped (no exact sums)."""
    raw = softmax(logits)
    curves = [
        IsotonicRegression(y_min=1e-3, y_max=1 - 1e-3, out_of_bounds="clip").fit(raw[:, k], truth == k)
        for k in range(len(LABELS))
    ]

    def apply(new: Floats) -> Floats:
        found = np.column_stack([curve.predict(softmax(new)[:, k]) for k, curve in enumerate(curves)])
        return np.asarray(found / found.sum(axis=1, keepdims=True))

    return apply


CALIBRATORS: dict[str, Callable[[Floats, Classes], Apply]] = {
    "none": lambda *_: softmax,
    "temperature": lambda logits, truth: fit_temperature(logits, truth).probabilities,
    "platt": lambda logits, truth: fit_platt(logits, truth).probabilities,
    "isotonic": _isotonic,
}


def compare_calibrators(
    logits: Floats, truth: Classes, groups: NDArray[np.str_], folds: int = 5
) -> dict[str, Floats]:
    """Probabilities by each calibrator, fitted on the other articles: method → shape (n, 3)."""
    found = {name: np.zeros_like(logits) for name in CALIBRATORS}
    splits = min(folds, len(np.unique(groups)))
    for train, test in GroupKFold(splits).split(logits, truth, groups):
        for name, fit in CALIBRATORS.items():
            found[name][test] = fit(logits[train], truth[train])(logits[test])
    return found


def confidence_bins(probabilities: Floats) -> Classes:
    """Which of ``BINS`` bins of equal width the label's probability falls into, shape (n,)."""
    return np.asarray(np.minimum((probabilities.max(axis=1) * BINS).astype(np.intp), BINS - 1))


def calibration_error(probabilities: Floats, truth: Classes) -> float:
    """Expected calibration error of the label's probability (Naeini et al. 2015)."""
    index = confidence_bins(probabilities)
    right = probabilities.argmax(axis=1) == truth
    gaps = np.bincount(index, probabilities.max(axis=1), BINS) - np.bincount(index, right, BINS)
    return float(np.abs(gaps).sum() / len(truth))


def risk_coverage(probabilities: Floats, truth: Classes) -> tuple[Floats, Floats]:
    """Coverage and error among the surest verdicts, from one verdict to all."""
    order = np.argsort(-probabilities.max(axis=1), kind="stable")
    wrong = (probabilities.argmax(axis=1) != truth)[order]
    answered = np.arange(1, len(wrong) + 1)
    return answered / len(wrong), np.cumsum(wrong) / answered


def choose_threshold(probabilities: Floats, truth: Classes, target_error: float = TARGET_ERROR) -> float:
    """The lowest confidence at which the error of all verdicts above it stays within the target."""
    _, risk = risk_coverage(probabilities, truth)
    confidences = np.sort(probabilities.max(axis=1))[::-1]
    within = np.flatnonzero(risk <= target_error)
    return float(confidences[within[-1]]) if len(within) else 1.0


def with_threshold(decision: Decision, logits: Floats, truth: Classes, target_error: float) -> Decision:
    """The decision with its threshold for a target error."""
    probabilities = decision.probabilities(logits)
    return replace(decision, threshold=choose_threshold(probabilities, truth, target_error))


def _shares(truth: Classes) -> Floats:
    counts = np.bincount(truth, minlength=len(LABELS)) + 1.0
    return np.asarray(counts / counts.sum())


def _log_loss(logits: Floats, truth: Classes) -> float:
    probabilities = softmax(logits)[np.arange(len(truth)), truth]
    return float(-np.log(np.clip(probabilities, 1e-12, 1)).mean())
