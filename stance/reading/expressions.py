"""The tokens of a sentence → where an expression of several words stands in it ("in Schutz nehmen")."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from stance.reading.lexicon import Expression

__all__ = ["FILLERS", "FURTHEST", "TokenSentence", "match_expression"]

FILLERS = 2
"""Words that may stand inside an expression: "den klugen Rücken stärken"."""
FURTHEST = 300
"""A sentence of more tokens is no sentence: looking through all of it for a verb would take for ever."""


@dataclass(frozen=True, eq=False)
class TokenSentence:
    """The tokens of one sentence; ``start`` is the first one's number in the batch."""

    start: int
    forms: Sequence[str]
    lemmas: Sequence[tuple[str, ...]]

    @cached_property
    def present(self) -> frozenset[str]:
        """All lemmas of the sentence."""
        return frozenset(self.places)

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """Where each lemma stands."""
        places: dict[str, list[int]] = {}
        for i, lemmas in enumerate(self.lemmas):
            for lemma in lemmas:
                places.setdefault(lemma, []).append(i)
        return places


def match_expression(
    expression: Expression, anchor: str, sentence: TokenSentence, at: int
) -> tuple[int, ...] | None:
    """The fixed part in order around its longest word, the verb (if any) anywhere in the sentence."""
    fixed = expression.fixed
    middle = fixed.index(anchor)
    positions = [at]
    for step, rest in ((-1, fixed[:middle][::-1]), (1, fixed[middle + 1 :])):
        here = at
        for part in rest:
            reach = range(here + step, here + step * (FILLERS + 2), step)
            within = (i for i in reach if 0 <= i < len(sentence.lemmas))
            here = next((i for i in within if part in sentence.lemmas[i]), -1)
            if here < 0:
                return None
            positions.append(here)
    if not expression.verbs:
        return tuple(sorted(positions))
    verb = _nearest_verb(expression, sentence, at, positions)
    return None if verb is None else tuple(sorted([*positions, verb]))


def _nearest_verb(
    expression: Expression, sentence: TokenSentence, at: int, positions: Sequence[int]
) -> int | None:
    if sentence.present.isdisjoint(expression.verbs):
        return None
    near = [
        i
        for verb in expression.verbs
        if verb in sentence.places
        for i in _beside(sentence.places[verb], at, positions)
        if abs(i - at) <= FURTHEST
    ]
    # Of two as near as each other the one before.
    return min(near, key=lambda i: (abs(i - at), i), default=None)


def _beside(places: Sequence[int], at: int, taken: Sequence[int]) -> Iterator[int]:
    """The last place before and the first one behind that are not taken."""
    for numbers in (range(bisect_left(places, at) - 1, -1, -1), range(bisect_right(places, at), len(places))):
        free = next((places[n] for n in numbers if places[n] not in taken), None)
        if free is not None:
            yield free
