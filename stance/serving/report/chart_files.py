"""Charts → SVG inside the page; PNG, SVG and CSV files for other hands."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

from stance.errors import OutputError
from stance.serving.report.charts import Chart, styled
from stance.serving.tables import neutral_cell

__all__ = ["export_charts", "to_svg"]

_HEAD = re.compile(r"^.*?(?=<svg )", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)


def to_svg(chart: Chart) -> str:
    """The chart as an ``svg`` element to stand inside a page: no prologue, ids of its own."""
    stream = io.StringIO()
    with styled():
        chart.figure.savefig(stream, format="svg", transparent=True, metadata={"Date": None})
    svg = _METADATA.sub("", _HEAD.sub("", stream.getvalue(), count=1))
    svg = re.sub(r'(<svg [^>]*?) height="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg [^>]*?) width="[^"]*"', r'\1 role="img" aria-labelledby="t-@" ', svg, count=1)
    svg = svg.replace("t-@", f"chart-{chart.name}")
    svg = re.sub(r' id="(?:figure|patch|axes|text|line2d|matplotlib\.axis|xtick|ytick)_\d+"', "", svg)
    return re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{chart.name}-", svg)


def export_charts(charts: Sequence[Chart], folder: Path) -> None:
    """Write each chart as PNG and SVG, and its figures as CSV.

    Raises
    ------
    OutputError
        Where the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for chart in charts:
            with styled():
                chart.figure.savefig(folder / f"{chart.name}.png", dpi=200)
                chart.figure.savefig(folder / f"{chart.name}.svg", metadata={"Date": None})
            # Excel reads UTF-8 only with its mark.
            with (folder / f"{chart.name}.csv").open("w", encoding="utf-8-sig", newline="") as stream:
                stream.write(_table_of(chart))
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", folder) from None


def _table_of(chart: Chart) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(chart.columns)
    for row in chart.rows:
        writer.writerow(neutral_cell(x) if isinstance(x, str) else x for x in row)
    return stream.getvalue()
