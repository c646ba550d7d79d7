"""The workbook as an analyst opens it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from stance.serving.report.captions import Captions
from stance.serving.report.material import Material
from stance.serving.report.workbook import write_workbook
from stance.serving.results import Result

openpyxl = pytest.importorskip("openpyxl")
MATRIX = [[60, 5, 35], [5, 55, 40], [40, 20, 640]]


def test_articles_begin_with_the_columns_of_the_master_sheet(
    month_of_news: list[Result], build: Callable[..., Material], tmp_path: Path
) -> None:
    write_workbook(build(month_of_news, MATRIX), Captions(), tmp_path / "r.xlsx")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert book.sheetnames == ["Artikel", "Übersicht", "Methodik"]
    sheet = book["Artikel"]
    header = [cell.value for cell in sheet[1]]
    assert header[:8] == [
        "ID", "Titel", "Quelle", "Mediengattung", "Veröffentlichungsdatum", "URL", "Thema", "Tonalität",
    ]  # fmt: skip
    assert sheet.max_row == len(month_of_news) + 1
    assert [sheet.cell(2, 8).value, sheet.cell(2, 9).value] == [-1, "Reederei Ahlsen"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:R35"
    assert sheet.conditional_formatting


def test_the_overview_holds_every_cell_and_the_correction(
    month_of_news: list[Result], build: Callable[..., Material], tmp_path: Path
) -> None:
    write_workbook(build(month_of_news, MATRIX), Captions(), tmp_path / "r.xlsx")
    rows = list(openpyxl.load_workbook(tmp_path / "r.xlsx")["Übersicht"].iter_rows(values_only=True))
    header, first = rows[0], rows[1]
    assert first[:4] == ("Reederei Ahlsen", "alle", "alle", 30)
    assert first[header.index("Nettotonalität, gezählt")] == pytest.approx(-0.267)
    assert first[header.index("Nettotonalität, korrigiert")] < -0.267
    council = next(row for row in rows if row[0] == "Stadtrat")
    assert council[header.index("Nettotonalität, gezählt")] is None


@pytest.mark.parametrize(
    "evil", ["=1+1", "+49", "-2", "@SUM(A1)", "\x1b=cmd|'/c calc'!A1", "\ud800 \uffff =x"]
)
def test_no_cell_runs_and_every_string_can_be_written(
    make: Callable[..., Result], build: Callable[..., Material], tmp_path: Path, evil: str
) -> None:
    results = [make(1, "favor", evil, title=evil, outlet=evil, url=evil, published=evil, id=evil)]
    write_workbook(build(results), Captions(), tmp_path / "r.xlsx")
    for sheet in openpyxl.load_workbook(tmp_path / "r.xlsx"):
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            assert cell.data_type != "f"
            if isinstance(cell.value, str):
                assert not cell.value.startswith(("=", "+", "-", "@", "\x1b"))
