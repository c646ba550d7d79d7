"""A trained model or an examined configuration → a run in the MLflow tracking store."""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stance.learning.store import (
    DESCRIPTION,
    EXPERIMENT,
    ensure_experiment,
    opened_store,
    require_mlflow,
    require_store,
    store_uri,
)

if TYPE_CHECKING:
    from stance.learning.corpus import LabelledContext
    from stance.learning.runs import Examination, Systems, TrainedModel
    from stance.learning.training import Configuration
    from stance.scoring.scorer import Model

__all__ = [
    "EXPERIMENT",
    "LoggedRun",
    "RunLink",
    "describe_experiment",
    "figures_of",
    "find_run_of",
    "git_state",
    "list_runs",
    "log_bundle",
    "log_examination",
    "log_figures",
    "log_trained_model",
    "opened_store",
    "read_questions",
    "require_mlflow",
    "require_store",
]

_COLOURS = {
    "training": "#1f77b4",
    "01-baselines": "#7f7f7f",
    "02-masking": "#9467bd",
    "03-distance": "#17becf",
    "04-lexicon": "#2ca02c",
    "05-roles": "#98df8a",
    "06-char": "#bcbd22",
    "07-corpus-size": "#b35900",
    "08-class-mix": "#ff7f0e",
    "09-calibration": "#d62728",
    "10-stacking": "#8c564b",
    "11-coreference": "#e377c2",
    "12-english": "#aec7e8",
}


def git_state() -> dict[str, str]:
    """Commit, branch and dirtiness of the working folder; empty outside a repository."""

    git = shutil.which("git")

    def ask(*arguments: str) -> str:
        if git is None:
            return ""
        done = subprocess.run([git, *arguments], capture_output=True, text=True, check=False)
        return done.stdout.strip() if done.returncode == 0 else ""

    commit = ask("rev-parse", "HEAD")
    if not commit:
        return {}
    dirty = "yes" if ask("status", "--porcelain") else "no"
    return {"commit": commit, "branch": ask("rev-parse", "--abbrev-ref", "HEAD"), "dirty": dirty}


class RunLink(str):
    """The id of a logged run."""


def log_trained_model(
    trained: TrainedModel, bundle: Path, *, name: str, question: str = "training"
) -> RunLink:
    """Log one run: parameters, metrics, figures, tables, the registered model with its alias.

    Parameters
    ----------
    trained : TrainedModel
    bundle : Path
        The saved model file.
    name : str
        At most 16 characters are shown.
    question : str
        The tag that groups runs.

    Returns
    -------
    RunLink

    Raises
    ------
    TrackingError
        Where the store cannot be reached.
    """
    with opened_store() as mlflow:
        mlflow.set_experiment(experiment_id=ensure_experiment(mlflow.MlflowClient()))
        tags = _run_tags(question, _describe(trained.examination)) | {"corpus_digest": trained.digest[:12]}
        with mlflow.start_run(run_name=name, tags=tags) as run:
            mlflow.log_params(trained.configuration.to_params())
            mlflow.log_metrics(_metrics(trained, bundle))
            _log_dataset(mlflow, trained.rows, trained.digest)
            _log_artifacts(mlflow, trained.examination)
            from stance.learning.registry import crown, register_model

            macro_f1 = trained.examination.headline["model"].macro_f1 if trained.scores else None
            note = _describe(trained.examination)
            version = register_model(mlflow, bundle, note, trained.digest, macro_f1)
        crown(mlflow, version)
        return RunLink(run.info.run_id)


def log_bundle(model: Model, bundle: Path, *, name: str) -> RunLink:
    """Log a model file as a run with what its manifest tells, register and crown it.

    What only its training knew (tables of errors, pictures, the rows) is not in the file.

    Raises
    ------
    TrackingError
        Where the store cannot be reached.
    """
    from stance.learning.registry import crown, register_model

    told = model.manifest
    params, figures = _mapping(told.get("params")), _mapping(told.get("figures"))
    digest = str(told.get("corpus_digest", ""))
    score = figures.get("macro_f1")
    worth = "not evaluated" if score is None else f"macro-F1 {score:.3f}"
    note = f"Trained on {told.get('pairs', '?')} pairs: {worth}. Logged later from the model file."
    with opened_store() as mlflow:
        mlflow.set_experiment(experiment_id=ensure_experiment(mlflow.MlflowClient()))
        tags = _run_tags("training", note) | {
            "corpus_digest": digest[:12],
            "git_commit": str(told.get("git_commit", "")),
            "logged": "later, from the model file",
        }
        with mlflow.start_run(run_name=name, tags=tags) as run:
            mlflow.log_params(params)
            sizes = {"model_mb": bundle.stat().st_size / 1e6, "pairs": told.get("pairs")}
            metrics = {k: v for k, v in (sizes | figures).items() if isinstance(v, int | float)}
            mlflow.log_metrics({k: round(float(v), 4) for k, v in metrics.items() if not math.isnan(v)})
            version = register_model(mlflow, bundle, note, digest, score)
        crown(mlflow, version)
        return RunLink(run.info.run_id)


