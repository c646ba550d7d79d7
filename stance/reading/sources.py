"""Paths, folders, globs and URLs → single files, each an open stream of bytes."""

from __future__ import annotations

import glob
import gzip
import io
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

from stance.errors import ArticleError
from stance.reading.remote import glob_remote, open_remote, remote_errors

__all__ = ["Meter", "Source", "SourceKind", "list_sources", "open_source"]

STDIN = "-"
_BLOCK = 1 << 18


class SourceKind(StrEnum):
    """What a file holds; ``unknown`` is told by its first bytes."""

    text = "text"
    jsonl = "jsonl"
    json = "json"
    csv = "csv"
    parquet = "parquet"
    excel = "excel"
    html = "html"
    unknown = "unknown"

    @property
    def many(self) -> bool:
        """True where a file of this kind may hold more than one article."""
        return self not in (SourceKind.text, SourceKind.html, SourceKind.unknown)


_KINDS = {
    ".txt": SourceKind.text,
    ".jsonl": SourceKind.jsonl,
    ".ndjson": SourceKind.jsonl,
    ".json": SourceKind.json,
    ".csv": SourceKind.csv,
    ".tsv": SourceKind.csv,
    ".tab": SourceKind.csv,
    ".parquet": SourceKind.parquet,
    ".pq": SourceKind.parquet,
    ".xlsx": SourceKind.excel,
    ".xlsm": SourceKind.excel,
    ".html": SourceKind.html,
    ".htm": SourceKind.html,
    ".xhtml": SourceKind.html,
}
_PACKINGS = (".gz", ".zst")
_UNREAD = frozenset(
    ".pdf .doc .docx .rtf .odt .ods .xls .xlsb .epub .xml .zip .tar .tgz .bz2 .xz .7z".split()
)


@dataclass(frozen=True)
class Source:
    """One file of articles.

    Attributes
    ----------
    address : str
        Path, URL, or ``-`` for stdin.
    kind : SourceKind
    packing : str
        ``.gz``, ``.zst`` or ``""``.
    size : int, optional
        Bytes as they lie on the disk, where known.
    """

    address: str
    kind: SourceKind
    packing: str = ""
    size: int | None = None

    @property
    def place(self) -> str:
        """How a message names it."""
        return "stdin" if self.address == STDIN else _printable(self.address)

    @property
    def path(self) -> str | None:
        """What an article says about where it comes from; stdin is no place."""
        return None if self.address == STDIN else _printable(self.address)

    @property
    def stem(self) -> str:
        """The file's name without its suffixes: the id of an article that has none."""
        name = _name(self.address).removesuffix(self.packing)
        return _printable(PurePosixPath(name).stem) if self.path else self.place


def _printable(address: str) -> str:
    """A name that is no UTF-8, from an old disk, holds half characters that no answer can be written with."""
    return address.encode("utf-8", "replace").decode() if not address.isascii() else address


@dataclass
class Meter:
    """Counts the bytes that were read, packed as they lie on the disk."""

    count: int = 0


def list_sources(
    files: Iterable[str | Path], on_error: Callable[[ArticleError], None] | None = None
) -> list[Source]:
    """Expand folders and globs into single files: in the order asked, sorted within, none twice.

    A named file is listed even where it is missing: reading it tells.

    Parameters
    ----------
    files : iterable of str or Path
        Files, folders, globs, URLs (``s3://``, ``gs://``, ``https://``, …), ``-`` for stdin.
    on_error : callable, optional
        Told of each folder or glob without a file and of each format that is not read; without it
        the first is raised.
    """
    found: dict[Source, None] = {}
    for file in files:
        try:
            found.update(dict.fromkeys(_expand(str(file))))
        except ArticleError as error:
            if on_error is None:
                raise
            on_error(error)
    return list(found)


def source_at(address: str, size: int | None = None) -> Source:
    """The source at an address, its kind told by the suffixes.

    Raises
    ------
    ArticleError
        Where it is of a format that is not read.
    """
    name = _name(address).lower()
    packing = next((p for p in _PACKINGS if name.endswith(p)), "")
    suffix = PurePosixPath(name.removesuffix(packing)).suffix
    if suffix in _UNREAD:
        hint = "unpack it" if suffix in (".zip", ".tar", ".tgz", ".bz2", ".xz", ".7z") else "save it as .txt"
        raise ArticleError(f"{suffix} is not read yet", address, hint)
    return Source(address, _KINDS.get(suffix, SourceKind.unknown), packing, size)


