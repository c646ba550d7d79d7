"""Text → the spans between quotation marks, in every style, nested, also where a mark is missing."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from stance.records import Sentence

__all__ = ["Quotation", "find_quotations"]

_MARK = re.compile(r"[„“”\"»«‚‘’›‹\n]")
_PARAGRAPH_END = re.compile(r"\n[ \t\r]*\n")
# An opening mark → the marks that may close it.
_CLOSERS: Mapping[str, str] = {
    "„": '“”"',
    "“": '”“"',
    "”": "”",
    '"': '"“”',
    "»": "«",
    "«": "»",
    "‚": "‘’",
    "‘": "’",
    "›": "‹",
    "‹": "›",
}
_NEVER_OPENS = "’"
_ALWAYS_OPENS = "„‚"
_BEFORE_OPENING = frozenset(' \t\n\r\u00a0\u202f([{–—-/„“”"»«‚‘›‹*_:…')
_DEEPEST = 4  # Deeper nesting is noise: a text of nothing but opening marks stays linear.


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quotation with its marks; ``inner`` lies within another, ``closed`` has both marks."""

    start: int
    end: int
    inner: bool
    closed: bool


def find_quotations(text: str, sentences: Sequence[Sentence] = (), title_end: int = 0) -> list[Quotation]:
    """Return the quotations of a text, sorted by start; an inner one follows the one around it.

    A quotation that is never closed ends where its paragraph does, or, where the same mark opens
    anew, with the sentence before.

    Parameters
    ----------
    text : str
    sentences : sequence of Sentence
    title_end : int, default=0
        A title is a paragraph of its own.
    """
    found: list[Quotation] = []
    opened: list[tuple[str, int]] = []
    starts = [s.start for s in sentences]
    lines = _LineEnds(text)
    for mark, start, end in _marks(text, title_end):
        if not mark:
            _close_all(found, opened, start, lines)
            continue
        level = _level_closed_by(mark, start, text, opened)
        if level is not None:
            found.append(Quotation(opened[level][1], end, level > 0, closed=True))
            del opened[level:]
        elif _opens(mark, start, text):
            _end_forgotten(found, opened, mark, start, sentences, starts)
            if len(opened) < _DEEPEST:
                opened.append((mark, start))
    _close_all(found, opened, len(text), lines)
    return sorted(found, key=lambda q: (q.start, -q.end))


def _marks(text: str, title_end: int) -> Iterator[tuple[str, int, int]]:
    ended = not title_end
    for found in _MARK.finditer(text):
        mark, start = found[0], found.start()
        if not ended and start >= title_end:
            ended = True
            yield "", title_end, title_end
        if mark != "\n":
            yield mark, start, start + 1
        elif _PARAGRAPH_END.match(text, start):
            yield "", start, start


def _level_closed_by(mark: str, start: int, text: str, opened: Sequence[tuple[str, int]]) -> int | None:
    """The number of the open quotation that this mark ends; None where it ends none."""
    if not opened or mark in _ALWAYS_OPENS:
        return None
    before = text[start - 1]
    after = text[start + 1 : start + 2]
    if mark in "‘’" and before.isalnum() and after.isalnum():
        return None  # an apostrophe
    if before.isspace() and after.isalnum():
        return None
    for level in range(len(opened) - 1, -1, -1):
        if mark in _CLOSERS[opened[level][0]] and start - opened[level][1] > 1:
            return level
    return None


def _opens(mark: str, start: int, text: str) -> bool:
    if mark in _NEVER_OPENS:
        return False
    before = text[start - 1] if start else " "
    after = text[start + 1 : start + 2]
    return before in _BEFORE_OPENING and bool(after) and not after.isspace()


def _end_forgotten(
    found: list[Quotation],
    opened: list[tuple[str, int]],
    mark: str,
    start: int,
    sentences: Sequence[Sentence],
    starts: Sequence[int],
) -> None:
    """Where the outermost mark opens anew in a later sentence, its first opening was never closed."""
    if not opened or opened[0][0] != mark or not starts:
        return
    here = bisect_right(starts, start) - 1
    if here > 0 and sentences[here].start > opened[0][1] and sentences[here].start >= start - 1:
        found.append(Quotation(opened[0][1], sentences[here - 1].end, inner=False, closed=False))
        opened.clear()


class _LineEnds:
    """Where lines end; looked up only for quotations that are never closed."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends: list[int] | None = None

    def after(self, position: int) -> int:
        if self._ends is None:
            self._ends = [m.start() for m in re.finditer(r"\n", self._text)]
        at = bisect_left(self._ends, position)
        return self._ends[at] if at < len(self._ends) else len(self._text)


def _close_all(
    found: list[Quotation], opened: list[tuple[str, int]], paragraph_end: int, lines: _LineEnds
) -> None:
    for level, (_, start) in enumerate(opened):
        end = min(paragraph_end, lines.after(start))
        found.append(Quotation(start, end, level > 0, closed=False))
    opened.clear()
