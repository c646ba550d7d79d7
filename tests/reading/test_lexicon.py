"""Evaluative words: found inflected and separated, pointing at the right actor (in brackets)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from stance.data_files import data_file
from stance.errors import CorpusError
from stance.learning.lemmas import load_lexicon
from stance.reading.contexts import ArticleReader
from stance.reading.lexicon import Lexicon, read_lexicon
from stance.records import Actor, Article, Entry, Hit

BERGER, HOLM = Actor("berger", "Berger"), Actor("holm", "Holm")


@pytest.fixture(scope="module")
def entries() -> tuple[Entry, ...]:
    return read_lexicon(data_file("lexicon"))


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load_lexicon("de")


def _find(lexicon: Lexicon, text: str) -> tuple[Hit, ...]:
    article = Article(re.sub(r"[\[\]]", "", text))
    reader = ArticleReader([BERGER, HOLM], lexicon=lexicon)
    return reader.share(article, reader.finder.find(article)).hits


def test_the_lexicon_is_broad(entries: tuple[Entry, ...]) -> None:
    count = {
        pos: sum(e.pos == pos for e in entries) for pos in ("verb", "noun", "adj", "adv", "idiom", "lvc")
    }
    assert count["verb"] >= 2000
    assert count["noun"] >= 1800
    assert count["adj"] + count["adv"] >= 1500
    assert count["idiom"] + count["lvc"] >= 700


def test_a_separable_verb_begins_with_its_prefix(entries: tuple[Entry, ...]) -> None:
    wrong = [e.lemma for e in entries if e.prefix and not e.lemma.split()[-1].startswith(e.prefix)]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "lemma"),
    [
        ("Die Opposition warf Berger Untreue vor.", "vorwerfen"),
        ("Untreue wird Berger vorgeworfen.", "vorwerfen"),
        ("Es hagelte Vorwürfe gegen Berger.", "Vorwurf"),
        ("Das Vorhaben Bergers lief ins Leere.", "ins Leere laufen"),
        ("Der Verband stärkte Berger den Rücken.", "den Rücken stärken"),
        ("Der umstrittene Berger schweigt.", "umstritten"),
        ("Das Gericht sprach Berger frei.", "freisprechen"),
    ],
)
def test_inflected_and_separated_forms_are_found(lexicon: Lexicon, text: str, lemma: str) -> None:
    assert lemma in {hit.entry.lemma for hit in _find(lexicon, text)}


@pytest.mark.parametrize(
    ("text", "lemma", "actor"),
    [
        ("Holm kritisiert Berger scharf.", "kritisieren", "berger"),
        ("Berger wird von Holm kritisiert.", "kritisieren", "berger"),
        ("Holm warnt vor Berger.", "warnen", "berger"),
        ("Berger hat versagt, sagt Holm.", "versagen", "berger"),
        ("Holm beklagt das Versagen Bergers.", "Versagen", "berger"),
        ("Berger kritisiert.", "kritisieren", None),
    ],
)
def test_an_entry_points_by_its_role(lexicon: Lexicon, text: str, lemma: str, actor: str | None) -> None:
    hits = [hit for hit in _find(lexicon, text) if hit.entry.lemma == lemma]
    assert hits
    assert hits[0].actor == actor


def test_a_negation_turns_the_sign(lexicon: Lexicon) -> None:
    plain = next(h for h in _find(lexicon, "Berger hat versagt.") if h.entry.lemma == "versagen")
    turned = next(h for h in _find(lexicon, "Berger hat nicht versagt.") if h.entry.lemma == "versagen")
    assert (plain.polarity < 0, turned.polarity > 0) == (True, True)


def test_the_longer_expression_has_its_words(lexicon: Lexicon) -> None:
    lemmas = [hit.entry.lemma for hit in _find(lexicon, "Holm übt Kritik an Berger.")]
    assert "Kritik üben" in lemmas
    assert "Kritik" not in lemmas


@pytest.mark.parametrize(
    "line", ["gut\tadj\t1", "gut\tadj\t3\tany\t\tneutral\t\t", "gut\tzahl\t1\tany\t\tneutral\t\t"]
)
def test_a_faulty_line_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.tsv").write_text(f"lemma\n{line}\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"a\.tsv:2"):
        read_lexicon(tmp_path)
