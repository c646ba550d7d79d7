"""Tracking servers: one that dies, and one on PostgreSQL."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from stance.scoring.bundle import load_bundle
from tests.state.conftest import Run, one_line

pytestmark = [
    pytest.mark.slow,
    # MLflow and what it builds on warn of themselves.
    pytest.mark.filterwarnings("ignore"),
]


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def _serving(folder: Path, store: str, environment: dict[str, str]) -> Iterator[tuple[str, int]]:
    """A real `mlflow server` on a store; yields its address and process group."""
    port = _free_port()
    command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", store]
    command += ["--artifacts-destination", str(folder / "artifacts"), "--workers", "1", "--port", str(port)]
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    log = (folder / "server.log").open("w")
    process = subprocess.Popen(
        command, cwd=folder, env=environment | quiet, stdout=log, stderr=log, start_new_session=True
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/health")
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        log.close()
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_for(address: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            assert time.monotonic() < deadline, f"{address} does not answer"
            time.sleep(0.2)


def test_a_server_that_dies_while_training_costs_one_line_and_the_model_is_logged_later(
    corpus: Path,
    tmp_path: Path,
    environment: dict[str, str],
    inside: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with _serving(tmp_path, f"sqlite:///{tmp_path / 'server.db'}", environment) as (address, group):
        remote = environment | {"MLFLOW_TRACKING_URI": address, "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1"}
        command = [sys.executable, "-m", "stance", "train", "--corpus", str(corpus), "--folds", "0"]
        training = subprocess.Popen(
            command, cwd=tmp_path, env=remote, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        model = tmp_path / "models" / "stance.joblib"
        while not model.exists() and training.poll() is None:
            time.sleep(0.01)
        os.killpg(group, signal.SIGKILL)
        output, errors = training.communicate()
    done = subprocess.CompletedProcess(command, training.returncode, output, errors)
    assert "the model is kept; 'stance track models/stance.joblib' logs it later" in one_line(done)
    load_bundle(model)
    # Nor does a server that is gone from the start cost a training.
    before = model.read_bytes()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    assert address in one_line(inside("train", "--corpus", corpus, "--folds", "0"))
    assert model.read_bytes() == before
    assert one_line(inside("runs")).startswith(f"stance: {address}")
    # Later: into the local store.
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    logged = inside("track", "models/stance.joblib", "--name", "spaeter")
    assert logged.returncode == 0, logged.stderr
    assert "spaeter" in inside("runs").stdout
    (tmp_path / "a.txt").write_text("Russland lügt.", encoding="utf-8")
    predicted = inside("predict", "a.txt", "--model", "models:/stance@champion", "--format", "jsonl")
    assert json.loads(predicted.stdout)["predictions"][0]["actor"]["name"] == "Russland"


def _postgres_binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).resolve().parent if on_path else None


BINARIES = _postgres_binaries()


@pytest.fixture
def postgres() -> Iterator[str]:
    """A PostgreSQL of our own; root starts it as `postgres` or `nobody`, for it refuses root."""
    pytest.importorskip("psycopg2")
    assert BINARIES is not None
    # pytest's folders are closed to other users.
    folder = Path(tempfile.mkdtemp(prefix="stance-pg-"))
    who: dict[str, object] = {}
    if os.getuid() == 0:
        names = {entry.pw_name for entry in pwd.getpwall()}
        user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
        os.chown(folder, user.pw_uid, user.pw_gid)
        who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    data, port = folder / "data", _free_port()
    common = {"cwd": folder, "stdout": subprocess.DEVNULL, **who}
    init = [BINARIES / "initdb", "-D", data, "-U", "stance", "-A", "trust", "--no-sync", "-E", "UTF8"]
    subprocess.run(init, check=True, **common)  # type: ignore[call-overload]
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c fsync=off -k {folder}"
    control = [BINARIES / "pg_ctl", "-D", data, "-w", "-l", folder / "log"]
    subprocess.run([*control, "-o", options, "start"], check=True, **common)  # type: ignore[call-overload]
    try:
        # The bare scheme means psycopg 3 to SQLAlchemy since 2.1.
        yield f"postgresql+psycopg2://stance@127.0.0.1:{port}/postgres"
    finally:
        stop = [*control, "-m", "immediate", "stop"]
        subprocess.run(stop, check=True, **common)  # type: ignore[call-overload]
        shutil.rmtree(folder)


@pytest.mark.skipif(BINARIES is None, reason="needs Debian's postgresql; .ci/run installs it")
def test_a_server_on_postgresql_tracks_registers_promotes_and_serves_the_champion(
    corpus: Path,
    tmp_path: Path,
    environment: dict[str, str],
    inside: Run,
    postgres: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with _serving(tmp_path, postgres, environment) as (address, _):
        monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
        trained = inside("train", "--corpus", corpus, "--folds", "0", "--name", "eins")
        assert trained.returncode == 0, trained.stderr
        again = inside("track", "models/stance.joblib", "--name", "zwei")
        assert again.returncode == 0, again.stderr
        table = inside("runs").stdout
        assert "eins" in table
        assert "zwei" in table
        assert "champion: version 1" in inside("promote", "eins").stdout
        (tmp_path / "a.txt").write_text("Russland lügt.", encoding="utf-8")
        predict = ("predict", "a.txt", "--format", "jsonl", "--model")
        served = inside(*predict, "models:/stance@champion")
        assert json.loads(served.stdout) == json.loads(inside(*predict, "models/stance.joblib").stdout)
    assert not (tmp_path / "runs").exists()
