"""What a notebook shows of predictions."""

from __future__ import annotations

import stance
from stance.scoring.scorer import Model


def test_predictions_show_themselves_as_a_table(model: Model) -> None:
    found = model.predict(stance.Article("Russland hat gelogen. Die EU hilft.", id="a1"))
    shown = found._repr_html_()
    assert shown.count("<tr>") == 3
    assert "Russland" in shown
    assert "Europäische Union" in shown
    assert found[0]._repr_html_().count("<tr>") == 2
    assert isinstance(found, list)


def test_a_hostile_text_stays_text(model: Model) -> None:
    evil = "<script>alert(1)</script>\x1b[31m\u202e"
    actor = stance.Actor(id="x", name=f"Ahlsen{evil}", forms=("Ahlsen",))
    shown = model.predict(stance.Article(f"Ahlsen hat gelogen {evil}.", id=evil), [actor])._repr_html_()
    assert "<script>" not in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "&lt;script&gt;" in shown
