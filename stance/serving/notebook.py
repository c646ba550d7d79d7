"""Predictions → a table in a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from stance.serving.plain_text import strip_control

if TYPE_CHECKING:
    from stance.records import Prediction

__all__ = ["predictions_to_html"]

_SIGNS = {"favor": "+", "neutral": "0", "against": "−"}
_MOST = 200


def predictions_to_html(predictions: Sequence[Prediction]) -> str:
    """An HTML table, one row a prediction; every string escaped, long lists cut."""
    rows = "".join(_row(p) for p in predictions[:_MOST])
    more = f"<p>… {len(predictions) - _MOST} more</p>" if len(predictions) > _MOST else ""
    heads = "".join(
        f'<th style="text-align:left">{name}</th>'
        for name in ("article", "actor", "stance", "confidence", "evidence")
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{more}"


def _row(p: Prediction) -> str:
    stance = f"{'±' if p.ambivalent else _SIGNS[p.label]} {p.label}" + (" (unsure)" if p.abstained else "")
    evidence = ""
    if p.evidence:
        evidence = f"{p.evidence[0].contribution:+.2f} {p.evidence[0].text}"
    cells = (p.article_id or "", p.actor.name, stance, f"{p.confidence:.0%}", evidence)
    return "<tr>" + "".join(f'<td style="text-align:left">{_safe(c)}</td>' for c in cells) + "</tr>"


def _safe(text: str) -> str:
    return escape(strip_control(text))
