"""Bytes → text, by byte order mark or by guess."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from stance.errors import ArticleError

__all__ = ["LONGEST", "decode_lines", "decode_text"]

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
# No article is longer; a broken or malicious file is not read into the memory.
LONGEST = 64 << 20
_LOOKED_AT = 2000
_BINARY = 0.05  # of random bytes a tenth are control characters
_HEAD = 65536


def decode_text(data: bytes, where: str | Path) -> str:
    """Decode bytes by byte order mark, else UTF-8, UTF-16 (by its NULs) or Windows-1252."""
    if not data.strip():
        raise ArticleError("is empty", where, "give a file with text")
    encoding = _guess_encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise ArticleError(
            "is not text in a known encoding", where, "save it as UTF-8 and try again"
        ) from None
    if _CONTROL.search(text):
        raise ArticleError("looks binary, not like text", where, "give a .txt or .jsonl file")
    if not text.strip("\ufeff \t\r\n\x0b\x0c"):
        raise ArticleError("is empty", where, "give a file with text")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def decode_lines(stream: BinaryIO, where: str | Path) -> Iterator[str]:
    """Yield the lines of a stream with their ends, in the encoding its first 64 KB are in.

    Raises
    ------
    ArticleError
        Where the head is binary or empty, or a later byte is in no known encoding.
    """
    buffered = io.BufferedReader(cast(Any, stream), _HEAD)
    head = buffered.peek(_HEAD)
    # A character may be cut where the head ends.
    whole = head[: head.rfind(b"\n") + 1] or head[: head.rfind(b" ") + 1] or head
    encoding = _guess_encoding(whole)
    _require_text(whole, encoding, where)
    codecs.register_error("stance-cp1252", _as_cp1252)
    # The first umlaut of a Windows-1252 file may stand behind the head.
    errors = "stance-cp1252" if encoding.startswith("utf-8") else "strict"
    try:
        text = io.TextIOWrapper(buffered, encoding=encoding, errors=errors, newline="")
        while line := text.readline(LONGEST):
            if len(line) == LONGEST:
                raise ArticleError(f"has a line longer than {LONGEST >> 20} MB", where)
            yield line
    except UnicodeDecodeError:
        raise ArticleError(
            "is not text in a known encoding", where, "save it as UTF-8 and try again"
        ) from None


def _require_text(head: bytes, encoding: str, where: str | Path) -> None:
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(head)
    if not text.strip("\ufeff \t\r\n\x0b\x0c"):
        raise ArticleError("is empty", where, "give a file with text")
    # A stray NUL spoils one row, not the table.
    if len(_CONTROL.findall(text)) > _BINARY * len(text):
        raise ArticleError("looks binary, not like text", where, "give a .txt or .jsonl file")


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", errors="replace"), error.end


def _guess_encoding(data: bytes) -> str:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return encoding
    even, odd = data[:_LOOKED_AT:2].count(0), data[1:_LOOKED_AT:2].count(0)
    if max(even, odd) > 0.3 * min(len(data), _LOOKED_AT) / 2:
        return "utf-16-le" if odd > even else "utf-16-be"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"
