"""Readings of a corpus → agreement between its readers, and the majority's label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from nltk.metrics.agreement import AnnotationTask

from stance.learning.corpus import LabelledActor, Record

__all__ = ["Agreement", "agreement_by", "majority_label", "measure_agreement"]


@dataclass(frozen=True)
class Agreement:
    """How far readers agree on a set of pairs.

    ``alpha`` is Krippendorff's (nominal) over all readings; ``kappa`` Cohen's between the first two,
    who have read everything. ``third`` is alpha of all three where a third has read.
    """

    pairs: int
    alpha: float
    kappa: float
    agreed: float


def majority_label(readings: Mapping[str, str]) -> str | None:
    """The label that more than half of the readings give; None where there is none."""
    if not readings:
        return None
    label, count = Counter(readings.values()).most_common(1)[0]
    return label if 2 * count > len(readings) else None


def measure_agreement(
    actors: Sequence[LabelledActor], first: str = "writer", second: str = "reader1"
) -> Agreement:
    """Agreement of two readers over the pairs that both have read."""
    both = [a.readings for a in actors if first in a.readings and second in a.readings]
    if not both:
        return Agreement(0, float("nan"), float("nan"), float("nan"))
    triples = [(who, i, r[who]) for i, r in enumerate(both) for who in (first, second)]
    if len({label for _, _, label in triples}) < 2:
        return Agreement(len(both), 1.0, 1.0, 1.0)
    task = AnnotationTask(data=triples)
    agreed = sum(r[first] == r[second] for r in both) / len(both)
    return Agreement(len(both), float(task.alpha()), float(task.kappa()), agreed)


def agreement_by(
    records: Sequence[Record], key: Callable[[Record], str], first: str = "writer", second: str = "reader1"
) -> dict[str, Agreement]:
    """Agreement for each value of ``key``, most pairs first."""
    groups: dict[str, list[LabelledActor]] = {}
    for record in records:
        groups.setdefault(key(record), []).extend(record.actors)
    measured = {value: measure_agreement(actors, first, second) for value, actors in groups.items()}
    return dict(sorted(measured.items(), key=lambda item: -item[1].pairs))
