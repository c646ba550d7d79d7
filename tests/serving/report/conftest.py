"""Invented results that the report's tests share."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from stance.records import Evidence, Label, Part
from stance.serving.report.figures import Meter, build_figures
from stance.serving.report.material import Material
from stance.serving.report.provenance import Provenance
from stance.serving.results import ActorName, Result, ResultArticle, Span

MATRIX = [[60, 5, 35], [5, 55, 40], [40, 20, 640]]
_SHARES = {
    "favor": {Label.favor: 0.8, Label.neutral: 0.15, Label.against: 0.05},
    "neutral": {Label.favor: 0.1, Label.neutral: 0.85, Label.against: 0.05},
    "against": {Label.favor: 0.05, Label.neutral: 0.25, Label.against: 0.7},
}
TEXT = "Streit um die Brücke\n\nDie Reederei Ahlsen hat gelogen. Der Stadtrat wartet ab."


def make_result(
    number: int, label: str = "neutral", actor: str = "Reederei Ahlsen", **fields: object
) -> Result:
    """A result of an invented article; ``fields`` replace those of article and result."""
    about = {
        "id": f"a{number}",
        "title": "Streit um die Brücke",
        "outlet": "Seezeitung",
        "published": f"2026-03-{number % 28 + 1:02d}",
        "text": TEXT,
    }
    article = ResultArticle(
        **{**about, **{k: v for k, v in fields.items() if k in ResultArticle.__annotations__}}
    )  # type: ignore[arg-type]
    own = {k: v for k, v in fields.items() if k in Result.__annotations__}
    start = TEXT.index("Reederei Ahlsen")
    said = {
        "mention_count": 1,
        "mentions": (Span(start, start + 15),),
        "evidence": (
            Evidence(
                TEXT.index("Die Reed"),
                TEXT.index(" Der"),
                "Die Reederei Ahlsen hat gelogen.",
                -1.5,
                Part.TEXT,
            ),
        ),
    }
    return Result(article, ActorName(actor.lower(), actor), Label(label), _SHARES[label], **{**said, **own})  # type: ignore[arg-type]


@pytest.fixture
def make() -> Callable[..., Result]:
    return make_result


@pytest.fixture
def month_of_news() -> list[Result]:
    """Thirty articles on a shipping company in two months, on a council in four."""
    labels = ["against"] * 12 + ["neutral"] * 14 + ["favor"] * 4
    ships = [
        make_result(
            i, label, published=f"2026-0{3 + i % 2}-11", outlet=("Seezeitung", "Hafenbote")[i // 2 % 2]
        )
        for i, label in enumerate(labels)
    ]
    council = [make_result(i, "neutral", "Stadtrat", abstained=i == 0) for i in range(4)]
    return [*ships, *council]


def material_of(results: list[Result], confusion: list[list[int]] | None = None) -> Material:
    known = Provenance(digest="0" * 64, confusion=confusion) if confusion else Provenance()
    return Material(
        results, build_figures(results, Meter(confusion)), known, ["woche.jsonl"], date(2026, 4, 1)
    )


@pytest.fixture
def build() -> Callable[..., Material]:
    return material_of


def line_of(result: Result) -> str:
    """The result as a line of ``stance predict --format jsonl``."""
    a = result.article
    article = {
        "id": a.id,
        "title": a.title,
        "path": a.path,
        "outlet": a.outlet,
        "published": a.published,
        "text": a.text,
    }
    return json.dumps(
        {
            "article": article,
            "predictions": [
                {
                    "actor": {"id": result.actor.id, "name": result.actor.name},
                    "label": str(result.label),
                    "probabilities": {str(k): v for k, v in result.probabilities.items()},
                    "score": result.score,
                    "abstained": result.abstained,
                    "ambivalent": result.ambivalent,
                    "mentions": [
                        {"start": m.start, "end": m.end, "form": "x", "kind": "name", "part": m.part}
                        for m in result.mentions
                    ],
                    "evidence": [
                        {
                            "start": e.start,
                            "end": e.end,
                            "text": e.text,
                            "contribution": e.contribution,
                            "part": e.part,
                        }
                        for e in result.evidence
                    ],
                }
            ],
        }
    )


@pytest.fixture
def results_file(tmp_path: Path, month_of_news: list[Result]) -> Path:
    file = tmp_path / "woche.jsonl"
    file.write_text("\n".join(line_of(r) for r in month_of_news), encoding="utf-8")
    return file
