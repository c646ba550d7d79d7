"""A corpus and a configuration → a model and its figures: one run."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stance.data_files import data_file
from stance.errors import CorpusError
from stance.learning.calibration import (
    TARGET_ERROR,
    compare_calibrators,
    fit_platt,
    with_threshold,
)
from stance.learning.corpus import (
    LabelledContext,
    Record,
    build_labelled_contexts,
    digest_corpus,
    read_corpus,
)
from stance.learning.evaluation import (
    Scores,
    cross_validate,
    lexicon_rule,
    majority_probabilities,
    plain_pipeline,
    predict_in_order,
    score,
    truth_of,
)
from stance.learning.lemmas import load_lexicon
from stance.learning.segmentation import extend_rules, learn_parameters
from stance.learning.training import Configuration, build_pipeline, compile_model, labels_of
from stance.learning.vectors import FeatureTable
from stance.reading.actors import read_actors
from stance.reading.contexts import ArticleReader
from stance.reading.languages import PROFILES
from stance.records import LABELS, Actor, Label
from stance.scoring.blocks import Block
from stance.scoring.bundle import save_bundle
from stance.scoring.decision import Decision
from stance.scoring.scorer import Model, sum_by_sentence, two_sidedness

__all__ = ["Material", "TrainedModel", "read_material", "train_default", "train_model"]

Floats = NDArray[np.float64]
Progress = Callable[[str], None]
Systems = dict[str, Scores]
"""System → its figures: ``model``, ``plain TF-IDF``, ``lexicon rule``, ``majority``."""
_VERSIONS = ("numpy", "scikit-learn", "nltk", "simplemma")
_AMBIVALENT_SHARE = 0.05


def silent(step: str) -> None:
    """Tell nobody of a step."""


@dataclass(frozen=True)
class Material:
    """What is read once for any number of configurations.

    Attributes
    ----------
    reader : ArticleReader
    train : sequence of LabelledContext
        The train and dev splits, and what has no split.
    tests : mapping of str to sequence of LabelledContext
        By name; never trained on.
    table : FeatureTable
        The features of ``train`` and then of each set of ``tests``, in order.
    records : sequence of Record
    """

    reader: ArticleReader
    train: Sequence[LabelledContext]
    tests: Mapping[str, Sequence[LabelledContext]]
    table: FeatureTable
    records: Sequence[Record]

    def part(self, name: str | None = None) -> FeatureTable:
        """The features of a test set, by default of the training rows."""
        start, rows = 0, self.train
        for test, others in self.tests.items() if name is not None else ():
            start += len(rows)
            rows = others
            if test == name:
                break
        return self.table.take(np.arange(start, start + len(rows)))


def read_material(
    records: Sequence[Record],
    actors: Sequence[Actor],
    blocks: Iterable[Block],
    *,
    language: str = "de",
    tests: Mapping[str, Sequence[Record]] | None = None,
    progress: Progress = silent,
) -> Material:
    """Read a corpus into labelled contexts and count their features.

    Parameters
    ----------
    records : sequence of Record
        Those of the test split are set aside as the test sets ``test natural``, ``test balanced``.
    actors : sequence of Actor
        The registry: masked in training, predicted for by the model.
    blocks : iterable of Block
    language : str, default="de"
    tests : mapping of str to sequence of Record, optional
        Further test sets, by name.
    progress : callable
        Told of every step.

    Raises
    ------
    CorpusError
        Where a label is missing from the records.
    """
    progress("learning where sentences end")
    used = [r for r in records if r.split != "test"]
    rules = PROFILES[language].sentences
    if language == "de":
        rules = extend_rules(learn_parameters(r.text for r in used))
    reader = ArticleReader(actors, language, rules, load_lexicon(language))
    progress("reading articles")
    train = list(build_labelled_contexts(used, reader))
    missing = set(map(str, LABELS)) - set(labels_of(train))
    if missing:
        raise CorpusError(f"no pair is labelled {', '.join(sorted(missing))}; all three are needed")
    aside = {
        f"test {mix}".strip(): [r for r in records if r.split == "test" and r.mix == mix]
        for mix in ("natural", "balanced", "")
    }
    sets = {
        name: list(build_labelled_contexts(found, reader))
        for name, found in {**aside, **(tests or {})}.items()
        if found
    }
    progress("counting features")
    rows = [*train, *(row for test in sets.values() for row in test)]
    table = FeatureTable.count([row.context for row in rows], blocks)
    return Material(reader, train, sets, table, records)


@dataclass(frozen=True)
class TrainedModel:
    """What a run has made: the model, the rows it saw, and its figures.

    Attributes
    ----------
    probabilities : ndarray of shape (n_rows, 3)
        Out of fold and calibrated; empty where nothing was evaluated.
    scores : mapping of str to Systems
        Set of pairs → system → figures; ``natural`` and ``balanced`` are out of fold, ``all`` both.
    """

    model: Model
    configuration: Configuration
    rows: Sequence[LabelledContext]
    probabilities: Floats
    scores: Mapping[str, Systems]
    seconds: Mapping[str, float]
    digest: str

    @property
    def headline(self) -> Systems:
        """The figures that stand for the run: out of fold on natural text, else on all."""
        return self.scores.get("natural") or self.scores.get("all", {})


def train_model(
    records: Sequence[Record],
    actors: Sequence[Actor],
    configuration: Configuration | None = None,
    *,
    language: str = "de",
    folds: int = 5,
    tests: Mapping[str, Sequence[Record]] | None = None,
    progress: Progress = silent,
) -> TrainedModel:
    """Read a corpus, then :func:`train_on` it."""
    configuration = configuration or Configuration()
    material = read_material(
        records, actors, configuration.blocks, language=language, tests=tests, progress=progress
    )
    return train_on(material, configuration, folds=folds, progress=progress)


def train_on(
    material: Material, configuration: Configuration, *, folds: int = 5, progress: Progress = silent
) -> TrainedModel:
    """Cross-validate, calibrate (both unless ``folds`` is 0), fit on all training rows and compile.

    Folds are grouped by article. Probabilities are calibrated on the natural rows out of fold.
    """
    started = time.perf_counter()
    rows, table = material.train, material.part()
    pipeline = build_pipeline(configuration)
    probabilities = np.zeros((0, len(LABELS)))
    decision = Decision()
    scores: dict[str, Systems] = {}
    if folds:
        raw = np.log(np.clip(cross_validate(pipeline, rows, table, folds, progress), 1e-12, 1))
        probabilities, decision = _calibrate(rows, raw)
        progress("plain baseline")
        plain = cross_validate(plain_pipeline(), rows, [row.record.text for row in rows], folds)
        scores = _score_by_mix(rows, probabilities, plain)
    evaluated = time.perf_counter()
    progress("fitting on all pairs")
    pipeline.fit(table, labels_of(rows))
    digest = digest_corpus(material.records)
    if folds:
        plain_fitted = plain_pipeline().fit([row.record.text for row in rows], labels_of(rows))
        for name, found in material.tests.items():
            raw = np.log(np.clip(predict_in_order(pipeline, material.part(name)), 1e-12, 1))
            texts = [row.record.text for row in found]
            scores[name] = _systems(
                found, decision.probabilities(raw), predict_in_order(plain_fitted, texts), rows
            )
    model = compile_model(pipeline, material.reader, {}, decision)
    if folds:
        ambivalence = _ambivalence_of(model, rows)
        model = replace(model, decision=replace(decision, ambivalence=ambivalence))
    model = replace(model, manifest=_manifest(material, digest, scores))
    seconds = {"evaluate": evaluated - started, "fit": time.perf_counter() - evaluated}
    return TrainedModel(model, configuration, rows, probabilities, scores, seconds, digest)


def _calibrate(rows: Sequence[LabelledContext], raw: Floats) -> tuple[Floats, Decision]:
    """Calibrated out-of-fold probabilities (fitted on other articles), and the decision for new text."""
    natural = np.array([row.record.mix == "natural" for row in rows])
    if natural.sum() < len(LABELS) * 100:
        natural[:] = True
    truth = truth_of(rows)
    groups = np.array([row.record.id for row in rows])
    decision = fit_platt(raw[natural], truth[natural])
    decision = with_threshold(decision, raw[natural], truth[natural], TARGET_ERROR)
    probabilities = decision.probabilities(raw)
    probabilities[natural] = compare_calibrators(raw[natural], truth[natural], groups[natural])["platt"]
    return probabilities, decision


def _score_by_mix(rows: Sequence[LabelledContext], found: Floats, plain: Floats) -> dict[str, Systems]:
    scores = {}
    mixes = np.array([row.record.mix for row in rows])
    for name in ("natural", "balanced", "all"):
        chosen = np.flatnonzero(mixes == name) if name != "all" else np.arange(len(rows))
        if len(chosen):
            part = [rows[int(i)] for i in chosen]
            scores[name] = _systems(part, found[chosen], plain[chosen], part)
    return scores


def _systems(
    rows: Sequence[LabelledContext], found: Floats, plain: Floats, trained_on: Sequence[LabelledContext]
) -> Systems:
    return {
        "model": score(rows, found),
        "plain TF-IDF": score(rows, plain),
        "lexicon rule": score(rows, lexicon_rule([row.context for row in rows])),
        "majority": score(rows, majority_probabilities(rows, trained_on)),
    }


def _ambivalence_of(model: Model, rows: Sequence[LabelledContext], most: int = 1000) -> float:
    """The two-sidedness that one text in twenty exceeds."""
    natural = [row for row in rows if row.record.mix == "natural"] or list(rows)
    favor, against = LABELS.index(Label.favor), LABELS.index(Label.against)
    found = []
    for row in natural[:: max(1, len(natural) // most)]:
        contributions = model.scorer.contributions(row.context) * model.decision.scale
        margins = contributions[:, favor] - contributions[:, against]
        found.append(two_sidedness(sum_by_sentence(row.context, margins)))
    return float(np.quantile(found, 1 - _AMBIVALENT_SHARE))


def _manifest(material: Material, digest: str, scores: Mapping[str, Systems]) -> dict[str, object]:
    from stance.learning.tracking import git_state

    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "language": material.reader.language,
        "stance": version("stance"),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in _VERSIONS},
        "git_commit": git_state().get("commit", ""),
        "corpus_digest": digest,
        "articles": len({row.record.id for row in material.train}),
        "pairs": len(material.train),
        "metrics": {name: systems["model"].to_metrics() for name, systems in scores.items()},
    }


def train_default(path: Path, progress: Progress = silent) -> Path:
    """Train the default model from the packaged corpus into ``path``; calibrated, without baselines."""
    records = read_corpus(data_file("corpus"))
    actors = read_actors(data_file("actors.yaml"))
    trained = train_model(records, actors, folds=3, progress=progress)
    return save_bundle(trained.model, path)
