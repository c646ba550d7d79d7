"""Input files → partitions: pieces of about the same size, each read by one worker."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from stance.errors import ArticleError, UsageError
from stance.reading.articles import list_sources, read_lines, read_source
from stance.reading.sources import Source, SourceKind, open_source, source_at
from stance.records import Article

__all__ = ["PART_BYTES", "InputFile", "Partition", "Piece", "cut_partitions", "list_inputs", "read_partition"]

# A few seconds of work: little is lost with a worker, and starting one costs less than a part.
PART_BYTES = 4_000_000


@dataclass(frozen=True)
class InputFile:
    """A file as it lay on the disk when the run began; ``mtime`` in nanoseconds."""

    path: str
    size: int
    mtime: int


@dataclass(frozen=True)
class Piece:
    """A whole file, or the bytes ``start`` to ``end`` of one with an article a line.

    ``line`` is the number of the first line in it, so that errors and ids name the line of the file.
    """

    path: str
    start: int = 0
    end: int | None = None
    line: int = 1


@dataclass(frozen=True)
class Partition:
    """What one part of the output is made of."""

    number: int
    pieces: tuple[Piece, ...]


def list_inputs(files: Iterable[str]) -> tuple[InputFile, ...]:
    """Find the files to read, by absolute path: a worker may stand elsewhere.

    Raises
    ------
    ArticleError
        Where one is missing or of a format that is not read.
    UsageError
        For stdin, which cannot be read again.
    """
    return tuple(_state(source) for source in list_sources(files))


def _state(source: Source) -> InputFile:
    if source.path is None:
        raise UsageError("stdin cannot be resumed", hint="save it to a file, or write to one file")
    if "://" in source.address:
        return InputFile(source.address, source.size or 0, 0)
    path = Path(source.address).absolute()
    if not source.address.isascii() and source.path != source.address:
        # The list of what is done is JSON, which holds no half characters.
        raise ArticleError("has a name that is no UTF-8", source.place, "rename it, or write to one file")
    try:
        state = path.stat()
    except OSError as error:
        raise ArticleError(f"cannot be read: {error.strerror}", path, "check the path") from None
    return InputFile(str(path), state.st_size, state.st_mtime_ns)


def cut_partitions(inputs: Iterable[InputFile], size: int = PART_BYTES) -> Iterator[Partition]:
    """Cut inputs into partitions of about ``size`` bytes; small files share one."""
    pieces: list[Piece] = []
    number, filled = 0, 0
    for file in inputs:
        for piece, length in _cut(file, size):
            if pieces and filled + length > size:
                yield Partition(number, tuple(pieces))
                number, pieces, filled = number + 1, [], 0
            pieces.append(piece)
            filled += length
    if pieces:
        yield Partition(number, tuple(pieces))


def read_partition(
    partition: Partition,
    on_error: Callable[[ArticleError], None],
    columns: Mapping[str, str] | None = None,
) -> Iterator[Article]:
    """Yield the articles of a partition; what cannot be read is told to ``on_error``."""
    for piece in partition.pieces:
        source = source_at(piece.path)
        if piece.end is None:
            yield from read_source(source, columns, on_error)
        else:
            with open_source(source) as stream:
                stream.seek(piece.start)
                lines = stream.read(piece.end - piece.start)
            yield from read_lines(source, lines, piece.line, columns, on_error)


def _cut(file: InputFile, size: int) -> Iterator[tuple[Piece, int]]:
    """Yield pieces and their length in bytes, cut at line ends where lines are articles."""
    if "://" in file.path or not _has_lines(source_at(file.path)) or file.size <= size:
        yield Piece(file.path), file.size
        return
    start, line = 0, 1
    with Path(file.path).open("rb") as stream:
        while block := stream.read(size):
            rest = stream.readline()
            end = start + len(block) + len(rest)
            yield Piece(file.path, start, end, line), end - start
            line += block.count(b"\n") + rest.count(b"\n")
            start = end


def _has_lines(source: Source) -> bool:
    return source.kind is SourceKind.jsonl and not source.packing
