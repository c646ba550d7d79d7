"""Predictions → a table of the words that count and of the rules by which mentions did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from stance.records import Prediction
from stance.serving.plain_text import strip_control

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["build_explanation"]


def build_explanation(predictions: Sequence[Prediction]) -> RenderableType:
    """A Rich table: by actor its mentions with their rules, and the words with what they contribute."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text("why", style="bold"), title_justify="left", expand=True)
    table.add_column("actor", overflow="fold", ratio=3)
    table.add_column("mentions, by rule", overflow="fold", ratio=5)
    table.add_column("words that count, in logits toward favor", overflow="fold", ratio=9)
    for p in predictions:
        words = "  ".join(f"{w.contribution:+.2f} {strip_control(w.form)}" for w in p.words)
        table.add_row(Text(strip_control(p.actor.name)), Text(_rules(p)), Text(words))
    return table


def _rules(prediction: Prediction) -> str:
    """ "name: Venn ×3, Salka Venn; pronoun: sie"."""
    by_rule: dict[str, dict[str, int]] = {}
    for mention in prediction.mentions:
        forms = by_rule.setdefault(str(mention.kind), {})
        form = strip_control(mention.form)
        forms[form] = forms.get(form, 0) + 1
    told = (
        f"{rule}: " + ", ".join(f"{form} ×{n}" if n > 1 else form for form, n in forms.items())
        for rule, forms in by_rule.items()
    )
    return "; ".join(told)
