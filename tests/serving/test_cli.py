"""The commands as a user runs them."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stance.cli import app

TEXT = "Streit in Moskau\n\nMoskau warnt. Russland hat gelogen und betrogen. Die EU hilft.\n"


@pytest.fixture
def article(tmp_path: Path) -> Path:
    file = tmp_path / "streit.txt"
    file.write_text(TEXT, encoding="utf-8")
    return file


@pytest.fixture
def run(bundle: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    monkeypatch.setenv("STANCE_MODEL", str(bundle))

    def invoke(*arguments: object, stdin: str | None = None):  # type: ignore[no-untyped-def]
        return CliRunner().invoke(app, [str(a) for a in arguments], input=stdin)

    return invoke


def test_the_table_names_actor_stance_and_evidence(run, article: Path) -> None:  # type: ignore[no-untyped-def]
    result = run("predict", article)
    assert result.exit_code == 0
    assert "Streit in Moskau" in result.stdout
    assert "Russland" in result.stdout
    assert "Europäische Union" in result.stdout


def test_json_has_the_documented_shape(run, article: Path) -> None:  # type: ignore[no-untyped-def]
    data = json.loads(run("predict", article, "--format", "json").stdout)
    assert set(data) == {"article", "predictions"}
    assert set(data["article"]) == {"id", "title", "path"}
    prediction = data["predictions"][0]
    assert set(prediction) == {
        "actor",
        "label",
        "probabilities",
        "score",
        "abstained",
        "ambivalent",
        "mentions",
        "evidence",
    }
    assert set(prediction["actor"]) == {"id", "name"}
    assert set(prediction["probabilities"]) == {"favor", "neutral", "against"}
    for found in prediction["mentions"]:
        assert TEXT[found["start"] : found["end"]] == found["form"]
    for found in prediction["evidence"]:
        assert TEXT[found["start"] : found["end"]] == found["text"]


def test_jsonl_has_a_line_an_article_and_csv_a_row_a_pair(run, article: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    more = tmp_path / "b.jsonl"
    more.write_text('{"id": "x", "text": "China droht."}\n', encoding="utf-8")
    lines = run("predict", article, more, "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line)["article"]["id"] for line in lines] == ["streit", "x"]
    rows = list(csv.DictReader(io.StringIO(run("predict", article, more, "--format", "csv").stdout)))
    assert [row["actor_id"] for row in rows] == ["russland", "eu", "china"]


def test_stdin_is_a_dash(run) -> None:  # type: ignore[no-untyped-def]
    assert "China" in run("predict", "-", stdin="China droht.").stdout


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (["--actor", "EU"], ["Europäische Union"]),
        (["--actor", "Gas=hilft|warnt"], ["Gas"]),
        (["--actor", "EU", "--actor", "Russland"], ["Russland", "Europäische Union"]),
    ],
)
def test_only_the_actors_asked_for_are_printed(
    run, article: Path, options: list[str], names: list[str]
) -> None:  # type: ignore[no-untyped-def]
    data = json.loads(run("predict", article, "--format", "json", *options).stdout)
    assert [p["actor"]["name"] for p in data["predictions"]] == names


def test_an_actor_file_replaces_the_registry(run, article: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    actors = tmp_path / "own.yaml"
    actors.write_text("- {id: m, name: Moskwa, forms: [Moskau]}", encoding="utf-8")
    data = json.loads(run("predict", article, "--format", "json", "--actors", actors).stdout)
    assert [p["actor"]["id"] for p in data["predictions"]] == ["m"]


def test_output_goes_to_a_file_whole(run, article: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    target = tmp_path / "out.json"
    result = run("predict", article, "--format", "json", "-o", target)
    assert result.stdout == ""
    assert json.loads(target.read_text(encoding="utf-8"))["article"]["id"] == "streit"
    assert not list(tmp_path.glob(".*.part"))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        pytest.param(lambda d: [d / "fehlt.txt"], "no such file", id="missing"),
        pytest.param(lambda d: [_write(d / "leer.txt", b"")], "empty", id="empty"),
        pytest.param(lambda d: [_write(d / "b.txt", b"\x00\x01\x02" * 50)], "", id="binary"),
        pytest.param(lambda d: [_write(d / "n.txt", b"Niemand ist da.")], "names no actor", id="nobody"),
        pytest.param(lambda d: [_write(d / "n.jsonl", b'{"a')], "n.jsonl:1", id="broken-json"),
        pytest.param(lambda d: [_write(d / "a.txt", b"EU"), "--model", d / "x"], "no such model", id="model"),
        pytest.param(lambda d: [_write(d / "a.txt", b"EU"), "--actors", d / "x"], "actor file", id="actors"),
        pytest.param(lambda d: [_write(d / "a.txt", b"EU"), "--actor", "=x"], "no name", id="actor"),
        pytest.param(lambda d: [_write(d / "a.txt", b"EU"), "-o", d / "x" / "y"], "written", id="output"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_two(run, tmp_path: Path, make, says: str) -> None:  # type: ignore[no-untyped-def]
    result = run("predict", *make(tmp_path))
    assert result.exit_code == 2
    assert len(result.stderr.strip().splitlines()) == 1
    assert says in result.stderr
    assert "Traceback" not in result.output


def _write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_one_bad_file_does_not_stop_the_others(run, article: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    result = run("predict", tmp_path / "fehlt.txt", article, "--format", "jsonl")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["article"]["id"] == "streit"


def test_a_low_confidence_is_shown_as_unsure(run, article: Path) -> None:  # type: ignore[no-untyped-def]
    assert "unsure" in run("predict", article, "--min-confidence", "1").stdout


def test_escapes_and_formulas_do_not_reach_the_user(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "a.jsonl"
    line = {"id": "=1+1", "title": "\x1b[31mrot", "text": "@EU hilft der EU."}
    file.write_text(json.dumps(line), encoding="utf-8")
    assert "\x1b" not in run("predict", file).stdout
    row = next(csv.DictReader(io.StringIO(run("predict", file, "--format", "csv").stdout)))
    assert row["article_id"].startswith("'=")
    assert row["evidence"].startswith("'@")


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv"])
def test_a_file_name_that_is_no_utf8_or_holds_escapes_is_told_and_judged(  # type: ignore[no-untyped-def]
    run, tmp_path: Path, form: str
) -> None:
    Path(os.fsdecode(bytes(tmp_path) + b"/b\xf6se\x1b[31m.txt")).write_text(TEXT, encoding="utf-8")
    Path(os.fsdecode(bytes(tmp_path) + b"/le\xf6r\x1b[31m.txt")).touch()
    result = run("predict", tmp_path, "--format", form, "--voices")
    assert result.exit_code == 2
    assert "Russland" in result.stdout
    assert "\x1b" not in result.output
    assert result.stderr.count("\n") == 1
    assert "is empty" in result.stderr


def test_a_folder_of_parts_refuses_a_name_it_could_not_find_again(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    Path(os.fsdecode(bytes(tmp_path) + b"/b\xf6se.txt")).write_text(TEXT, encoding="utf-8")
    result = run("predict", tmp_path, "-o", f"{tmp_path}/teile/")
    assert result.exit_code == 2
    assert "has a name that is no UTF-8" in result.stderr


def test_the_name_of_a_hostile_actor_is_printed_without_its_escapes(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file, actors = tmp_path / "a.txt", tmp_path / "akteure.yaml"
    file.write_text(TEXT, encoding="utf-8")
    actors.write_text('- {name: "R\\e[31m\\u202e", forms: [Russland]}', encoding="utf-8")
    shown = run("predict", file, "--actors", actors, "--voices").output
    assert "R[31m" in shown
    assert not {"\x1b", "\u202e"} & set(shown)
    told = run("predict", file, "--actor", "E\x1b[31m").output
    assert "does not mention" in told
    assert "\x1b" not in told


def test_every_command_has_help_and_stands_in_the_readme() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    for command in app.registered_commands:
        assert command.callback is not None
        assert command.callback.__doc__
        assert f"stance {command.callback.__name__}" in readme


def test_the_module_is_the_command(article: Path, bundle: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "stance", "predict", str(article), "--format", "jsonl"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"STANCE_MODEL": str(bundle)},
    )
    assert json.loads(done.stdout)["article"]["title"] == "Streit in Moskau"
