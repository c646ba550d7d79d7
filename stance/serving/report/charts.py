"""Figures of a report → charts.

Colours are Okabe and Ito's, told apart by colour-blind readers; each also has a sign or a hatch, so
that a print in grey says the same.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from stance.errors import MissingExtraError
from stance.records import Label
from stance.serving.plain_text import strip_control
from stance.serving.report.captions import Captions
from stance.serving.report.figures import FEWEST, ActorFigures, Cell, Estimate, Figures

__all__ = ["SIGNS", "Chart", "draw_charts", "styled"]

SIGNS: Mapping[Label, str] = {Label.favor: "+", Label.neutral: "0", Label.against: "−"}
_COLOURS = {Label.favor: "#0072B2", Label.neutral: "#D9D9D9", Label.against: "#D55E00"}
_HATCHES = {Label.favor: "", Label.neutral: "", Label.against: "////"}
_INK, _FAINT = "#222222", "#767676"
_WIDTH = 5.0  # inches: 360 points, the width of a phone, so that 11 points stay readable there
_ROW = 0.47
ACTORS, PANELS, OUTLETS = 12, 6, 8
_LONGEST_NAME = 40
_STYLE: Any = {
    "svg.fonttype": "none",
    "font.family": ["DejaVu Sans", "sans-serif"],
    "font.size": 11,
    "text.parse_math": False,  # a name may hold dollar signs
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.edgecolor": _FAINT,
    "hatch.linewidth": 0.7,
    "hatch.color": "white",
    "svg.hashsalt": "stance",
}


@dataclass(frozen=True)
class Chart:
    """A drawing, its name as a file, what it shows, and its figures as a table."""

    name: str
    title: str
    description: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    figure: Any


def draw_charts(figures: Figures, captions: Captions) -> list[Chart]:
    """All charts that the figures carry; a chart without a figure to show is left out.

    Raises
    ------
    MissingExtraError
        Where matplotlib is not installed.
    """
    with styled():
        draws = (_draw_share, _draw_stances, _draw_net, _draw_outlets, _draw_months)
        return [chart for draw in draws if (chart := draw(figures, captions))]


@contextmanager
def styled() -> Iterator[None]:
    """Matplotlib with our style, for drawing and for writing."""
    try:
        import matplotlib as mpl
    except ImportError:
        raise MissingExtraError("a report needs matplotlib", extra="report") from None
    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        # The reader's browser has the letters that our font lacks.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        yield


def _panels(heights: Sequence[int]) -> tuple[Any, list[Any]]:
    """A figure of stacked panels with so many rows each."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    height = _ROW * sum(heights) + 0.42 * len(heights) + 0.4
    figure = Figure(figsize=(_WIDTH, height), layout="constrained")
    FigureCanvasSVG(figure)
    axes = figure.subplots(len(heights), 1, squeeze=False, height_ratios=heights)
    return figure, [row[0] for row in axes]


def _short(name: str, captions: Captions) -> str:
    clean = strip_control(name) or captions.no_outlet
    return clean if len(clean) <= _LONGEST_NAME else f"{clean[: _LONGEST_NAME - 1]}…"


def _rows_above(axes: Any, names: Sequence[str]) -> None:
    """Write each row's name above its mark, so that long names cost no width."""
    axes.set_ylim(len(names) - 0.45, -0.75)
    axes.set_yticks([])
    for i, name in enumerate(names):
        axes.text(0, i - 0.28, name, transform=axes.get_yaxis_transform(), ha="left", va="bottom", color=_INK)


def _note(axes: Any, row: float, text: str) -> None:
    axes.text(
        0,
        row,
        text,
        transform=axes.get_yaxis_transform(),
        ha="left",
        va="center",
        color=_FAINT,
        style="italic",
    )


