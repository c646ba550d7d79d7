"""Out-of-fold predictions → the figures and tables of a run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.learning.training import labels_of
from stance.records import LABELS

if TYPE_CHECKING:
    from rich.table import Table

    from stance.learning.curve import CurvePoint
    from stance.learning.evaluation import Scores
    from stance.learning.runs import TrainedModel

__all__ = ["confusion_image", "curve_figure", "per_actor_table", "scores_table"]

_NAMES = [str(label) for label in LABELS]


def confusion_image(trained: TrainedModel) -> Any:
    """The confusion matrix as an RGB image (shape (height, width, 3), uint8) for the chart page."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from sklearn.metrics import ConfusionMatrixDisplay

    truth = labels_of(trained.rows)
    predicted = [_NAMES[i] for i in trained.probabilities.argmax(axis=1)]
    figure = Figure(figsize=(4.5, 4), dpi=110, layout="tight")
    canvas: Any = FigureCanvasAgg(figure)
    axes = figure.subplots()
    ConfusionMatrixDisplay.from_predictions(
        truth, predicted, labels=_NAMES, normalize="true", values_format=".2f", ax=axes, cmap="Blues",
        colorbar=False,
    )  # fmt: skip
    axes.set_title("out of fold, share of the true label", fontsize=9)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[:, :, :3].copy()


def per_actor_table(trained: TrainedModel, most: int = 500) -> dict[str, list[Any]]:
    """One row per actor, most frequent first: pairs, share right, mean score given and true."""
    by_actor: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for i, row in enumerate(trained.rows):
        by_actor[row.actor.name].append((str(row.label), i))
    table: dict[str, list[Any]] = {"actor": [], "pairs": [], "right": [], "score": [], "true_score": []}
    favor, against = _NAMES.index("favor"), _NAMES.index("against")
    for name, pairs in sorted(by_actor.items(), key=lambda item: (-len(item[1]), item[0]))[:most]:
        rows = trained.probabilities[[i for _, i in pairs]]
        labels = [label for label, _ in pairs]
        predicted = [_NAMES[i] for i in rows.argmax(axis=1)]
        tones = [{"favor": 1, "neutral": 0, "against": -1}[label] for label in labels]
        table["actor"].append(name)
        table["pairs"].append(len(pairs))
        table["right"].append(
            round(float(np.mean([p == t for p, t in zip(predicted, labels, strict=True)])), 3)
        )
        table["score"].append(round(float((rows[:, favor] - rows[:, against]).mean()), 3))
        table["true_score"].append(round(float(np.mean(tones)), 3))
    return table


def curve_figure(points: Sequence[CurvePoint]) -> Any:
    """Macro-F1 over the number of pairs; readable in black and white."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    names = list(points[0].scores)
    figure = Figure(figsize=(4 * len(names), 3.6), layout="constrained")
    FigureCanvasSVG(figure)
    pairs = [point.pairs for point in points]
    styles = {"model": ("o-", "#1f4e79"), "plain TF-IDF": ("s--", "#b35900"), "majority": (":", "#555555")}
    for axes, name in zip(figure.subplots(1, len(names), sharey=True, squeeze=False)[0], names, strict=True):
        for system, (style, colour) in styles.items():
            scores = [point.scores[name][system] for point in points]
            axes.plot(pairs, [s.macro_f1 for s in scores], style, color=colour, label=system, markersize=4)
            if system == "model":
                low, high = [s.interval.low for s in scores], [s.interval.high for s in scores]
                axes.fill_between(pairs, low, high, color=colour, alpha=0.15, linewidth=0)
        axes.set_xscale("log")
        axes.set_xticks(pairs, [f"{n / 1000:g}k" for n in pairs], minor=False)
        axes.minorticks_off()
        axes.set_title(name, fontsize=10)
        axes.set_xlabel("labelled pairs")
        axes.grid(alpha=0.3)
    figure.axes[0].set_ylabel("macro-F1")
    figure.axes[0].legend(fontsize=8)
    return figure


def scores_table(scores: Mapping[str, Scores], title: str) -> Table:
    """A Rich table of the figures, the system first, the plainest last."""
    from rich import box
    from rich.table import Table

    first = next(iter(scores.values()))
    heading = f"{title}: {first.pairs} pairs in {first.articles} articles"
    table = Table(title=heading, title_justify="left", box=box.SIMPLE)
    table.add_column("system", no_wrap=True)
    for heading in ("macro-F1", "95 % int.", "against", "favor", "neutral", "accuracy", "log loss", "ECE"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, s in scores.items():
        per_class = [f"{s.per_class[label]:.3f}" for label in ("against", "favor", "neutral")]
        table.add_row(
            name,
            f"{s.macro_f1:.3f}",
            f"{s.interval.low:.2f}-{s.interval.high:.2f}",
            *per_class,
            f"{s.accuracy:.3f}",
            f"{s.log_loss:.3f}",
            f"{s.ece:.3f}",
        )
    return table
