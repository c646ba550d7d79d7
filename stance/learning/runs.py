"""A corpus and a configuration → a model and its figures: one run."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stance.data_files import data_file
from stance.errors import CorpusError
from stance.learning.corpus import (
    LabelledContext,
    Record,
    build_labelled_contexts,
    digest_corpus,
    read_corpus,
)
from stance.learning.evaluation import Scores, cross_validate, majority_scores, plain_pipeline, score
from stance.learning.segmentation import extend_rules, learn_parameters
from stance.learning.training import Configuration, build_pipeline, compile_model, labels_of
from stance.reading.actors import read_actors
from stance.reading.contexts import ArticleReader
from stance.reading.sentences import GERMAN
from stance.records import LABELS, Actor
from stance.scoring.bundle import save_bundle
from stance.scoring.scorer import Model

__all__ = ["TrainedModel", "train_default", "train_model"]

Progress = Callable[[str], None]
_VERSIONS = ("numpy", "scikit-learn", "nltk")


def silent(step: str) -> None:
    """Tell nobody of a step."""


@dataclass(frozen=True)
class TrainedModel:
    """What a run has made: the model, the rows it saw, and its figures by system.

    ``probabilities`` are out of fold, shape (n_rows, 3), empty where nothing was evaluated.
    """

    model: Model
    configuration: Configuration
    rows: Sequence[LabelledContext]
    probabilities: NDArray[np.float64]
    scores: dict[str, Scores]
    seconds: dict[str, float]
    digest: str


def train_model(
    records: Sequence[Record],
    actors: Sequence[Actor],
    configuration: Configuration | None = None,
    *,
    language: str = "de",
    folds: int = 5,
    progress: Progress = silent,
) -> TrainedModel:
    """Cross-validate (unless ``folds`` is 0), then fit on all records and compile.

    Parameters
    ----------
    records : sequence of Record
    actors : sequence of Actor
        The registry: masked in training, predicted for by the model.
    configuration : Configuration, optional
    language : str, default="de"
    folds : int, default=5
        Folds are grouped by article.
    progress : callable
        Told of every step.

    Raises
    ------
    CorpusError
        Where a label is missing from the records or they are too few.
    """
    configuration = configuration or Configuration()
    progress("learning where sentences end")
    rules = extend_rules(learn_parameters(r.text for r in records)) if language == "de" else GERMAN
    reader = ArticleReader(actors, language, rules)
    progress("reading articles")
    rows = list(build_labelled_contexts(records, reader))
    missing = set(map(str, LABELS)) - set(labels_of(rows))
    if missing:
        raise CorpusError(f"no pair is labelled {', '.join(sorted(missing))}; all three are needed")
    started = time.perf_counter()
    contexts = [row.context for row in rows]
    pipeline = build_pipeline(configuration)
    probabilities = np.zeros((0, len(LABELS)))
    scores: dict[str, Scores] = {}
    if folds:
        probabilities = cross_validate(pipeline, rows, contexts, folds, progress)
        progress("plain baseline")
        texts = [row.record.text for row in rows]
        plain = cross_validate(plain_pipeline(), rows, texts, folds)
        scores = {
            "model": score(rows, probabilities),
            "plain TF-IDF": score(rows, plain),
            "majority": majority_scores(rows),
        }
    evaluated = time.perf_counter()
    progress("fitting on all pairs")
    pipeline.fit(contexts, labels_of(rows))
    digest = digest_corpus(records)
    manifest = _manifest(records, rows, digest, scores, language)
    model = compile_model(pipeline, reader, manifest)
    seconds = {"evaluate": evaluated - started, "fit": time.perf_counter() - evaluated}
    return TrainedModel(model, configuration, rows, probabilities, scores, seconds, digest)


def _manifest(
    records: Sequence[Record],
    rows: Sequence[LabelledContext],
    digest: str,
    scores: dict[str, Scores],
    language: str,
) -> dict[str, object]:
    from stance.learning.tracking import git_state

    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "language": language,
        "stance": version("stance"),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in _VERSIONS},
        "git_commit": git_state().get("commit", ""),
        "corpus_digest": digest,
        "articles": len(records),
        "pairs": len(rows),
        "metrics": scores["model"].to_metrics() if scores else {},
    }


def train_default(path: Path, progress: Progress = silent) -> Path:
    """Train the default model from the packaged corpus into ``path``, without evaluation."""
    records = read_corpus(data_file("corpus"))
    actors = read_actors(data_file("actors.yaml"))
    trained = train_model(records, actors, folds=0, progress=progress)
    return save_bundle(trained.model, path)