def _tonality_axis(axes: Any, captions: Captions) -> None:
    axes.set_xlim(-1.06, 1.06)
    ticks = (-1, -0.5, 0, 0.5, 1)
    axes.set_xticks(ticks, [captions.signed(t, 0 if t in (-1, 0, 1) else 1) for t in ticks])
    axes.axvline(0, color=_FAINT, linewidth=0.8, zorder=0)
    axes.grid(axis="x", color="#E3E3E3", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(axis="x", colors=_INK, length=0)


def _mark(axes: Any, row: float, cell: Cell) -> None:
    """A dot with its interval; beside a corrected one the counted figure, hollow."""
    found = cell.best_net
    if found is None:
        return
    axes.plot([found.low, found.high], [row, row], color=_INK, linewidth=1.8, solid_capstyle="butt")
    if cell.net_adjusted and cell.net:
        axes.plot([cell.net.value], [row], "D", markersize=5, markerfacecolor="white", color=_FAINT)
    axes.plot([found.value], [row], "o", markersize=7.5, color=_tone(found))


def _tone(estimate: Estimate) -> str:
    """Coloured only where the interval leaves 0 out."""
    if estimate.low > 0:
        return _COLOURS[Label.favor]
    return _COLOURS[Label.against] if estimate.high < 0 else _INK


def _draw_share(figures: Figures, captions: Captions) -> Chart:
    actors = figures.actors[:ACTORS]
    figure, (axes,) = _panels([len(actors)])
    widest = max(a.share.high for a in actors)
    for i, a in enumerate(actors):
        axes.barh(i, a.share.value, height=0.34, color="#56779A")
        axes.plot([a.share.low, a.share.high], [i, i], color=_INK, linewidth=1.4)
        text = captions.percent(a.share.value, 1)
        axes.text(a.share.high + widest / 60, i, text, va="center", color=_INK)
    _rows_above(axes, [_short(a.actor.name, captions) for a in actors])
    axes.set_xlim(0, widest * 1.25)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    columns = (captions.actor, captions.n, captions.mentions, captions.share_long)
    rows = [(a.actor.name, a.whole.n, a.mentions, *_cells(a.share)) for a in figures.actors]
    return Chart(
        "share-of-voice", captions.share_long, captions.share_text,
        (*columns, captions.col_low, captions.col_high), rows, figure,
    )  # fmt: skip


def _draw_stances(figures: Figures, captions: Captions) -> Chart:
    actors = figures.actors[:ACTORS]
    figure, (axes,) = _panels([len(actors)])
    order = (Label.favor, Label.neutral, Label.against)
    for i, a in enumerate(actors):
        left = 0.0
        for label in order:
            width = a.whole.counts[label] / a.whole.n
            axes.barh(
                i, width, left=left, height=0.42, color=_COLOURS[label], hatch=_HATCHES[label],
                edgecolor="white", linewidth=0.8,
            )  # fmt: skip
            if width > 0.08:
                dark = label is Label.neutral
                text = axes.text(left + width / 2, i, f"{SIGNS[label]} {a.whole.counts[label]}", va="center")
                text.set(ha="center", color=_INK if dark else "white", fontweight="bold", fontsize=9)
                text.set_bbox({"facecolor": _COLOURS[label], "edgecolor": "none", "pad": 1.2})
            left += width
    _rows_above(axes, [_short(a.actor.name, captions) for a in actors])
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.5, 1], [captions.percent(x) for x in (0, 0.5, 1)])
    axes.tick_params(axis="x", length=0)
    columns: list[str] = [captions.actor, captions.n, *(captions.say(label) for label in order)]
    rows = [(a.actor.name, a.whole.n, *(a.whole.counts[label] for label in order)) for a in figures.actors]
    return Chart("stances", captions.stances, captions.stances_text, columns, rows, figure)


def _draw_net(figures: Figures, captions: Captions) -> Chart:
    actors = figures.actors[:ACTORS]
    figure, (axes,) = _panels([len(actors)])
    for i, a in enumerate(actors):
        if a.whole.net:
            _mark(axes, i, a.whole)
        else:
            _note(axes, i, captions.say("too_few", fewest=FEWEST))
    _rows_above(axes, [_short(a.actor.name, captions) for a in actors])
    _tonality_axis(axes, captions)
    rows = [(a.actor.name, *_cell_row(a.whole)) for a in figures.actors]
    return Chart(
        "net-tonality",
        captions.net,
        captions.net_text,
        (captions.actor, *_cell_columns(captions)),
        rows,
        figure,
    )


