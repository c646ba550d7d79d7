"""Marked voices and found voices → span F1 and holder accuracy by kind, with bootstrap intervals."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from stance.data_files import data_file
from stance.errors import CorpusError
from stance.learning.corpus import Record
from stance.learning.evaluation import Interval
from stance.reading.contexts import ArticleReader
from stance.reading.mentions import find_mentions
from stance.reading.sentences import ENGLISH, GERMAN, split_sentences
from stance.reading.voices import find_voices
from stance.records import Actor, ActorKind, Article, Voice

__all__ = [
    "GoldArticle",
    "VoiceScore",
    "gold_of_record",
    "half_of",
    "print_voice_scores",
    "read_gold",
    "same_holder",
    "score_voices",
]

_MARK = re.compile(r"\{(?P<kind>direct|indirect|attributed|headline)>(?P<holder>[^|{}]*)\||(?P<close>\})")
_QUOTED = re.compile(r"[„“\"«»‚‘›‹][^„“”\"«»]{12,}")
_SUBJUNCTIVE = re.compile(
    r"\b(?:sei|seien|habe|werde|könne|müsse|solle|wolle|dürfe|gebe|lasse|hätten|hätte|würden)\b"
)
_NAME_WORD = re.compile(r"\w{3,}")
# Shared by any two phrases: they say nothing of who is meant.
_EMPTY_WORDS = frozenset(
    """der die das des dem den ein eine einer eines einem einen und von vom für bei aus beim sein seine ihr
    ihre
    the and for from his her""".split()
)
AUTHOR = "author"


@dataclass(frozen=True)
class GoldVoice:
    """A marked span; ``kind`` is ``author`` where the author is marked."""

    start: int
    end: int
    holder: str
    kind: str


@dataclass(frozen=True)
class GoldArticle:
    """An article with marked voices; ``complete`` where what is unmarked is the author's."""

    id: str
    article: Article
    actors: tuple[Actor, ...]
    voices: tuple[GoldVoice, ...]
    construction: str
    complete: bool
    language: str = "de"


@dataclass(frozen=True)
class VoiceScore:
    """Span F1 over characters and the share of marked spans whose holder is right."""

    spans: int
    f1: float
    f1_interval: Interval
    holder: float
    holder_interval: Interval


def read_gold(path: str | Path) -> list[GoldArticle]:
    """Read the hand-made gold: one JSON object a line, ``marked`` with ``{kind>holder|span}``."""
    gold = []
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), 1):
        try:
            gold.append(_gold_of_line(json.loads(line)))
        except (KeyError, ValueError) as error:
            raise CorpusError(f"breaks the schema: {error!r}", f"{path}:{number}") from None
    if not gold:
        raise CorpusError("holds no marked text", path)
    return gold


def _gold_of_line(data: Mapping[str, object]) -> GoldArticle:
    title = data.get("title")
    marked = f"{title}\n\n{data['marked']}" if title else str(data["marked"])
    text, voices = _resolve(marked)
    head, _, body = text.partition("\n\n") if title else ("", "", text)
    listed = data.get("actors", ())
    pairs = [str(a).split("=") for a in listed] if isinstance(listed, list) else []
    actors = tuple(Actor(name, name, forms=(form,), kind=ActorKind.person) for name, form in pairs)
    article = Article(body, title=head or None)
    return GoldArticle(
        str(data["id"]), article, actors, voices, str(data["construction"]), True, str(data["language"])
    )


def _resolve(marked: str) -> tuple[str, tuple[GoldVoice, ...]]:
    parts: list[str] = []
    voices: list[GoldVoice] = []
    opened: list[tuple[str, str, int]] = []
    at = length = 0
    for found in _MARK.finditer(marked):
        parts.append(marked[at : found.start()])
        length += len(parts[-1])
        at = found.end()
        if found["kind"]:
            opened.append((found["kind"], found["holder"], length))
        else:
            kind, holder, start = opened.pop()
            voices.append(GoldVoice(start, length, holder, kind))
    return "".join([*parts, marked[at:]]), tuple(voices)


