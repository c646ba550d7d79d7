"""Logits → probabilities on a class mix, and when not to decide."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from stance.errors import UsageError
from stance.records import LABELS, Label

__all__ = ["BALANCED", "Decision", "move_prior", "parse_prior", "softmax"]

Floats = NDArray[np.float64]
_ORDER = (Label.favor, Label.neutral, Label.against)
"""How people write the three: favor, neutral, against."""


BALANCED: Floats = np.full(len(LABELS), 1 / len(LABELS))


def _zeros() -> Floats:
    return np.zeros(len(LABELS))


def _uniform() -> Floats:
    return BALANCED.copy()


@dataclass(frozen=True, eq=False)
class Decision:
    """How raw logits become a verdict; fitted on out-of-fold logits of the natural mix.

    Attributes
    ----------
    scale : float
        Factor on the logits (the inverse temperature).
    bias : ndarray of shape (3,)
        Added to the scaled logits; columns in the order of ``LABELS``.
    prior : ndarray of shape (3,)
        Shares of the classes in the mix the probabilities are calibrated on.
    threshold : float
        Below this probability of the label the model abstains.
    ambivalence : float
        A text whose sentences speak at least this strongly (in logits) both for and against an
        actor is ambivalent.
    """

    scale: float = 1.0
    bias: Floats = field(default_factory=_zeros)
    prior: Floats = field(default_factory=_uniform)
    threshold: float = 0.0
    ambivalence: float = float("inf")

    def logits(self, raw: Floats, prior: Floats | None = None) -> Floats:
        """Calibrated logits of shape (…, 3), moved to another class mix where one is given."""
        calibrated = raw * self.scale + self.bias
        if prior is not None:
            calibrated = calibrated + np.log(prior / self.prior)
        return np.asarray(calibrated)

    def probabilities(self, raw: Floats, prior: Floats | None = None) -> Floats:
        """Probabilities of shape (…, 3)."""
        return softmax(self.logits(raw, prior))


def move_prior(probabilities: Floats, old: Floats, new: Floats) -> Floats:
    """Probabilities of shape (…, 3) on another class mix, by Bayes' rule (Saerens et al. 2002)."""
    moved = probabilities * (new / old)
    return np.asarray(moved / moved.sum(axis=-1, keepdims=True))


def softmax(logits: Floats) -> Floats:
    """Turn logits of shape (…, 3) into probabilities that sum to 1."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))


def parse_prior(text: str) -> Floats | None:
    """Read ``natural`` (None: as calibrated), ``balanced``, or shares ``favor,neutral,against``.

    Raises
    ------
    UsageError
    """
    if text == "natural":
        return None
    if text == "balanced":
        return _uniform()
    try:
        shares = dict(zip(_ORDER, (float(part) for part in text.split(",")), strict=True))
    except ValueError:
        shares = {}
    total = sum(shares.values())
    if not shares or not np.isfinite(total) or min(shares.values()) <= 0:
        raise UsageError(
            f"prior {text!r} is not understood",
            hint="natural, balanced, or three positive shares favor,neutral,against: 0.1,0.7,0.2",
        )
    return np.array([shares[label] / total for label in LABELS])
