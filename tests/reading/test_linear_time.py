"""Twice the text takes at most twice the time, whatever the text."""

from __future__ import annotations

import os
import time

import pytest

from stance.records import Actor, ActorKind, Article
from stance.scoring.scorer import Model

ACTORS = (
    Actor("venn", "Salka Venn", forms=("Venn",), kind=ActorKind.person),
    Actor("nord", "Holm Nord", forms=("Nord",), exclusions=("Nord",), kind=ActorKind.person),
)
OPENING = "Salka Venn sagte, Moskau lüge.\n\n"
FAMILIES = {
    "one-sentence": "und niemand weiß heute warum die Fähre still am Ufer liegt ",
    "stops": "A. ",
    "names": "Salka Venn ",
    "excluded-names": "Nord ",
    "lexicon-words": "Kritik ",
    "separable-verbs": "stellte ",
    "prefixes": "vor, ",
    "light-verbs": "nahm in Schutz ",
    "prepositions": "Kritik an Venn ",
    "brackets": "(",
    "digits": "7",
    "newlines": "\n",
    "konjunktiv": "Er sei ",
    "pronouns": "Venn ist da, er ist ",
    "nouns": "die Ministerin ",
    "other-states": "russische Regierung ",
    "turns": "Venn: Ja.\n",
    "questions": "Frau Venn, warum?\n\n",
    "sayings": "sagte Venn, ",
    "so": ", so ",
    "opening-marks": "„",
    "straight-marks": '"',
    "quotations": "Venn: „Das ist es ja nun“ ",
    "marks": "\u0308",
    "letters": "a",
    "hyphens": "a-",
    "capitals": "Kreml-a",
    "blank-lines": "\n \n",
}
# A text in English whose every capital is a name that is masked.
ENGLISH = "Anna Berg met Bob Carr in May, "
_LONG_ENOUGH = 0.05
_MOST = 2.3


def _seconds(model: Model, text: str) -> float:
    start = time.process_time()
    model.predict(Article(text), ACTORS, voices=True)
    return time.process_time() - start


def _require_linear(model: Model, unit: str, end: str = "") -> None:
    def text(size: int) -> str:
        return OPENING + unit * (size // len(unit)) + end

    size = 8_000
    while _seconds(model, text(size)) < _LONG_ENOUGH and size < 256_000:
        size *= 2
    for _ in range(5):  # A busy machine may spoil a measure, not five.
        once = min(_seconds(model, text(size)) for _ in range(3))
        twice = min(_seconds(model, text(2 * size)) for _ in range(3))
        if twice <= _MOST * once:
            return
    pytest.fail(f"{size} characters take {once:.3f} s, twice as many {twice:.3f} s")


@pytest.mark.slow
@pytest.mark.parametrize("family", list(FAMILIES)[:: 1 if os.environ.get("STANCE_LONG") else 5])
def test_twice_the_text_takes_twice_the_time(model: Model, family: str) -> None:
    _require_linear(model, FAMILIES[family], " vor" if family == "separable-verbs" else "")


@pytest.mark.slow
def test_english_names_take_twice_the_time(model: Model) -> None:
    from dataclasses import replace

    from stance.reading.contexts import ArticleReader

    english = replace(model, reader=ArticleReader(ACTORS, "en"))
    _require_linear(english, ENGLISH)


@pytest.mark.parametrize("text", ["Venn " + "a" * 1_000_000, "Venn\n" + "\n" * 1_000_000, "“" * 100_000])
def test_a_megabyte_without_a_word_is_read_in_seconds(model: Model, text: str) -> None:
    assert _seconds(model, text) < 10