def _draw_outlets(figures: Figures, captions: Captions) -> Chart | None:
    def drawn(actor: ActorFigures) -> dict[str, Cell]:
        named = {name: cell for name, cell in actor.by_outlet.items() if name and cell.net}
        return dict(list(named.items())[:OUTLETS])

    actors = [(a, drawn(a)) for a in figures.actors if drawn(a)][:PANELS]
    if not actors:
        return None
    figure, panels = _panels([len(cells) for _, cells in actors])
    for axes, (actor, cells) in zip(panels, actors, strict=True):
        for i, cell in enumerate(cells.values()):
            _mark(axes, i, cell)
        _rows_above(axes, [f"{_short(name, captions)} ({c.n})" for name, c in cells.items()])
        axes.set_title(_short(actor.actor.name, captions), loc="left", fontweight="bold", fontsize=11)
        _tonality_axis(axes, captions)
    rows = [
        (a.actor.name, name, *_cell_row(cell)) for a in figures.actors for name, cell in a.by_outlet.items()
    ]
    columns = (captions.actor, captions.outlet, *_cell_columns(captions))
    return Chart("by-outlet", captions.net, captions.by_outlet_text, columns, rows, figure)


def _draw_months(figures: Figures, captions: Captions) -> Chart | None:
    months = [month for month in figures.months if month]
    actors = [a for a in figures.actors if sum(bool(a.by_month[m].net) for m in a.by_month if m) > 1][:PANELS]
    if len(months) < 2 or not actors:
        return None
    figure, panels = _panels([3] * len(actors))
    for axes, actor in zip(panels, actors, strict=True):
        _draw_course(axes, actor, months, captions)
    rows = [(a.actor.name, m, *_cell_row(cell)) for a in figures.actors for m, cell in a.by_month.items()]
    columns = (captions.actor, captions.col_month, *_cell_columns(captions))
    return Chart("by-month", captions.net, captions.by_month_text, columns, rows, figure)


def _draw_course(axes: Any, actor: ActorFigures, months: Sequence[str], captions: Captions) -> None:
    points = [
        (i, actor.by_month[m].best_net, actor.by_month[m].net)
        for i, m in enumerate(months)
        if m in actor.by_month
    ]
    known = [(i, best, counted) for i, best, counted in points if best and counted]
    axes.axhline(0, color=_FAINT, linewidth=0.8, zorder=0)
    # Months with too few articles break the line.
    for (i, one, _), (j, other, _) in pairwise(known):
        if j == i + 1:
            axes.plot([i, j], [one.value, other.value], color=_INK, linewidth=1.2)
    for i, best, counted in known:
        axes.plot([i, i], [best.low, best.high], color=_FAINT, linewidth=2.4, solid_capstyle="butt")
        if best is not counted:
            axes.plot([i], [counted.value], "D", markersize=4.5, markerfacecolor="white", color=_FAINT)
        axes.plot([i], [best.value], "o", markersize=6.5, color=_tone(best))
    axes.set_title(_short(actor.actor.name, captions), loc="left", fontweight="bold", fontsize=11)
    axes.set_ylim(-1.06, 1.06)
    axes.set_yticks([-1, 0, 1], ["−1", "0", "+1"])
    axes.set_xlim(-0.4, len(months) - 0.6)
    step = -(-len(months) // 5)
    shown = range(0, len(months), step)
    axes.set_xticks(list(shown), [captions.month(months[i]) for i in shown], fontsize=9)
    axes.grid(axis="y", color="#E3E3E3", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)


def _cells(estimate: Estimate | None) -> tuple[object, object, object]:
    if estimate is None:
        return ("", "", "")
    return (round(estimate.value, 4), round(estimate.low, 4), round(estimate.high, 4))


def _cell_row(cell: Cell) -> tuple[object, ...]:
    found = (cell.net, cell.net_adjusted, cell.balance, cell.balance_adjusted)
    return (cell.n, *(value for estimate in found for value in _cells(estimate)))


def _cell_columns(captions: Captions) -> tuple[str, ...]:
    columns = [captions.n]
    for figure in (captions.net, captions.balance):
        for kind in (captions.counted, captions.adjusted):
            name = f"{figure}, {kind}"
            columns += [name, f"{name}, {captions.col_low}", f"{name}, {captions.col_high}"]
    return tuple(columns)
