"""What a registered model holds beside its bundle is never opened."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import joblib
import pytest

from stance.learning.registry import register_model
from stance.learning.store import opened_store

pytestmark = [
    pytest.mark.slow,
    # MLflow and what it builds on warn of themselves.
    pytest.mark.filterwarnings("ignore"),
]


class _Evil:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.mark),)


def _predict(folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "a.txt").write_text("Russland lügt.", encoding="utf-8")
    model = ["--model", "models:/stance/1", "--format", "jsonl"]
    command = [sys.executable, "-m", "stance", "predict", "a.txt", *model]
    environment = {k: v for k, v in os.environ.items() if k not in ("STANCE_MODEL", "MLFLOW_TRACKING_URI")}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def test_only_the_bundle_of_a_registered_model_is_opened(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with opened_store() as mlflow, mlflow.start_run():
        assert register_model(mlflow, bundle, "", "0" * 12) == "1"
    described = next(tmp_path.rglob("MLmodel"))
    mark = tmp_path / "executed"
    # As a stranger would log it: a pickle where MLflow looks for one, code, a description that names both.
    (described.parent / "python_model.pkl").write_bytes(pickle.dumps(_Evil(mark)))
    code = next(described.parent.glob("*.py"))
    code.write_text(f"import os\nos.mkdir({str(mark)!r})\n", encoding="utf-8")
    text = described.read_text(encoding="utf-8")
    assert "    artifacts:" in text
    described.write_text(
        text.replace("    artifacts:", "    python_model: python_model.pkl\n    artifacts:", 1),
        encoding="utf-8",
    )
    joblib.dump(_Evil(mark), described.parent / "first.joblib")
    done = _predict(tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["predictions"][0]["actor"]["name"] == "Russland"
    assert not mark.exists()
    # A second file in the bundle's own place: nobody can say which is meant.
    other = described.parent / "artifacts" / "aaa.joblib"
    joblib.dump(_Evil(mark), other)
    done = _predict(tmp_path)
    assert done.returncode == 2
    assert "holds several model files" in done.stderr
    assert done.stderr.count("\n") == 1
    # The only one, and hostile.
    for file in other.parent.glob("*.joblib"):
        file.unlink()
    joblib.dump(_Evil(mark), other)
    done = _predict(tmp_path)
    assert done.returncode == 2
    assert "refused: it names posix.mkdir" in done.stderr
    assert not mark.exists()
    # The way the security page warns of does run it: the attack is a real one.
    with opened_store() as mlflow, pytest.raises(Exception):  # noqa: B017, PT011
        mlflow.pyfunc.load_model("models:/stance/1")
    assert mark.exists()
