"""Labelled files of others → our records; read where a user keeps them, never kept by us."""

from __future__ import annotations

import csv
import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import msgspec

from stance.errors import CorpusError, MarkupError, MissingExtraError
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
            except KeyError as error:
                raise CorpusError(f"misses the field {error}", f"{path}:{number}") from None
            except msgspec.DecodeError as error:
                raise CorpusError(f"broken JSON: {error}", f"{path}:{number}", "one object a line") from None
            except (TypeError, ValueError) as error:
                raise CorpusError(f"does not fit the format: {error}", f"{path}:{number}") from None


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


_WORDS = {
    Label.favor: "favor favour + 1 1.0 positiv positive pro support",
    Label.neutral: "neutral none 0 0.0 neither ausgewogen",
    Label.against: "against - -1 -1.0 negativ negative contra anti oppose",
}
_OF_WORD = {word: label for label, words in _WORDS.items() for word in words.split()}


def _label_of(value: object) -> Label:
    """Read a label as people write it: favor, positiv, +, 1, FAVOR …"""
    try:
        if value is None:
            raise KeyError
        return _OF_WORD[str(value).strip().lower()]
    except KeyError:
        known = "favor, neutral, against, +, 0, -, 1, -1, positiv, negativ"
        raise ValueError(f"label {value!r} is none of {known}") from None


def _of_spans(key: str, text: str, spans: Iterable[tuple[int, int, object]]) -> Record:
    """Spans with the same words are mentions of one actor; they must agree in their label."""
    found: dict[str, list[tuple[int, int, Label]]] = {}
    for start, end, label in spans:
        if not 0 <= int(start) < int(end) <= len(text):
            raise ValueError(f"span [{start}, {end}] lies outside the text")
        found.setdefault(text[start:end], []).append((int(start), int(end), _label_of(label)))
    actors = []
    for name, places in found.items():
        labels = {label for _, _, label in places}
        if len(labels) > 1:
            raise ValueError(f"{name!r} carries two labels")
        actors.append(LabelledActor(name, (name,), labels.pop(), tuple((s, e) for s, e, _ in places)))
    return Record(key, text, tuple(actors))


def read_doccano(path: Path) -> Iterator[Record]:
    """doccano's JSONL of a sequence labelling project: ``text``, ``label: [[start, end, label]]``."""
    return _read_lines(
        path,
        lambda d: _of_spans(
            str(d.get("id", _key(d["text"]))), d["text"], d["label"] if "label" in d else d["entities"]
        ),
    )


def read_prodigy(path: Path) -> Iterator[Record]:
    """Prodigy's JSONL: ``text``, ``spans: [{start, end, label}]``; only accepted tasks."""

    def build(d: Any) -> Record:
        spans = d.get("spans", ()) if d.get("answer", "accept") == "accept" else ()
        return _of_spans(_key(d["text"]), d["text"], ((s["start"], s["end"], s["label"]) for s in spans))

    return (record for record in _read_lines(path, build) if record.actors)


def read_labelstudio(path: Path) -> Iterator[Record]:
    """Label Studio's JSON export of span labels: the first finished annotation of each task."""
    try:
        tasks = msgspec.json.decode(path.read_bytes())
    except OSError as error:
        raise CorpusError(f"cannot be read: {error.strerror}", path) from None
    except msgspec.DecodeError as error:
        raise CorpusError(f"is no JSON: {error}", path, "export as JSON, not JSON-MIN or CSV") from None
    for number, task in enumerate(tasks, 1):
        try:
            done = [a for a in task["annotations"] if not a.get("was_cancelled")]
            results = done[0]["result"] if done else []
            spans = [
                (r["value"]["start"], r["value"]["end"], r["value"]["labels"][0])
                for r in results
                if "labels" in r.get("value", {})
            ]
            record = _of_spans(str(task.get("id", number)), task["data"]["text"], spans)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise CorpusError(f"does not fit the format: {error!r}", f"{path}, task {number}") from None
        if record.actors:
            yield record


