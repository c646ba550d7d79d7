"""A report's material → an Excel workbook: articles, overview, methods."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from stance.errors import MissingExtraError, OutputError
from stance.records import Label
from stance.serving.report.captions import Captions
from stance.serving.report.figures import ActorFigures, Cell, Estimate
from stance.serving.report.material import Material
from stance.serving.report.methods import tell_methods
from stance.serving.results import Result
from stance.serving.tables import neutral_cell

__all__ = ["write_workbook"]

_TONES = {Label.favor: 1, Label.neutral: 0, Label.against: -1}
_BLUE, _ORANGE = "BFDDF0", "F7CBB0"  # tints of Okabe and Ito's blue and vermilion
_LONGEST_CELL = 32_000  # Excel's own limit is 32,767 characters
_WIDTHS = {1: 16, 2: 44, 3: 20, 4: 14, 5: 14, 6: 24, 7: 14, 8: 11, 9: 24, 15: 60}
# XML 1.0 has no place for half a surrogate pair, nor for these two.
_NO_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


def write_workbook(material: Material, captions: Captions, output: Path) -> None:
    """Write the workbook; a reader sees the old file or the whole new one.

    Raises
    ------
    MissingExtraError
        Where openpyxl is not installed.
    OutputError
        Where the file cannot be written.
    """
    try:
        from openpyxl import Workbook
    except ImportError:
        raise MissingExtraError("a workbook needs openpyxl", output, extra="report") from None
    book = Workbook(write_only=True)
    _add_articles(book, material.results, captions)
    _add_overview(book, material, captions)
    sheet = book.create_sheet(captions.sheet_methods)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 32, 110
    for row in tell_methods(material, captions):
        sheet.append([_cell(text) for text in row])
    stream = io.BytesIO()
    book.save(stream)
    temporary = output.with_name(f".{output.name}.part")
    try:
        temporary.write_bytes(stream.getvalue())
        temporary.replace(output)
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", output) from None
    finally:
        temporary.unlink(missing_ok=True)


def _cell(value: str | None) -> str | None:
    """Text that no spreadsheet runs and no XML parser stumbles over."""
    return neutral_cell(_NO_XML.sub("", value or ""))[:_LONGEST_CELL] or None


def _add_articles(book: Any, results: Sequence[Result], t: Captions) -> None:
    """One row per article and actor, the columns of the MRA master sheet first."""
    header = [
        t.col_id, t.col_title, t.col_outlet, t.col_medium, t.col_published, t.col_url, t.col_topic,
        t.col_tonality, t.actor, t.col_label, t.confidence, t.favor, t.neutral, t.against, t.col_evidence,
        t.mentions, t.col_abstained, t.col_ambivalent,
    ]  # fmt: skip
    rows = (_article_row(r, t) for r in results)
    sheet = _add_sheet(book, t.sheet_articles, header, rows, len(results), _WIDTHS)
    _colour(sheet, f"H2:H{len(results) + 1}", 0)


def _article_row(r: Result, t: Captions) -> list[object]:
    a = r.article
    said = (a.id, a.title, a.outlet, a.medium, a.day or a.published, a.url, a.topic)
    evidence = r.evidence[0].text if r.evidence else None
    shares = [round(r.probabilities[label], 4) for label in (Label.favor, Label.neutral, Label.against)]
    return [
        *map(_cell, said), _TONES[r.label], _cell(r.actor.name), t.say(str(r.label)), round(r.confidence, 4),
        *shares, _cell(evidence), r.mention_count, _yes(r.abstained, t), _yes(r.ambivalent, t),
    ]  # fmt: skip


def _yes(fact: bool, t: Captions) -> str:
    return t.yes if fact else t.no


def _add_overview(book: Any, material: Material, t: Captions) -> None:
    """Every actor, alone, by outlet, by month and by both."""
    header = [
        t.actor,
        t.outlet,
        t.col_month,
        t.n,
        t.favor,
        t.neutral,
        t.against,
        t.col_abstained,
        t.share_long,
    ]
    for name in (t.net, t.balance):
        for kind in (t.counted, t.adjusted):
            header += [f"{name}, {kind}", t.col_low, t.col_high]
    rows = [row for actor in material.figures.actors for row in _actor_rows(actor, t)]
    sheet = _add_sheet(book, t.sheet_overview, header, rows, len(rows), {1: 28, 2: 22, 3: 14})
    for column in "JMPS":
        _colour(sheet, f"{column}2:{column}{len(rows) + 1}", 0)


def _actor_rows(actor: ActorFigures, t: Captions) -> Iterable[list[object]]:
    yield _cell_row(actor, t.all, t.all, actor.whole, actor.share.value)
    for outlet, cell in actor.by_outlet.items():
        yield _cell_row(actor, outlet or t.no_outlet, t.all, cell)
    for month, cell in actor.by_month.items():
        yield _cell_row(actor, t.all, month or t.no_month, cell)
    for (outlet, month), cell in actor.by_both.items():
        yield _cell_row(actor, outlet or t.no_outlet, month or t.no_month, cell)


def _cell_row(
    actor: ActorFigures, outlet: str, month: str, cell: Cell, share: float | None = None
) -> list[object]:
    counts = [cell.counts[label] for label in (Label.favor, Label.neutral, Label.against)]
    found = (cell.net, cell.net_adjusted, cell.balance, cell.balance_adjusted)
    figures = [value for estimate in found for value in _values(estimate)]
    names = [_cell(actor.actor.name), _cell(outlet), _cell(month)]
    return [*names, cell.n, *counts, cell.abstained, share and round(share, 4), *figures]


def _values(estimate: Estimate | None) -> tuple[float | None, ...]:
    if estimate is None:
        return (None, None, None)
    return (round(estimate.value, 3), round(estimate.low, 3), round(estimate.high, 3))


def _add_sheet(
    book: Any, name: str, header: Sequence[str], rows: Iterable[Sequence[object]], count: int, widths: Any
) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(header))}{count + 1}"
    for column, width in widths.items():
        sheet.column_dimensions[get_column_letter(column)].width = width
    cells = [WriteOnlyCell(sheet, value=title) for title in header]
    for cell in cells:
        cell.font = Font(bold=True)
    sheet.append(cells)
    for row in rows:
        sheet.append(row)
    return sheet


def _colour(sheet: Any, where: str, middle: float) -> None:
    """Blue above the middle, orange below, by rules that follow when a person overrules a cell."""
    from openpyxl.formatting.rule import FormulaRule
    from openpyxl.styles import PatternFill

    first = where.partition(":")[0]
    for sign, colour in ((">", _BLUE), ("<", _ORANGE)):
        rule = FormulaRule(
            formula=[f"AND(ISNUMBER({first}),{first}{sign}{middle})"], fill=PatternFill(bgColor=colour)
        )
        sheet.conditional_formatting.add(where, rule)
