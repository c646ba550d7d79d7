"""Result files of every format say the same."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stance.cli import app
from stance.errors import ResultError
from stance.serving.results import Result, ResultArticle, read_results

ARTICLE = (
    '{"id": "a1", "title": "Streit", "outlet": "Seezeitung", "published": "2026-03-11", '
    '"url": "https://example.org/1", "text": "Russland hat gelogen und betrogen. Die EU hilft."}\n'
)


@pytest.fixture(scope="module")
def predicted(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("results")
    source = folder / "artikel.jsonl"
    source.write_text(ARTICLE, encoding="utf-8")
    files = {}
    for name in ("jsonl", "json", "csv", "xlsx", "parquet"):
        files[name] = folder / f"r.{name}"
        arguments = ["predict", source, "--format", name, "-o", files[name], "--model", bundle, "--with-text"]
        assert CliRunner().invoke(app, list(map(str, arguments))).exit_code == 0
    return files


def _told(results: Sequence[Result]) -> list[tuple[object, ...]]:
    return [
        (
            *(r.article.id, r.article.outlet, r.article.month, r.article.url, r.actor.id, r.label),
            *(round(r.score, 2), r.abstained, r.mention_count, r.evidence[0].text),
        )
        for r in results
    ]


def test_every_format_that_predict_writes_says_the_same(predicted: dict[str, Path]) -> None:
    told = {name: _told(read_results([file])) for name, file in predicted.items()}
    assert all(found == told["jsonl"] for found in told.values())
    assert told["jsonl"][0][:4] == ("a1", "Seezeitung", "2026-03", "https://example.org/1")


def test_a_folder_of_parts_is_read_as_one(predicted: dict[str, Path], tmp_path: Path) -> None:
    parts = tmp_path / "lauf"
    parts.mkdir()
    (parts / "part-00001.parquet").write_bytes(predicted["parquet"].read_bytes())
    (parts / "slip.json").write_text("{}", encoding="utf-8")
    assert _told(read_results([parts])) == _told(read_results([predicted["parquet"]]))


def test_a_csv_that_a_german_excel_saved_again_is_read(predicted: dict[str, Path], tmp_path: Path) -> None:
    rows = list(csv.reader(io.StringIO(predicted["csv"].read_text(encoding="utf-8"))))
    file = tmp_path / "de.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(rows[0])
        writer.writerows(
            [cell.replace(".", ",") if cell[:2] in ("0.", "-0") else cell for cell in r] for r in rows[1:]
        )
    assert _told(read_results([file])) == _told(read_results([predicted["csv"]]))


def test_text_comes_only_when_asked_for(predicted: dict[str, Path]) -> None:
    assert (
        read_results([predicted["jsonl"]])[0].article.text
        == "Russland hat gelogen und betrogen. Die EU hilft."
    )
    assert read_results([predicted["csv"]])[0].article.text is None


def test_a_pair_that_two_files_hold_counts_once(predicted: dict[str, Path]) -> None:
    once = read_results([predicted["jsonl"]])
    assert read_results([predicted["jsonl"], predicted["csv"]]) == once


@pytest.mark.parametrize(
    ("published", "month"),
    [
        ("2026-03-11", "2026-03"),
        ("2026-03-11T08:15:00Z", "2026-03"),
        ("11.3.2026", "2026-03"),
        ("2026-13-11", None),
        ("gestern", None),
        (None, None),
    ],
)
def test_months_are_read_from_both_ways_to_write_a_day(published: str | None, month: str | None) -> None:
    assert ResultArticle(published=published).month == month


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("x.jsonl", '{"article": 3}', "x.jsonl:1: is no result"),
        ("x.jsonl", "", "hold no result"),
        ("x.jsonl", "{", "x.jsonl:1"),
        ("x.csv", "actor,label\nEU,favor\n", "x.csv:2: has no 'favor'"),
        ("x.csv", "actor,label,favor,neutral,against\nEU,gut,1,0,0\n", "x.csv:2: is no result"),
        ("x.csv", "actor,label,favor,neutral,against\nEU,favor,nan,0,0\n", "x.csv:2: is no result"),
        ("x.xlsx", "kein Excel", "no Excel file"),
        ("x.parquet", "kein Parquet", "no Parquet file"),
        ("x.pdf", "", "no result format"),
    ],
)
def test_what_is_no_result_is_refused_in_one_line(tmp_path: Path, name: str, content: str, says: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(ResultError, match=says):
        read_results([tmp_path / name])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match=r"fehlt\.csv: no such file"):
        read_results([tmp_path / "fehlt.csv"])
