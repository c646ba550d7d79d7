"""Does a verdict move when only the name changes?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stance.errors import CorpusError
from stance.learning.assessment import kind_of
from stance.learning.corpus import Record
from stance.records import Actor, Article
from stance.scoring.scorer import Model

__all__ = ["OTHERS", "PERSONS", "Movement", "swap_names"]

PERSONS = tuple(
    name.strip()
    for name in """
    Anna Brandtner|Jürgen Wiesholz|Ayşe Karadağlı|Mehmet Özyürek|Fatima al-Rawiti|Omar Benhaddou|
    Olga Petruschenkowa|Wojciech Zarembski|Nguyen Thi Lanhoa|Chukwuemeka Obialor|Aminata Diallobé|
    María Quintanares|João Tavarinho|Ingrid Solbakkener|Yael Rosenfeldt|Rajesh Iyengaran|Li Xiaoweng
    """.split("|")
)
OTHERS = ("Aufrechte Mitte", "Morgenrot", "Nordwerk", "Kaltwasser", "Ostmünde", "Sundarien", "Lichtblick")


@dataclass(frozen=True)
class Movement:
    """How far the score (-1 to +1) moves between names in the same text."""

    texts: int
    predictions: int
    mean: float
    largest: float
    flipped: float

    def __str__(self) -> str:
        return (
            f"names swapped in {self.texts} texts, {self.predictions} predictions: between the names of a "
            f"text the score moves by {self.mean:.4f} on average, {self.largest:.4f} at most; labels change "
            f"in {self.flipped:.1%} of the texts"
        )


def swap_names(model: Model, records: Sequence[Record], most: int = 100) -> Movement:
    """Put names of many origins and genders in place of an actor's, and predict each anew.

    A person's name is replaced by persons' names, another's by names of parties, companies and
    places. Only texts that name the actor by its full name alone are used: there nothing else
    changes.
    """
    spreads: list[float] = []
    flips: list[bool] = []
    tried = 0
    for record in records:
        chosen = next((a for a in record.actors if a.name in record.text and len(a.forms) == 1), None)
        if chosen is None or len(spreads) >= most:
            continue
        names = PERSONS if kind_of(chosen.name) == "person" else OTHERS
        scores, labels = [], set()
        for name in names:
            article = Article(record.text.replace(chosen.name, name), id=record.id)
            found = model.predict(article, [Actor("swapped", name)], min_confidence=0.0, max_evidence=0)
            if found:
                scores.append(found[0].score)
                labels.add(found[0].label)
        if scores:
            tried += len(scores)
            spreads.append(max(scores) - min(scores))
            flips.append(len(labels) > 1)
    if not spreads:
        raise CorpusError("no text names an actor by its full name alone: nothing was swapped")
    return Movement(len(spreads), tried, float(np.mean(spreads)), max(spreads), float(np.mean(flips)))
