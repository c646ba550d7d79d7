"""Result files of ``stance predict`` → one :class:`Result` per (article, actor)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stance.errors import ResultError
from stance.records import Evidence, Label, Part
from stance.serving.result_tables import read_bytes, read_csv, read_excel, read_parquet

__all__ = ["ActorName", "Result", "ResultArticle", "Span", "Voice", "read_results"]


@dataclass(frozen=True)
class ResultArticle:
    """What a result says about its article; everything is optional."""

    id: str | None = None
    title: str | None = None
    path: str | None = None
    outlet: str | None = None
    published: str | None = None
    url: str | None = None
    text: str | None = None
    topic: str | None = None
    medium: str | None = None

    @property
    def key(self) -> tuple[str | None, ...]:
        """What tells one article from another."""
        return (self.id, self.path, self.title)

    @property
    def month(self) -> str | None:
        """Year and month of publication, ``2026-03``; None where no date is given."""
        day = self.day
        return day[:7] if day else None

    @property
    def day(self) -> str | None:
        """The day of publication, ``2026-03-14``; None where no date is given."""
        found = _ISO.match(self.published or "")
        if found:
            return "-".join(found.groups())
        german = _GERMAN.match(self.published or "")
        return f"{german[3]}-{int(german[2]):02d}-{int(german[1]):02d}" if german else None


_ISO = re.compile(r"\s*(\d{4})-(0[1-9]|1[0-2])-([0-3]\d)(?!\d)")
_GERMAN = re.compile(r"\s*([0-3]?\d)\.\s?(0?[1-9]|1[0-2])\.\s?(\d{4})(?!\d)")


@dataclass(frozen=True)
class ActorName:
    """The actor of a result."""

    id: str
    name: str


@dataclass(frozen=True)
class Span:
    """A mention: characters ``start`` to ``end`` of the article's ``part``."""

    start: int
    end: int
    part: Part = Part.TEXT


@dataclass(frozen=True)
class Voice:
    """Whose words stand in ``spans``, and what they add to the margin; without a holder the author's."""

    holder: str | None = None
    contribution: float = 0.0
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Result:
    """The stance of one article toward one actor, as a result file tells it."""

    article: ResultArticle
    actor: ActorName
    label: Label
    probabilities: Mapping[Label, float]
    abstained: bool = False
    ambivalent: bool = False
    mention_count: int = 0
    evidence: tuple[Evidence, ...] = ()
    mentions: tuple[Span, ...] = ()
    voices: tuple[Voice, ...] = ()

    @property
    def score(self) -> float:
        """P(favor) - P(against)."""
        return self.probabilities[Label.favor] - self.probabilities[Label.against]

    @property
    def confidence(self) -> float:
        """The probability of the label."""
        return self.probabilities[self.label]


def read_results(files: Iterable[str | Path]) -> list[Result]:
    """Read JSONL, JSON, CSV, Parquet and Excel files, and folders of parts, that ``stance predict`` wrote.

    A pair of article and actor that several files hold counts once: the first.

    Raises
    ------
    ResultError
        Where a file is missing, empty, or holds something else than results.
    MissingExtraError
        Where the library that reads Parquet or Excel is not installed.
    """
    found: dict[tuple[object, ...], Result] = {}
    for path in _list_files(files):
        reader = _READERS.get(path.suffix.lower())
        if reader is None:
            raise ResultError(f"{path.suffix or 'no suffix'} is no result format", path, _FORMATS)
        for result in reader(path):
            found.setdefault((*result.article.key, result.actor.id), result)
    if not found:
        raise ResultError("hold no result", " ".join(map(str, files)), "write some with 'stance predict'")
    return list(found.values())


def _list_files(files: Iterable[str | Path]) -> Iterator[Path]:
    for path in map(Path, files):
        # A bulk run writes a folder of parts.
        yield from sorted(path.rglob("*.parquet")) if path.is_dir() else [path]


_FORMATS = "give .jsonl, .json, .csv, .parquet or .xlsx of 'stance predict'"


