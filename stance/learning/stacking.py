"""One model a block, and one over their answers (Wolpert 1992): tried against the union of blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import Pipeline, make_pipeline

from stance.learning.vectors import BlockScaler, FeatureTable

__all__ = ["BlockStack"]

Floats = NDArray[np.float64]


class BlockStack(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Logistic regressions over single blocks and over their union, joined by one over their logits.

    Parameters
    ----------
    C : float, default=4.0
    min_df : int, default=2
    folds : int, default=3
        Inner folds, grouped by article, from which the joining model learns.
    """

    def __init__(self, C: float = 4.0, min_df: int = 2, folds: int = 3) -> None:
        self.C = C
        self.min_df = min_df
        self.folds = folds

    def fit(self, table: FeatureTable, y: Sequence[str], sample_weight: Floats | None = None) -> Self:
        """Fit the block models, and the joining model on their out-of-fold answers."""
        labels = np.asarray(y)
        weights = np.ones(len(labels)) if sample_weight is None else sample_weight
        answers = np.zeros((len(labels), 3 * (len(table.blocks) + 1)))
        for train, test in GroupKFold(self.folds).split(labels, labels, table.articles):
            models = self._fit_all(table.take(train), labels[train], weights[train])
            answers[test] = self._answers(models, table.take(test))
        self.joint_ = LogisticRegression(C=1.0, max_iter=1000).fit(answers, labels, weights)
        self.models_ = self._fit_all(table, labels, weights)
        self.classes_ = self.joint_.classes_
        return self

    def predict_proba(self, table: FeatureTable) -> Floats:
        """Probabilities of shape (n_rows, 3), columns in the order of ``classes_``."""
        return np.asarray(self.joint_.predict_proba(self._answers(self.models_, table)))

    def predict(self, table: FeatureTable) -> NDArray[np.str_]:
        """The likeliest labels."""
        return np.asarray(self.classes_[self.predict_proba(table).argmax(axis=1)])

    def _views(self, table: FeatureTable) -> list[FeatureTable]:
        return [table, *(table.only([block.block]) for block in table.blocks)]

    def _fit_all(self, table: FeatureTable, labels: NDArray[np.str_], weights: Floats) -> list[Pipeline]:
        def fresh() -> Pipeline:
            model = LogisticRegression(C=self.C, solver="newton-cg", tol=1e-4, max_iter=200)
            return make_pipeline(BlockScaler(self.min_df), model)

        return [
            fresh().fit(view, labels, logisticregression__sample_weight=weights)
            for view in self._views(table)
        ]

    def _answers(self, models: Sequence[Pipeline], table: FeatureTable) -> Floats:
        views = self._views(table)
        found = [m.predict_log_proba(view) for m, view in zip(models, views, strict=True)]
        return np.asarray(np.clip(np.hstack(found), -20, 0))
