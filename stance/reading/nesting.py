"""Nested voices → voices that do not overlap; the inner one keeps its span."""

from __future__ import annotations

from collections.abc import Iterable

from stance.records import Voice

__all__ = ["flatten_voices"]


def flatten_voices(voices: Iterable[Voice]) -> tuple[Voice, ...]:
    """Cut nested voices so that none overlaps; the inner one keeps its span."""
    flat: list[Voice] = []
    stack: list[Voice] = []
    at = 0

    def emit(until: int) -> None:
        nonlocal at
        while stack:
            top = stack[-1]
            if max(at, top.start) < min(until, top.end):
                flat.append(Voice(max(at, top.start), min(until, top.end), top.holder, top.kind))
            at = max(at, min(until, top.end))
            if top.end > until:
                return
            stack.pop()

    for voice in sorted(voices, key=lambda v: (v.start, -v.end)):
        emit(voice.start)
        if voice.start >= at or stack:
            stack.append(voice)
            at = max(at, voice.start)
    emit(1 << 62)
    return tuple(v for v in flat if v.start < v.end)
