"""Labels of other tools become our records; what does not fit is told with its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl import Workbook

from stance.errors import CorpusError
from stance.learning.importers import import_corpus

TEXT = "Venn lobt Holm. Holm schweigt."


def _labels(records: list) -> list[tuple[str, str, int]]:  # type: ignore[type-arg]
    return [(a.name, str(a.label), len(a.mentions)) for r in records for a in r.actors]


def test_doccano(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    line = {"id": 7, "text": TEXT, "label": [[0, 4, "neutral"], [10, 14, "FAVOR"], [16, 20, "favor"]]}
    file.write_text(json.dumps(line), encoding="utf-8")
    records = import_corpus("doccano", file)
    assert _labels(records) == [("Venn", "neutral", 1), ("Holm", "favor", 2)]
    assert records[0].id == "7"


def test_prodigy_leaves_out_what_was_rejected(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    spans = [{"start": 10, "end": 14, "label": "+"}]
    lines = [{"text": TEXT, "spans": spans, "answer": answer} for answer in ("accept", "reject")]
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert _labels(import_corpus("prodigy", file)) == [("Holm", "favor", 1)]


def test_labelstudio(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    result = [{"type": "labels", "value": {"start": 0, "end": 4, "labels": ["negativ"]}}]
    file.write_text(
        json.dumps([{"id": 3, "data": {"text": TEXT}, "annotations": [{"result": result}]}]), encoding="utf-8"
    )
    assert _labels(import_corpus("labelstudio", file)) == [("Venn", "against", 1)]


def test_semeval(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(
        "ID\tTarget\tTweet\tStance\n1\tJane Brook\tBrook lies again #SemST\tAGAINST\n", encoding="utf-8"
    )
    records = import_corpus("semeval2016", file)
    assert (records[0].actors[0].forms, records[0].language) == (("Jane Brook", "Brook"), "en")


def test_excel_joins_the_rows_of_a_text(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    book = Workbook()
    for row in (["Akteur", "Text", "Tonalität"], ["Venn", TEXT, 0], ["Holm", TEXT, "positiv"]):
        book.active.append(row)
    book.save(file)
    records = import_corpus("excel", file)
    assert len(records) == 1
    assert _labels(records) == [("Venn", "neutral", 0), ("Holm", "favor", 0)]


@pytest.mark.parametrize(
    ("source", "content", "told"),
    [
        ("doccano", json.dumps({"text": TEXT, "label": [[0, 4, "maybe"]]}), "a.x:1.*label 'maybe'"),
        ("doccano", json.dumps({"text": TEXT, "label": [[10, 14, "+"], [16, 20, "-"]]}), "two labels"),
        ("labelstudio", "[{}]", "task 1"),
        ("labelstudio", "nonsense", "is no JSON"),
        ("semeval2016", "a\tb\n1\t2\n", "a.x:2"),
        ("excel", "no zip", "is no Excel file"),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path: Path, source: str, content: str, told: str) -> None:
    file = tmp_path / "a.x"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(CorpusError, match=told):
        import_corpus(source, file)
