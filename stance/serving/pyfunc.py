"""The MLflow model: a frame of texts (and actors) → a frame of stances.

MLflow runs this file when it loads a registered model ("models from code"); the weights come from
the bundle beside it, through the same data-only door as everywhere.
"""

from __future__ import annotations

from typing import Any

import mlflow
import pandas as pd

from stance.reading.actors import actor_from_option
from stance.records import Article, Label
from stance.scoring.bundle import load_bundle

COLUMNS = ["row", "actor", "label", "favor", "neutral", "against", "score", "mentions", "evidence"]


class StancePyfunc(mlflow.pyfunc.PythonModel):  # type: ignore[name-defined,misc]
    """Predict for a frame with a column ``text`` and, optionally, ``actor`` and ``title``."""

    def load_context(self, context: Any) -> None:
        """Load the bundle that was logged with the model."""
        self.model = load_bundle(context.artifacts["bundle"])

    def predict(self, context: Any, model_input: pd.DataFrame, params: Any = None) -> pd.DataFrame:
        """Return one row per (text, actor), ``row`` being the number of the input row."""
        answers = []
        # pandas fills gaps in a column of strings with nan.
        frame = model_input.astype(object).where(model_input.notna(), None)
        for number, row in enumerate(frame.to_dict("records")):
            actor = row.get("actor")
            actors = [actor_from_option(actor, self.model.actors)] if actor else None
            article = Article(row["text"], title=row.get("title") or None)
            for p in self.model.predict(article, actors, max_evidence=1):
                evidence = p.evidence[0].text if p.evidence else ""
                shares = [p.probabilities[name] for name in (Label.favor, Label.neutral, Label.against)]
                answers.append(
                    [number, p.actor.name, str(p.label), *shares, p.score, len(p.mentions), evidence]
                )
        return pd.DataFrame(answers, columns=COLUMNS)


mlflow.models.set_model(StancePyfunc())
