"""The compiled scorer: equal to the scikit-learn pipeline, and an exact sum."""

from __future__ import annotations

import numpy as np
import pytest

from stance.learning.runs import TrainedModel
from stance.learning.training import Configuration, build_pipeline, compile_scorer, labels_of
from stance.learning.vectors import FeatureTable
from stance.records import LABELS, Actor, Article, Label
from stance.scoring.catalogue import CATALOGUE
from stance.scoring.decision import softmax
from stance.scoring.scorer import Model


def test_compiled_weights_equal_the_pipeline(trained: TrainedModel) -> None:
    contexts = [row.context for row in trained.rows]
    blocks = tuple(CATALOGUE.values())
    table = FeatureTable.count(contexts, blocks)
    pipeline = build_pipeline(Configuration(blocks)).fit(table, labels_of(trained.rows))
    scorer = compile_scorer(pipeline)
    expected = pipeline.predict_proba(table)
    got = softmax(scorer.logits_of(contexts))
    assert np.abs(got - expected).max() < 1e-9


def test_evidence_of_all_sentences_adds_up_to_the_margin(model: Model) -> None:
    article = Article("Salka Venn hat gelogen. Das ist ein Skandal. Alle loben dagegen den mutigen Richter.")
    prediction = model.predict(article, [Actor("v", "Salka Venn")], max_evidence=99)[0]
    favor, against = LABELS.index(Label.favor), LABELS.index(Label.against)
    offset = model.decision.logits(model.scorer.intercept)
    logits = np.log([prediction.probabilities[Label.favor], prediction.probabilities[Label.against]])
    total = sum(e.contribution for e in prediction.evidence) + offset[favor] - offset[against]
    assert len(prediction.evidence) == 3
    assert total == pytest.approx(logits[0] - logits[1], abs=1e-9)


def test_probabilities_sum_to_one_and_the_label_is_the_likeliest(model: Model) -> None:
    for prediction in model.predict(Article("Moskau warnt, Russland lügt, die EU schweigt.")):
        assert sum(prediction.probabilities.values()) == pytest.approx(1)
        assert prediction.probabilities[prediction.label] == max(prediction.probabilities.values())
        assert prediction.score == pytest.approx(
            prediction.probabilities["favor"] - prediction.probabilities["against"]
        )


def test_only_mentioned_actors_are_predicted(model: Model) -> None:
    actors = [Actor("a", "Salka Venn"), Actor("b", "Holm Nord")]
    predictions = model.predict([Article("Salka Venn lügt."), Article("Niemand lügt.")], actors)
    assert [p.actor.id for p in predictions] == ["a"]


def test_actors_may_be_any_iterable(model: Model) -> None:
    article = Article("Salka Venn lügt.")
    actor = Actor(id="v", name="Salka Venn", forms=("Venn",))
    assert model.predict(article, iter([actor])) == model.predict([article], {actor})


def test_a_low_confidence_abstains(model: Model) -> None:
    article = Article("Russland lügt.")
    assert not model.predict(article, min_confidence=0.0)[0].abstained
    assert model.predict(article, min_confidence=1.0)[0].abstained


def test_evidence_is_a_sentence_of_the_article(model: Model) -> None:
    article = Article("Russland lügt. Russland hilft. Der Himmel ist blau.", title="Russland")
    for prediction in model.predict(article):
        for evidence in prediction.evidence:
            part = article.title if evidence.part == "title" else article.text
            assert part is not None
            assert part[evidence.start : evidence.end] == evidence.text
