"""What a run is made of ↔ the manifest in its folder."""

from __future__ import annotations

import hashlib
import platform
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import msgspec

from stance.errors import OutputError
from stance.serving.judging import Options
from stance.serving.partitions import InputFile, Partition
from stance.serving.parts import Slip, written_whole

__all__ = [
    "MANIFEST",
    "Counts",
    "Manifest",
    "count",
    "finish",
    "load_manifest",
    "plan_run",
    "require_same",
    "save_manifest",
]

# Not "manifest.json": pyarrow and Spark take every name without "_" in a folder for a part.
MANIFEST = "_manifest.json"
FORMAT = 1


@dataclass(frozen=True)
class Counts:
    """Sums over the parts that are done; ``seconds`` of all workers together."""

    parts: int = 0
    articles: int = 0
    pairs: int = 0
    unnamed: int = 0
    refused: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Manifest:
    """A run: what it reads and how, and what its parts hold.

    Attributes
    ----------
    key : str
        Digest of inputs, model, options and version: two runs with the same key write the same.
    partitions : tuple of Partition
        Boundaries; partition 7 becomes ``part-00007.parquet``.
    parts : tuple of Slip
        Counts and digest of each part, once the run is complete.
    """

    key: str
    versions: dict[str, str]
    inputs: tuple[InputFile, ...]
    options: Options
    partitions: tuple[Partition, ...]
    started: str
    format: int = FORMAT
    finished: str | None = None
    counts: Counts = Counts()
    parts: tuple[Slip, ...] = ()


def plan_run(inputs: tuple[InputFile, ...], options: Options, partitions: tuple[Partition, ...]) -> Manifest:
    """The manifest of a run that begins now."""
    versions = {name: version(name) for name in ("stance", "numpy", "pyarrow")}
    versions["python"] = platform.python_version()
    # A model may be moved: its digest says whether it is the same.
    meant = (inputs, replace(options, model=""), versions["stance"])
    key = hashlib.sha256(msgspec.json.encode(meant)).hexdigest()
    return Manifest(key, versions, inputs, options, partitions, _now())


def finish(manifest: Manifest, slips: tuple[Slip, ...]) -> Manifest:
    """The manifest of a run whose parts are all done."""
    return replace(manifest, finished=_now(), counts=count(slips), parts=slips)


def count(slips: tuple[Slip, ...]) -> Counts:
    """Sum the slips of parts."""
    return Counts(
        len(slips),
        sum(s.articles for s in slips),
        sum(s.pairs for s in slips),
        sum(s.unnamed for s in slips),
        sum(s.refused for s in slips),
        round(sum(s.seconds for s in slips), 3),
    )


def save_manifest(manifest: Manifest, folder: Path) -> None:
    """Write the manifest, whole."""
    with written_whole(folder / MANIFEST) as temporary:
        temporary.write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1))


def load_manifest(folder: Path) -> Manifest | None:
    """Read the manifest of a folder; None where it has none.

    Raises
    ------
    OutputError
        Where it is damaged or of another format.
    """
    path = folder / MANIFEST
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OutputError(f"cannot be read: {error.strerror}", path) from None
    except msgspec.DecodeError:
        raise OutputError("is no manifest of this version", path, "write to another folder") from None


def require_same(begun: Manifest, wanted: Manifest, folder: Path) -> None:
    """Raise OutputError where the run in the folder is not the one wanted."""
    if begun.key == wanted.key:
        return
    raise OutputError(
        f"was begun with {_difference(begun, wanted)}",
        folder,
        "--restart begins anew, or write to another folder",
    )


def _difference(begun: Manifest, wanted: Manifest) -> str:
    if begun.inputs != wanted.inputs:
        then, now = ({file.path: file for file in m.inputs} for m in (begun, wanted))
        changed = [path for path in then if path in now and then[path] != now[path]]
        return f"another state of {changed[0]}" if changed else "other input files"
    if begun.options.digest != wanted.options.digest:
        return "another model"
    if begun.versions["stance"] != wanted.versions["stance"]:
        return f"stance {begun.versions['stance']}, this is {wanted.versions['stance']}"
    return "other options"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
