"""A corpus and fixed test sets → how the figures climb with the number of labelled pairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stance.learning.corpus import LabelledContext, subset
from stance.learning.evaluation import Scores, majority_probabilities, plain_pipeline, predict_in_order, score
from stance.learning.training import Configuration, build_pipeline, labels_of
from stance.learning.vectors import FeatureTable

__all__ = ["CurvePoint", "draw_curve", "learning_curve"]

SIZES = (500, 1000, 2000, 4000, 8000)


@dataclass(frozen=True)
class CurvePoint:
    """Figures after training on ``pairs`` pairs: test set → system → scores."""

    pairs: int
    scores: Mapping[str, Mapping[str, Scores]]


def learning_curve(
    train: Sequence[LabelledContext],
    tests: Mapping[str, Sequence[LabelledContext]],
    sizes: Sequence[int] = SIZES,
    configuration: Configuration | None = None,
    progress: Callable[[str], None] | None = None,
) -> list[CurvePoint]:
    """Train on growing subsets, and on all, and score each on every test set.

    Parameters
    ----------
    train : sequence of LabelledContext
    tests : mapping of str to sequence of LabelledContext
        None of their documents may stand in ``train``.
    sizes : sequence of int
        Numbers of pairs; those beyond the corpus are left out, the whole corpus is added.
    """
    configuration = configuration or Configuration()
    everything = [*train, *(row for test in tests.values() for row in test)]
    table = FeatureTable.count([row.context for row in everything], configuration.blocks)
    place = {id(row): i for i, row in enumerate(everything)}

    def part(rows: Sequence[LabelledContext]) -> FeatureTable:
        return table.take([place[id(row)] for row in rows])

    points = []
    for size in [*(s for s in sizes if s < len(train)), len(train)]:
        if progress:
            progress(f"{size} pairs")
        rows = subset(train, size)
        model = build_pipeline(configuration).fit(part(rows), labels_of(rows))
        plain = plain_pipeline().fit([row.record.text for row in rows], labels_of(rows))
        found = {
            name: {
                "model": score(test, predict_in_order(model, part(test))),
                "plain TF-IDF": score(test, predict_in_order(plain, [r.record.text for r in test])),
                "majority": score(test, majority_probabilities(test, rows)),
            }
            for name, test in tests.items()
        }
        points.append(CurvePoint(size, found))
    return points


def draw_curve(points: Sequence[CurvePoint], path: Path) -> None:
    """Draw macro-F1 over pairs with bootstrap intervals, one panel a test set."""
    from stance.learning.figures import curve_figure

    curve_figure(points).savefig(path)
