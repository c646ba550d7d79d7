"""Where German sentences end, on a gold set written by hand (¶ marks a boundary)."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from stance.learning.corpus import Record
from stance.learning.segmentation import extend_rules, learn_parameters, punkt_tokenizer
from stance.reading.sentences import GERMAN, split_sentences

GOLD = [
    line.split(" ¶ ")
    for line in (Path(__file__).parent / "sentences_gold.txt").read_text(encoding="utf-8").splitlines()
]


def _ours(text: str) -> list[str]:
    return [text[s.start : s.end] for s in split_sentences(text)]


def boundary_f1(split: Callable[[str], list[str]]) -> float:
    """F1 of the boundaries inside lines; ends of lines are given away by nobody."""
    right = found = wanted = 0
    for sentences in GOLD:
        text = " ".join(sentences)
        gold, mine = _ends(text, sentences), _ends(text, split(text))
        right, found, wanted = right + len(gold & mine), found + len(mine), wanted + len(gold)
    return 2 * right / (found + wanted)


def _ends(text: str, sentences: list[str]) -> set[int]:
    ends, position = set(), 0
    for sentence in sentences:
        position = text.index(sentence, position) + len(sentence)
        ends.add(position)
    return ends - {max(ends)}


def test_the_gold_set_is_large_enough_to_tell() -> None:
    assert sum(len(line) for line in GOLD) >= 120 + len(GOLD)


def test_our_rules_find_nearly_every_boundary() -> None:
    assert boundary_f1(_ours) >= 0.97


def test_our_rules_beat_punkt_trained_on_the_same_corpus(records: list[Record]) -> None:
    parameters = learn_parameters(record.text for record in records)
    punkt = boundary_f1(punkt_tokenizer(parameters).tokenize)
    rules = extend_rules(parameters)
    extended = boundary_f1(lambda t: [t[s.start : s.end] for s in split_sentences(t, rules=rules)])
    assert extended >= boundary_f1(_ours) - 0.005
    assert extended > punkt


@pytest.mark.parametrize(
    "text",
    [
        "Venn geht\n\nDie Ministerin tritt ab. Wer folgt?",
        "CARACAS (dpa) - Die Lage ist ernst.",
        "Eins.\n\n\nZwei\n\n  drei.",
    ],
)
def test_sentences_cover_all_but_white_space(text: str) -> None:
    sentences = split_sentences(text)
    covered = "".join(text[s.start : s.end] for s in sentences)
    assert "".join(covered.split()) == "".join(text.split())


def test_a_dateline_ends_no_sentence() -> None:
    assert len(split_sentences("CARACAS (dpa) - Die Lage ist ernst.")) == 1


def test_a_headline_is_a_sentence_of_its_own() -> None:
    text = "Venn geht\nDie Ministerin tritt ab."
    assert [text[s.start : s.end] for s in split_sentences(text, title_end=9)] == text.split("\n")


def test_any_text_is_split_without_loss() -> None:
    draw = random.Random(0)
    for _ in range(300):
        text = "".join(draw.choices("ab AZ.!?…“»\n 19z.B.", k=60))
        spans = [(s.start, s.end) for s in split_sentences(text, rules=GERMAN)]
        assert all(0 <= a < b <= len(text) for a, b in spans)
        assert all(x[1] <= y[0] for x, y in pairwise(spans))
