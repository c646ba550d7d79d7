"""Lexicon hits around an actor → weighted features."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from string import Formatter
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from stance.reading.context_batches import ZONES, ContextBatch
from stance.records import PARTS_OF_SPEECH, ROLES, ActorContext, Hit
from stance.scoring.blocks import Block, Occurrence, ngrams_at

__all__ = ["LexiconSums", "Patterns", "Trait"]

Ints = NDArray[np.intp]
Floats = NDArray[np.float64]
_NEAR = 5
_FAR = 15
_LETTER = {"verb": "V", "noun": "N", "adj": "A", "adv": "A"}

Trait = str
"""What is said of a hit as one actor sees it; a key of ``_TRAITS``."""

_TRAITS: Mapping[Trait, tuple[str, ...]] = {
    "sign": ("-", "+"),
    "side": ("L", "R"),
    "others": ("0", "1", "2"),
    "zone": tuple(ZONES),
    "points": ("?", "here", "elsewhere"),
    "pos": PARTS_OF_SPEECH,
    "role": ROLES,
    "quoted": ("False", "True"),
}

_SUMS: tuple[tuple[str, str], ...] = (
    ("{sign}", "near"),
    ("{sign}{side}", "near"),
    ("{sign}{side}{others}", "near"),
    ("zone{sign}{zone}", "strength"),
    ("zone{sign}{zone}{side}", "near"),
    ("points {points}{sign}", "strength"),
    ("points {points}{sign} near", "near"),
    ("points {points}{sign}{zone}", "strength"),
    ("{pos}{sign}", "near"),
    ("{role}{sign}{side}", "near"),
    ("{role}{sign} points {points}", "near"),
    ("quoted{sign}{quoted}", "near"),
    ("all{sign}", "share"),
    (f"{_NEAR}{{sign}}{{side}}", "within 5"),
    (f"{_FAR}{{sign}}{{side}}", "within 15"),
    ("negated{sign}", "if negated"),
)
"""Every sum: how its features are named, and what a hit adds to it."""


@dataclass(frozen=True)
class LexiconSums(Block):
    """Sums of lexicon polarity by side, distance, clause, role, part of speech and quotation."""

    kind: ClassVar[str] = "lexicon"
    scaling: ClassVar[str] = "log"

    def occurrences(self, context: ActorContext) -> Iterator[Occurrence]:
        """Yield some fifteen sums for every hit."""
        weights = self.weigh(context.distances)
        share = 1 / (1 + len(context.tokens) / 100)
        for hit in context.article.hits:
            i = hit.positions[0]
            strength = abs(hit.polarity)
            distance = context.distances[i]
            traits = {
                "sign": "+" if hit.polarity > 0 else "-",
                "side": "L" if distance < 0 else "R",
                "others": str(min(context.between[i], 2)),
                "zone": context.zones[i],
                "points": _points_at(hit, context),
                "pos": hit.entry.pos,
                "role": hit.entry.role,
                "quoted": str(context.article.quoted[i]),
            }
            values = _values(strength, weights[i], share, abs(distance), hit.negated)
            for name, value in _SUMS:
                if values[value]:
                    yield name.format_map(traits), values[value], i

    def sums(self, batch: ContextBatch, vocabulary: Mapping[str, int]) -> Iterator[tuple[Ints, Floats]]:
        """As :meth:`occurrences`, for all hits of a batch and sum by sum: row (-1: none) and value of each.

        The order of the hits is that of :attr:`ContextBatch.hits`.
        """
        numbers, rows, at = batch.hits
        hits = batch.tokens.hits
        known = hits.known
        entries = hits.entries[numbers]
        negated = hits.negated[numbers]
        distances = batch.distances[at]
        owners = hits.owners[numbers]
        traits: dict[Trait, Ints] = {
            "sign": (known.positive[entries] ^ negated).astype(np.intp),
            "side": (distances >= 0).astype(np.intp),
            "others": np.minimum(batch.between(at), 2),
            "zone": batch.zones[at].astype(np.intp),
            "points": np.where(owners < 0, 0, np.where(owners == batch.owners[rows], 1, 2)),
            "pos": known.parts[entries],
            "role": known.roles[entries],
            "quoted": batch.tokens.quoted[hits.first[numbers]].astype(np.intp),
        }
        near = batch.proximity(self.left, self.right)[at]
        share = 1 / (1 + batch.lengths[rows] / 100)
        values = _values(known.strengths[entries], near, share, np.abs(distances), negated)
        for name, value in _SUMS:
            names = [field for _, field, _, _ in Formatter().parse(name) if field]
            codes = np.zeros(len(at), dtype=np.intp)
            for trait in names:
                codes = codes * len(_TRAITS[trait]) + traits[trait]
            yield _rows_of(name, names, vocabulary)[codes], values[value]


def _values(strength: Any, near: Any, share: Any, distance: Any, negated: Any) -> dict[str, Any]:
    """What a hit can add to a sum; numbers for one hit, arrays for many."""
    return {
        "near": near * strength,
        "strength": strength * 1.0,
        "share": strength * share,
        "within 5": strength * (distance <= _NEAR),
        "within 15": strength * (distance <= _FAR),
        "if negated": near * strength * negated,
    }


def _rows_of(name: str, traits: Sequence[Trait], vocabulary: Mapping[str, int]) -> Ints:
    """The row of a sum's feature for every combination of its traits; -1 where it was not learned."""
    choices = product(*(_TRAITS[trait] for trait in traits))
    features = (name.format_map(dict(zip(traits, choice, strict=True))) for choice in choices)
    return np.array([vocabulary.get(feature, -1) for feature in features], dtype=np.intp)


def _points_at(hit: Hit, context: ActorContext) -> str:
    if hit.actor is None:
        return "?"
    return "here" if hit.actor == context.actor.id else "elsewhere"


@dataclass(frozen=True)
class Patterns(Block):
    """N-grams in which evaluative words are replaced by their sign: ``tgt V- ent``."""

    ngrams: int = 4

    kind: ClassVar[str] = "patterns"

    def occurrences(self, context: ActorContext) -> Iterator[Occurrence]:
        """Yield n-grams that hold a sign, at their first token."""
        tokens = list(context.tokens)
        signed = set()
        for hit in context.article.hits:
            first, *others = hit.positions
            sign = "+" if hit.entry.polarity > 0 else "-"
            tokens[first] = _LETTER.get(hit.entry.pos, "I") + sign
            signed.add(first)
            for i in others:
                tokens[i] = "." + sign
        weights = self.weigh(context.distances)
        sentences = context.sentences
        for i in sorted({j for s in signed for j in range(max(0, s - self.ngrams + 1), s + 1)}):
            holds = False
            for ngram, weight, last in ngrams_at(i, tokens, weights, sentences, self.ngrams):
                holds = holds or last in signed
                if holds:
                    yield ngram, weight, i