@dataclass(frozen=True)
class _Judgement:
    """A prediction as JSON holds it."""

    actor: ActorName
    label: Label
    probabilities: dict[Label, float]
    abstained: bool = False
    ambivalent: bool = False
    mentions: tuple[Span, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    voices: tuple[Voice, ...] = ()


@dataclass(frozen=True)
class _Line:
    article: ResultArticle
    predictions: list[_Judgement]


def _read_lines(path: Path) -> Iterator[Result]:
    import msgspec

    decoder = msgspec.json.Decoder(_Line)
    data = read_bytes(path).removeprefix(b"\xef\xbb\xbf")
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            yield from _results_of(_decode(decoder.decode, line, f"{path}:{number}"))


def _read_json(path: Path) -> Iterator[Result]:
    import msgspec

    decoder = msgspec.json.Decoder(_Line | list[_Line])
    found = _decode(decoder.decode, read_bytes(path), path)
    for line in found if isinstance(found, list) else [found]:
        yield from _results_of(line)


def _decode(decode: Callable[[bytes], Any], data: bytes, where: str | Path) -> Any:
    import msgspec

    try:
        return decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ResultError(f"is no result: {error}", where, "write it with 'stance predict'") from None


def _results_of(line: _Line) -> Iterator[Result]:
    for p in line.predictions:
        yield Result(
            line.article, p.actor, p.label, {label: p.probabilities.get(label, 0.0) for label in Label},
            p.abstained, p.ambivalent, len(p.mentions), p.evidence, p.mentions, p.voices,
        )  # fmt: skip


_NEEDED = ("actor", "label", "favor", "neutral", "against")
_ARTICLE_COLUMNS = ("title", "path", "outlet", "published", "url", "topic", "medium")


def _results_of_table(rows: Iterable[tuple[int, Mapping[str, Any]]], path: Path) -> Iterator[Result]:
    for number, row in rows:
        missing = [name for name in _NEEDED if row.get(name) in (None, "")]
        if missing:
            raise ResultError(f"has no {missing[0]!r}", f"{path}:{number}", _NEEDED_HINT)
        try:
            yield _result_of_row(row)
        except ValueError as error:
            raise ResultError(f"is no result: {error}", f"{path}:{number}", _NEEDED_HINT) from None


_NEEDED_HINT = f"columns as 'stance predict --format csv' writes them: {', '.join(_NEEDED)}, …"


def _result_of_row(row: Mapping[str, Any]) -> Result:
    article = ResultArticle(
        id=_text(row.get("article_id")), **{name: _text(row.get(name)) for name in _ARTICLE_COLUMNS}
    )
    sentence = _text(row.get("evidence"))
    # A table tells the sentence, not its share: 0 stands for "not told".
    evidence = (Evidence(0, 0, sentence, 0.0),) if sentence else ()
    name = _text(row["actor"]) or ""
    return Result(
        article,
        ActorName(_text(row.get("actor_id")) or name, name),
        Label(str(row["label"])),
        {label: _number(row[str(label)]) for label in Label},
        _is_true(row.get("abstained")),
        _is_true(row.get("ambivalent")),
        int(_number(row.get("mentions") or 0)),
        evidence,
    )


def _text(value: Any) -> str | None:
    """A cell as text, without the apostrophe that kept a spreadsheet from running it."""
    if value is None or value == "":
        return None
    text = str(value)
    return text[1:] if text.startswith("'") and text[1:2] in _FORMULA else text


_FORMULA: Sequence[str] = ("=", "+", "-", "@")


def _number(value: Any) -> float:
    number = float(str(value).replace(",", "."))
    if not -1e9 < number < 1e9:
        raise ValueError(f"{value!r:.20} is no number of a result")
    return number


def _is_true(value: Any) -> bool:
    # German Excel writes WAHR.
    return str(value).strip().lower() in ("true", "wahr", "1")


def _of_table(
    read: Callable[[Path], Iterator[tuple[int, Mapping[str, Any]]]],
) -> Callable[[Path], Iterator[Result]]:
    return lambda path: _results_of_table(read(path), path)


_READERS: Mapping[str, Callable[[Path], Iterator[Result]]] = {
    ".jsonl": _read_lines,
    ".ndjson": _read_lines,
    ".json": _read_json,
    ".csv": _of_table(read_csv),
    ".parquet": _of_table(read_parquet),
    ".xlsx": _of_table(read_excel),
}