def _mapping(found: object) -> dict[str, Any]:
    """What a manifest, perhaps a stranger's, tells by name."""
    return {k: v for k, v in found.items() if isinstance(k, str)} if isinstance(found, dict) else {}


def log_figures(
    name: str, question: str, note: str, params: dict[str, Any], metrics: dict[str, float]
) -> None:
    """Log a run that made no model: one configuration of an experiment."""
    with opened_store() as mlflow:
        mlflow.set_experiment(experiment_id=ensure_experiment(mlflow.MlflowClient()))
        tags = _run_tags(question, note)
        with mlflow.start_run(run_name=name, tags=tags):
            mlflow.log_params(params)
            mlflow.log_metrics({k: round(v, 4) for k, v in metrics.items() if not math.isnan(v)})


def log_examination(
    found: Examination,
    configuration: Configuration,
    name: str,
    question: str,
    asks: str,
    inputs: str,
    digest: str,
) -> None:
    """Log what one configuration of an experiment is worth, with its figures and tables."""
    with opened_store() as mlflow:
        mlflow.set_experiment(experiment_id=ensure_experiment(mlflow.MlflowClient()))
        note = f"{asks} {_describe(found)}"
        tags = _run_tags(question, note) | {"inputs": inputs, "corpus_digest": digest[:12]}
        with mlflow.start_run(run_name=name, tags=tags):
            mlflow.log_params(configuration.to_params())
            metrics = {"pairs": float(len(found.rows)), **figures_of(found.scores)}
            mlflow.log_metrics({k: round(v, 4) for k, v in metrics.items() if not math.isnan(v)})
            _log_dataset(mlflow, found.rows, digest)
            _log_artifacts(mlflow, found)


def find_run_of(question: str, inputs: str) -> str | None:
    """The id of a finished run of these inputs."""
    with opened_store() as mlflow:
        experiment = ensure_experiment(mlflow.MlflowClient())
        found = mlflow.MlflowClient().search_runs(
            [experiment],
            f"tags.question = '{question}' and tags.inputs = '{inputs}' and attributes.status = 'FINISHED'",
            max_results=1,
        )
        return str(found[0].info.run_id) if found else None


def describe_experiment(key: str, asks: str, answer: str) -> None:
    """Let the experiment's description hold each question with its answer."""
    with opened_store() as mlflow:
        experiment = ensure_experiment(mlflow.MlflowClient())
        client = mlflow.MlflowClient()
        client.set_experiment_tag(experiment, f"question.{key}", f"{asks} {answer}".strip())
        tags = client.get_experiment(experiment).tags
        lines = sorted(
            f"- **{k.removeprefix('question.')}** {v}" for k, v in tags.items() if k.startswith("question.")
        )
        client.set_experiment_tag(experiment, "mlflow.note.content", "\n".join([DESCRIPTION, "", *lines]))


def read_questions() -> dict[str, str]:
    """Question → what it asks and its answer, as experiments have told."""
    with opened_store() as mlflow:
        tags = mlflow.MlflowClient().get_experiment(ensure_experiment(mlflow.MlflowClient())).tags
    return {k.removeprefix("question."): v for k, v in tags.items() if k.startswith("question.")}


@dataclass(frozen=True)
class LoggedRun:
    """A run as a person compares it."""

    id: str
    name: str
    question: str
    started: str
    metrics: Mapping[str, float]


def list_runs(most: int = 200) -> list[LoggedRun]:
    """The finished runs, by question, then best first.

    Raises
    ------
    TrackingError
        Where there is no store; none is made.
    """
    require_store("runs")
    with opened_store() as mlflow:
        client = mlflow.MlflowClient()
        experiment = ensure_experiment(client)
        found = client.search_runs([experiment], "attributes.status = 'FINISHED'", max_results=most)
    runs = [
        LoggedRun(
            r.info.run_id,
            r.info.run_name,
            r.data.tags.get("question", ""),
            datetime.fromtimestamp(r.info.start_time / 1000, UTC).isoformat(" ", "minutes")[:16],
            dict(r.data.metrics),
        )
        for r in found
    ]
    return sorted(runs, key=lambda run: (run.question, -run.metrics.get("macro_f1", 0.0)))


def _run_tags(question: str, note: str) -> dict[str, str]:
    git = git_state()
    tags = {
        "question": question,
        "mlflow.runColor": _COLOURS.get(question, "#444444"),
        "mlflow.note.content": note,
        **{f"git_{key}": value for key, value in git.items()},
    }
    if git:
        tags["mlflow.source.git.commit"] = git["commit"]
    return tags


