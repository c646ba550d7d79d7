"""Plain data → a digest of its content; data too deep, too large or of other types is refused."""

from __future__ import annotations

import hashlib
import struct
from typing import Any

import numpy as np

__all__ = ["content_digest"]

_DEEPEST = 16
_MOST = 1 << 30
_NODE = 4096
"""What a value counts beside its bytes: a quarter of a million values, or a gigabyte of text."""


def content_digest(data: Any) -> str:
    """A SHA-256 over every string and number, whatever bytes the file says them with.

    A list that stands twice counts twice: a kilobyte of references can stand for more values than
    any later step would come to the end of.

    Raises
    ------
    ValueError
        Where the data is too deep or too large.
    TypeError
        Where it holds anything but None, booleans, numbers, strings, lists, tuples, mappings by
        string and arrays of doubles.
    """
    walk = _Walk()
    walk.add(data, 0)
    return walk.hash.hexdigest()


class _Walk:
    def __init__(self) -> None:
        self.hash = hashlib.sha256()
        self.left = _MOST

    def add(self, value: Any, depth: int) -> None:
        kind = type(value)
        if kind is dict:
            self.head(b"d", len(value))
            self.check(depth)
            for key in sorted(value):
                self.text(key)
                self.add(value[key], depth + 1)
        elif kind is list or kind is tuple:
            self.head(b"l" if kind is list else b"t", len(value))
            self.check(depth)
            for item in value:
                self.add(item, depth + 1)
        elif kind is str:
            self.text(value)
        elif kind is np.ndarray:
            self.array(value)
        elif kind is float:
            self.data(b"f", struct.pack("<d", value))
        elif value is None or kind in (bool, int):
            self.data(b"v", repr(value).encode())
        else:
            raise TypeError(f"{kind.__name__} is no plain data")

    def text(self, value: str) -> None:
        self.data(b"s", value.encode("utf-8", "surrogatepass"))

    def array(self, value: Any) -> None:
        if value.dtype != np.float64:
            raise TypeError(f"an array of {value.dtype} is no plain data")
        self.data(b"a", repr(value.shape).encode())
        self.data(b"b", value.astype("<f8", copy=False).tobytes())

    def data(self, tag: bytes, raw: bytes) -> None:
        self.head(tag, len(raw))
        self.hash.update(raw)

    def head(self, tag: bytes, length: int) -> None:
        self.left -= _NODE + length
        if self.left < 0:
            raise ValueError("too large")
        self.hash.update(tag + length.to_bytes(8, "little"))

    def check(self, depth: int) -> None:
        if depth >= _DEEPEST:
            raise ValueError("too deep")
