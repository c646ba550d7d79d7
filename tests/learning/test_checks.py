"""A corpus is checked before anything learns from it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stance.learning.agreement import majority_label, measure_agreement
from stance.learning.checks import check_corpus, measure_variety
from stance.learning.corpus import LabelledActor, Record
from stance.records import Actor, ActorKind, Label

TEXT = "Die Ministerin Salka Venn hat am Montag in Kassel die neue Brücke über die Fulda eröffnet."
VENN = LabelledActor("Salka Venn", ("Salka Venn",), Label.neutral, ((15, 25),), {"writer": "neutral"})
GOOD = Record("a", TEXT, (VENN,), genre="regional", topic="bau", mix="natural", split="train")
REAL = [Actor("echt", "Erna Echt", kind=ActorKind.person)]


def _faults(*records: Record) -> list[str]:
    return [str(fault) for fault in check_corpus(records, REAL)]


def test_a_clean_record_has_no_fault() -> None:
    assert _faults(GOOD) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"genre": "sonett"}, "genre"),
        ({"mix": ""}, "mix"),
        ({"split": ""}, "split"),
        ({"actors": (replace(VENN, mentions=()),)}, "no mention"),
        ({"actors": (replace(VENN, mentions=((14, 25),)),)}, "no recorded form"),
        ({"actors": (replace(VENN, label=None),)}, "no label"),
        ({"actors": (VENN, replace(VENN, name="X"))}, "overlap"),
        ({"text": TEXT + " Erna Echt sah zu."}, "Erna Echt"),
        ({"title": "Brücke offen"}, "title"),
    ],
)
def test_each_fault_is_found_and_named(change: dict[str, object], says: str) -> None:
    faults = _faults(replace(GOOD, **change))  # type: ignore[arg-type]
    assert len(faults) == 1
    assert says in faults[0]


def test_a_near_duplicate_across_splits_is_a_leak() -> None:
    other = replace(GOOD, id="b", text=TEXT.replace("eröffnet", "gesperrt"), split="test", actors=())
    faults = _faults(GOOD, other)
    assert any("leaks from train into test" in fault for fault in faults)


def test_a_run_of_words_may_stand_in_three_records_not_in_four() -> None:
    fillers = [
        "Otter bauen Dämme aus Weiden, Erlen und Schlamm am Ufer der Havel",
        "Nachts ziehen Kraniche über Felder",
    ]
    run = "Bis in die späte Nacht brannte das alte Lagerhaus lichterloh"
    records = [
        replace(GOOD, id=str(i), text=f"{fillers[i % 2]} {i * 111} mal {i + 7} und {run}.", actors=())
        for i in range(4)
    ]
    assert not [f for f in _faults(*records[:3]) if "run of" in f]
    assert [f for f in _faults(*records) if "run of" in f]


def test_an_id_stands_once() -> None:
    assert any("stands 2 times" in fault for fault in _faults(GOOD, GOOD))


@pytest.mark.parametrize(
    ("readings", "label"),
    [
        ({"writer": "favor"}, "favor"),
        ({"writer": "favor", "reader1": "neutral"}, None),
        ({"writer": "favor", "reader1": "neutral", "reader2": "neutral"}, "neutral"),
        ({"writer": "favor", "reader1": "neutral", "reader2": "against"}, None),
        ({}, None),
    ],
)
def test_the_majority_decides_or_nobody(readings: dict[str, str], label: str | None) -> None:
    assert majority_label(readings) == label


def test_agreement_is_one_for_equal_and_near_zero_for_chance() -> None:
    labels = ["favor", "neutral", "against"] * 30
    equal = [replace(VENN, readings={"writer": x, "reader1": x}) for x in labels]
    shuffled = [
        replace(VENN, readings={"writer": x, "reader1": labels[(i * 7 + i // 3) % 90]})
        for i, x in enumerate(labels)
    ]
    assert measure_agreement(equal).alpha == 1.0
    assert abs(measure_agreement(shuffled).kappa) < 0.25


def test_variety_counts_types_and_unique_bigrams() -> None:
    variety = measure_variety(
        [GOOD, replace(GOOD, id="b", text="Ganz andere Wörter stehen hier beisammen.")], points=2
    )
    assert variety.tokens == 22
    assert variety.curve[-1] == (22, variety.types)
    assert variety.nearest == 0.0


def test_the_shipped_corpus_has_no_fault(registry: tuple[Actor, ...]) -> None:
    from stance.data_files import data_file
    from stance.learning.corpus import read_corpus

    records = read_corpus(data_file("corpus"))
    faults = [f for f in check_corpus(records, registry) if "split" not in str(f)]
    assert [str(f) for f in faults] == []
