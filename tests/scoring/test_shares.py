"""Voices' shares of a verdict: exact sums, told apart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.records import LABELS, Actor, Article, Label
from stance.scoring.scorer import Model

_VENN = Actor("v", "Salka Venn", forms=("Venn",))
_PIECES = (
    "Salka Venn hat gelogen.",
    "„Venn ist ein Skandal“, sagte Holm Nord.",
    "Holm Nord erklärte, Venn habe versagt. Sie sei eine Gefahr.",
    "Laut Holm Nord leistet Venn hervorragende Arbeit.",
    "Der Himmel ist blau.",
    "Sie nannte es »ein mutiges Wort«.",
)


def _margin(model: Model, shares: dict[Label, float]) -> float:
    offset = model.decision.logits(model.scorer.intercept)
    favor, against = LABELS.index(Label.favor), LABELS.index(Label.against)
    return float(np.log(shares[Label.favor] / shares[Label.against]) - offset[favor] + offset[against])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(_PIECES), min_size=1, max_size=8))
def test_voices_and_sentences_add_up_to_the_margin(model: Model, pieces: list[str]) -> None:
    found = model.predict(Article(" ".join(pieces)), [_VENN], max_evidence=99, voices=True)
    for prediction in found:
        margin = _margin(model, dict(prediction.probabilities))
        assert sum(share.contribution for share in prediction.voices) == pytest.approx(margin, abs=1e-9)


def test_a_quoted_attack_is_not_the_authors(model: Model) -> None:
    text = "Salka Venn kam nach Bonn. „Venn ist eine Lügnerin und ein Skandal“, sagte Holm Nord."
    shares = model.predict(Article(text), [_VENN], voices=True)[0].voices
    by_holder = {str(share.holder): share for share in shares}
    assert by_holder["Holm Nord"].contribution < by_holder["None"].contribution
    _, start, end = by_holder["Holm Nord"].spans[0]
    assert "ist eine Lügnerin" in text[start:end]


def test_without_asking_there_are_no_voices(model: Model) -> None:
    assert model.predict(Article("Salka Venn hat gelogen."), [_VENN])[0].voices == ()


def test_words_that_count_are_where_they_say(model: Model) -> None:
    article = Article("Salka Venn hat gelogen. Das ist ein Skandal.", title="Venn unter Druck")
    (prediction,) = model.predict(article, [_VENN], max_words=4)
    strengths = [abs(word.contribution) for word in prediction.words]
    assert strengths == sorted(strengths, reverse=True)
    for word in prediction.words:
        text = article.title if word.part == "title" else article.text
        assert text is not None
        assert text[word.start : word.end] == word.form
        assert "Venn" not in word.form
