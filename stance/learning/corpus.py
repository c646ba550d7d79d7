"""Corpus files → labelled records → labelled contexts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from stance.errors import CorpusError
from stance.learning.markup import MarkedText
from stance.reading.contexts import ArticleReader
from stance.reading.mentions import find_mentions
from stance.records import Actor, ActorContext, Article, Label, Mention, MentionKind
from stance.whole_files import whole_file

__all__ = [
    "CONTESTED",
    "LabelledActor",
    "LabelledContext",
    "LabelledVoice",
    "Record",
    "build_labelled_contexts",
    "digest_corpus",
    "read_corpus",
    "record_of_markup",
    "subset",
    "write_corpus",
]


CONTESTED = "contested.jsonl"


@dataclass(frozen=True)
class LabelledVoice:
    """A span in which ``holder`` (``author``, an actor's or a person's name) takes a stance."""

    holder: str
    label: str
    span: tuple[int, int]


@dataclass(frozen=True)
class LabelledActor:
    """An actor of a record: its forms and spans, its label, and who gave which label.

    ``label`` is the majority of the readings, None where they have none.
    """

    name: str
    forms: tuple[str, ...]
    label: Label | None
    mentions: tuple[tuple[int, int], ...] = ()
    readings: Mapping[str, str] = field(default_factory=dict)
    voices: tuple[LabelledVoice, ...] = ()


@dataclass(frozen=True)
class Record:
    """One article or passage of a corpus; spans count characters of ``text``.

    ``split`` is train, dev or test, by document. ``shift`` is a second split, train or test, whose
    sides share neither a topic nor an actor; empty where a record fits neither side.
    """

    id: str
    text: str
    actors: tuple[LabelledActor, ...]
    title: str | None = None
    genre: str = ""
    topic: str = ""
    language: str = "de"
    mix: str = ""
    difficulty: str = ""
    split: str = ""
    shift: str = ""
    labels_by: Mapping[str, str] = field(default_factory=dict)

    @property
    def article(self) -> Article:
        """The record as an article to predict on."""
        return Article(self.text, title=self.title, id=self.id, language=self.language)


@dataclass(frozen=True)
class LabelledContext:
    """A row of training data: a context, its label, and what it must not be split from."""

    context: ActorContext
    label: Label
    record: Record
    actor: LabelledActor


def read_corpus(*paths: str | Path) -> list[Record]:
    """Read JSONL files, or all ``*.jsonl`` of a folder but ``contested.jsonl``.

    What no majority could label is read only where it is named: it is never trained on.

    Raises
    ------
    CorpusError
        Where nothing is found or a line breaks the schema; with the number of the line.
    """
    records: list[Record] = []
    for file in corpus_files(*paths):
        with file.open("rb") as handle:
            for number, line in enumerate(handle, 1):
                if line.strip():
                    records.append(_read_line(line, f"{file}:{number}"))
    if not records:
        raise CorpusError("holds no record", paths[0] if paths else None)
    return records


def corpus_files(*paths: str | Path) -> list[Path]:
    """The files of a corpus, in reading order."""
    files: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            files += sorted(p for p in path.glob("*.jsonl") if p.name != CONTESTED)
        elif path.is_file():
            files.append(path)
        else:
            raise CorpusError("no such corpus", path, "give a .jsonl file or a folder of them")
    return files


def digest_corpus(records: Iterable[Record]) -> str:
    """A SHA-256 over all that training sees: two corpora with the same digest train alike."""
    digest = hashlib.sha256()
    for record in records:
        actors = [(a.name, a.forms, a.label, a.mentions) for a in record.actors]
        about = (record.id, record.title, record.genre, record.topic, record.mix, record.split)
        digest.update(msgspec.json.encode((about, record.text, actors)))
    return digest.hexdigest()


def _read_line(line: bytes, where: str) -> Record:
    try:
        data = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CorpusError(f"broken JSON: {error}", where) from None
    try:
        return record_from_data(data)
    except CorpusError as error:
        raise error.at(where) from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CorpusError(f"breaks the schema: {error!r}", where, "see data/README.md") from None


def record_from_data(data: Any) -> Record:
    """Build a record from the mapping of one corpus line; actors need ``name`` and ``label``."""
    actors = tuple(_actor_from_data(actor, data["text"]) for actor in data["actors"])
    optional = {
        key: data[key] or ""
        for key in ("genre", "topic", "language", "mix", "difficulty", "split", "shift")
        if key in data
    }
    return Record(
        id=str(data["id"]),
        text=data["text"],
        actors=actors,
        title=data.get("title"),
        labels_by=data.get("labels_by", {}),
        **optional,
    )


def _actor_from_data(data: Any, text: str) -> LabelledActor:
    mentions = tuple((int(s), int(e)) for s, e in data.get("mentions", ()))
    for start, end in mentions:
        if not 0 <= start < end <= len(text):
            raise CorpusError(f"span [{start}, {end}] of {data['name']!r} lies outside the text")
    label = data["label"]
    return LabelledActor(
        name=data["name"],
        forms=tuple(data.get("forms", ())) or tuple(dict.fromkeys(text[s:e] for s, e in mentions)),
        label=None if label is None else Label(label),
        mentions=mentions,
        readings=data.get("readings", {}),
        voices=tuple(
            LabelledVoice(v["holder"], v["label"], (v["span"][0], v["span"][1]))
            for v in data.get("voices", ())
        ),
    )


def record_to_data(record: Record) -> dict[str, Any]:
    """Turn a record into the mapping of one corpus line."""
    return {
        "id": record.id,
        "title": record.title,
        "text": record.text,
        "genre": record.genre,
        "topic": record.topic,
        "language": record.language,
        "mix": record.mix,
        "difficulty": record.difficulty,
        "split": record.split,
        "shift": record.shift,
        "actors": [
            {
                "name": actor.name,
                "forms": list(actor.forms),
                "label": actor.label,
                "mentions": [list(span) for span in actor.mentions],
                "readings": dict(actor.readings),
                "voices": [
                    {"holder": v.holder, "target": actor.name, "label": v.label, "span": list(v.span)}
                    for v in actor.voices
                ],
            }
            for actor in record.actors
        ],
        "labels_by": dict(record.labels_by),
    }


def write_corpus(records: Iterable[Record], path: str | Path) -> None:
    """Write records as JSONL, one a line."""
    with whole_file(path) as handle:
        for record in records:
            handle.write(msgspec.json.encode(record_to_data(record)) + b"\n")


def record_of_markup(marked: MarkedText, record_id: str, writer: str, **defaults: str) -> Record:
    """Turn an authored text into a record whose only reading is the writer's own."""
    names = {actor.key: actor.name for actor in marked.actors}
    actors = tuple(
        LabelledActor(
            name=actor.name,
            forms=tuple(dict.fromkeys(marked.text[s:e] for s, e in actor.mentions)),
            label=Label(actor.label),
            mentions=tuple(actor.mentions),
            readings={"writer": actor.label},
            voices=tuple(
                LabelledVoice(names.get(v.holder, v.holder), v.label, (v.start, v.end))
                for v in marked.voices
                if v.target == actor.key
            ),
        )
        for actor in marked.actors
    )
    header = {**defaults, **marked.header}
    known = {k: header[k] for k in ("genre", "topic", "mix", "difficulty") if k in header}
    return Record(record_id, marked.text, actors, title=marked.title, labels_by={"writer": writer}, **known)