def _describe(found: Examination) -> str:
    if not found.scores:
        return f"Trained on {len(found.rows)} pairs, not evaluated."
    model, plain = found.headline["model"], found.headline["plain TF-IDF"]
    majority = found.headline["majority"].macro_f1
    return (
        f"Trained on {len(found.rows)} pairs: macro-F1 {model.macro_f1:.3f} {model.interval} out of fold, "
        f"plain TF-IDF {plain.macro_f1:.3f}, majority {majority:.3f}."
    )


def _metrics(trained: TrainedModel, bundle: Path) -> dict[str, float]:
    metrics: dict[str, float] = {"pairs": len(trained.rows), "model_mb": bundle.stat().st_size / 1e6}
    if trained.scores:
        metrics |= figures_of(trained.scores)
    metrics["train_s"] = trained.seconds["train"]
    metrics["pairs_per_s"] = _measure_speed(trained)
    return {key: round(value, 4) for key, value in metrics.items() if not math.isnan(value)}


_SHORT = {"test natural": "test_nat", "test balanced": "test_bal"}
"""MLflow's list cuts names at 14 characters."""


def figures_of(scores: Mapping[str, Systems]) -> dict[str, float]:
    """Flat metrics of all sets; those of the headline stand without a prefix."""
    headline = scores.get("natural") or scores["all"]
    metrics = headline["model"].to_metrics()
    metrics["plain_f1"] = headline["plain TF-IDF"].macro_f1
    metrics["lexicon_f1"] = headline["lexicon rule"].macro_f1
    metrics["majority_f1"] = headline["majority"].macro_f1
    for name, systems in scores.items():
        short = _SHORT.get(name, name)
        metrics[f"{short}_f1"] = systems["model"].macro_f1
        if name not in ("natural", "all"):
            metrics[f"{short}_f1b"] = systems["model, balanced prior"].macro_f1
        for system in ("model", "plain TF-IDF", "majority"):
            metrics[f"sets/{short}_{system.partition(' ')[0]}"] = systems[system].macro_f1
    return metrics


def _measure_speed(trained: TrainedModel) -> float:
    """Pairs scored a second, contexts given; one core."""
    import time

    contexts = [row.context for row in trained.rows[:300]]
    started = time.perf_counter()
    trained.model.scorer.logits_of(contexts)
    return len(contexts) / (time.perf_counter() - started)


def _log_dataset(mlflow: Any, rows: Sequence[LabelledContext], digest: str) -> None:
    import pandas as pd
    from mlflow.data.pandas_dataset import PandasDataset
    from mlflow.data.sources import LocalArtifactDatasetSource  # type: ignore[attr-defined]

    frame = pd.DataFrame(
        {
            "record": [row.record.id for row in rows],
            "genre": [row.record.genre for row in rows],
            "mix": [row.record.mix for row in rows],
            "label": [str(row.label) for row in rows],
        }
    )
    source = LocalArtifactDatasetSource("data/corpus")
    dataset = PandasDataset(frame, source=source, name="corpus", digest=digest[:12])
    mlflow.log_input(dataset, context="training")


def _log_artifacts(mlflow: Any, found: Examination) -> None:
    if not len(found.probabilities):
        return
    from stance.learning import figures

    mlflow.log_image(figures.confusion_image(found), key="confusion", step=0)
    mlflow.log_image(figures.reliability_image(found), key="reliability", step=0)
    mlflow.log_image(figures.risk_coverage_image(found), key="risk_coverage", step=0)
    mlflow.log_table(figures.figures_table(found), "figures.json")
    mlflow.log_table(figures.error_table(found), "errors.json")
    mlflow.log_table(figures.per_actor_table(found), "per_actor.json")
    features = figures.top_features(found)
    if features:
        mlflow.log_table(features, "top_features.json")


def ui_link(host: str, port: int) -> str:
    """The address that opens the runs of our experiment in the saved view."""
    from stance.learning.mlflow_view import VIEW_KEY

    with opened_store() as mlflow:
        experiment = ensure_experiment(mlflow.MlflowClient())
    query = f"viewStateShareKey={VIEW_KEY}&workflowType=machine_learning"
    return f"http://{host}:{port}/#/experiments/{experiment}/runs?{query}"


def serve_ui(host: str, port: int) -> None:
    """Run MLflow's own UI until it is stopped, with one worker instead of a dozen processes."""
    # "mlflow ui" ignores MLFLOW_TRACKING_URI.
    arguments = ["--backend-store-uri", store_uri(), "--workers", "1", "--host", host, "--port", str(port)]
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with contextlib.suppress(KeyboardInterrupt):
        subprocess.run(
            [sys.executable, "-m", "mlflow", "ui", *arguments], env=os.environ | quiet, check=False
        )
