"""CSV, Parquet and Excel files of results → (row number, row)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from stance.errors import MissingExtraError, ResultError
from stance.reading.article_tables import DAMAGED

__all__ = ["read_bytes", "read_csv", "read_excel", "read_parquet"]

Numbered = tuple[int, Mapping[str, Any]]


def read_bytes(path: Path) -> bytes:
    """The bytes of a result file."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise ResultError("no such file", path, "check the path") from None
    except OSError as error:
        raise ResultError(f"cannot be read: {error.strerror}", path) from None


def read_csv(path: Path) -> Iterator[Numbered]:
    """Rows under a header, separated by commas, or by semicolons as a German Excel saves them."""
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ResultError("is not UTF-8", path, "save it as 'CSV UTF-8'") from None
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    try:
        yield from enumerate(csv.DictReader(io.StringIO(text), delimiter=delimiter), 2)
    except csv.Error as error:
        raise ResultError(f"is no CSV: {error}", path) from None


def read_parquet(path: Path) -> Iterator[Numbered]:
    """Rows of a Parquet file."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise MissingExtraError("Parquet needs pyarrow", path, extra="parquet") from None
    data = read_bytes(path)
    try:
        rows = parquet.read_table(io.BytesIO(data)).to_pylist()
    except (pyarrow.ArrowException, OSError):
        raise ResultError("is no Parquet file or is damaged", path) from None
    yield from enumerate(rows, 1)


def read_excel(path: Path) -> Iterator[Numbered]:
    """Rows of all sheets: what is more than a sheet holds goes on in the next one."""
    try:
        import openpyxl
    except ImportError:
        raise MissingExtraError("Excel needs openpyxl", path, extra="excel") from None
    data = read_bytes(path)
    rows: list[Numbered] = []
    try:
        for sheet in openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets:
            cells = sheet.iter_rows(values_only=True)
            header = [str(name) for name in next(cells, ())]
            rows += ((i, dict(zip(header, row, strict=False))) for i, row in enumerate(cells, 2))
    except DAMAGED:
        raise ResultError("is no Excel file or is damaged", path) from None
    yield from rows
