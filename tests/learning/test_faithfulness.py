"""Evidence that is deleted moves the verdict further than another sentence."""

from __future__ import annotations

from stance.learning.corpus import Record
from stance.learning.faithfulness import measure_faithfulness
from stance.scoring.scorer import Model


def test_evidence_matters_more_than_any_other_sentence(model: Model, records: list[Record]) -> None:
    found = measure_faithfulness(model, records[:25])
    assert found is not None
    assert found.predictions > 3
    assert found.evidence[0] > found.random[0]
    assert found.random[1] <= found.random[0] <= found.random[2]


def test_nothing_is_measured_where_there_are_no_texts(model: Model) -> None:
    assert measure_faithfulness(model, []) is None
