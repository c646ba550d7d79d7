"""The voices of predictions → a matrix of holders and the actors they speak about, or plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from stance.records import Actor, Part, Prediction, VoiceShare
from stance.serving.plain_text import strip_control

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["build_matrix", "holder_name", "voices_to_data"]

AUTHOR = "author"
UNNAMED = "somebody"
_SLIGHT = 0.1  # logits; less is no stance of a voice


def holder_name(share: VoiceShare) -> str:
    """How a holder is called in what is printed."""
    if share.holder is None:
        return AUTHOR
    name = share.holder.name if isinstance(share.holder, Actor) else share.holder
    return strip_control(name) or UNNAMED


def build_matrix(heading: str, predictions: Sequence[Prediction]) -> RenderableType:
    """A Rich table of one article: a row for each actor, a column for each holder, logits toward favor."""
    from rich.table import Table
    from rich.text import Text

    title = Text(f"{strip_control(heading)}: who speaks how of whom", style="bold")
    table = Table(title=title, title_justify="left")
    holders = list(dict.fromkeys(holder_name(share) for p in predictions for share in p.voices))
    table.add_column("of", overflow="fold")
    for holder in holders:
        table.add_column(Text(holder), justify="right", overflow="fold")
    for prediction in predictions:
        said = dict.fromkeys(holders, 0.0)
        for share in prediction.voices:
            said[holder_name(share)] += share.contribution
        cells = (Text(_cell(value), style=_colour(value)) for value in said.values())
        table.add_row(Text(strip_control(prediction.actor.name)), *cells)
    return table


def _cell(value: float) -> str:
    return f"{value:+.2f}" if abs(value) >= _SLIGHT else "·"


def _colour(value: float) -> str:
    if abs(value) < _SLIGHT:
        return "dim"
    return "green" if value > 0 else "red"


def voices_to_data(prediction: Prediction) -> list[dict[str, Any]]:
    """The documented JSON of a prediction's voices; spans count characters of the text, or of the title."""
    found = []
    for share in prediction.voices:
        data: dict[str, Any] = {
            "holder": holder_name(share),
            "actor": share.holder.id if isinstance(share.holder, Actor) else None,
            "contribution": round(share.contribution, 6),
            "spans": [[start, end] for part, start, end in share.spans if part is Part.TEXT],
        }
        title = [[start, end] for part, start, end in share.spans if part is Part.TITLE]
        found.append({**data, "title_spans": title} if title else data)
    return found