@contextmanager
def open_source(source: Source, meter: Meter | None = None) -> Iterator[BinaryIO]:
    """Open a source's bytes, unpacked; what is damaged is told as an ArticleError.

    Raises
    ------
    ArticleError
        Where it is missing, cannot be read or its packing is broken.
    """
    try:
        with _open_raw(source) as raw:
            counted = io.BufferedReader(cast(Any, _Metered(raw, meter or Meter())), _BLOCK)
            yield _unpack(counted, source.packing)
    except FileNotFoundError:
        raise ArticleError("no such file", source.place, "check the path") from None
    except IsADirectoryError:
        raise ArticleError("is a folder, not a file", source.place) from None
    except _reading_errors(source) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise ArticleError(f"cannot be read: {reason}", source.place) from None


def _expand(file: str) -> list[Source]:
    if file == STDIN:
        return [Source(STDIN, SourceKind.unknown)]
    if "://" in file:
        return _expand_remote(file)
    path = Path(file)
    if path.is_dir():
        return _known_files(file, (str(p) for p in path.rglob("*") if p.is_file()))
    # A file may have brackets in its name.
    if glob.has_magic(file) and not path.exists():
        found = glob.iglob(file, recursive=True)  # noqa: PTH207 (Path.glob wants relative patterns)
        names = sorted(name for name in found if Path(name).is_file())
        if not names:
            raise ArticleError("no file matches", file, "check the pattern")
        return [source_at(name, _size(name)) for name in names]
    return [source_at(file, _size(file))]


def _expand_remote(url: str) -> list[Source]:
    names = glob_remote(url)
    if names is None:
        return [source_at(url)]
    if not names:
        raise ArticleError("no file matches", url, "check the address")
    return [source_at(name, size) for name, size in names if _is_known(name)]


def _known_files(folder: str, names: Iterable[str]) -> list[Source]:
    known = sorted(name for name in names if _is_known(name))
    if not known:
        raise ArticleError(
            "folder holds no file of articles",
            folder,
            f"what is read: {' '.join(_KINDS)}, each also .gz, .zst",
        )
    return [source_at(name, _size(name)) for name in known]


def _is_known(name: str) -> bool:
    # Excel keeps a lock file "~$…" beside an open book.
    last = _name(name).lower()
    for packing in _PACKINGS:
        last = last.removesuffix(packing)
    return PurePosixPath(last).suffix in _KINDS and not last.startswith("~$")


def _name(address: str) -> str:
    path = urlsplit(address).path if "://" in address else address
    return Path(path).name if "://" not in address else PurePosixPath(path).name


def _size(name: str) -> int | None:
    try:
        return Path(name).stat().st_size
    except OSError:
        return None


@contextmanager
def _open_raw(source: Source) -> Iterator[Any]:
    if source.address == STDIN:
        # Unbuffered, so that a pipe is read as it comes.
        yield getattr(sys.stdin.buffer, "raw", sys.stdin.buffer)
    elif "://" in source.address:
        with open_remote(source.address) as stream:
            yield stream
    else:
        with Path(source.address).open("rb", buffering=0) as file:
            yield file


class _Metered(io.RawIOBase):
    """A raw stream that tells a meter what was read from it; closing it leaves the stream open."""

    def __init__(self, raw: Any, meter: Meter) -> None:
        self._raw = raw
        self._meter = meter

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        count: int | None = self._raw.readinto(buffer)
        self._meter.count += count or 0
        return count

    def seekable(self) -> bool:
        return bool(self._raw.seekable())

    def seek(self, offset: int, whence: int = 0) -> int:
        return int(self._raw.seek(offset, whence))

    def tell(self) -> int:
        return int(self._raw.tell())


def _unpack(stream: io.BufferedReader, packing: str) -> BinaryIO:
    if packing == ".gz":
        # GzipFile hands out lines in Python; the buffer around it does in C.
        return io.BufferedReader(cast(Any, gzip.GzipFile(fileobj=stream)), _BLOCK)
    if packing == ".zst":
        from zstandard import ZstdDecompressor

        # Files that were appended to consist of several frames.
        reader = ZstdDecompressor().stream_reader(stream, read_across_frames=True)
        return io.BufferedReader(cast(Any, reader), _BLOCK)
    return stream


def _reading_errors(source: Source) -> tuple[type[Exception], ...]:
    errors: tuple[type[Exception], ...] = (OSError, EOFError, zlib.error)
    if source.packing == ".zst":
        from zstandard import ZstdError

        errors += (ZstdError,)
    return errors + remote_errors() if "://" in source.address else errors
