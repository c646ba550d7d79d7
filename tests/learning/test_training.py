"""Does the learner learn, and only from labels?"""

from __future__ import annotations

import numpy as np
import pytest

from stance.errors import CorpusError
from stance.learning.corpus import Record
from stance.learning.evaluation import cross_validate, score
from stance.learning.figures import error_table
from stance.learning.runs import TrainedModel, train_model
from stance.learning.training import Configuration, build_pipeline, labels_of
from stance.learning.vectors import FeatureTable
from stance.records import LABELS
from stance.scoring.catalogue import DEFAULT_BLOCKS


def test_the_model_beats_majority_and_plain_text(trained: TrainedModel) -> None:
    scores = trained.scores["all"]
    assert scores["model"].macro_f1 > scores["plain TF-IDF"].macro_f1 > scores["majority"].macro_f1
    assert scores["model"].interval.low < scores["model"].macro_f1 < scores["model"].interval.high


def test_it_can_memorise_a_few_contexts(trained: TrainedModel) -> None:
    rows = trained.rows[:40]
    table = FeatureTable.count([row.context for row in rows], DEFAULT_BLOCKS)
    pipeline = build_pipeline(Configuration(C=1000.0, min_df=1)).fit(table, labels_of(rows))
    assert (pipeline.predict(table) == labels_of(rows)).all()


def test_shuffled_labels_teach_nothing(trained: TrainedModel) -> None:
    rows = trained.rows
    order = np.random.default_rng(0).permutation(len(rows))
    table = FeatureTable.count([rows[i].context for i in order], DEFAULT_BLOCKS)
    probabilities = cross_validate(build_pipeline(Configuration()), rows, table, folds=3)
    assert score(rows, probabilities).macro_f1 < 0.40


def test_the_test_split_is_never_trained_on(trained: TrainedModel, records: list[Record]) -> None:
    assert any(record.split == "test" for record in records)
    assert all(row.record.split != "test" for row in trained.rows)
    assert {"test natural", "test balanced"} <= set(trained.scores)


@pytest.mark.parametrize("grouped", ["article", "actor"])
def test_no_article_stands_on_both_sides_of_a_split(trained: TrainedModel, grouped: str) -> None:
    seen: list[tuple[set[str], set[str]]] = []
    rows = trained.rows
    ids = {id(row.context): row.record.id for row in rows}

    class Spy:
        classes_ = np.array([str(label) for label in LABELS])

        def get_params(self, deep: bool = True) -> dict[str, object]:
            return {}

        def fit(self, contexts: list[object], labels: object) -> Spy:
            self.train = {ids[id(c)] for c in contexts}
            return self

        def predict_proba(self, contexts: list[object]) -> np.ndarray:
            seen.append((self.train, {ids[id(c)] for c in contexts}))
            return np.full((len(contexts), 3), 1 / 3)

    groups = [row.actor.name for row in rows] if grouped == "actor" else None
    inputs = [row.context for row in rows]
    cross_validate(Spy(), rows, inputs, folds=3, groups=groups)  # type: ignore[arg-type]
    assert len(seen) == 3
    assert all(not train & test for train, test in seen)


def test_the_majority_class_is_scored_like_any_system(trained: TrainedModel) -> None:
    scores = trained.scores["all"]["majority"]
    assert scores.accuracy == max(labels_of(trained.rows).count(str(x)) for x in LABELS) / len(trained.rows)


def test_training_twice_gives_the_same_weights(trained: TrainedModel, records, registry) -> None:  # type: ignore[no-untyped-def]
    again = train_model(records, registry, folds=0)
    for first, second in zip(trained.model.scorer.blocks, again.model.scorer.blocks, strict=True):
        assert list(first.vocabulary) == list(second.vocabulary)
        assert (first.coefficients == second.coefficients).all()


def test_a_missing_label_is_told(records, registry) -> None:  # type: ignore[no-untyped-def]
    only = [r for r in records if all(a.label == "neutral" for a in r.actors)]
    with pytest.raises(CorpusError, match="favor"):
        train_model(only, registry)


def test_errors_are_listed_with_the_sentence_that_misled(trained: TrainedModel) -> None:
    table = error_table(trained.examination, most=20)
    assert len(table["id"]) == 20
    assert table["probability"] == sorted(table["probability"], reverse=True)
    for given, true, evidence in zip(table["predicted"], table["true"], table["evidence"], strict=True):
        assert given != true
        assert evidence[0] in "+-"
