"""How ``stance predict`` spreads its work: over processes to one stream, or over workers to a folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from stance.cli_bulk import Tally
from stance.errors import StanceError, UsageError
from stance.terminal import Faults

if TYPE_CHECKING:
    from stance.records import Article
    from stance.serving.judging import Options
    from stance.serving.manifest import Counts
    from stance.serving.tables import Judged, OutputFormat

__all__ = [
    "PartOption",
    "RestartOption",
    "SchedulerOption",
    "WorkersOption",
    "judge_in_processes",
    "named_folder",
    "score_folder",
]

WorkersOption = Annotated[int, typer.Option("--workers", min=1, help="Processes that judge.")]
SchedulerOption = Annotated[
    str | None,
    typer.Option(
        "--scheduler", help="Dask scheduler whose workers judge: tcp://host:8786.", show_default=False
    ),
]
PartOption = Annotated[
    float, typer.Option("--part-mb", min=0.001, help="Megabytes of input for each part of a folder.")
]
RestartOption = Annotated[
    bool, typer.Option("--restart", help="Begin a folder of results anew instead of going on.")
]


def named_folder(
    output: str | None, scheduler: str | None, restart: bool, asked: OutputFormat | None
) -> Path | None:
    """The folder that ``-o`` names: one that is there, or whose name ends in a slash.

    Raises
    ------
    UsageError
        Where a folder is needed, or asked to hold something else than Parquet.
    """
    if output and (output.endswith(("/", os.sep)) or Path(output).is_dir()):
        if asked and asked != "parquet":
            raise UsageError(f"a folder of results holds Parquet, no {asked}", output, "leave --format out")
        return Path(output)
    if scheduler or restart:
        option = "--scheduler" if scheduler else "--restart"
        raise UsageError(f"{option} wants a folder of parts", output, "name one with a slash: -o OUT/")
    return None


def score_folder(
    files: Sequence[str],
    folder: Path,
    options: Options,
    workers: int,
    scheduler: str | None,
    restart: bool,
    part_mb: float,
    faults: Faults,
) -> None:
    """Write a folder of Parquet parts, or what of it is missing."""
    from stance.serving.bulk import REFUSED, run_here, score_files

    runner = run_here(workers)
    if scheduler:
        from stance.serving.cluster import run_on_cluster

        runner = run_on_cluster(scheduler)
    tally = Tally()
    part_bytes = int(part_mb * 1e6)
    with _parts_bar() as watch:
        counts, new = score_files(
            files, folder, options, runner, restart=restart, part_bytes=part_bytes, watch=watch
        )
    tally.articles, tally.pairs = new.articles, new.pairs
    kept = counts.articles - new.articles
    earlier = f"; {kept} articles were judged before" if kept else ""
    typer.echo(tally.sum_up(new.refused) + earlier, err=True)
    if counts.refused:
        faults.report(StanceError(f"{counts.refused} articles refused", folder / REFUSED))


def judge_in_processes(
    articles: Iterable[Article], options: Options, workers: int, report: Callable[[StanceError], None]
) -> Iterator[Judged]:
    """Yield what several processes judge, in the order of the articles."""
    from stance.serving.judging import batches, judge_batch
    from stance.serving.pool import map_ordered

    for judged, errors in map_ordered(partial(judge_batch, options), batches(articles), workers):
        for error in errors:
            report(error)
        yield from judged


@contextmanager
def _parts_bar() -> Iterator[Callable[[Counts, int], None]]:
    """A bar of parts with articles a second and the time left; silence in a pipe."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("parts")
        began: tuple[float, int] | None = None

        def watch(counts: Counts, parts: int) -> None:
            nonlocal began
            # What an earlier run has done says nothing about the rate of this one.
            began = began or (monotonic(), counts.articles)
            rate = (counts.articles - began[1]) / max(monotonic() - began[0], 1e-3)
            bar.update(task, completed=counts.parts, total=parts, description=f"parts, {rate:.0f} articles/s")

        yield watch
