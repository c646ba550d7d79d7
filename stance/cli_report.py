"""The command that turns results into a report: ``stance report``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stance.errors import OutputError, UsageError
from stance.serving.report.captions import Captions, Language
from stance.terminal import plain_errors, write_whole

if TYPE_CHECKING:
    from stance.serving.report.material import Material

Results = Annotated[
    list[Path],
    typer.Argument(help="What 'stance predict' wrote: .jsonl, .csv, .parquet, .xlsx.", show_default=False),
]


def add_commands(app: typer.Typer) -> None:
    """Add ``report`` to the command line."""
    app.command()(report)


def report(
    results: Results,
    output: Annotated[Path, typer.Option("-o", "--output", help="The report: .html or .xlsx.")] = Path(
        "report.html"
    ),
    model: Annotated[
        str | None,
        typer.Option(help="The model that predicted: corrects for its known errors.", show_default=False),
    ] = None,
    charts: Annotated[
        Path | None, typer.Option(help="Folder for each chart as PNG, SVG and CSV.", show_default=False)
    ] = None,
    captions: Annotated[Language, typer.Option(help="Language of the report.")] = Language.de,
    articles: Annotated[int, typer.Option(min=0, help="Articles shown with their evidence.")] = 60,
) -> None:
    """Make a report of RESULTS: presence, tonality with intervals, evidence, what to review."""
    with plain_errors():
        from stance.serving.report.chart_files import export_charts
        from stance.serving.report.charts import draw_charts

        if output.suffix.lower() not in (".html", ".xlsx"):
            raise UsageError(
                f"{output.suffix or 'no suffix'} is no format of a report", output, "-o report.html"
            )
        strings = Captions(captions)
        material = _read_material(results, model)
        if output.suffix.lower() == ".xlsx":
            from stance.serving.report.workbook import write_workbook

            _require_folder(output)
            write_workbook(material, strings, output)
        drawn = draw_charts(material.figures, strings) if charts or output.suffix.lower() == ".html" else []
        if output.suffix.lower() == ".html":
            from stance.serving.report.page import render_page

            page = render_page(material, drawn, strings, articles)
            write_whole(output, lambda stream: stream.write(page))
        if charts:
            export_charts(drawn, charts)


def _read_material(files: list[Path], asked: str | None) -> Material:
    from datetime import UTC, datetime

    from stance.serving.find_model import find_model
    from stance.serving.report.figures import Meter, build_figures
    from stance.serving.report.material import Material
    from stance.serving.report.provenance import Provenance, read_provenance
    from stance.serving.results import read_results

    found = read_results(files)
    # Never trained here: the model asked for exists or is refused.
    known = read_provenance(find_model(asked, lambda path: path)) if asked else Provenance()
    figures = build_figures(found, Meter(known.confusion))
    return Material(found, figures, known, [file.name for file in files], datetime.now(UTC).date())


def _require_folder(output: Path) -> None:
    if not output.parent.is_dir():
        raise OutputError("cannot be written: no such folder", output)
