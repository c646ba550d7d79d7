"""Labelled files of others → our records; read where a user keeps them, never kept by us."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from stance.errors import CorpusError, MarkupError
from stance.learning.corpus import LabelledActor, Record, read_corpus, record_of_markup
from stance.learning.markup import parse_blocks
from stance.records import Label

__all__ = ["IMPORTERS", "import_corpus", "read_labelled"]

_OF_POLARITY = {-1: Label.against, 0: Label.neutral, 1: Label.favor}


def import_corpus(source: str, path: str | Path) -> list[Record]:
    """Read a file in the format named ``source``.

    Raises
    ------
    CorpusError
        Where the format is unknown or a line does not fit it; with its number.
    """
    try:
        read = IMPORTERS[source]
    except KeyError:
        raise CorpusError(f"unknown format {source!r}", hint=f"one of {', '.join(IMPORTERS)}") from None
    return list(read(Path(path)))


def read_labelled(place: str) -> list[Record]:
    """Read our own corpus, or ``format:file`` in one of the formats of ``IMPORTERS``."""
    source, colon, path = place.partition(":")
    if colon and source in IMPORTERS:
        return import_corpus(source, path)
    return read_corpus(place)


def _read_lines(path: Path, build: Callable[[Any], Record]) -> Iterator[Record]:
    try:
        handle = path.open("rb")
    except OSError as error:
        raise CorpusError(f"cannot be read: {error.strerror}", path) from None
    with handle:
        for number, line in enumerate(handle, 1):
            if not line.strip():
                continue
            try:
                yield build(msgspec.json.decode(line))
            except (msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
                raise CorpusError(f"does not fit the format: {error!r}", f"{path}:{number}") from None


def _one_target(key: str, text: str, start: int, end: int, label: Label, language: str) -> Record:
    form = text[start:end]
    actor = LabelledActor(form, (form,), label, ((start, end),))
    return Record(key, text, (actor,), language=language)


def read_gerntsa(path: Path) -> Iterator[Record]:
    """GerNTSA's actor subset: ``text, target, start, end, label`` a line."""
    return _read_lines(
        path, lambda d: _one_target(d["id"], d["text"], d["start"], d["end"], Label(d["label"]), "de")
    )


def read_newsmtsc(path: Path) -> Iterator[Record]:
    """NewsMTSC (Hamborg & Donnay 2021): ``sentence, from, to, polarity`` a line; grouped by sentence."""

    def build(d: Any) -> Record:
        # Rows of one sentence share the id up to the name; they must stay on one side of a split.
        return _one_target(
            d["sentence"], d["sentence"], d["from"], d["to"], _OF_POLARITY[int(d["polarity"])], "en"
        )

    return _read_lines(path, build)


def read_markup(path: Path) -> Iterator[Record]:
    """Our own authoring notation, see :mod:`stance.learning.markup`; ids are file name and number."""
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"cannot be read: {error}", path) from None
    try:
        for number, (_, marked) in enumerate(parse_blocks(source), 1):
            yield record_of_markup(marked, f"{path.stem}-{number:03d}", path.stem)
    except MarkupError as error:
        raise error.at(f"{path}, {error.where}") from None


IMPORTERS: dict[str, Callable[[Path], Iterator[Record]]] = {
    "gerntsa": read_gerntsa,
    "newsmtsc": read_newsmtsc,
    "markup": read_markup,
}
