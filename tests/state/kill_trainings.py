"""A seed → what SIGKILL at random points of a training left behind, one JSON line a point.

Run as a program. It imports everything once and forks a child for each training, so that the kills
fall into the training and not into the imports.
"""

from __future__ import annotations

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


def main(seed: int, points: int) -> None:
    """Kill ``points`` trainings, the first and the sixth on a fresh store, and describe what is left."""
    import mlflow  # noqa: F401

    load_lexicon("de")
    fresh = train_whole()
    print(json.dumps(describe()), flush=True)
    draw = random.Random(seed)
    for number in range(points):
        is_fresh = number in (0, 5)
        if is_fresh:
            shutil.rmtree("runs")
        child = start_training()
        # Making the store is half of a first training.
        time.sleep(draw.uniform(0, fresh if is_fresh else fresh / 2))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        print(json.dumps({"killed": os.WIFSIGNALED(status), **describe()}), flush=True)
    train_whole()
    print(json.dumps(describe()), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
