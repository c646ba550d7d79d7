"""Files of any format → articles."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import BinaryIO, cast

from stance.errors import ArticleError
from stance.reading.article_json import Numbered, iterate_json, iterate_lines, read_limited
from stance.reading.article_records import FieldNames
from stance.reading.article_tables import iterate_csv, iterate_excel, iterate_parquet
from stance.reading.encodings import decode_text
from stance.reading.sources import Meter, Source, SourceKind, list_sources, open_source, source_at
from stance.reading.web_pages import read_web_page
from stance.records import Article

__all__ = ["decode_text", "list_sources", "read_article", "read_articles", "read_lines", "read_source"]

OnError = Callable[[ArticleError], None]
# A line longer than this is prose: the longest headlines of German agencies stay below 120.
_LONGEST_TITLE = 140
# A stop after a word of three letters or more ends a sentence; "Dr. Venn tritt ab" has none.
_FULL_STOP = re.compile(r"\w{3,}\.(?:\s|$)")
_TABLES = {
    SourceKind.csv: iterate_csv,
    SourceKind.excel: iterate_excel,
    SourceKind.parquet: iterate_parquet,
}
_PEEKED = 4096
_PAGE_STARTS = (b"<!doctype html", b"<html")


def read_article(path: str | Path) -> Article:
    """Read a text file (UTF-8, UTF-8 with BOM, UTF-16 or Windows-1252) or web page; ``-`` is stdin.

    The first line of a text is the title where it is short and has no full stop.

    Raises
    ------
    ArticleError
        Where the file is missing, empty, binary or in another encoding.
    """
    source = list_sources(["-"])[0] if str(path) == "-" else source_at(str(path))
    if source.kind.many:
        raise ArticleError("may hold many articles", path, "read it with stance.read_articles")
    return next(read_source(source))


def read_articles(
    files: Iterable[str | Path],
    on_error: OnError | None = None,
    columns: Mapping[str, str] | None = None,
) -> Iterator[Article]:
    """Yield the articles of files, folders, globs and URLs.

    Parameters
    ----------
    files : iterable of str or Path
    on_error : callable, optional
        Told of each file, line or row that holds no article; the others go on. Without it the first
        fault is raised.
    columns : mapping of str to str, optional
        Field → its name in the files, e.g. ``{"text": "Volltext"}``; else well-known names are tried.
    """
    for file in files:
        for source in list_sources([file], on_error):
            yield from read_source(source, columns, on_error)


def read_source(
    source: Source,
    columns: Mapping[str, str] | None = None,
    on_error: OnError | None = None,
    meter: Meter | None = None,
) -> Iterator[Article]:
    """Yield the articles of one file as they are read.

    Parameters
    ----------
    source : Source
        As :func:`list_sources` gives it.
    columns, on_error
        As in :func:`read_articles`.
    meter : Meter, optional
        Counts the bytes read.

    Raises
    ------
    MissingExtraError
        Where the format's library is not installed.
    """
    try:
        with open_source(source, meter) as stream:
            for read in _read(source, stream, FieldNames(columns)):
                if isinstance(read, Article):
                    yield read
                elif on_error is None:
                    raise read
                else:
                    on_error(read)
    except ArticleError as error:
        if on_error is None:
            raise
        on_error(error)


def read_lines(
    source: Source,
    lines: bytes,
    first: int,
    columns: Mapping[str, str] | None,
    on_error: OnError,
) -> Iterator[Article]:
    """Yield the articles of a piece of a JSONL file that begins with line number ``first``."""
    records = iterate_lines(BytesIO(lines), source.place, first)
    try:
        for read in _read_records(source, records, FieldNames(columns)):
            if isinstance(read, Article):
                yield read
            else:
                on_error(read)
    except ArticleError as error:
        on_error(error)


def _read(source: Source, stream: BinaryIO, names: FieldNames) -> Iterator[Article | ArticleError]:
    place = source.place
    if source.kind is SourceKind.jsonl:
        yield from _read_records(source, iterate_lines(stream, place), names)
    elif source.kind is SourceKind.json:
        yield from _read_records(source, iterate_json(stream, place), names)
    elif source.kind in (SourceKind.text, SourceKind.html):
        yield _read_document(source, stream, source.kind is SourceKind.html)
    elif source.kind is SourceKind.unknown:
        yield from _read_unknown(source, stream, names)
    elif source.packing and source.kind is not SourceKind.csv:
        raise ArticleError(f"is {source.kind} packed once more", place, "unpack it")
    else:
        yield from _read_records(source, _TABLES[source.kind](stream, place, names), names)


def _read_records(
    source: Source, records: Iterable[Numbered], names: FieldNames
) -> Iterator[Article | ArticleError]:
    stem, path, article = source.stem, source.path, names.article
    for where, record, number in records:
        try:
            yield (
                record
                if isinstance(record, ArticleError)
                else article(record, where, f"{stem}:{number}", path)
            )
        except ArticleError as error:
            yield error


def _read_unknown(source: Source, stream: BinaryIO, names: FieldNames) -> Iterator[Article | ArticleError]:
    head = cast(BufferedReader, stream).peek(_PEEKED)[:_PEEKED].removeprefix(b"\xef\xbb\xbf").lstrip()
    first_line = head.split(b"\n", 1)[0].strip()
    if first_line == b"{" or (head[:1] == b"[" and head[1:].lstrip()[:1] == b"{"):
        yield from _read_records(source, iterate_json(stream, source.place), names)
    elif head[:1] == b"{":
        yield from _read_records(source, iterate_lines(stream, source.place), names)
    else:
        yield _read_document(source, stream, page=head[:20].lower().startswith(_PAGE_STARTS))


def _read_document(source: Source, stream: BinaryIO, page: bool) -> Article:
    data = read_limited(stream, source.place)
    if page:
        return read_web_page(data, source.place, source.stem, source.path)
    text = decode_text(data, source.place)
    return Article(text=text, title=_find_title(text), id=source.stem, path=source.path)


def _find_title(text: str) -> str | None:
    first, _, rest = text.lstrip().partition("\n")
    first = first.strip()
    if not rest.strip() or len(first) > _LONGEST_TITLE or _FULL_STOP.search(first):
        return None
    return first
