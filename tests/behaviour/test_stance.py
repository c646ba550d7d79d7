"""What a reader would say of plain sentences; brackets mark the actor."""

from __future__ import annotations

import re

import pytest

from stance.data_files import data_file
from stance.learning.corpus import read_corpus
from stance.learning.runs import train_model
from stance.records import Actor, Article, Label, Prediction
from stance.scoring.scorer import Model


@pytest.fixture(scope="module")
def full_model(registry: tuple[Actor, ...]) -> Model:
    """The model as shipped: trained on the whole corpus."""
    return train_model(read_corpus(data_file("corpus")), registry, folds=0).model


def _judge(model: Model, marked: str) -> Prediction:
    forms = tuple(dict.fromkeys(re.findall(r"\[(.*?)\]", marked)))
    article = Article(re.sub(r"[\[\]]", "", marked))
    return model.predict(article, [Actor("x", forms[0], forms=forms)])[0]


@pytest.mark.parametrize(
    ("marked", "label"),
    [
        ("[Berger] hat die Wähler belogen und das Vertrauen verspielt.", Label.against),
        ("Mit ihrem Mut hat sich [Berger] den Respekt aller Fraktionen erworben.", Label.favor),
        ("Kritiker loben [Berger] für ihre Umsicht und ihr Fingerspitzengefühl.", Label.favor),
        ("Die Opposition wirft [Berger] Korruption und Vetternwirtschaft vor.", Label.against),
        ("Das Gericht verurteilte [Berger] wegen Betrugs zu drei Jahren Haft.", Label.against),
        ("Für ihre Forschung wurde [Berger] mit dem Landespreis ausgezeichnet.", Label.favor),
        ("Über den Antrag entscheidet [Berger] am Dienstag.", Label.neutral),
        ("[Berger] nimmt am Montag an der Sitzung in Kassel teil.", Label.neutral),
    ],
)
def test_nobody_disputes_plain_sentences(full_model: Model, marked: str, label: Label) -> None:
    assert _judge(full_model, marked).label == label


@pytest.mark.parametrize(
    "name", ["Nguyen", "Al-Masri", "Ødegaard", "Kowalczyk", "Venn", "Holm AG", "Estland"]
)
def test_another_name_has_the_same_stance(full_model: Model, name: str) -> None:
    template = "Die Opposition wirft [{}] Korruption vor. Der Rat tagt am Montag."
    first = _judge(full_model, template.format("Berger"))
    other = _judge(full_model, template.format(name))
    assert other.probabilities == pytest.approx(first.probabilities)


def test_the_same_sentence_means_different_things_for_its_actors(full_model: Model) -> None:
    text = "Der Richter lobte {} in höchsten Tönen und warf {} Betrug und Lügen vor."
    praised = _judge(full_model, text.format("[Berger]", "Holm"))
    blamed = _judge(full_model, text.format("Berger", "[Holm]"))
    assert praised.score > blamed.score
