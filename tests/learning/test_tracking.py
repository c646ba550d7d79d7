"""Runs in MLflow: a real store, a real server, a real browser."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from stance.data_files import data_file
from stance.errors import TrackingError
from stance.learning import registry, tracking
from stance.learning.corpus import read_corpus, write_corpus
from stance.learning.runs import TrainedModel
from stance.records import Article
from stance.scoring.bundle import load_bundle

pytestmark = [
    pytest.mark.slow,
    # MLflow and what it builds on warn of themselves.
    pytest.mark.filterwarnings("ignore"),
]
STANCE = [sys.executable, "-m", "stance"]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which `stance train` has run twice, on a small corpus."""
    folder = tmp_path_factory.mktemp("project")
    write_corpus(read_corpus(data_file("corpus"))[::20], folder / "small.jsonl")
    for name in ("one", "two"):
        _stance(folder, "train", "--corpus", "small.jsonl", "--name", name, "--folds", "2")
    return folder


def _stance(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k not in ("STANCE_MODEL", "MLFLOW_TRACKING_URI")}
    done = subprocess.run(
        [*STANCE, *arguments], cwd=folder, capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture
def inside(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(project)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return project


EXPERIMENT = """
asks: Is a small penalty better?
answer: We shall see.
corpus: small.jsonl
runs:
  C-1: {C: 1.0, blocks: [words, lexicon]}
  majority: {system: majority}
"""


def test_an_experiment_is_run_once_and_compared(project: Path) -> None:
    file = project / "77-penalty.yaml"
    file.write_text(EXPERIMENT, encoding="utf-8")
    assert "2 run, 0 finished before" in _stance(project, "experiment", file.name).stdout
    file.write_text(EXPERIMENT.replace("C: 1.0", "C: 3.0"), encoding="utf-8")
    assert "1 run, 1 finished before" in _stance(project, "experiment", file.name).stdout
    assert "77-penalty" in _stance(project, "runs").stdout
    _stance(project, "runs", "-o", "table.md")
    table = (project / "table.md").read_text(encoding="utf-8")
    assert "Is a small penalty better? We shall see." in table
    assert "| majority |" in table
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        with tracking.opened_store() as mlflow:
            experiment = mlflow.get_experiment_by_name("stance")
            client = mlflow.MlflowClient()
            runs = client.search_runs([experiment.experiment_id], "tags.question = '77-penalty'")
            tables = {item.path for item in client.list_artifacts(runs[0].info.run_id)}
            for run in runs:  # the other tests look at the training runs alone
                client.delete_run(run.info.run_id)
    assert {"errors.json", "per_actor.json", "images"} <= tables
    assert "Is a small penalty better?" in experiment.tags["mlflow.note.content"]


def test_another_run_can_be_promoted(project: Path) -> None:
    assert "version 1" in _stance(project, "promote", "one").stdout
    assert "version 2" in _stance(project, "promote", "two").stdout


def test_a_run_holds_what_a_person_compares(inside: Path) -> None:
    with tracking.opened_store() as mlflow:
        runs = mlflow.search_runs(experiment_names=["stance"], output_format="list")
    assert [run.info.run_name for run in runs] == ["two", "one"]
    run = runs[0]
    headline = {"macro_f1", "log_loss", "pairs_per_s", "model_mb", "plain_f1", "majority_f1"}
    assert headline <= set(run.data.metrics)
    assert {"per_class/favor", "per_class/neutral", "per_class/against"} <= set(run.data.metrics)
    assert all(len(name) <= 14 for name in run.data.metrics if "/" not in name)
    assert run.data.params["words_left"] == "5.0"
    assert run.data.tags["question"] == "training"
    assert "macro-F1" in run.data.tags["mlflow.note.content"]
    assert run.inputs.dataset_inputs[0].dataset.digest == run.data.tags["corpus_digest"]
    assert not (inside / "mlruns").exists()
    artifacts = {p.name for p in (inside / "runs" / "artifacts").rglob("*") if p.is_file()}
    assert "per_actor.json" in artifacts
    assert any("confusion" in name for name in artifacts)


def test_the_registered_champion_predicts_through_the_same_door(inside: Path) -> None:
    (inside / "a.txt").write_text("Russland lügt.", encoding="utf-8")
    done = _stance(inside, "predict", "a.txt", "--model", "models:/stance@champion", "--format", "jsonl")
    registered = json.loads(done.stdout)["predictions"]
    local = json.loads(_stance(inside, "predict", "a.txt", "--format", "jsonl").stdout)["predictions"]
    assert registered == local
    assert done.stderr == ""


@pytest.mark.usefixtures("inside")
def test_the_pyfunc_answers_a_frame() -> None:
    import pandas as pd

    with tracking.opened_store() as mlflow:
        model = mlflow.pyfunc.load_model("models:/stance@champion")
    frame = pd.DataFrame({"text": ["Russland lügt.", "Salka Venn hilft."], "actor": [None, "Salka Venn"]})
    answer = model.predict(frame)
    assert list(answer["actor"]) == ["Russland", "Salka Venn"]
    assert list(answer["row"]) == [0, 1]


@pytest.mark.usefixtures("inside")
def test_an_unknown_registered_model_is_told_in_one_line() -> None:
    with pytest.raises(TrackingError) as error:
        registry.fetch_bundle("models:/stance@nobody")
    assert "\n" not in str(error.value)


def test_two_processes_may_open_a_fresh_store_at_once(tmp_path: Path) -> None:
    code = "from stance.learning.tracking import ui_link; print(ui_link('localhost', 1))"
    together = [
        subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    links = {process.communicate()[0] for process in together}
    assert len(links) == 1
    assert "/#/experiments/" in links.pop()


@pytest.fixture
def server(inside: Path) -> Iterator[str]:
    """MLflow's own UI on the project's store; yields the address of the comparison."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(
        [*STANCE, "ui", "--port", str(port)], cwd=inside, start_new_session=True, **quiet
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/health")
        yield tracking.ui_link("127.0.0.1", port)
    finally:
        os.killpg(process.pid, 15)
        process.wait()


def _wait_for(address: str, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            assert time.monotonic() < deadline, f"{address} does not answer"
            time.sleep(0.5)


@pytest.mark.skipif(not shutil.which("chromedriver"), reason="needs Debian's chromium-driver; .ci/run has it")
def test_the_page_opens_on_the_comparison(server: str) -> None:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.support.ui import WebDriverWait

    options = webdriver.ChromeOptions()
    for flag in ("headless", "no-sandbox", "disable-gpu", "disable-background-networking", "disable-sync"):
        options.add_argument(f"--{flag}")
    options.add_argument("--window-size=1600,900")
    browser = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        browser.get(server)
        WebDriverWait(browser, 60).until(lambda b: "macro_f1" in b.page_source and "two" in b.page_source)
        assert "Sort: macro_f1" in browser.page_source.replace("<!-- -->", "")
    finally:
        browser.quit()


@pytest.mark.usefixtures("inside")
def test_what_was_trained_is_what_is_registered(trained: TrainedModel) -> None:
    path = registry.fetch_bundle("models:/stance/1")
    assert load_bundle(path).predict(Article("Russland lügt."))[0].actor.id == "russland"
    assert trained.digest != load_bundle(path).manifest["corpus_digest"]
