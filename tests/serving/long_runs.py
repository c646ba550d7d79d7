"""Watching long runs: wait, finish, read what lies in the folder."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from pyarrow.parquet import read_table

Pairs = list[tuple[str, str]]


def finish(process: subprocess.Popen[str]) -> str:
    _, told = process.communicate(timeout=60)
    assert process.returncode == 0, told
    return told


def wait_for(is_there: Callable[[], bool]) -> None:
    for _ in range(3000):
        if is_there():
            return
        time.sleep(0.01)
    raise AssertionError("did not happen")


def parts_of(folder: Path) -> list[Path]:
    return sorted(folder.glob("part-*.parquet"))


def pairs_of(folder: Path) -> Pairs:
    rows = read_table(folder, columns=["article_id", "actor_id"]).to_pylist()
    return sorted((row["article_id"], row["actor_id"]) for row in rows)
