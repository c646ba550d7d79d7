"""Out-of-fold predictions → the figures and tables of a run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stance.learning.calibration import TARGET_ERROR, calibration_error, confidence_bins, risk_coverage
from stance.learning.evaluation import truth_of
from stance.learning.training import compile_scorer, labels_of
from stance.reading.rebatching import batch_contexts
from stance.records import LABELS

if TYPE_CHECKING:
    from rich.table import Table

    from stance.learning.corpus import LabelledContext
    from stance.learning.curve import CurvePoint
    from stance.learning.evaluation import Scores
    from stance.learning.runs import Examination

__all__ = [
    "confusion_image",
    "curve_figure",
    "error_table",
    "figures_table",
    "per_actor_table",
    "reliability_image",
    "risk_coverage_image",
    "scores_table",
    "slices_table",
    "top_features",
]

Floats = NDArray[np.float64]

_NAMES = [str(label) for label in LABELS]


def _image(draw: Callable[[Any], None]) -> Any:
    """Draw on fresh axes; an RGB image of shape (height, width, 3), uint8, for the chart page."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.5, 4), dpi=110, layout="tight")
    canvas: Any = FigureCanvasAgg(figure)
    draw(figure.subplots())
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[:, :, :3].copy()


def confusion_image(found: Examination) -> Any:
    """The confusion matrix as shares of the true label."""
    from sklearn.metrics import ConfusionMatrixDisplay

    def draw(axes: Any) -> None:
        predicted = [_NAMES[i] for i in found.probabilities.argmax(axis=1)]
        ConfusionMatrixDisplay.from_predictions(
            labels_of(found.rows), predicted, labels=_NAMES, normalize="true", values_format=".2f", ax=axes,
            cmap="Blues", colorbar=False,
        )  # fmt: skip
        axes.set_title("out of fold, share of the true label", fontsize=9)

    return _image(draw)


def _natural(found: Examination) -> tuple[Floats, NDArray[np.intp]]:
    """Probabilities and true classes of the natural rows, of all where none is natural."""
    natural = np.array([row.record.mix == "natural" for row in found.rows])
    if not natural.any():
        natural[:] = True
    return found.probabilities[natural], truth_of(found.rows)[natural]


def reliability_image(found: Examination) -> Any:
    """How often a label is right, by the probability given to it; dots as large as their bins."""
    probabilities, truth = _natural(found)
    right = probabilities.argmax(axis=1) == truth
    index = confidence_bins(probabilities)

    def draw(axes: Any) -> None:
        axes.plot([0.33, 1], [0.33, 1], ":", color="#555555")
        for k in np.unique(index):
            inside = index == k
            share = inside.mean()
            axes.scatter(
                probabilities[inside].max(axis=1).mean(),
                right[inside].mean(),
                s=20 + 900 * share,
                color="#1f4e79",
            )
        axes.set_xlabel("probability of the label")
        axes.set_ylabel("share right")
        axes.set_title(f"natural mix, ECE {calibration_error(probabilities, truth):.3f}", fontsize=9)

    return _image(draw)


def risk_coverage_image(found: Examination) -> Any:
    """The share of wrong verdicts if only the surest are answered."""
    coverage, risk = risk_coverage(*_natural(found))

    def draw(axes: Any) -> None:
        axes.plot(coverage, risk, color="#1f4e79")
        axes.axhline(TARGET_ERROR, linestyle=":", color="#555555")
        axes.set_xlabel("share answered")
        axes.set_ylabel("share wrong")
        axes.set_ylim(bottom=0)
        axes.set_title("natural mix, surest first", fontsize=9)

    return _image(draw)


_EXCERPT = 300


