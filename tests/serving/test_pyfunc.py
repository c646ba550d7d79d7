"""The registered model as MLflow serves it: a real store, a real server."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stance.learning.runs import TrainedModel
from stance.learning.tracking import log_trained_model, opened_store

pytestmark = [
    pytest.mark.slow,
    # MLflow and what it builds on warn of themselves.
    pytest.mark.filterwarnings("ignore"),
]
TEXTS = ["Moskau warnt. Russland hat gelogen und betrogen.", "Salka Venn hilft. China schweigt."]
BOTH = {"columns": ["text", "actor"], "data": list(zip(TEXTS, [None, "Salka Venn"], strict=True))}
TEXT_ALONE = {"columns": ["text"], "data": [[text] for text in TEXTS]}


@pytest.fixture(scope="module")
def store(trained: TrainedModel, bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a SQLite store in which a small model is the champion."""
    folder = tmp_path_factory.mktemp("store")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        log_trained_model(trained, bundle, name="small")
    return folder


def _answers(rows: Any) -> list[tuple[int, str]]:
    return [(row["row"], row["actor"]) for row in rows]


def test_the_pyfunc_answers_both_shapes_of_frame(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pandas as pd

    monkeypatch.chdir(store)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with opened_store() as mlflow:
        model = mlflow.pyfunc.load_model("models:/stance@champion")
    both = model.predict(pd.DataFrame(BOTH["data"], columns=BOTH["columns"]))
    assert _answers(both.to_dict("records")) == [(0, "Russland"), (1, "Salka Venn")]
    alone = model.predict(pd.DataFrame(TEXT_ALONE["data"], columns=TEXT_ALONE["columns"]))
    assert _answers(alone.to_dict("records")) == [(0, "Russland"), (1, "China")]
    assert set(alone["label"]) <= {"favor", "neutral", "against"}


@pytest.fixture(scope="module")
def invocations(store: Path) -> Iterator[str]:
    """`mlflow models serve` on the champion; yields the address that answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = ["-m", "models:/stance@champion", "--env-manager", "local", "--port", str(port)]
    process = subprocess.Popen(
        [sys.executable, "-m", "mlflow", "models", "serve", *arguments],
        cwd=store,
        env={
            **os.environ,
            "MLFLOW_TRACKING_URI": f"sqlite:///{store / 'runs' / 'mlflow.db'}",
            # MLflow starts its server by name.
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        },
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/ping")
        yield f"http://127.0.0.1:{port}/invocations"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def _wait_for(address: str, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            assert time.monotonic() < deadline, f"{address} does not answer"
            time.sleep(0.3)


def _post(address: str, frame: dict[str, Any]) -> Any:
    body = json.dumps({"dataframe_split": frame}).encode()
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())["predictions"]


def test_the_server_answers_both_shapes_of_frame(invocations: str) -> None:
    assert _answers(_post(invocations, BOTH)) == [(0, "Russland"), (1, "Salka Venn")]
    assert _answers(_post(invocations, TEXT_ALONE)) == [(0, "Russland"), (1, "China")]
    row = _post(invocations, TEXT_ALONE)[0]
    assert abs(row["favor"] + row["neutral"] + row["against"] - 1) < 1e-5


def test_the_server_refuses_a_frame_without_text(invocations: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as error:
        _post(invocations, {"columns": ["Text"], "data": [["Moskau warnt."]]})
    assert error.value.code == 400
    assert "text" in error.value.read().decode()
