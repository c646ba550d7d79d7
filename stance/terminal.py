"""What the commands share: errors told in one line, progress, files written whole."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path

import typer

from stance.errors import StanceError
from stance.whole_files import whole_file

__all__ = ["Faults", "plain_errors", "progress", "write_whole"]


class Faults:
    """Counts what could not be read and tells of it at once, one line each."""

    def __init__(self) -> None:
        self.count = 0

    def report(self, error: StanceError) -> None:
        self.count += 1
        typer.echo(f"stance: {one_line(str(error))}", err=True)


def one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() or c.isspace() else "?" for c in text).split())


@contextmanager
def plain_errors() -> Iterator[Faults]:
    """Tell a user's error in one line; leave with exit code 2 if there was any."""
    faults = Faults()
    try:
        yield faults
    except StanceError as error:
        faults.report(error)
    except BrokenPipeError:
        # The reader of the pipe has gone; Python must not flush into it again.
        sys.stdout = None
        raise typer.Exit(1) from None
    if faults.count:
        raise typer.Exit(2)


def write_whole(output: Path | None, write: Callable[..., object], binary: bool = False) -> None:
    """Write to a file as a whole or not at all, or to the terminal."""
    if output is None:
        write(sys.stdout)
        return
    with whole_file(output) as handle:
        if binary:
            write(handle)
        else:
            stream = TextIOWrapper(handle, encoding="utf-8", newline="")
            write(stream)
            stream.flush()


@contextmanager
def progress(title: str, steps: int) -> Iterator[Callable[[str], None]]:
    """A bar on a terminal, silence in a pipe."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(title, total=steps)

        def step(what: str) -> None:
            bar.update(task, advance=1, description=f"{title}: {what}")

        yield step
