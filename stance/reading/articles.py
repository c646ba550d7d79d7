"""Files → articles."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from stance.errors import ArticleError
from stance.records import Article

__all__ = ["decode_text", "read_article", "read_articles"]

STDIN = "-"
_NO_TEXT = frozenset({".pdf", ".doc", ".docx", ".rtf", ".html", ".htm", ".json", ".xlsx", ".csv"})
_SUFFIXES = (".txt", ".jsonl")
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# A line longer than this is prose: the longest headlines of German agencies stay below 120.
_LONGEST_TITLE = 140
# A stop after a word of three letters or more ends a sentence; "Dr. Venn tritt ab" has none.
_FULL_STOP = re.compile(r"\w{3,}\.(?:\s|$)")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_TEXT_FIELDS = ("id", "title", "outlet", "published", "url", "language")


def read_article(path: str | Path) -> Article:
    """Read one text file (UTF-8, UTF-8 with BOM, UTF-16 or Windows-1252); ``-`` is stdin.

    The first line is the title where it is short and has no full stop.

    Raises
    ------
    ArticleError
        Where the file is missing, empty, binary or in another encoding.
    """
    if str(path) == STDIN:
        return _article_of_text(decode_text(sys.stdin.buffer.read(), "stdin"), "stdin", None)
    path = Path(path)
    if path.suffix == ".jsonl":
        raise ArticleError("may hold many articles", path, "read it with stance.read_articles")
    if path.suffix in _NO_TEXT:
        raise ArticleError(f"{path.suffix} is not read yet", path, "save it as plain text (.txt)")
    text = decode_text(_read_bytes(path), path)
    return _article_of_text(text, path.stem, str(path))


def read_articles(
    sources: Iterable[str | Path], on_error: Callable[[ArticleError], None] | None = None
) -> Iterator[Article]:
    """Yield the articles of files, folders (``*.txt``, ``*.jsonl``, sorted) and JSONL files.

    Parameters
    ----------
    sources : iterable of str or Path
    on_error : callable, optional
        Told of each file or line that holds no article; the others go on. Without it the first
        fault is raised.
    """
    for source in sources:
        for read in _attempt_source(source):
            if isinstance(read, Article):
                yield read
            elif on_error is None:
                raise read
            else:
                on_error(read)


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


def _guess_encoding(data: bytes) -> str:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return encoding
    even, odd = data[:2000:2].count(0), data[1:2000:2].count(0)
    if max(even, odd) > 0.3 * min(len(data), 2000) / 2:
        return "utf-16-le" if odd > even else "utf-16-be"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise ArticleError("no such file", path, "check the path") from None
    except IsADirectoryError:
        raise ArticleError("is a folder, not a file", path) from None
    except OSError as error:
        raise ArticleError(f"cannot be read: {error.strerror}", path) from None


def _article_of_text(text: str, article_id: str, path: str | None) -> Article:
    return Article(text=text, title=_find_title(text), id=article_id, path=path)


def _find_title(text: str) -> str | None:
    first, _, rest = text.lstrip().partition("\n")
    first = first.strip()
    if not rest.strip() or len(first) > _LONGEST_TITLE or _FULL_STOP.search(first):
        return None
    return first


def _attempt_source(source: str | Path) -> Iterator[Article | ArticleError]:
    path = Path(source)
    if str(source) != STDIN and path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.suffix in _SUFFIXES and p.is_file())
        if not files:
            yield ArticleError("folder holds no .txt or .jsonl file", path, "name files or another folder")
        for file in files:
            yield from _attempt_source(file)
    elif path.suffix == ".jsonl":
        yield from _attempt_lines(path)
    else:
        yield _attempt(lambda: read_article(source))


def _attempt(read: Callable[[], Article]) -> Article | ArticleError:
    try:
        return read()
    except ArticleError as error:
        return error


def _attempt_lines(path: Path) -> Iterator[Article | ArticleError]:
    try:
        handle = path.open("rb")
    except OSError as error:
        yield ArticleError(f"cannot be read: {error.strerror}", path, "check the path")
        return
    empty = True
    with handle:
        for number, line in enumerate(handle, 1):
            if line.strip():
                empty = False
                yield _attempt(partial(_article_of_line, line, path, number))
    if empty:
        yield ArticleError("is empty", path, "give one JSON object a line")


def _article_of_line(line: bytes, path: Path, number: int) -> Article:
    where = f"{path}:{number}"
    try:
        record = msgspec.json.decode(line.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ArticleError(f"broken JSON: {error}", where, "one object a line") from None
    return article_of_record(record, where, default_id=f"{path.stem}:{number}", path=str(path))


def article_of_record(
    record: Any, where: str | Path, default_id: str | None = None, path: str | None = None
) -> Article:
    """Build an article from a mapping with ``text`` and any of the optional fields.

    Raises
    ------
    ArticleError
        Where it is no mapping, ``text`` is missing or empty, or a field is not a string.
    """
    if not isinstance(record, dict):
        raise ArticleError("is not a JSON object", where, 'write {"text": "…"}')
    text = record.get("text")
    if not isinstance(text, str) or not text.strip():
        raise ArticleError("has no 'text'", where, 'give each object a non-empty "text"')
    fields: dict[str, str | None] = {}
    for name in _TEXT_FIELDS:
        value = record.get(name)
        if isinstance(value, int) and name == "id":
            value = str(value)
        if value is not None and not isinstance(value, str):
            raise ArticleError(f"field {name!r} is not a string", where)
        fields[name] = value or None
    fields["id"] = fields["id"] or default_id
    return Article(text=text, path=path, **fields)
