"""Predictions → files of every format, as a user asks for them."""

from __future__ import annotations

import csv
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stance.cli import app

LINES = [
    {"id": "=1+1", "title": "Streit", "text": "@Moskau warnt. Russland hat gelogen. Die EU hilft."},
    {"id": "2", "Titel": "Lage", "Volltext": "China droht."},
]


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    file = tmp_path / "presse.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in LINES), encoding="utf-8")
    return file


@pytest.fixture
def run(bundle: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    monkeypatch.setenv("STANCE_MODEL", str(bundle))
    return lambda *arguments: CliRunner().invoke(app, [str(a) for a in arguments])


def _rows(file: Path) -> list[dict[str, object]]:
    if file.suffix == ".csv":
        return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))  # type: ignore[arg-type]
    if file.suffix == ".parquet":
        from pyarrow import parquet

        return parquet.read_table(file).to_pylist()
    from openpyxl import load_workbook

    header, *rows = load_workbook(file).active.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.mark.parametrize("suffix", ["csv", "parquet", "xlsx"])
def test_the_name_of_the_file_says_its_format(run, articles: Path, tmp_path: Path, suffix: str) -> None:  # type: ignore[no-untyped-def]
    result = run("predict", articles, "-o", tmp_path / f"out.{suffix}")
    assert (result.exit_code, result.stdout) == (0, "")
    rows = _rows(tmp_path / f"out.{suffix}")
    assert [row["actor_id"] for row in rows] == ["russland", "eu", "china"]
    safe = "" if suffix == "parquet" else "'"
    assert rows[0]["article_id"] == f"{safe}=1+1"
    assert str(rows[0]["evidence"]).startswith((f"{safe}@", "Russland"))
    if suffix != "csv":
        assert isinstance(rows[0]["confidence"], float)
        assert rows[0]["abstained"] in (True, False)
    assert not list(tmp_path.glob(".*.part"))


def test_an_option_outdoes_the_name(run, articles: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    run("predict", articles, "-o", tmp_path / "out.csv", "--format", "jsonl")
    assert len((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()) == 2


@pytest.mark.parametrize("name", ["parquet", "xlsx"])
def test_a_binary_format_is_not_poured_on_the_terminal(run, articles: Path, name: str) -> None:  # type: ignore[no-untyped-def]
    result = run("predict", articles, "--format", name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "-o" in result.stderr


def test_a_failed_run_leaves_the_old_file(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "out.xlsx").write_text("alt", encoding="utf-8")
    (tmp_path / "fremd.csv").write_text("Nr;Fliess\n1;EU\n", encoding="utf-8")
    result = run("predict", tmp_path / "fremd.csv", "-o", tmp_path / "out.xlsx")
    assert result.exit_code == 2
    assert "'Nr', 'Fliess'" in result.stderr
    assert (tmp_path / "out.xlsx").read_text(encoding="utf-8") == "alt"
    named = run("predict", tmp_path / "fremd.csv", "--columns", "text=Fliess", "--format", "jsonl")
    assert json.loads(named.stdout)["predictions"][0]["actor"]["id"] == "eu"


def test_one_line_sums_up_a_run_over_many_and_none_over_one(run, articles: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "eins.txt").write_text("China droht.", encoding="utf-8")
    assert run("predict", tmp_path / "eins.txt").stderr == ""
    told = run("predict", articles, tmp_path / "fehlt.txt", "--format", "csv").stderr.splitlines()
    assert told[-1].startswith("stance: 2 articles, 3 pairs, 1 refused, ")
    assert len(told) == 2


@pytest.mark.slow
def test_a_bar_is_drawn_on_a_terminal_and_not_in_a_pipe(articles: Path, bundle: Path, tmp_path: Path) -> None:
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "stance", "predict", articles, "-o", tmp_path / "out.csv"]
    environment = os.environ | {"STANCE_MODEL": str(bundle), "TERM": "xterm", "COLUMNS": "100"}
    subprocess.run(command, stderr=slave, stdout=subprocess.PIPE, check=True, env=environment)
    os.close(slave)
    drawn = os.read(master, 100_000).decode()
    os.close(master)
    assert "articles, " in drawn
    assert "━" in drawn
    piped = subprocess.run(command, capture_output=True, check=True, env=environment, text=True)
    assert "━" not in piped.stderr
