"""Blind batches out, readings in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from stance.errors import CorpusError
from stance.learning.corpus import LabelledActor, Record
from stance.learning.readings import (
    add_readings,
    is_disputed,
    join_contested,
    lacks,
    part_contested,
    read_readings,
    write_batches,
)
from stance.records import Label


def _actor(name: str, start: int, label: str) -> LabelledActor:
    return LabelledActor(name, (name,), Label(label), ((start, start + len(name)),), {"writer": label})


RECORD = Record("x-1", "Venn rügt Holm.", (_actor("Venn", 0, "neutral"), _actor("Holm", 10, "against")))


def test_a_batch_shows_text_and_names_and_no_label(tmp_path: Path) -> None:
    files = write_batches([RECORD], tmp_path, 10, lacks("reader1"))
    text = files[0].read_text(encoding="utf-8")
    assert text == "== x-1\nVenn rügt Holm.\n>> Venn | Holm\n"


def test_what_is_read_is_not_given_again(tmp_path: Path) -> None:
    read = add_readings([RECORD], {"x-1": "0-"}, "reader1", "r1")
    assert write_batches(read, tmp_path, 10, lacks("reader1")) == []
    assert len(write_batches(read, tmp_path, 10, lacks("reader2"))) == 1


def test_a_dispute_waits_aside_until_a_third_reading_settles_it() -> None:
    read = add_readings([RECORD], {"x-1": "0+"}, "reader1", "r1")
    assert is_disputed(read[0])
    clean, aside = part_contested(read)
    assert [a.name for r in clean for a in r.actors] == ["Venn"]
    assert [a.name for r in aside for a in r.actors] == ["Holm"]
    joined = join_contested(clean, aside)
    assert joined == read
    settled = add_readings(joined, {"x-1": "0-"}, "reader2", "t1")[0]
    assert [a.label for a in settled.actors] == ["neutral", "against"]
    assert settled.labels_by == {"reader1": "r1", "reader2": "t1"}


@pytest.mark.parametrize("bad", [{"x-9": "00"}, {"x-1": "0"}])
def test_readings_must_fit_the_records(bad: dict[str, str]) -> None:
    with pytest.raises(CorpusError):
        add_readings([replace(RECORD)], bad, "reader1", "r1")


@pytest.mark.parametrize("line", ["x-1", "x-1 ++?", "x-1 00\nx-1 00"])
def test_a_faulty_line_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "r.tsv"
    file.write_text(f"y-1 0\n{line}\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"r\.tsv:[23]"):
        read_readings(file)
