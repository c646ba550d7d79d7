"""Figures of a corpus → tables for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import IO

from rich import box
from rich.console import Console
from rich.table import Table

from stance.learning.agreement import Agreement, agreement_by, measure_agreement
from stance.learning.checks import measure_variety
from stance.learning.corpus import Record
from stance.records import Label

__all__ = ["print_agreement", "print_stats"]

_ORDER = (Label.against, Label.favor, Label.neutral)
_ARTICLE_WORDS = 100  # Passages end at 80 words, articles begin at 120.


def print_stats(records: Sequence[Record], stream: IO[str]) -> None:
    """Print what a corpus is made of and how varied it is."""
    console = _console(stream)
    by: dict[str, Callable[[Record], str]] = {
        "mix": lambda r: r.mix,
        "length": lambda r: "article" if len(r.text.split()) >= _ARTICLE_WORDS else "passage",
        "split": lambda r: r.split,
        "shift": lambda r: r.shift or "neither",
        "genre": lambda r: r.genre,
        "difficulty": lambda r: r.difficulty,
    }
    for name, key in by.items():
        console.print(_count_table(name, records, key))
    topics = Counter(record.topic for record in records)
    console.print(f"{len(topics)} topics; most frequent: {_listed(topics.most_common(12))}")
    names = {actor.name for record in records for actor in record.actors}
    console.print(
        f"{len(names)} different actors; {sum(1 for r in records if _voices(r))} records mark voices"
    )
    variety = measure_variety(records)
    console.print(
        f"{variety.tokens} tokens, {variety.types} types; "
        f"{variety.unique_bigrams:.1%} of the bigrams occur once"
    )
    console.print(
        f"the most common run of eight words stands in {variety.most_shared} records; "
        f"nearest pair of records: Jaccard {variety.nearest:.2f}"
    )
    console.print(f"types by tokens read: {_listed(variety.curve)}")


def print_agreement(records: Sequence[Record], stream: IO[str]) -> None:
    """Print the agreement of the readers."""
    console = _console(stream)
    actors = [actor for record in records for actor in record.actors]
    pairs = (("writer", "reader1"), ("writer", "reader2"), ("reader1", "reader2"))
    overall = {f"{a} and {b}": measure_agreement(actors, a, b) for a, b in pairs}
    console.print(_agreement_table("readers", overall))
    for name, key in _agreement_keys().items():
        console.print(_agreement_table(f"{name} (writer and reader1)", agreement_by(records, key)))


def _agreement_keys() -> Mapping[str, Callable[[Record], str]]:
    return {
        "mix": lambda r: r.mix,
        "genre": lambda r: r.genre,
        "difficulty": lambda r: r.difficulty,
    }


def _agreement_table(name: str, measured: Mapping[str, Agreement]) -> Table:
    table = _table(name, "pairs", "alpha", "kappa", "agreed")
    for value, a in measured.items():
        if a.pairs:
            table.add_row(value, str(a.pairs), f"{a.alpha:.3f}", f"{a.kappa:.3f}", f"{a.agreed:.1%}")
    return table


def _count_table(name: str, records: Sequence[Record], key: Callable[[Record], str]) -> Table:
    table = _table(name, "records", "pairs", *(str(label) for label in _ORDER))
    counts: dict[str, Counter[Label | None]] = {}
    for record in records:
        counts.setdefault(key(record), Counter()).update(actor.label for actor in record.actors)
    sizes = Counter(key(record) for record in records)
    for value, labels in sorted(counts.items(), key=lambda item: -labels_total(item[1])):
        total = labels_total(labels)
        shares = [f"{labels[label] / total:.0%}" for label in _ORDER]
        table.add_row(value, str(sizes[value]), str(total), *shares)
    return table


def labels_total(labels: Counter[Label | None]) -> int:
    """All labels counted."""
    return sum(labels.values())


def _table(first: str, *headings: str) -> Table:
    table = Table(box=box.SIMPLE)
    table.add_column(first)
    for heading in headings:
        table.add_column(heading, justify="right")
    return table


def _console(stream: IO[str]) -> Console:
    return Console(file=stream, width=None if stream.isatty() else 110, highlight=False)


def _listed(counts: Iterable[tuple[object, int]]) -> str:
    return ", ".join(f"{name} {n}" for name, n in counts)


def _voices(record: Record) -> bool:
    return any(actor.voices for actor in record.actors)
