"""Predictions → Parquet files and Excel sheets, a batch of rows in memory at a time."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import IO, Any

from stance.errors import MissingExtraError, UsageError
from stance.serving.plain_text import strip_control
from stance.serving.tables import CSV_COLUMNS, Judged, OutputFormat, result_row

__all__ = ["choose_format", "write_binary"]

_SUFFIXES = {
    ".json": OutputFormat.json,
    ".jsonl": OutputFormat.jsonl,
    ".ndjson": OutputFormat.jsonl,
    ".csv": OutputFormat.csv,
    ".parquet": OutputFormat.parquet,
    ".xlsx": OutputFormat.xlsx,
}
# The columns that are no text, by their types in Arrow.
_NUMBERS = {
    "confidence": "float64", "favor": "float64", "neutral": "float64", "against": "float64",
    "score": "float64", "abstained": "bool", "ambivalent": "bool", "mentions": "int32",
}  # fmt: skip
_ROWS_AT_ONCE = 5000
# What Excel can hold.
_LONGEST_SHEET = 1_048_576
_LONGEST_CELL = 32_767
_WIDE = {"title": 50, "path": 30, "actor": 25, "evidence": 100}


def choose_format(asked: OutputFormat | None, output: Path | None) -> OutputFormat:
    """Return the format asked for, else the one the file's name says, else the table for people.

    Raises
    ------
    UsageError
        Where Parquet or Excel would go to the terminal.
    """
    named = _SUFFIXES.get(output.suffix.lower()) if output else None
    chosen = asked or named or OutputFormat.table
    if chosen.binary and output is None:
        raise UsageError(f"--format {chosen} needs a file", hint=f"-o stances.{chosen}")
    return chosen


def write_binary(judged: Iterable[Judged], output: OutputFormat, stream: IO[bytes]) -> None:
    """Write a row per article and actor as Parquet or Excel.

    Raises
    ------
    MissingExtraError
        Where pyarrow or openpyxl is not installed.
    """
    if output is OutputFormat.parquet:
        _write_parquet(judged, stream)
    else:
        _write_excel(judged, stream)


def _write_parquet(judged: Iterable[Judged], stream: IO[bytes]) -> None:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise MissingExtraError("writing Parquet needs pyarrow", extra="parquet") from None
    schema = pa.schema([(name, _NUMBERS.get(name, "string")) for name in CSV_COLUMNS])
    # No formula runs in Parquet: texts are written as they are.
    rows = (result_row(j.article, p, cell=_same) for j in judged for p in j.predictions)
    with parquet.ParquetWriter(stream, schema, compression="zstd") as writer:
        while batch := list(islice(rows, _ROWS_AT_ONCE)):
            columns = [list(column) for column in zip(*batch, strict=True)]
            writer.write_table(pa.table(columns, schema=schema))


def _write_excel(judged: Iterable[Judged], stream: IO[bytes]) -> None:
    try:
        from openpyxl import Workbook
    except ImportError:
        raise MissingExtraError("writing Excel needs openpyxl", extra="excel") from None
    book = Workbook(write_only=True)
    rows = (result_row(j.article, p) for j in judged for p in j.predictions)
    while batch := next(rows, None):
        sheet = _new_sheet(book)
        sheet.append([_fit(value) for value in batch])
        for row in islice(rows, _LONGEST_SHEET - 2):
            sheet.append([_fit(value) for value in row])
    if not book.worksheets:
        _new_sheet(book)
    book.save(stream)


def _new_sheet(book: Any) -> Any:
    from openpyxl.utils import get_column_letter

    number = len(book.worksheets) + 1
    sheet = book.create_sheet("stances" if number == 1 else f"stances {number}")
    sheet.freeze_panes = "A2"
    for at, name in enumerate(CSV_COLUMNS, 1):
        sheet.column_dimensions[get_column_letter(at)].width = _WIDE.get(name, 12)
    sheet.append(CSV_COLUMNS)
    return sheet


def _same(value: str | None) -> str | None:
    return value and strip_control(value)


def _fit(value: object) -> object:
    return value[:_LONGEST_CELL] if isinstance(value, str) else value
