"""Two folders → what SIGKILL at random points of a training left behind, one JSON line a point.

Run as a program. It imports everything once and forks a child for each training, so that the kills
fall into the training and not into the imports.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from pathlib import Path

from stance.cli import app
from stance.learning import registry, runs, tracking  # noqa: F401
from stance.learning.lemmas import load_lexicon
from stance.scoring.bundle import load_bundle

MODEL = Path("models/stance.joblib")
WHOLE: set[str] = set()
"""Digests of the models that could be opened."""
ARGUMENTS = ["train", "--corpus", "tiny.jsonl", "--folds", "0"]


def start_training() -> int:
    """Fork a child that trains as the command does; return its id."""
    child = os.fork()
    if child:
        return child
    with Path("log.txt").open("a") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        try:
            app(ARGUMENTS, standalone_mode=False)
        finally:
            os._exit(0)


def describe() -> dict[str, object]:
    """What a reader finds now."""
    digest = hashlib.sha256(MODEL.read_bytes()).hexdigest()
    if digest not in WHOLE:
        load_bundle(MODEL)
        WHOLE.add(digest)
    store = Path("runs/mlflow.db")
    sound, finished = "none", 0
    if store.exists():
        with sqlite3.connect(store) as connection:
            sound = connection.execute("PRAGMA integrity_check").fetchone()[0]
            finished = connection.execute("SELECT count(*) FROM runs WHERE status='FINISHED'").fetchone()[0]
    parts = len(list(MODEL.parent.glob(".*.part")))
    return {
        "store": sound,
        "finished": finished,
        "parts": parts,
        "model": hashlib.sha256(MODEL.read_bytes()).hexdigest(),
    }


def train_whole() -> float:
    """Train without a kill; return the seconds."""
    started = time.monotonic()
    os.waitpid(start_training(), 0)
    return time.monotonic() - started


def kill_at(moment: float, *, is_fresh: bool) -> bool:
    """Train and kill after so many seconds, of a fresh store counted from its making; True if it hit."""
    if is_fresh:
        shutil.rmtree("runs")
    child = start_training()
    while is_fresh and not list(Path("runs").glob("*mlflow.db*")):
        time.sleep(0.01)
    time.sleep(moment)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def kill_many(folder: str, points: int, usual: float) -> None:
    """Kill trainings in a folder, two of them on a fresh store, then let one through."""
    os.chdir(folder)
    draw = random.Random(folder)
    for number in range(points):
        is_fresh = number in (0, points // 2)
        killed = kill_at(draw.uniform(0, 1 if is_fresh else usual), is_fresh=is_fresh)
        print(json.dumps({"folder": folder, "killed": killed, **describe()}), flush=True)
    train_whole()
    print(json.dumps({"folder": folder, "last": True, **describe()}), flush=True)


def main(points: int) -> None:
    """Train once, then kill in two copies of the folder at the same time."""
    import mlflow  # noqa: F401

    load_lexicon("de")
    gc.freeze()  # a child's collector does not copy the pages of all that was imported
    train_whole()
    usual = train_whole()
    print(json.dumps(describe()), flush=True)
    workers = []
    for folder in ("eins", "zwei"):
        shutil.copytree(".", folder, ignore=shutil.ignore_patterns("eins"))
        workers.append(os.fork())
        if not workers[-1]:
            kill_many(folder, points, usual)
            os._exit(0)
    broken = sum(os.waitpid(worker, 0)[1] for worker in workers)
    sys.exit(int(broken != 0))


if __name__ == "__main__":
    main(int(sys.argv[1]))