def build_labelled_contexts(
    records: Sequence[Record], reader: ArticleReader, mentions: str = "resolved"
) -> Iterator[LabelledContext]:
    """Yield a labelled context for every labelled actor, in the order of the records.

    Registered actors found elsewhere in the text are masked as in prediction.

    Parameters
    ----------
    records : sequence of Record
    reader : ArticleReader
    mentions : str, default="resolved"
        ``names``: the record's own spans that hold a name (its forms are looked for where it has
        no spans). ``resolved``: those, and what the reader makes of epithets and pronouns, as in
        prediction. ``marked``: all spans of the record, which no reader would find.
    """
    for record in records:
        article = record.article
        labelled = {f"{record.id}#{i}": actor for i, actor in enumerate(record.actors)}
        found = _mentions_of(record, article, labelled, reader, marked=mentions == "marked")
        if mentions == "resolved":
            found = reader.resolve(article, found)
        for context in reader.build(article, found, frozenset(labelled)):
            actor = labelled[context.actor.id]
            if actor.label is not None:
                yield LabelledContext(context, actor.label, record, actor)


def _mentions_of(
    record: Record,
    article: Article,
    labelled: Mapping[str, LabelledActor],
    reader: ArticleReader,
    *,
    marked: bool,
) -> list[Mention]:
    shift = article.text_start
    own: list[Mention] = []
    searched: list[Actor] = []
    for key, actor in labelled.items():
        as_actor = Actor(key, actor.name, forms=actor.forms)
        if not actor.mentions:
            searched.append(as_actor)
        spans = actor.mentions if marked else _spans_with_name(record.text, actor)
        for span in spans:
            start, end = _name_within(record.text, *span, actor.name)
            form = record.text[start:end]
            own.append(Mention(as_actor, start + shift, end + shift, form, MentionKind.name))
    own += find_mentions(article, searched)
    taken = sorted((m.start, m.end) for m in own)
    others = [
        m
        for m in reader.finder.find(article)
        if all(m.end <= start or m.start >= end for start, end in taken)
    ]
    return sorted([*own, *others], key=lambda m: (m.start, -m.end))


def _spans_with_name(text: str, actor: LabelledActor) -> Sequence[tuple[int, int]]:
    """The spans that hold a word of the name; all where none does."""
    words = [word for word in actor.name.split() if len(word) > 2]
    found = [
        (start, end)
        for start, end in actor.mentions
        if any(re.search(rf"\b{re.escape(word)}", text[start:end]) for word in words)
    ]
    return found or actor.mentions


def subset(rows: Sequence[LabelledContext], pairs: int, seed: int = 0) -> list[LabelledContext]:
    """Whole documents in random order until ``pairs`` are reached; smaller subsets lie in larger ones."""
    documents = sorted({row.record.id for row in rows})
    order = np.random.default_rng(seed).permutation(len(documents))
    rank = {documents[i]: position for position, i in enumerate(order)}
    return sorted(rows, key=lambda row: rank[row.record.id])[:pairs]


_DETERMINER = re.compile(r"(?:der|die|das|des|dem|den|ein|eine[rnms]?)\s", re.IGNORECASE)


def _name_within(text: str, start: int, end: int, name: str) -> tuple[int, int]:
    """Narrow a marked span to the words of the name, as the matcher would find them.

    "Bundesaußenminister Ruven Achterkamp" is masked from "Ruven" on, so that a title is seen in
    training where it will be seen in prediction. An epithet loses its article.
    """
    form = text[start:end]
    words = [word for word in name.split() if len(word) > 2]
    hits = [m for word in words for m in re.finditer(rf"\b{re.escape(word)}\w*", form)]
    if hits:
        return start + min(m.start() for m in hits), start + max(m.end() for m in hits)
    determiner = _DETERMINER.match(form)
    return (start + determiner.end() if determiner else start), end
