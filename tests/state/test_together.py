"""Many processes at one file: every reader sees a whole model, old or new."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from stance.scoring.bundle import load_bundle, save_bundle
from stance.whole_files import whole_file
from tests.state.conftest import Run

pytestmark = [
    pytest.mark.slow,
    # MLflow and what it builds on warn of themselves.
    pytest.mark.filterwarnings("ignore"),
]

READER = """
import sys, time
from stance import Article
from stance.scoring.bundle import load_bundle
seen = {}
until = time.monotonic() + 60
while not (len(seen) == 2 and sum(seen.values()) >= 3) and time.monotonic() < until:
    model = load_bundle(sys.argv[1])
    assert model.predict(Article("Russland lügt."))
    which = model.manifest["created"]
    seen[which] = seen.get(which, 0) + 1
print(" ".join(sorted(seen)))
"""


def test_ten_predictors_see_whole_models_while_the_file_is_replaced(
    tiny: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    path = tmp_path / "m.joblib"
    model = load_bundle(tiny)
    both = []
    for name in ("alt", "neu"):
        save_bundle(replace(model, manifest={**model.manifest, "created": name}), path)
        both.append(path.read_bytes())
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(path)], env=environment, text=True, stdout=subprocess.PIPE
        )
        for _ in range(10)
    ]
    replaced = 0
    while any(reader.poll() is None for reader in readers):
        replaced += 1
        with whole_file(path) as handle:  # as save_bundle does, in pieces and without building the data anew
            for start in range(0, len(both[replaced % 2]), 100_000):
                handle.write(both[replaced % 2][start : start + 100_000])
    for reader in readers:
        assert reader.communicate()[0].split() == ["alt", "neu"]
        assert reader.returncode == 0
    assert replaced > 20
    assert [p.name for p in tmp_path.iterdir()] == ["m.joblib"]


def test_two_trainings_into_one_file_leave_the_model_of_one_of_them_and_both_runs(
    corpus: Path, tmp_path: Path, environment: dict[str, str], inside: Run
) -> None:
    command = [sys.executable, "-m", "stance", "train", "--corpus", str(corpus), "--folds", "0"]
    trainings = [
        subprocess.Popen([*command, "--name", name], cwd=tmp_path, env=environment, stderr=subprocess.PIPE)
        for name in ("eins", "zwei")
    ]
    errors = [training.communicate()[1].decode() for training in trainings]
    assert [training.returncode for training in trainings] == [0, 0], errors
    assert [p.name for p in (tmp_path / "models").iterdir()] == ["stance.joblib"]
    load_bundle(tmp_path / "models" / "stance.joblib")
    table = inside("runs").stdout
    assert "eins" in table
    assert "zwei" in table


TRAIN = """
import sys
from threadpoolctl import threadpool_info
from stance.data_files import data_file
from stance.learning.corpus import read_corpus
from stance.learning import runs
from stance.reading.actors import read_actors
from stance.scoring.bundle import save_bundle
from stance.learning.vectors import BlockScaler

threads = set()
fit = BlockScaler.fit
BlockScaler.fit = lambda *given: (threads.update(p["num_threads"] for p in threadpool_info()), fit(*given))[1]
trained = runs.train_model(read_corpus(sys.argv[1]), read_actors(data_file("actors.yaml")), folds=2)
save_bundle(trained.model, sys.argv[2])
print(*threads)
"""


def test_training_twice_gives_the_same_weights_to_the_byte(
    corpus: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    """Whatever the hash seed and the threads asked for: BLAS with two summed in another order."""
    trainings = []
    for seed, threads in (("1", "1"), ("2", "2")):
        settings = environment | {"PYTHONHASHSEED": seed, "OPENBLAS_NUM_THREADS": threads}
        settings |= {"OMP_NUM_THREADS": threads}
        command = [sys.executable, "-c", TRAIN, str(corpus), str(tmp_path / f"{seed}.joblib")]
        trainings.append(subprocess.Popen(command, env=settings, stdout=subprocess.PIPE, text=True))
    assert [t.communicate()[0].strip() for t in trainings] == ["1", "1"], "fitted with one thread"
    one, two = (load_bundle(tmp_path / f"{seed}.joblib") for seed in ("1", "2"))
    assert one.manifest["weights_digest"] == two.manifest["weights_digest"]
    assert one.scorer.digest() == two.scorer.digest()
    told = {name: value for name, value in one.manifest.items() if name != "created"}
    assert told == {name: value for name, value in two.manifest.items() if name != "created"}
    same = [replace(model, manifest={}) for model in (one, two)]
    digests = {hashlib.sha256(save_bundle(m, tmp_path / "x").read_bytes()).hexdigest() for m in same}
    assert len(digests) == 1, "rules, lexicon, actors and calibration are the same as well"
