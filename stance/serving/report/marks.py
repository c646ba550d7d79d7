"""An article's results → its text in pieces: who is mentioned, what is evidence, whose voice it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from stance.records import Label, Part
from stance.serving.plain_text import drop_control
from stance.serving.results import Result

__all__ = ["LONGEST_TEXT", "Piece", "Run", "mark_text"]

# A page of 60 articles stays under 10 MB with every one of them this long.
LONGEST_TEXT = 30_000


@dataclass(frozen=True)
class Piece:
    """A stretch of text that names an actor, or none."""

    text: str
    actor: str = ""
    label: Label | None = None


@dataclass(frozen=True)
class Run:
    """Pieces under one voice that are evidence for the same actors: (actor, contribution) each."""

    pieces: Sequence[Piece]
    evidence: tuple[tuple[str, float], ...] = ()
    voice: str | None = None

    @property
    def sign(self) -> str:
        """The side that the strongest evidence is on: ``for`` or ``against``."""
        strongest = max((share for _, share in self.evidence), key=abs, default=0.0)
        return "for" if strongest >= 0 else "against"


@dataclass(frozen=True)
class _Cover:
    start: int
    end: int
    result: Result
    share: float | None = None
    voice: str | None = None


def mark_text(text: str, results: Sequence[Result], part: Part, author: str) -> list[Run]:
    """Cut a text where a mention, a sentence of evidence or a voice begins or ends.

    Parameters
    ----------
    results : sequence of Result
        Of this article; their offsets count characters of ``part``.
    author : str
        What a voice without a holder is called.
    """
    text = text[:LONGEST_TEXT]
    covers = [c for c in _covers(results, part, author) if 0 <= c.start < c.end <= len(text)]
    edges = sorted({0, len(text), *(c.start for c in covers), *(c.end for c in covers)})
    cut = [(_over(covers, start, end), drop_control(text[start:end])) for start, end in pairwise(edges)]
    runs = []
    for (evidence, voice), group in groupby(cut, lambda item: (_evidence(item[0]), _voice(item[0]))):
        runs.append(Run([_piece(over, words) for over, words in group], evidence, voice))
    return runs


def _covers(results: Sequence[Result], part: Part, author: str) -> list[_Cover]:
    found = []
    for r in results:
        found += [_Cover(m.start, m.end, r) for m in r.mentions if m.part is part]
        found += [_Cover(e.start, e.end, r, share=e.contribution) for e in r.evidence if e.part is part]
        if part is Part.TEXT:
            found += [_Cover(*span, r, voice=v.holder or author) for v in r.voices for span in v.spans]
    return found


def _over(covers: Sequence[_Cover], start: int, end: int) -> list[_Cover]:
    return [c for c in covers if c.start <= start and end <= c.end]


def _evidence(over: Sequence[_Cover]) -> tuple[tuple[str, float], ...]:
    return tuple((c.result.actor.name, c.share) for c in over if c.share is not None)


def _voice(over: Sequence[_Cover]) -> str | None:
    return next((c.voice for c in over if c.voice), None)


def _piece(over: Sequence[_Cover], words: str) -> Piece:
    mentions = [c for c in over if c.share is None and c.voice is None]
    if not mentions:
        return Piece(words)
    # "EU-Kommission" belongs to the Commission, though "EU" stands in it.
    longest = max(mentions, key=lambda c: c.end - c.start)
    return Piece(words, longest.result.actor.name, longest.result.label)
