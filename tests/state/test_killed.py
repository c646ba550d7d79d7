"""A training killed at any moment leaves a whole model and a readable store."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stance.scoring.bundle import load_bundle, save_bundle

# In each of two folders; "make testlong" kills twenty times in all.
KILLS = 10 if os.environ.get("STANCE_LONG") else 3
DRIVER = Path(__file__).with_name("kill_trainings.py")


@pytest.mark.slow
def test_kills_leave_the_old_model_or_the_new_one_and_a_store_that_works(
    corpus: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    shutil.copy(corpus, tmp_path)
    command = [sys.executable, str(DRIVER), str(KILLS)]
    done = subprocess.run(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, check=True)
    # The driver has opened each model that it had not seen: all are whole.
    first, *points = (json.loads(line) for line in done.stdout.splitlines())
    for folder in ("eins", "zwei"):
        *killed, last = (point for point in points if point["folder"] == folder)
        assert len(killed) == KILLS
        assert sum(point["killed"] for point in killed) >= KILLS // 2
        assert {point["store"] for point in killed} <= {"ok", "none"}
        assert all(point["parts"] <= 1 for point in killed)
        # After all kills a training goes through, is logged, and has swept.
        assert last["store"] == "ok"
        assert last["finished"] >= 1
        assert last["parts"] == 0
        assert last["model"] != first["model"]


def test_a_writer_killed_in_the_middle_leaves_the_old_model_and_one_part_that_the_next_sweeps(
    tiny: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    target = tmp_path / "m.joblib"
    shutil.copy(tiny, target)
    code = (
        "import sys, time\n"
        "from stance.whole_files import whole_file\n"
        "with whole_file(sys.argv[1]) as handle:\n"
        "    handle.write(b'half')\n"
        "    handle.flush()\n"
        "    time.sleep(60)\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(target)], env=environment) for _ in range(2)]
    deadline = time.monotonic() + 20
    while sum(p.stat().st_size for p in tmp_path.glob(".*.part")) < 2 * len("half"):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    writers[0].kill()
    writers[0].wait()
    assert target.read_bytes() == tiny.read_bytes()
    save_bundle(load_bundle(tiny), target)
    left = list(tmp_path.glob(".*.part"))
    writers[1].kill()
    writers[1].wait()
    assert len(left) == 1, "the part of the living writer stays, the dead one's is swept"
    load_bundle(target)
    save_bundle(load_bundle(tiny), target)
    assert [p.name for p in tmp_path.iterdir()] == ["m.joblib"]
