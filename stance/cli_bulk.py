"""Files → articles, counted, with a bar while many are read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

from stance.errors import StanceError

if TYPE_CHECKING:
    from stance.records import Article
    from stance.serving.tables import Judged

__all__ = ["Tally", "count_pairs", "read_counted"]

_SECONDS_BETWEEN_DRAWINGS = 0.2


@dataclass
class Tally:
    """Counts what a run has read and judged."""

    articles: int = 0
    pairs: int = 0
    began: float = field(default_factory=monotonic)

    def sum_up(self, refused: int) -> str:
        """The run in one line."""
        seconds = monotonic() - self.began
        counts = f"{self.articles} articles, {self.pairs} pairs, {refused} refused"
        return f"stance: {counts}, {seconds:.1f} s ({self.articles / max(seconds, 1e-3):.0f} articles/s)"


@contextmanager
def _show_progress(tally: Tally, total: int | None, done: Callable[[], int]) -> Iterator[Callable[[], None]]:
    """A bar of bytes with articles a second and the time left; silence in a pipe.

    Parameters
    ----------
    tally : Tally
    total : int, optional
        All bytes there are to read, where known.
    done : callable
        Returns the bytes read so far.
    """
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("reading", total=total)
        drawn = 0.0

        def step() -> None:
            nonlocal drawn
            now = monotonic()
            if now - drawn > _SECONDS_BETWEEN_DRAWINGS:
                drawn = now
                rate = tally.articles / max(now - tally.began, 1e-3)
                told = f"{tally.articles} articles, {rate:.0f}/s"
                bar.update(task, completed=done(), description=told)

        yield step


def read_counted(
    files: Sequence[str],
    columns: Mapping[str, str],
    report: Callable[[StanceError], None],
    tally: Tally,
    with_bar: bool,
) -> Iterator[Article]:
    """Yield the articles of all files, under a bar of progress where there is room for one."""
    from stance.reading.articles import list_sources, read_source
    from stance.reading.sources import Meter

    sources = list_sources(files, report)
    meter = Meter()
    sizes = [source.size for source in sources]
    total = None if None in sizes else sum(size or 0 for size in sizes)
    with _show_progress(tally, total, lambda: meter.count) if with_bar else nullcontext(_no_step) as step:
        for source in sources:
            for article in read_source(source, columns, report, meter):
                tally.articles += 1
                step()
                yield article


def _no_step() -> None:
    """A table on the terminal leaves no room for a bar."""


def count_pairs(judged: Iterable[Judged], tally: Tally) -> Iterator[Judged]:
    """Pass the answers on and count them."""
    for one in judged:
        tally.pairs += len(one.predictions)
        yield one