def gold_of_record(record: Record) -> GoldArticle:
    """The voices that a corpus record marks; its spans are whole sentences and cover only part of it."""
    shift = record.article.text_start
    voices = {
        GoldVoice(v.span[0] + shift, v.span[1] + shift, v.holder, _kind_of(record, v.holder, *v.span))
        for actor in record.actors
        for v in actor.voices
    }
    actors = tuple(Actor(f"{record.id}#{i}", a.name, forms=a.forms) for i, a in enumerate(record.actors))
    ordered = tuple(sorted(voices, key=lambda v: (v.start, v.end, v.holder)))
    return GoldArticle(record.id, record.article, actors, ordered, record.genre, False, record.language)


def _kind_of(record: Record, holder: str, start: int, end: int) -> str:
    """The kind of a corpus mark, told by its surface alone: quotation marks, Konjunktiv, neither."""
    if holder == AUTHOR:
        return AUTHOR
    span = record.text[start:end]
    if _QUOTED.search(span) or record.genre == "interview":
        return "direct"
    return "indirect" if _SUBJUNCTIVE.search(span) else "attributed"


def half_of(record_id: str) -> str:
    """``dev`` or ``test``, by a hash of the id."""
    return "dev" if hashlib.sha256(record_id.encode()).digest()[0] % 2 == 0 else "test"


def same_holder(found: Actor | str | None, wanted: str) -> bool:
    """Whether two holders share a word of three letters that is no article, endings aside.

    Lenient: "Landgericht Halle" and "Landgericht Bonn" count as the same.
    """
    name = found.name if isinstance(found, Actor) else found or ""
    if name.casefold() == wanted.casefold():
        return True
    mine = {w.casefold() for w in _NAME_WORD.findall(name)} - _EMPTY_WORDS
    theirs = {w.casefold() for w in _NAME_WORD.findall(wanted)} - _EMPTY_WORDS
    return any(
        a == b or (min(len(a), len(b)) >= 5 and (a.startswith(b) or b.startswith(a)))
        for a in mine
        for b in theirs
    )


def voices_of(gold: GoldArticle, readers: Mapping[str, ArticleReader] | None = None) -> tuple[Voice, ...]:
    """What the rules find in a gold article."""
    rules = GERMAN if gold.language == "de" else ENGLISH
    sentences = split_sentences(gold.article.full_text, gold.article.title_end, rules)
    mentions = find_mentions(gold.article, gold.actors)
    if readers and gold.language in readers:
        mentions = readers[gold.language].resolve(gold.article, mentions)
    return find_voices(gold.article, sentences, mentions, gold.language)


def _tally(gold: GoldArticle, voices: Sequence[Voice], whole: bool) -> dict[str, list[int]]:
    """By kind: true, missed and false characters, spans, holders right."""
    length = len(gold.article.full_text)
    mine = np.full(length, -1)
    for number, voice in enumerate(voices):
        mine[voice.start : voice.end] = number
    if whole:
        mine = _widened(gold, mine)
    counts: dict[str, list[int]] = {}
    outside = np.ones(length, dtype=bool)
    for mark in gold.voices:
        found = mine[mark.start : mark.end]
        outside[mark.start : mark.end] = False
        tally = counts.setdefault(mark.kind, [0, 0, 0, 0, 0])
        tally[3] += 1
        if mark.kind == AUTHOR:
            tally[2] += int((found >= 0).sum())
            tally[4] += int((found < 0).mean() > 0.5)
            continue
        tally[0] += int((found >= 0).sum())
        tally[1] += int((found < 0).sum())
        owners = found[found >= 0]
        main = int(np.bincount(owners).argmax()) if len(owners) else -1
        tally[4] += int(main >= 0 and same_holder(voices[main].holder, mark.holder))
    if gold.complete:
        for number, voice in enumerate(voices):
            false = int(((mine == number) & outside).sum())
            if false:
                counts.setdefault(str(voice.kind), [0, 0, 0, 0, 0])[2] += false
    return counts


