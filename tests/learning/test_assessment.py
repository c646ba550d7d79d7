"""Figures of a finished model: by slice, and held by a floor that checking nothing does not pass."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stance.errors import CorpusError
from stance.learning.assessment import Assessment, assess, check_floor, choose_split, pin_floor
from stance.learning.corpus import Record
from stance.learning.fairness import swap_names
from stance.scoring.scorer import Model


@pytest.fixture(scope="module")
def held_out(records: list[Record]) -> list[Record]:
    return choose_split(records, "test")


@pytest.fixture(scope="module")
def found(model: Model, held_out: list[Record]) -> Assessment:
    return assess(model, held_out, baselines=False)


def test_the_split_is_the_test_split_where_there_is_one(records: list[Record]) -> None:
    assert {r.split for r in choose_split(records, "auto")} == {"test"}
    with pytest.raises(CorpusError, match="no record"):
        choose_split(records, "nowhere")


def test_figures_stand_by_mix_and_slice(found: Assessment) -> None:
    assert {"all", "natural", "balanced"} <= set(found.scores)
    assert set(found.slices["mix"]) == {"natural", "balanced"}
    pairs = sum(s.pairs for s in found.slices["mix"].values())
    assert pairs == found.scores["all"]["model"].pairs
    for scores in found.slices["mix"].values():
        for name, interval in scores.intervals.items():
            assert interval.low <= interval.high, name


def test_a_floor_holds_what_it_was_pinned_from(found: Assessment, tmp_path: Path) -> None:
    floor = tmp_path / "floor.json"
    pin_floor(floor, found, "abc")
    assert len(list(check_floor(floor, found, "abc"))) == 9


def test_a_floor_is_not_passed_below_it_or_with_another_corpus(found: Assessment, tmp_path: Path) -> None:
    floor = tmp_path / "floor.json"
    pin_floor(floor, found, "abc")
    with pytest.raises(CorpusError, match="another corpus"):
        list(check_floor(floor, found, "abd"))
    pinned = json.loads(floor.read_text())
    pinned["floor"]["all"]["macro_f1"] = 0.99
    floor.write_text(json.dumps(pinned))
    with pytest.raises(CorpusError, match=r"the floor is 0\.99"):
        list(check_floor(floor, found, "abc"))


def test_a_gate_that_checked_nothing_fails(found: Assessment, tmp_path: Path) -> None:
    floor = tmp_path / "floor.json"
    floor.write_text(json.dumps({"corpus_digest": "abc", "floor": {"elsewhere": {"macro_f1": 0.1}}}))
    with pytest.raises(CorpusError, match="nothing was checked"):
        list(check_floor(floor, found, "abc"))


def test_the_verdict_does_not_depend_on_the_name(model: Model, held_out: list[Record]) -> None:
    moved = swap_names(model, held_out, most=15)
    assert moved.texts == 15
    assert moved.mean < 0.005
    assert moved.flipped == 0
