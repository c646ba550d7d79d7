"""``stance report`` as a user runs it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from stance.cli import app


def _run(*arguments: object):  # type: ignore[no-untyped-def]
    return CliRunner().invoke(app, ["report", *map(str, arguments)])


def test_page_workbook_and_charts_come_from_one_command(
    results_file: Path, bundle: Path, tmp_path: Path
) -> None:
    page, folder = tmp_path / "r.html", tmp_path / "bilder"
    assert _run(results_file, "-o", page, "--charts", folder, "--model", bundle).exit_code == 0
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert {f.suffix for f in folder.glob("net-tonality.*")} == {".csv", ".png", ".svg"}
    assert "Reederei Ahlsen" in (folder / "net-tonality.csv").read_text(encoding="utf-8-sig")
    assert _run(results_file, "-o", tmp_path / "r.xlsx").exit_code == 0
    assert (tmp_path / "r.xlsx").read_bytes().startswith(b"PK")
    assert not list(tmp_path.glob(".*.part"))


def test_the_methods_name_model_corpus_and_errors(results_file: Path, bundle: Path, tmp_path: Path) -> None:
    import hashlib

    assert _run(results_file, "-o", tmp_path / "r.html", "--model", bundle).exit_code == 0
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert hashlib.sha256(bundle.read_bytes()).hexdigest() in page
    assert "Krippendorffs Alpha" in page
    assert "Bekannte Fehler" in page
    assert "woche.jsonl" in page
    assert str(tmp_path) not in page


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["{d}/fehlt.csv"], "no such file"),
        (["{r}", "-o", "{d}/r.pdf"], "no format of a report"),
        (["{r}", "-o", "{d}/x/r.html"], "written"),
        (["{r}", "-o", "{d}/x/r.xlsx"], "no such folder"),
        (["{r}", "--model", "{d}/fehlt"], "no such model"),
        (["{r}", "--model", "{r}"], "no stance model"),
        (["{r}", "--charts", "{r}"], "written"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_two(
    results_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = _run(*(a.format(d=tmp_path, r=results_file) for a in arguments))
    assert result.exit_code == 2
    assert len(result.stderr.strip().splitlines()) == 1
    assert says in result.stderr
