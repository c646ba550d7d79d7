"""Judged articles → one Parquet part with the slip that vouches for it, each written whole."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import msgspec

from stance.errors import ActorError, MissingExtraError, OutputError, StanceError
from stance.serving.result_files import write_binary
from stance.serving.tables import Judged, OutputFormat

__all__ = [
    "Refusal",
    "Slip",
    "find_slip",
    "part_path",
    "read_refusals",
    "require_parquet",
    "slip_path",
    "write_part",
    "written_whole",
]

# Readers of Parquet folders (pyarrow, pandas, Spark, Dask) pass over names that begin with "_".
SLIPS = "_slips"


@dataclass(frozen=True)
class Refusal:
    """An article that could not be judged, and why."""

    where: str
    what: str
    hint: str | None


@dataclass(frozen=True)
class Slip:
    """What stands in a part, told by the worker that wrote it.

    Attributes
    ----------
    number : int
        Of the partition.
    key : str
        Of the run: its inputs, model and options.
    articles : int
        Read; those judged, those that name no actor and those refused.
    pairs : int
        Rows.
    size, sha256
        Of the part's file.
    """

    number: int
    key: str
    articles: int
    pairs: int
    unnamed: int
    refused: int
    seconds: float
    size: int
    sha256: str


@dataclass(frozen=True)
class _Slip:
    slip: Slip
    refusals: list[Refusal]


def require_parquet() -> None:
    """Raise MissingExtraError where the libraries of a folder of parts are not installed."""
    if find_spec("pyarrow") is None or find_spec("filelock") is None:
        raise MissingExtraError("a folder of results needs pyarrow and filelock", extra="parquet")


def part_path(folder: Path, number: int) -> Path:
    """Where the part of a partition lies."""
    return folder / f"part-{number:05d}.parquet"


def slip_path(folder: Path, number: int) -> Path:
    """Where the slip of a part lies."""
    return folder / SLIPS / f"part-{number:05d}.json"


def find_slip(folder: Path, number: int, key: str, thorough: bool = False) -> Slip | None:
    """Return the slip of a part that is done: of this run and of the file that lies there.

    Parameters
    ----------
    thorough : bool
        Read the part and compare its digest, not its size alone.
    """
    try:
        slip = msgspec.json.decode(slip_path(folder, number).read_bytes(), type=_Slip).slip
        part = part_path(folder, number)
        agrees = slip.key == key and slip.number == number and slip.size == part.stat().st_size
        return slip if agrees and (not thorough or slip.sha256 == _digest(part)) else None
    except (OSError, msgspec.DecodeError):
        return None


def read_refusals(folder: Path, number: int) -> list[Refusal]:
    """The refusals of a part that is done."""
    return msgspec.json.decode(slip_path(folder, number).read_bytes(), type=_Slip).refusals


def write_part(
    folder: Path, number: int, key: str, judge: Callable[[Callable[[StanceError], None]], Iterator[Judged]]
) -> Slip:
    """Write the part of a partition, then its slip; a killed writer leaves no half of either.

    Parameters
    ----------
    judge : callable
        Given whom to tell of articles without a prediction, yields the others; an ActorError is an
        article that names no actor.
    """
    started = time.perf_counter()
    errors: list[StanceError] = []
    tally = Counter[str]()
    with written_whole(part_path(folder, number)) as temporary:
        with temporary.open("wb") as stream:
            write_binary(_counted(judge(errors.append), tally), OutputFormat.parquet, stream)
        size, sha256 = temporary.stat().st_size, _digest(temporary)
    refusals = [_refusal(error) for error in errors if not isinstance(error, ActorError)]
    slip = Slip(
        number=number,
        key=key,
        articles=tally["articles"] + len(errors),
        pairs=tally["pairs"],
        unnamed=len(errors) - len(refusals),
        refused=len(refusals),
        seconds=round(time.perf_counter() - started, 3),
        size=size,
        sha256=sha256,
    )
    with written_whole(slip_path(folder, number)) as temporary:
        temporary.write_bytes(msgspec.json.encode(_Slip(slip, refusals)))
    return slip


def _counted(judged: Iterator[Judged], tally: Counter[str]) -> Iterator[Judged]:
    for one in judged:
        tally["articles"] += 1
        tally["pairs"] += len(one.predictions)
        yield one


def _refusal(error: StanceError) -> Refusal:
    return Refusal(str(error.where) if error.where is not None else "", error.what, error.hint)


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a temporary file beside ``path`` that takes its place in one step at the end."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", path) from None
    finally:
        temporary.unlink(missing_ok=True)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
