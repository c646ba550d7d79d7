"""A model and labelled records → does the evidence matter more than any other sentence?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from stance.learning.corpus import Record
from stance.records import Actor, Article, Evidence, Part, Prediction
from stance.scoring.scorer import Model

__all__ = ["Faithfulness", "measure_faithfulness"]

_DRAWS = 1000


@dataclass(frozen=True)
class Faithfulness:
    """How far the probability of the label moves when a sentence is deleted (comprehensiveness:
    DeYoung et al. 2020), with 95 % bootstrap intervals over articles.

    ``evidence`` where it is the first sentence of evidence, ``random`` where it is any other;
    ``larger`` is the share of predictions in which the evidence moves it further.
    """

    predictions: int
    evidence: tuple[float, float, float]
    random: tuple[float, float, float]
    larger: tuple[float, float, float]

    def __str__(self) -> str:
        told = (f"{m:.3f} [{a:.3f}, {b:.3f}]" for m, a, b in (self.evidence, self.random, self.larger))
        evidence, other, larger = told
        return (
            f"deleting the first evidence moves the probability by {evidence}, deleting another sentence "
            f"by {other}; further in {larger} of {self.predictions} predictions"
        )


def measure_faithfulness(model: Model, records: Iterable[Record], seed: int = 7) -> Faithfulness | None:
    """Delete sentences from every record of three sentences or more; None where nothing was measured."""
    generator = np.random.default_rng(seed)
    rows: list[tuple[float, float]] = []
    articles: list[int] = []
    for number, record in enumerate(records):
        for labelled in record.actors:
            actor = Actor(f"labelled-{labelled.name}", labelled.name, forms=labelled.forms)
            moved = _move(model, record.article, actor, generator)
            if moved:
                rows.append(moved)
                articles.append(number)
    if not rows:
        return None
    values = np.array(rows)
    table = np.column_stack([values, values[:, 0] > values[:, 1]])
    found = _with_intervals(table, np.array(articles), generator)
    return Faithfulness(len(rows), *found)


def _move(
    model: Model, article: Article, actor: Actor, generator: np.random.Generator
) -> tuple[float, float] | None:
    found = model.predict(article, [actor], max_evidence=10_000)
    if not found or len(found[0].evidence) < 3:
        return None
    first, *others = [e for e in found[0].evidence if e.part is Part.TEXT]
    if not others:
        return None
    other = others[int(generator.integers(len(others)))]
    moved = [_without(model, article, actor, found[0], sentence) for sentence in (first, other)]
    return None if None in moved else (float(moved[0] or 0.0), float(moved[1] or 0.0))


def _without(
    model: Model, article: Article, actor: Actor, before: Prediction, sentence: Evidence
) -> float | None:
    """How far the label's probability moves; None where the actor is then named nowhere."""
    text = article.text[: sentence.start] + article.text[sentence.end :]
    after = model.predict(replace(article, text=text), [actor], max_evidence=0)
    if not after:
        return None
    return abs(before.probabilities[before.label] - after[0].probabilities[before.label])


def _with_intervals(
    table: NDArray[np.float64], articles: NDArray[np.intp], generator: np.random.Generator
) -> list[tuple[float, float, float]]:
    _, members = np.unique(articles, return_inverse=True)
    count = int(members.max()) + 1
    sums = np.stack([np.bincount(members, column, minlength=count) for column in table.T], axis=1)
    sizes = np.bincount(members, minlength=count)
    draws = generator.integers(count, size=(_DRAWS, count))
    means = sums[draws].sum(axis=1) / sizes[draws].sum(axis=1)[:, None]
    low, high = np.quantile(means, [0.025, 0.975], axis=0)
    centre = table.mean(axis=0)
    return [(float(m), float(a), float(b)) for m, a, b in zip(centre, low, high, strict=True)]