def _widened(gold: GoldArticle, mine: np.ndarray) -> np.ndarray:
    """Give a sentence wholly to the voice that holds most of it, where voices hold a third."""
    rules = GERMAN if gold.language == "de" else ENGLISH
    wide = mine.copy()
    for sentence in split_sentences(gold.article.full_text, gold.article.title_end, rules):
        part = mine[sentence.start : sentence.end]
        owners = part[part >= 0]
        if len(owners) * 3 >= len(part) and len(owners):
            wide[sentence.start : sentence.end] = np.bincount(owners).argmax()
        else:
            wide[sentence.start : sentence.end] = -1
    return wide


def score_voices(
    articles: Iterable[GoldArticle],
    readers: Mapping[str, ArticleReader] | None = None,
    *,
    whole: bool = False,
    resamples: int = 1000,
) -> dict[str, VoiceScore]:
    """Score the rules by kind and over ``all``, in characters, with 95 % intervals over articles.

    Parameters
    ----------
    articles : iterable of GoldArticle
    readers : mapping of str to ArticleReader, optional
        Resolve epithets and pronouns among the mentions, by language.
    whole : bool, default=False
        Count sentences as a whole, as the corpus marks them: the verb of saying goes with its speech.
    resamples : int, default=1000
    """
    tallies = [_tally(gold, voices_of(gold, readers), whole) for gold in articles]
    kinds = sorted({kind for tally in tallies for kind in tally})
    scores = {}
    draws = np.random.default_rng(0).multinomial(
        len(tallies), np.full(len(tallies), 1 / len(tallies)), resamples
    )
    for kind in [*kinds, "all"]:
        rows = np.array([_sum_of(t, kind) for t in tallies], dtype=float).reshape(-1, 5)
        f1, holder = _figures(rows.sum(axis=0)[None])
        f1s, holders = _figures(draws @ rows)
        scores[kind] = VoiceScore(
            int(rows[:, 3].sum()), float(f1[0]), _interval(f1s), float(holder[0]), _interval(holders)
        )
    return scores


def _sum_of(tally: Mapping[str, Sequence[int]], kind: str) -> list[int]:
    rows = [t for k, t in tally.items() if k == kind or (kind == "all" and k != AUTHOR)]
    total = [sum(column) for column in zip(*rows, strict=True)] if rows else [0] * 5
    if kind == "all":
        total[2] += tally.get(AUTHOR, [0, 0, 0])[2]
    return total


def _figures(sums: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    true, missed, false, spans, right = sums.T
    whole = 2 * true + missed + false
    f1 = np.divide(2 * true, whole, out=np.zeros_like(true), where=whole > 0)
    return f1, np.divide(right, spans, out=np.zeros_like(true), where=spans > 0)


def _interval(values: np.ndarray) -> Interval:
    return Interval(*map(float, np.percentile(values, [2.5, 97.5])))


def print_voice_scores(records: Sequence[Record], half: str, stream: IO[str]) -> None:
    """Print the figures on the hand-made gold and on one half of the marked records."""
    if half not in ("dev", "test"):
        raise CorpusError(f"--half {half!r} is neither dev nor test")
    marked = [gold_of_record(r) for r in records if any(a.voices for a in r.actors) and half_of(r.id) == half]
    readers = {"de": ArticleReader([])}
    tables = {"gold, by character": score_voices(read_gold(data_file("voices-gold.jsonl")))}
    if marked:
        tables[f"corpus {half}, by character"] = score_voices(marked, readers)
        tables[f"corpus {half}, by sentence"] = score_voices(marked, readers, whole=True)
    for name, scores in tables.items():
        print(f"{name}\n  {'kind':<11}{'spans':>6}  {'span F1':<22}{'holder'}", file=stream)
        for kind, s in scores.items():
            f1 = "-" if kind == AUTHOR else f"{s.f1:.3f} {s.f1_interval}"
            print(f"  {kind:<11}{s.spans:>6}  {f1:<22}{s.holder:.3f} {s.holder_interval}", file=stream)
