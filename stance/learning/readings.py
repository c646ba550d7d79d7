"""Corpus records → batches for blind readers; their readings → majority labels.

A batch shows a reader the text and the names of its actors, nothing else::

    == a03-017
    Die Reederei …
    >> Reederei Holm | Salka Venn

A reading is one line a text: its id and a sign per actor in that order, ``a03-017 -0``.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from stance.errors import CorpusError
from stance.learning.agreement import majority_label
from stance.learning.corpus import LabelledActor, Record
from stance.learning.markup import LABEL_OF_SIGN
from stance.records import Label

__all__ = [
    "add_readings",
    "is_disputed",
    "join_contested",
    "lacks",
    "part_contested",
    "read_readings",
    "write_batches",
]

_LINE = re.compile(r"(\S+)\s+([+0-]+)\s*$")


def lacks(reader: str) -> Callable[[Record], bool]:
    """A test for records that ``reader`` has not read."""
    return lambda record: any(reader not in actor.readings for actor in record.actors)


def is_disputed(record: Record) -> bool:
    """True where the readings of an actor have no majority."""
    return any(len(a.readings) > 1 and majority_label(a.readings) is None for a in record.actors)


def write_batches(
    records: Iterable[Record],
    folder: str | Path,
    size: int,
    wanted: Callable[[Record], bool],
    seed: int = 0,
) -> list[Path]:
    """Write the wanted records in random order, ``size`` a file; return the files."""
    chosen = [record for record in records if wanted(record)]
    random.Random(seed).shuffle(chosen)  # noqa: S311  # an order that can be drawn again
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for first in range(0, len(chosen), size):
        file = folder / f"batch-{first // size + 1:02d}.txt"
        blocks = (
            f"== {r.id}\n{r.text}\n>> {' | '.join(a.name for a in r.actors)}\n"
            for r in chosen[first : first + size]
        )
        file.write_text("".join(blocks), encoding="utf-8")
        files.append(file)
    return files


def read_readings(path: str | Path) -> dict[str, str]:
    """Read a reader's lines: record id → signs.

    Raises
    ------
    CorpusError
        At the first line that is no id and signs, or an id that stands twice.
    """
    readings: dict[str, str] = {}
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        found = _LINE.match(line)
        if not found:
            raise CorpusError(f"{line!r:.60} is no reading", f"{path}:{number}", "write 'id +0-'")
        if found[1] in readings:
            raise CorpusError(f"{found[1]} is read twice", f"{path}:{number}")
        readings[found[1]] = found[2]
    return readings


def add_readings(
    records: Sequence[Record], readings: Mapping[str, str], reader: str, who: str
) -> list[Record]:
    """Add one reader's signs and settle the labels anew.

    Parameters
    ----------
    records : sequence of Record
    readings : mapping of str to str
        Record id → one sign per actor.
    reader : str
        The column: ``reader1``, ``reader2``.
    who : str
        Which reader it was; recorded in ``labels_by``.

    Raises
    ------
    CorpusError
        Where a record is unknown or the number of signs differs from that of its actors.
    """
    unknown = set(readings) - {record.id for record in records}
    if unknown:
        raise CorpusError(f"reading of an unknown record {min(unknown)!r}")
    return [
        _add_reading(record, readings[record.id], reader, who) if record.id in readings else record
        for record in records
    ]


def _add_reading(record: Record, signs: str, reader: str, who: str) -> Record:
    if len(signs) != len(record.actors):
        raise CorpusError(f"{record.id} has {len(record.actors)} actors and {len(signs)} signs")
    actors = tuple(
        _settle(replace(actor, readings={**actor.readings, reader: LABEL_OF_SIGN[sign]}))
        for actor, sign in zip(record.actors, signs, strict=True)
    )
    return replace(record, actors=actors, labels_by={**record.labels_by, reader: who})


def _settle(actor: LabelledActor) -> LabelledActor:
    label = majority_label(actor.readings)
    return replace(actor, label=Label(label) if label else None)


def part_contested(records: Iterable[Record]) -> tuple[list[Record], list[Record]]:
    """Part records into what a majority has labelled, and what is kept aside."""
    clean, aside = [], []
    for record in records:
        labelled = tuple(a for a in record.actors if a.label is not None)
        contested = tuple(a for a in record.actors if a.label is None)
        if labelled:
            clean.append(replace(record, actors=labelled))
        if contested:
            aside.append(replace(record, actors=contested))
    return clean, aside


def join_contested(clean: Sequence[Record], aside: Sequence[Record]) -> list[Record]:
    """Undo :func:`part_contested`: actors in the order of their first mention."""
    joined = {record.id: record for record in clean}
    for record in aside:
        known = joined.get(record.id)
        actors = (*(known.actors if known else ()), *record.actors)
        joined[record.id] = replace(known or record, actors=tuple(sorted(actors, key=_first_mention)))
    return list(joined.values())


def _first_mention(actor: LabelledActor) -> tuple[int, int]:
    return min(actor.mentions, default=(0, 0))