def read_semeval2016(path: Path) -> Iterator[Record]:
    """SemEval-2016 Task 6 (Mohammad et al. 2016): tab-separated ``ID, Target, Tweet, Stance``.

    A target counts where the tweet names it, by its whole name or its last word.
    """
    for number, row in _read_table(path, "\t"):
        try:
            target, text = row["Target"], row["Tweet"]
            forms = tuple(dict.fromkeys((target, target.split()[-1])))
            actor = LabelledActor(target, forms, _label_of(row["Stance"]))
            yield Record(row["ID"], text, (actor,), language="en")
        except (KeyError, ValueError, IndexError) as error:
            raise CorpusError(f"does not fit the format: {error}", f"{path}:{number}") from None


def _read_table(path: Path, delimiter: str) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise CorpusError(f"cannot be read: {error.strerror}", path) from None
    lines = (line.rstrip("\r") for line in text.split("\n") if line)
    yield from enumerate(csv.DictReader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE), 2)


_COLUMNS = {
    "text": ("text", "volltext"),
    "actor": ("actor", "akteur"),
    "label": ("label", "stance", "tonalität"),
}


def read_excel(path: Path) -> Iterator[Record]:
    """The first sheet of an Excel file, one pair a row: ``text``, ``actor``, ``label``, ``id`` if any.

    Rows of the same text (and id) are one record.
    """
    rows = _sheet_rows(path)
    try:
        heading = [str(cell or "").strip().lower() for cell in next(rows)]
    except StopIteration:
        raise CorpusError("holds no row", path) from None
    places = {}
    for name, known in _COLUMNS.items():
        found = [heading.index(word) for word in known if word in heading]
        if not found:
            raise CorpusError(f"has no column {name!r}", path, "the first row names text, actor and label")
        places[name] = found[0]
    key_at = heading.index("id") if "id" in heading else None
    texts: dict[tuple[str, str], list[LabelledActor]] = {}
    for number, row in enumerate(rows, 2):
        text = str(row[places["text"]] or "")
        name = str(row[places["actor"]] or "").strip()
        if not text or not name:
            continue
        try:
            label = _label_of(row[places["label"]])
        except ValueError as error:
            raise CorpusError(str(error), f"{path}, row {number}") from None
        given = row[key_at] if key_at is not None else None
        key = _key(text) if given is None else str(given)
        forms = tuple(dict.fromkeys((name, name.split()[-1])))
        texts.setdefault((key, text), []).append(LabelledActor(name, forms, label))
    for (key, text), actors in texts.items():
        yield Record(key, text, tuple(actors))


def _sheet_rows(path: Path) -> Iterator[tuple[Any, ...]]:
    try:
        from openpyxl import load_workbook
        from openpyxl.utils.exceptions import InvalidFileException
    except ImportError:
        raise MissingExtraError("reading Excel needs openpyxl", path, extra="excel") from None
    damage = (
        *(BadZipFile, zlib.error, EOFError, InvalidFileException),
        # What openpyxl lets pass of a zip that holds other things than a workbook, or broken XML.
        *(KeyError, IndexError, ValueError, TypeError, AttributeError, SyntaxError),
    )
    try:
        # A file of ours and read at once: of a damaged sheet, met on its way, openpyxl closes nothing.
        with path.open("rb") as handle:
            book = load_workbook(handle, read_only=True, data_only=True)
            rows = list(book.worksheets[0].iter_rows(values_only=True))
    except OSError as error:
        raise CorpusError(f"cannot be read: {error.strerror}", path) from None
    except damage:
        raise CorpusError("is no Excel file, or a damaged one", path, "save it as .xlsx again") from None
    yield from rows


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


IMPORTERS: dict[str, Callable[[Path], Iterator[Record]]] = {
    "gerntsa": read_gerntsa,
    "newsmtsc": read_newsmtsc,
    "semeval2016": read_semeval2016,
    "labelstudio": read_labelstudio,
    "doccano": read_doccano,
    "prodigy": read_prodigy,
    "excel": read_excel,
    "markup": read_markup,
}
