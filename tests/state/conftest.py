"""A tiny corpus, its model as a file, and the command as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stance.cli import app
from stance.data_files import data_file
from stance.learning.corpus import read_corpus, write_corpus
from stance.learning.runs import train_model
from stance.reading.actors import read_actors
from stance.scoring.bundle import save_bundle

ROOT = Path(__file__).parent.parent.parent
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some sixty records: a training takes a second, once everything is imported."""
    path = tmp_path_factory.mktemp("corpus") / "tiny.jsonl"
    write_corpus(read_corpus(data_file("corpus"))[::120], path)
    return path


@pytest.fixture(scope="session")
def tiny(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of the tiny corpus, with figures."""
    trained = train_model(read_corpus(corpus), read_actors(data_file("actors.yaml")), folds=2)
    return save_bundle(trained.model, tmp_path_factory.mktemp("tiny") / "tiny.joblib")


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """Ours, without what would lead a process to another model or store."""
    kept = {k: v for k, v in os.environ.items() if k not in ("STANCE_MODEL", "MLFLOW_TRACKING_URI")}
    return kept | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}


@pytest.fixture
def stance(tmp_path: Path, environment: dict[str, str]) -> Run:
    """Run the command in a fresh folder."""

    def run(*arguments: str | Path, **more: object) -> subprocess.CompletedProcess[str]:
        wanted: dict[str, object] = {"cwd": tmp_path, "env": environment, **more}
        command = [sys.executable, "-m", "stance", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False, **wanted)  # type: ignore[call-overload,no-any-return]

    return run


@pytest.fixture
def inside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command in this process, where MLflow is imported once: for the steps that are no fault."""
    for name in ("STANCE_MODEL", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        done = CliRunner().invoke(app, [str(a) for a in arguments], catch_exceptions=False)
        return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)

    return run


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """The one line a failed command told; MLflow's own notes about a fresh store are no fault."""
    assert done.returncode == 2, done.stderr
    lines = [line for line in done.stderr.splitlines() if " INFO mlflow." not in line]
    assert len(lines) == 1, done.stderr
    return lines[0]
