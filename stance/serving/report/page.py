"""A report's figures and results → one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from stance.errors import MissingExtraError
from stance.records import LABELS, Label, Part
from stance.serving.plain_text import strip_control
from stance.serving.report.adjusted_count import conditional_matrix
from stance.serving.report.captions import Captions
from stance.serving.report.chart_files import to_svg
from stance.serving.report.charts import ACTORS, SIGNS, Chart
from stance.serving.report.figures import FEWEST, ActorFigures, Cell, Estimate, Figures
from stance.serving.report.marks import LONGEST_TEXT, mark_text
from stance.serving.report.material import Material
from stance.serving.report.methods import tell_methods, why_uncorrected
from stance.serving.report.provenance import Provenance
from stance.serving.report.selections import find_extremes, pick_articles, queue_for_review
from stance.serving.results import Result

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["render_page"]

REVIEWED = 50
CELLS = 40
_ORDER = (Label.favor, Label.neutral, Label.against)
_SAFE_SCHEMES = ("http://", "https://")


def render_page(material: Material, charts: Sequence[Chart], captions: Captions, most: int = 60) -> str:
    """Render the report as one HTML file.

    Parameters
    ----------
    most : int, default=60
        Articles shown with text and evidence.

    Raises
    ------
    MissingExtraError
        Where Jinja is not installed.
    """
    results, figures = material.results, material.figures
    extremes = find_extremes(results)
    queue = queue_for_review(results)
    articles = pick_articles(results, extremes, queue, most)
    anchors = {found[0].article.key: f"artikel-{i}" for i, found in enumerate(articles, 1)}
    actors = figures.actors[:ACTORS]
    return (
        _environment(captions, anchors)
        .get_template("report.html.j2")
        .render(
            figures=figures,
            shown=actors,
            charts={chart.name: (chart, to_svg(chart)) for chart in charts},
            glance=_glance(figures, results, captions),
            correction=captions.corrected_note if figures.corrected else why_uncorrected(material, captions),
            scarce=[a for a in figures.actors if a.whole.net is None],
            extremes=[(a, extremes[a.actor.id]) for a in actors if a.actor.id in extremes],
            queue=queue[:REVIEWED],
            doubt=_doubts(captions),
            articles=articles,
            methods=tell_methods(material, captions),
            created=material.created.isoformat(),
            error_rows=_error_rows(material.provenance, captions),
        )
    )


def _environment(captions: Captions, anchors: Mapping[tuple[str | None, ...], str]) -> Environment:
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ImportError:
        raise MissingExtraError("a report needs Jinja", extra="report") from None
    environment = Environment(
        loader=PackageLoader("stance.serving.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["clean"] = lambda text: strip_control(text or "")
    environment.globals |= {
        "t": captions,
        "signs": SIGNS,
        "order": _ORDER,
        "fewest": FEWEST,
        "cells": CELLS,
        "cells_of": _cells_of,
        "anchor": lambda article: anchors.get(article.key),
        "link": _link,
        "version": version("stance"),
        "estimate": lambda estimate: _estimate(estimate, captions),
        "longest": LONGEST_TEXT,
        "marked": lambda text, found, part: mark_text(text, found, Part(part), captions.author),
    }
    return environment


def _estimate(estimate: Estimate | None, captions: Captions) -> tuple[str, str]:
    """A figure and its interval as text."""
    if estimate is None:
        return ("–", "")
    low, high = captions.signed(estimate.low), captions.signed(estimate.high)
    return (captions.signed(estimate.value), f"[{low}; {high}]")


def _link(url: str | None) -> str | None:
    """An address that is safe to follow; None for ``javascript:`` and the like."""
    clean = strip_control(url or "")
    return clean if clean.lower().startswith(_SAFE_SCHEMES) else None


def _glance(figures: Figures, results: Sequence[Result], captions: Captions) -> list[str]:
    """The report in four sentences."""
    first = figures.actors[0]
    counts = figures.whole
    shares = {str(label): captions.percent(counts[label] / figures.pairs) for label in _ORDER}
    said = [
        captions.say(
            "glance_voice", actor=strip_control(first.actor.name), n=first.whole.n, articles=figures.articles,
            share=captions.percent(first.share.value, 1),
        ),
        captions.say("glance_neutral", **shares),
    ]  # fmt: skip
    rated = [(a, a.whole.best_net) for a in figures.actors[:ACTORS] if a.whole.best_net]
    if not rated:
        said.append(captions.say("glance_few", fewest=FEWEST))
    elif len(rated) > 1:
        ranked = sorted(rated, key=lambda pair: -pair[1].value if pair[1] else 0.0)
        for name, (actor, net) in (("glance_high", ranked[0]), ("glance_low", ranked[-1])):
            told = " ".join(_estimate(net, captions))
            said.append(captions.say(name, actor=strip_control(actor.actor.name), net=told))
    unsure = sum(r.abstained for r in results)
    if unsure:
        said.append(captions.say("glance_unsure", n=unsure, pairs=figures.pairs))
    return said


def _doubts(captions: Captions) -> Any:
    def doubt(result: Result) -> str:
        if result.abstained:
            return captions.unsure
        return captions.ambivalent if result.ambivalent else captions.low_confidence

    return doubt


def _cells_of(actor: ActorFigures) -> tuple[list[tuple[tuple[str, str], Cell]], int, int]:
    """The cells with enough articles, largest first; how many others there are, and their articles."""
    enough = [(key, cell) for key, cell in actor.by_both.items() if cell.net]
    few = [cell for cell in actor.by_both.values() if not cell.net]
    return sorted(enough, key=lambda item: -item[1].n), len(few), sum(cell.n for cell in few)


def _error_rows(provenance: Provenance, captions: Captions) -> list[tuple[str, list[str]]]:
    """Of 100 pairs of a true label, how many are called what; in the order of the report."""
    if not provenance.confusion:
        return []
    matrix = conditional_matrix(provenance.confusion)
    index = [LABELS.index(label) for label in _ORDER]
    return [
        (captions.say(str(LABELS[j])), [captions.number(100 * matrix[i, j], 0) for i in index]) for j in index
    ]
