"""Text of others → text that is safe to print."""

from __future__ import annotations

import re

__all__ = ["drop_control", "strip_control"]

_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def strip_control(text: str) -> str:
    """Drop terminal escapes, bidirectional overrides and other control characters; fold white space."""
    return " ".join(drop_control(text).split())


def drop_control(text: str) -> str:
    """Drop control characters; lines and spaces stay."""
    return _CONTROL.sub("", text)
