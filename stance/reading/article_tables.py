"""CSV, Excel sheets and Parquet → numbered records."""

from __future__ import annotations

import csv
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import chain
from typing import Any, BinaryIO, cast

from stance.errors import ArticleError, MissingExtraError
from stance.reading.article_json import Numbered
from stance.reading.article_records import FieldNames
from stance.reading.encodings import decode_lines

__all__ = ["DAMAGED", "iterate_csv", "iterate_excel", "iterate_parquet"]

_DELIMITERS = ",;\t"
_LONGEST_CELL = 16 << 20
_ROWS_AT_ONCE = 500
_LARGEST_SHEETS = 2 << 30
# XML of sheets shrinks to a tenth or a fiftieth; deflate can reach a thousandth.
_LARGEST_RATIO = 200
_HARMLESS = 10 << 20
_OLE = b"\xd0\xcf\x11\xe0"
# What openpyxl lets through of a damaged workbook: whatever its zip or XML raises (a ParseError is a
# SyntaxError; zipfile raises NotImplementedError for a packing it does not know). Nothing is left undone.
DAMAGED = (
    zipfile.BadZipFile, zlib.error, SyntaxError, KeyError, ValueError, TypeError, AttributeError, IndexError,
    EOFError, RuntimeError, NotImplementedError,
)  # fmt: skip


def iterate_csv(stream: BinaryIO, place: str, names: FieldNames) -> Iterator[Numbered]:
    """Yield (place, record, row number) of rows under a header; comma, semicolon or tab is found out.

    A row that cannot be read is yielded as an ArticleError.
    """
    lines = decode_lines(stream, place)
    first = next((line for line in lines if line.strip()), "")
    # Excel writes "sep=;" above the header.
    if first.lower().startswith("sep=") and len(first.rstrip()) == 5:
        delimiter, first = first[4], next(lines, "")
    else:
        delimiter = _sniff_delimiter(first, names)
    csv.field_size_limit(_LONGEST_CELL)
    rows = csv.reader(chain([first], lines), delimiter=delimiter)
    header = [name.strip() for name in next(rows, [])]
    names.require_text(header, place)
    number = 1
    while True:
        number += 1
        where = f"{place}, row {number}"
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield where, ArticleError(f"is broken: {error}", where, "is a quotation mark left open?"), number
            continue
        if row is None:
            return
        if any(row[len(header) :]):
            told = f"has {len(row)} cells, the header {len(header)}"
            yield where, ArticleError(told, where, "put texts in quotation marks"), number
        elif row:
            yield where, dict(zip(header, row, strict=False)), number


def iterate_excel(stream: BinaryIO, place: str, names: FieldNames) -> Iterator[Numbered]:
    """Yield (place, record, row number) of every sheet that has a column of texts."""
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise MissingExtraError("reading Excel needs openpyxl", place, extra="excel") from None
    with _seekable(stream) as file:
        try:
            _require_harmless_zip(file, place)
            book = load_workbook(file, read_only=True, data_only=True)
            sheets = book.worksheets
            fault: ArticleError | None = None
            read = False
            for sheet in sheets:
                try:
                    for number, record in _sheet_records(sheet, place, names):
                        read = True
                        at = f"{place}, sheet {sheet.title!r}" if len(sheets) > 1 else place
                        yield f"{at}, row {number}", record, number
                except ArticleError as error:  # A sheet of notes beside the sheet of articles.
                    fault = fault or error
            book.close()
        except DAMAGED as error:
            raise ArticleError(f"is no Excel file: {_told(error)}", place, "save it anew as .xlsx") from None
    if not read:
        raise fault or ArticleError("is empty", place, "give it a header and rows")


def iterate_parquet(stream: BinaryIO, place: str, names: FieldNames) -> Iterator[Numbered]:
    """Yield (place, record, row number), a batch of rows in memory at a time."""
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise MissingExtraError("reading Parquet needs pyarrow", place, extra="parquet") from None
    with _seekable(stream) as file:
        try:
            table = parquet.ParquetFile(file)
            header = table.schema_arrow.names
            names.require_text(header, place)
            wanted = sorted({key for keys in names.find(header).values() for key in keys})
            number = 0
            for batch in table.iter_batches(batch_size=_ROWS_AT_ONCE, columns=wanted):
                for record in batch.to_pylist():
                    number += 1
                    yield f"{place}, row {number}", _as_texts(record), number
        except pa.ArrowException as error:
            raise ArticleError(f"is no Parquet file: {_told(error)}", place) from None


def _sniff_delimiter(header: str, names: FieldNames) -> str:
    def fits(delimiter: str) -> tuple[bool, int]:
        cells = next(csv.reader([header], delimiter=delimiter), [])
        return "text" in names.find(cell.strip() for cell in cells), len(cells)

    return max(_DELIMITERS, key=fits)


def _sheet_records(sheet: Any, place: str, names: FieldNames) -> Iterator[tuple[int, dict[str, Any]]]:
    # Some programs write a wrong size of the sheet; openpyxl would believe it.
    sheet.reset_dimensions()
    header: list[str] | None = None
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        if not any(cell is not None for cell in row):
            continue
        if header is None:
            header = ["" if cell is None else str(cell).strip() for cell in row]
            names.require_text(header, place)
        else:
            yield number, _as_texts(dict(zip(header, row, strict=False)))


def _as_texts(record: dict[str, Any]) -> dict[str, Any]:
    """Numbers as they are written; an article's fields are texts and dates."""
    return {
        key: str(value) if isinstance(value, int | float | Decimal) else value
        for key, value in record.items()
    }


@contextmanager
def _seekable(stream: BinaryIO) -> Iterator[BinaryIO]:
    """The stream, or a copy on the disk where it cannot be sought in (from some web servers)."""
    if stream.seekable():
        yield stream
        return
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(stream, copy)
        copy.seek(0)
        yield cast(BinaryIO, copy)


def _require_harmless_zip(file: BinaryIO, place: str) -> None:
    if file.read(4) == _OLE:
        raise ArticleError("is an old or a protected Excel file", place, "save it as .xlsx, no password")
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        packed = sum(info.compress_size for info in archive.infolist())
        unpacked = sum(info.file_size for info in archive.infolist())
    file.seek(0)
    bomb = unpacked > _HARMLESS and unpacked > _LARGEST_RATIO * max(packed, 1)
    if bomb or unpacked > _LARGEST_SHEETS:
        told = f"would unpack {packed >> 10} KB to {unpacked >> 20} MB"
        raise ArticleError(told, place, "save it as CSV")


def _told(error: Exception) -> str:
    return str(error).split("\n", 1)[0][:120] or type(error).__name__
