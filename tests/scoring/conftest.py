"""A model of three features: a load takes a millisecond, so that thousands are cheap."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stance.reading.actors import actor_from_record
from stance.reading.contexts import ArticleReader
from stance.reading.languages import GERMAN
from stance.reading.lexicon import Lexicon
from stance.reading.sentences import SentenceRules
from stance.records import Entry
from stance.scoring.blocks import Subwords, Words
from stance.scoring.bundle import save_bundle
from stance.scoring.scorer import LinearScorer, Model
from stance.scoring.weights import weights_of


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a model of three features."""
    numbers = np.random.default_rng(1)
    blocks = [
        weights_of(
            block,
            {form: k for k, form in enumerate(forms)},
            numbers.random(len(forms)),
            numbers.random(shape),
        )
        for block, forms, shape in (
            (Words("words"), ["hilft", "lügt"], (2, 3)),
            (Subwords("subwords"), ["<hi"], (1, 3)),
        )
    ]
    actor = actor_from_record({"id": "venn", "name": "Salka Venn", "kind": "person"})
    lexicon = Lexicon([Entry("hilfreich", "adj", 1, "any", "", "", "", "")], {"hilft": "helfen"}, GERMAN)
    rules = SentenceRules(frozenset({"z.b"}), frozenset({"der"}))
    reader = ArticleReader([actor], "de", rules, lexicon)
    manifest: dict[str, object] = {"created": "2026-01-01", "language": "de", "metrics": {"f1": 0.5}}
    model = Model(LinearScorer(blocks, np.array([0.1, 0.2, 0.3])), reader, manifest)
    return save_bundle(model, tmp_path_factory.mktemp("tiny") / "tiny.joblib")