def error_table(found: Examination, most: int = 300) -> dict[str, list[Any]]:
    """The surest errors: id, labels given and true, probability, actor, excerpt, strongest sentence."""
    truth = truth_of(found.rows)
    predicted = found.probabilities.argmax(axis=1)
    confidence = found.probabilities.max(axis=1)
    wrong = [i for i in np.argsort(-confidence, kind="stable") if predicted[i] != truth[i]][:most]
    table: dict[str, list[Any]] = {
        name: [] for name in ("id", "predicted", "true", "probability", "actor", "text", "evidence")
    }
    explain = _explainer(found)
    for i in wrong:
        row = found.rows[int(i)]
        first = row.context.mentions[0].start if row.context.mentions else 0
        start = max(0, first - _EXCERPT // 2)
        cells = (
            f"{row.record.id} {row.actor.name}",
            _NAMES[predicted[i]],
            _NAMES[truth[i]],
            round(float(confidence[i]), 3),
            row.actor.name,
            row.record.article.full_text[start : start + _EXCERPT],
            explain(row),
        )
        for name, cell in zip(table, cells, strict=True):
            table[name].append(cell)
    return table


def _explainer(found: Examination) -> Callable[[LabelledContext], str]:
    """A function that names the sentence that pulls most either way, with its share of the margin."""
    if found.pipeline is None or "blocks" not in found.pipeline.named_steps:
        return lambda _: ""
    scorer = compile_scorer(found.pipeline)
    favor, against = _NAMES.index("favor"), _NAMES.index("against")

    def explain(row: LabelledContext) -> str:
        batch = batch_contexts([row.context])
        contributions = scorer.contributions(batch)
        sums = batch.sum_sentences(contributions[favor] - contributions[against])[0]
        strongest = int(np.abs(sums).argmax())
        tokens = row.context.article
        inside = [i for i, sentence in enumerate(tokens.sentences) if sentence == strongest]
        text = row.record.article.full_text
        end = tokens.starts[inside[-1]] + len(tokens.forms[inside[-1]])
        return f"{sums[strongest]:+.2f} {text[tokens.starts[inside[0]] : end][:_EXCERPT]}"

    return explain


def top_features(found: Examination, most: int = 25) -> dict[str, list[Any]]:
    """The features that pull most toward favor and toward against, block by block; empty for a stack."""
    if found.pipeline is None or "blocks" not in found.pipeline.named_steps:
        return {}
    scaler, model = found.pipeline.named_steps["blocks"], found.pipeline.named_steps["model"]
    classes = list(model.classes_)
    margin = model.coef_[classes.index("favor")] - model.coef_[classes.index("against")]
    table: dict[str, list[Any]] = {"feature": [], "block": [], "toward": [], "weight": []}
    start = 0
    for block, names in zip(scaler.blocks_, scaler.names_, strict=True):
        part = margin[start : start + len(names)]
        start += len(names)
        order = np.argsort(part, kind="stable")
        for label, chosen in (("against", order[:most]), ("favor", order[::-1][:most])):
            for i in chosen:
                table["feature"].append(names[i])
                table["block"].append(block.name)
                table["toward"].append(label)
                table["weight"].append(round(float(part[i]), 3))
    return table


def per_actor_table(found: Examination, most: int = 500) -> dict[str, list[Any]]:
    """One row per actor, most frequent first: pairs, share right, mean score given and true."""
    by_actor: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for i, row in enumerate(found.rows):
        by_actor[row.actor.name].append((str(row.label), i))
    table: dict[str, list[Any]] = {"actor": [], "pairs": [], "right": [], "score": [], "true_score": []}
    favor, against = _NAMES.index("favor"), _NAMES.index("against")
    for name, pairs in sorted(by_actor.items(), key=lambda item: (-len(item[1]), item[0]))[:most]:
        rows = found.probabilities[[i for _, i in pairs]]
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


def figures_table(found: Examination) -> dict[str, list[Any]]:
    """Every figure of every system on every set, with intervals: a row each."""
    table: dict[str, list[Any]] = {
        name: [] for name in ("set", "system", "figure", "value", "low", "high", "pairs")
    }
    for name, systems in found.scores.items():
        for system, scores in systems.items():
            for figure, interval in scores.intervals.items():
                value = round(float(getattr(scores, figure)), 4)
                row = (name, system, figure, value, round(interval.low, 4), round(interval.high, 4))
                for column, cell in zip(table, (*row, scores.pairs), strict=True):
                    table[column].append(cell)
    return table


def scores_table(scores: Mapping[str, Scores], title: str) -> Table:
    """A Rich table of the figures, the system first, the plainest last."""
    from rich import box
    from rich.table import Table

    first = next(iter(scores.values()))
    heading = f"{title}: {first.pairs} pairs in {first.articles} articles"
    table = Table(title=heading, title_justify="left", box=box.SIMPLE)
    table.add_column("system", no_wrap=True)
    for heading in ("macro-F1", "95 %", "against", "favor", "neutral", "accuracy", "log loss", "ECE"):
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


def slices_table(slices: Mapping[str, Mapping[str, Scores]]) -> Table:
    """A Rich table of the model's figures by slice."""
    from rich import box
    from rich.table import Table

    table = Table(title="where the figures fall", title_justify="left", box=box.SIMPLE)
    table.add_column("by")
    table.add_column("")
    for heading in ("pairs", "macro-F1", "95 % int.", "accuracy", "ECE"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, values in slices.items():
        for i, (value, s) in enumerate(values.items()):
            interval = f"{s.interval.low:.2f}-{s.interval.high:.2f}"
            cells = (str(s.pairs), f"{s.macro_f1:.3f}", interval, f"{s.accuracy:.3f}", f"{s.ece:.3f}")
            table.add_row("" if i else name, value, *cells)
        table.add_section()
    return table
