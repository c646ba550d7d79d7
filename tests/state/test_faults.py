"""Full disks, closed folders, missing stores, broken files: one clear line, nothing half-written."""

from __future__ import annotations

import json
import os
import resource
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from stance.errors import CorpusError, OutputError
from stance.learning.experiments import read_experiment
from stance.learning.importers import import_corpus
from stance.scoring.bundle import load_bundle, save_bundle
from stance.terminal import write_whole
from stance.whole_files import require_writable
from tests.state.conftest import Run, one_line


def _limit(size: int) -> Callable[[], None]:
    """No file of the child may grow beyond ``size`` bytes: as a full disk does, the write fails midway."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.slow
def test_a_full_disk_keeps_the_old_model(corpus: Path, tiny: Path, tmp_path: Path, stance: Run) -> None:
    (tmp_path / "models").mkdir()
    shutil.copy(tiny, tmp_path / "models" / "stance.joblib")
    done = stance("train", "--corpus", corpus, "--folds", "0", "--no-track", preexec_fn=_limit(300_000))
    assert "models/stance.joblib: cannot be written: File too large" in one_line(done)
    assert [p.name for p in (tmp_path / "models").iterdir()] == ["stance.joblib"]
    assert (tmp_path / "models" / "stance.joblib").read_bytes() == tiny.read_bytes()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # MLflow and what it builds on warn of themselves
def test_a_full_disk_while_the_run_is_logged_keeps_the_model_and_the_store(
    tiny: Path, tmp_path: Path, stance: Run, inside: Run
) -> None:
    assert inside("track", tiny, "--name", "erster").returncode == 0
    # The store is a megabyte, the model two: the limit lies between them.
    size = (tmp_path / "runs" / "mlflow.db").stat().st_size + 200_000
    assert size < tiny.stat().st_size
    assert "File too large" in one_line(stance("track", tiny, "--name", "zweiter", preexec_fn=_limit(size)))
    table = inside("runs").stdout
    assert "erster" in table
    assert "zweiter" not in table
    assert inside("track", tiny, "--name", "dritter").returncode == 0


@pytest.mark.parametrize("place", ["/proc/stance/m.joblib", "datei/m.joblib", "/proc/version", "ordner"])
def test_where_no_file_can_be_is_told_before_the_training(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny: Path
) -> None:
    """Places that are closed to root as well."""
    monkeypatch.chdir(tmp_path)
    Path("datei").write_text("keine Mappe", encoding="utf-8")
    Path("ordner").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        require_writable(place)
    with pytest.raises(OutputError, match="cannot be written"):
        save_bundle(load_bundle(tiny), place)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["datei", "ordner"]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_driver_that_is_not_installed_is_named(inside: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "mssql://archiv:geheim@127.0.0.1/stance")
    told = one_line(inside("runs"))
    assert "needs the library" in told
    assert "geheim" not in told


def test_a_closed_place_is_told_before_a_corpus_is_read(inside: Run) -> None:
    done = inside("train", "--corpus", "fehlt.jsonl", "--no-track", "-o", "/proc/stance/m.joblib")
    assert one_line(done).startswith("stance: /proc/stance/m.joblib: cannot be written")


def test_an_answer_that_fails_midway_leaves_the_old_file(tmp_path: Path) -> None:
    output = tmp_path / "antwort.csv"
    output.write_text("alt", encoding="utf-8")

    def fail(stream: object) -> None:
        stream.write("halb")  # type: ignore[attr-defined]
        raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match="No space left"):
        write_whole(output, fail)
    assert output.read_text(encoding="utf-8") == "alt"
    assert [p.name for p in tmp_path.iterdir()] == ["antwort.csv"]


def test_a_pipe_or_a_device_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "rohr"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_whole(pipe, lambda stream: stream.write("durch"))
    assert os.read(reader, 100) == b"durch"
    os.close(reader)
    assert pipe.is_fifo()


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "heute.txt").symlink_to(tmp_path / "echt.txt")
    write_whole(tmp_path / "heute.txt", lambda stream: stream.write("neu"))
    assert (tmp_path / "heute.txt").is_symlink()
    assert (tmp_path / "echt.txt").read_text(encoding="utf-8") == "neu"


@pytest.mark.parametrize("command", [("runs",), ("promote", "one")])
def test_looking_for_runs_makes_no_store(command: tuple[str, ...], tmp_path: Path, inside: Run) -> None:
    assert "no runs/mlflow.db" in one_line(inside(*command))
    assert list(tmp_path.iterdir()) == []


def test_a_store_named_that_is_not_there_is_not_made(
    tmp_path: Path, inside: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'fehlt.db'}")
    assert "fehlt.db" in one_line(inside("runs"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("{asks: x, runs: {a: {Zahl: 1}}}", "option 'Zahl' is unknown", id="option"),
        pytest.param("{asks: x, runs: {a: {C: viel}}}", "option 'C' holds 'viel'", id="value"),
        pytest.param("{asks: x, runs: {a: {blocks: words}}}", "blocks holds 'words'", id="blocks"),
        pytest.param(
            "{asks: x, runs: {a: {set: {words: {leftt: 3}}}}}", "option of words 'leftt' is", id="block"
        ),
        pytest.param("{asks: x, runs: {a: [C]}}", "run a holds ['C'], not options", id="list"),
        pytest.param("{asks: x, frage: y, runs: {a: {}}}", "key 'frage' is unknown", id="key"),
        pytest.param("{asks: [x], runs: {a: {}}}", "are texts", id="asks"),
    ],
)
def test_an_experiment_is_refused_in_words_not_in_python(text: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "77-frage.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CorpusError) as error:
        read_experiment(file)
    assert says in str(error.value)
    assert not any(word in str(error.value) for word in ("__init__", "NoneType", "argument", "object"))


def _no_zip(path: Path) -> None:
    path.write_bytes(b"Keine Tabelle")


def _other_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as other:
        other.writestr("brief.txt", "Liebe Leute")


def _cut(path: Path) -> None:
    from openpyxl import Workbook

    Workbook().save(path)
    path.write_bytes(path.read_bytes()[:-200])


def _broken_sheet(path: Path) -> None:
    from openpyxl import Workbook

    whole = path.with_name("ganz.xlsx")
    Workbook().save(whole)
    with zipfile.ZipFile(whole) as book, zipfile.ZipFile(path, "w") as broken:
        for name in book.namelist():
            data = book.read(name)
            broken.writestr(name, b"<worksheet><" if "sheet1" in name else data)


@pytest.mark.parametrize("spoil", [_no_zip, _other_zip, _cut, _broken_sheet])
def test_a_broken_table_is_refused_in_words(spoil: Callable[[Path], None], tmp_path: Path) -> None:
    file = tmp_path / "liste.xlsx"
    spoil(file)
    with pytest.raises(CorpusError, match="is no Excel file, or a damaged one"):
        import_corpus("excel", file)


def test_what_a_run_needs_stands_in_the_file(tiny: Path) -> None:
    manifest = json.loads(json.dumps(load_bundle(tiny).manifest))
    assert manifest["params"]["words_left"] == 5.0
    assert {"macro_f1", "plain_f1", "majority_f1"} <= set(manifest["figures"])
