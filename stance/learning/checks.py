"""Corpus records → what is wrong with them, and figures of their variety."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer

from stance.learning.corpus import Record
from stance.reading.mentions import MentionFinder
from stance.records import LABELS, Actor, ActorKind

__all__ = ["Fault", "Variety", "check_corpus", "measure_variety"]

LONGEST_COMMON_RUN = 8
MOST_RECORDS_A_RUN = 3
NEAR_DUPLICATE = 0.5
_SHINGLE = 5
_GENRES = frozenset(
    """agency broadsheet tabloid commentary leitartikel press_review interview portrait feature regional
    business sport swiss austrian""".split()
)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Fault:
    """One thing wrong, with the id of the record it was found in."""

    record: str
    what: str

    def __str__(self) -> str:
        return f"{self.record}: {self.what}"


@dataclass(frozen=True)
class Variety:
    """How varied a corpus is.

    ``curve`` holds (tokens read, types seen); ``most_shared`` the number of records that share the
    most common run of eight words, ``nearest`` the highest Jaccard index of two records' 5-word
    shingles.
    """

    tokens: int
    types: int
    curve: tuple[tuple[int, int], ...]
    unique_bigrams: float
    most_shared: int
    nearest: float


def check_corpus(records: Sequence[Record], registry: Iterable[Actor]) -> list[Fault]:
    """Check ids, spans, labels, genres, splits, duplicates, and real persons of the registry."""
    faults = [*_check_ids(records), *_check_real_persons(records, registry)]
    for record in records:
        faults += _check_record(record)
    faults += [
        Fault(r, f"shares a run of {LONGEST_COMMON_RUN} words: {run!r}") for run, r in _shared_runs(records)
    ]
    for first, second, index in near_duplicates(records):
        leak = "" if first.split == second.split else f", and leaks from {first.split} into {second.split}"
        faults.append(Fault(first.id, f"is a near-duplicate of {second.id} (Jaccard {index:.2f}){leak}"))
    return faults


def _check_ids(records: Sequence[Record]) -> Iterator[Fault]:
    counts = Counter(record.id for record in records)
    yield from (Fault(key, f"id stands {n} times") for key, n in counts.items() if n > 1)


def _check_record(record: Record) -> Iterator[Fault]:
    if record.genre not in _GENRES:
        yield Fault(record.id, f"unknown genre {record.genre!r}")
    if record.mix not in ("balanced", "natural"):
        yield Fault(record.id, f"unknown mix {record.mix!r}")
    if record.split not in ("train", "dev", "test"):
        yield Fault(record.id, f"unknown split {record.split!r}")
    if record.title and not record.text.startswith(record.title):
        yield Fault(record.id, "title does not begin the text")
    for actor in record.actors:
        if actor.label not in LABELS:
            yield Fault(record.id, f"{actor.name!r} has no label")
        if not actor.mentions:
            yield Fault(record.id, f"{actor.name!r} has no mention")
        for start, end in actor.mentions:
            form = record.text[start:end]
            if form != form.strip() or form not in actor.forms:
                yield Fault(record.id, f"span {form!r} is no recorded form of {actor.name!r}")
        for voice in actor.voices:
            if not 0 <= voice.span[0] < voice.span[1] <= len(record.text):
                yield Fault(record.id, f"a voice toward {actor.name!r} lies outside the text")
    spans = sorted(span for actor in record.actors for span in actor.mentions)
    if any(a[1] > b[0] for a, b in pairwise(spans)):
        yield Fault(record.id, "two mentions overlap")


def _check_real_persons(records: Sequence[Record], registry: Iterable[Actor]) -> Iterator[Fault]:
    """An invented deed may not carry a real name; an office ("Altkanzlerin") is no name."""
    persons = (actor for actor in registry if actor.kind is ActorKind.person)
    finder = MentionFinder(replace(person, epithets=()) for person in persons)
    for record in records:
        for mention in finder.find(record.article):
            yield Fault(record.id, f"names the real person {mention.actor.name} ({mention.form!r})")


def _shared_runs(records: Sequence[Record]) -> list[tuple[str, str]]:
    """Runs of words in too many records, with one of those."""
    holders = _run_holders(records)
    return [(run, min(ids)) for run, ids in holders.items() if len(ids) > MOST_RECORDS_A_RUN]


def _run_holders(records: Sequence[Record]) -> dict[str, set[str]]:
    holders: dict[str, set[str]] = defaultdict(set)
    for record in records:
        words = _WORD.findall(record.text.lower())
        for i in range(len(words) - LONGEST_COMMON_RUN + 1):
            holders[" ".join(words[i : i + LONGEST_COMMON_RUN])].add(record.id)
    return holders


def near_duplicates(
    records: Sequence[Record], threshold: float = NEAR_DUPLICATE
) -> list[tuple[Record, Record, float]]:
    """Pairs whose 5-word shingles overlap with a Jaccard index above the threshold; exact."""
    first, second, jaccard = _overlaps(records)
    return [
        (records[i], records[j], float(index))
        for i, j, index in zip(first, second, jaccard, strict=True)
        if index > threshold
    ]


def _overlaps(records: Sequence[Record]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    vectorizer = CountVectorizer(
        ngram_range=(_SHINGLE, _SHINGLE),
        binary=True,
        token_pattern=r"\w+",  # noqa: S106  # a pattern of words, no password
        dtype=np.int32,
    )
    shingles = vectorizer.fit_transform(record.text for record in records)
    sizes = np.asarray(shingles.sum(axis=1)).ravel()
    common = (shingles @ shingles.T).tocoo()
    upper = common.row < common.col
    first, second, both = common.row[upper], common.col[upper], common.data[upper]
    return first, second, both / (sizes[first] + sizes[second] - both)


def measure_variety(records: Sequence[Record], points: int = 10) -> Variety:
    """Read the records in order and count."""
    texts = [_WORD.findall(record.text.lower()) for record in records]
    total = sum(map(len, texts))
    seen: set[str] = set()
    bigrams: Counter[tuple[str, str]] = Counter()
    curve: list[tuple[int, int]] = []
    read = 0
    for words in texts:
        seen.update(words)
        read += len(words)
        bigrams.update(pairwise(words))
        if read >= total * (len(curve) + 1) / points:
            curve.append((read, len(seen)))
    jaccard = _overlaps(records)[2]
    return Variety(
        tokens=total,
        types=len(seen),
        curve=tuple(curve),
        unique_bigrams=sum(n == 1 for n in bigrams.values()) / len(bigrams),
        most_shared=max((len(ids) for ids in _run_holders(records).values()), default=0),
        nearest=float(jaccard.max()) if len(jaccard) else 0.0,
    )
