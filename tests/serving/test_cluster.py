"""Runs on a real Dask cluster whose processes are killed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from long_runs import Pairs, finish, pairs_of, parts_of, wait_for

import stance
from stance.errors import WorkerError
from stance.serving import cluster

pytestmark = pytest.mark.slow


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start `dask …` as a process of its own."""
    running: list[subprocess.Popen[bytes]] = []

    def begin(*arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(Path(stance.__file__).parents[1])},
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.wait()


def _scheduler(launch: Callable[..., subprocess.Popen[bytes]]) -> tuple[str, subprocess.Popen[bytes]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    scheduler = launch("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    return f"tcp://127.0.0.1:{port}", scheduler


def _worker(launch: Callable[..., subprocess.Popen[bytes]], address: str) -> subprocess.Popen[bytes]:
    return launch("worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard")


def test_killed_workers_and_schedulers_lose_nothing(start, launch, tmp_path: Path, expected: Pairs) -> None:  # type: ignore[no-untyped-def]
    address, scheduler = _scheduler(launch)
    doomed = _worker(launch, address)
    _worker(launch, address)
    folder = tmp_path / "OUT"
    first = start(folder, "--scheduler", address)
    wait_for(lambda: len(parts_of(folder)) >= 2)
    doomed.kill()
    seen = len(parts_of(folder))
    wait_for(lambda: len(parts_of(folder)) >= seen + 3)
    assert first.poll() is None
    scheduler.kill()
    _, told = first.communicate(timeout=60)
    assert first.returncode == 2
    assert len(told.splitlines()) == 1
    assert "the scheduler was lost" in told
    before = {part: part.stat().st_mtime_ns for part in parts_of(folder)}
    address, _ = _scheduler(launch)
    _worker(launch, address)
    finish(start(folder, "--scheduler", address))
    assert pairs_of(folder) == expected
    after = {part: part.stat().st_mtime_ns for part in parts_of(folder)}
    assert len(after) > len(before)
    assert sum(before[part] != after[part] for part in before) <= 1


def test_a_killed_client_of_a_cluster_goes_on(start, launch, tmp_path: Path, expected: Pairs) -> None:  # type: ignore[no-untyped-def]
    address, _ = _scheduler(launch)
    _worker(launch, address)
    folder = tmp_path / "OUT"
    first = start(folder, "--scheduler", address)
    wait_for(lambda: len(parts_of(folder)) >= 2)
    first.kill()
    first.wait()
    finish(start(folder, "--scheduler", address))
    assert pairs_of(folder) == expected


def test_a_cluster_that_is_not_there_is_told(launch, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(cluster, "_PATIENCE", 1)
    with pytest.raises(WorkerError, match="no Dask scheduler answers"):
        list(cluster.run_on_cluster("tcp://127.0.0.1:9")(abs, [1]))  # type: ignore[arg-type]
    monkeypatch.setattr(cluster, "_PATIENCE", 8)
    address, _ = _scheduler(launch)
    with pytest.raises(WorkerError, match="has no worker"):
        list(cluster.run_on_cluster(address)(abs, [1]))  # type: ignore[arg-type]


def test_a_cluster_without_stance_is_told(
    start, launch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "stance").mkdir()
    (tmp_path / "stance" / "__init__.py").touch()
    address, _ = _scheduler(launch)
    monkeypatch.setattr(stance, "__file__", str(tmp_path / "stance" / "__init__.py"))
    _worker(launch, address)
    process = start(tmp_path / "OUT", "--scheduler", address)
    _, told = process.communicate(timeout=40)
    assert process.returncode == 2
    assert "the cluster lacks stance" in told
    assert len(told.splitlines()) == 1
