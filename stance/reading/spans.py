"""Spans of a text → whether one of them overlaps another span, without looking at all of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate

__all__ = ["Spans"]


class Spans:
    """Spans that are asked again and again; each question costs a search by halves.

    Parameters
    ----------
    spans : iterable of (int, int)
        In any order; they may overlap each other.
    """

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        # The furthest end so far: of the spans that begin before a place one reaches beyond it or none.
        self._ends = list(accumulate((end for _, end in ordered), max))

    def overlap(self, start: int, end: int) -> bool:
        """Whether any span shares a character with this one."""
        before = bisect_left(self._starts, end)
        return before > 0 and self._ends[before - 1] > start
