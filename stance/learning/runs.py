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
from sklearn.pipeline import Pipeline

from stance.data_files import data_file
from stance.errors import CorpusError, UsageError
from stance.learning.agreement import measure_agreement
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
    subset,
)
from stance.learning.evaluation import (
    Scores,
    confusion_counts,
    cross_validate,
    fit_weighted,
    lexicon_rule,
    majority_probabilities,
    plain_pipeline,
    predict_in_order,
    score,
    truth_of,
)
from stance.learning.lemmas import load_lexicon
from stance.learning.segmentation import extend_rules, learn_parameters
from stance.learning.training import (
    Configuration,
    build_pipeline,
    compile_model,
    default_configuration,
    labels_of,
)
from stance.learning.vectors import FeatureTable
from stance.reading.actors import read_actors
from stance.reading.contexts import ArticleReader
from stance.reading.languages import PROFILES
from stance.reading.rebatching import batch_contexts
from stance.records import LABELS, Actor, Label
from stance.scoring.blocks import Block
from stance.scoring.bundle import save_bundle
from stance.scoring.decision import BALANCED, Decision, move_prior
from stance.scoring.scorer import BATCH, Model, two_sidedness

__all__ = [
    "Examination",
    "Material",
    "Systems",
    "TrainedModel",
    "examine",
    "read_material",
    "train_default",
    "train_model",
    "train_on",
]

Floats = NDArray[np.float64]
Progress = Callable[[str], None]
Systems = dict[str, Scores]
"""System → its figures: ``model``, ``plain TF-IDF``, ``lexicon rule``, ``majority``."""
_VERSIONS = ("numpy", "scikit-learn", "nltk", "simplemma")
FOLDS = 3
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
    mentions: str = "resolved",
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
    mentions : str, default="resolved"
        See :func:`stance.learning.corpus.build_labelled_contexts`.
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
    train = list(build_labelled_contexts(used, reader, mentions))
    missing = set(map(str, LABELS)) - set(labels_of(train))
    if missing:
        raise CorpusError(f"no pair is labelled {', '.join(sorted(missing))}; all three are needed")
    aside = {
        f"test {mix}".strip(): [r for r in records if r.split == "test" and r.mix == mix]
        for mix in ("natural", "balanced", "")
    }
    sets = {
        name: list(build_labelled_contexts(found, reader, mentions))
        for name, found in {**aside, **(tests or {})}.items()
        if found
    }
    progress("counting features")
    rows = [*train, *(row for test in sets.values() for row in test)]
    table = FeatureTable.count([row.context for row in rows], blocks)
    return Material(reader, train, sets, table, records)


@dataclass(frozen=True)
class Examination:
    """What a configuration is worth.

    Attributes
    ----------
    rows : sequence of LabelledContext
    probabilities : ndarray of shape (n_rows, 3)
        Out of fold and calibrated on other articles.
    decision : Decision
        Calibration for new text.
    scores : mapping of str to Systems
        Set of pairs → system → figures; ``natural`` and ``balanced`` are out of fold, ``all`` both.
    pipeline : Pipeline
        Fitted on all rows that may be trained on.
    """

    rows: Sequence[LabelledContext]
    probabilities: Floats
    decision: Decision
    scores: Mapping[str, Systems]
    pipeline: Pipeline | None = None

    @property
    def headline(self) -> Systems:
        """The figures that stand for the run: out of fold on natural text, else on all."""
        return self.scores.get("natural") or self.scores.get("all", {})


@dataclass(frozen=True)
class TrainedModel:
    """What a training run has made: the model and what it is worth."""

    model: Model
    configuration: Configuration
    examination: Examination
    seconds: Mapping[str, float]
    digest: str

    @property
    def rows(self) -> Sequence[LabelledContext]:
        """The rows it was trained on."""
        return self.examination.rows

    @property
    def scores(self) -> Mapping[str, Systems]:
        """Set of pairs → system → figures."""
        return self.examination.scores


def train_model(
    records: Sequence[Record],
    actors: Sequence[Actor],
    configuration: Configuration | None = None,
    *,
    language: str = "de",
    folds: int = FOLDS,
    tests: Mapping[str, Sequence[Record]] | None = None,
    progress: Progress = silent,
) -> TrainedModel:
    """Read a corpus, then :func:`train_on` it."""
    if folds == 1:
        raise UsageError("one fold is none", hint="--folds 0 skips the evaluation, 3 is usual")
    configuration = configuration or default_configuration(language)
    material = read_material(
        records, actors, configuration.blocks, language=language, tests=tests, progress=progress
    )
    return train_on(material, configuration, folds=folds, progress=progress)


def train_on(
    material: Material, configuration: Configuration, *, folds: int = 5, progress: Progress = silent
) -> TrainedModel:
    """Examine a configuration (unless ``folds`` is 0), fit it on all training rows and compile.

    Folds are grouped by article. Probabilities are calibrated on the natural rows out of fold.
    """
    started = time.perf_counter()
    if folds:
        found = examine(material, configuration, folds=folds, progress=progress)
    else:
        progress("fitting on all pairs")
        pipeline = _fit(material, configuration, _weigh(material.train, configuration))
        empty = np.zeros((0, len(LABELS)))
        shares = np.bincount(truth_of(material.train), _weigh(material.train, configuration), len(LABELS))
        found = Examination(material.train, empty, Decision(prior=shares / shares.sum()), {}, pipeline)
    progress("compiling")
    if found.pipeline is None:
        raise UsageError(f"system {configuration.system!r} is a baseline and makes no model")
    digest = digest_corpus(material.records)
    manifest = _manifest(material, digest, found)
    manifest["params"] = configuration.to_params()
    model = compile_model(found.pipeline, material.reader, manifest, found.decision)
    manifest["weights_digest"] = model.scorer.digest()
    if folds:
        ambivalence = _ambivalence_of(model, material.train)
        model = replace(model, decision=replace(found.decision, ambivalence=ambivalence))
    seconds = {"train": time.perf_counter() - started}
    return TrainedModel(model, configuration, found, seconds, digest)


def examine(
    material: Material,
    configuration: Configuration,
    *,
    folds: int = FOLDS,
    with_tests: bool = True,
    progress: Progress = silent,
) -> Examination:
    """Cross-validate a configuration, calibrate it, and score it on every set beside the baselines."""
    rows = material.train
    weights = _weigh(rows, configuration)
    groups = _groups(rows, configuration.groups)

    def out_of_fold(system: str, tell: Progress) -> Floats:
        if system == "lexicon":
            return lexicon_rule([row.context for row in rows])
        if system == "majority":
            return majority_probabilities(rows, rows)
        if system == "plain":
            texts = [row.record.text for row in rows]
            return cross_validate(plain_pipeline(), rows, texts, folds, tell, groups, weights)
        pipeline = build_pipeline(configuration)
        table = material.part().only(configuration.blocks)
        return cross_validate(pipeline, rows, table, folds, tell, groups, weights)

    raw = np.log(np.clip(out_of_fold(configuration.system, progress), 1e-12, 1))
    if configuration.system in ("lexicon", "majority"):
        probabilities, decision = np.exp(raw), Decision()
    else:
        probabilities, decision = _calibrate(rows, raw, configuration.calibrator)
    progress("plain baseline")
    plain = out_of_fold("plain", silent)
    scores = _score_by_mix(rows, probabilities, plain, decision.prior)
    pipeline = None
    if configuration.system in ("model", "stack"):
        progress("fitting on all pairs")
        pipeline = _fit(material, configuration, weights)
        if with_tests:
            scores |= _score_tests(material, configuration, pipeline, decision)
    return Examination(rows, probabilities, decision, scores, pipeline)


def _fit(material: Material, configuration: Configuration, weights: Floats) -> Pipeline:
    used = np.flatnonzero(weights)
    labels = np.array(labels_of(material.train))[used]
    table = material.part().only(configuration.blocks).take(used)
    return fit_weighted(build_pipeline(configuration), table, labels, weights[used])


def _weigh(rows: Sequence[LabelledContext], configuration: Configuration) -> Floats:
    """What each row weighs in training; 0 where the configuration leaves it out."""
    weights = np.array(
        [
            (configuration.balanced_weight if row.record.mix == "balanced" else 1.0)
            * (configuration.article_weight if row.record.title else 1.0)
            * (not configuration.mix or row.record.mix == configuration.mix)
            for row in rows
        ]
    )
    if configuration.pairs:
        kept = {
            id(row) for row in subset([rows[int(i)] for i in np.flatnonzero(weights)], configuration.pairs)
        }
        weights *= [id(row) in kept for row in rows]
    return np.asarray(weights, dtype=np.float64)


def _groups(rows: Sequence[LabelledContext], kind: str) -> list[str]:
    of: dict[str, Callable[[LabelledContext], str]] = {
        "article": lambda row: row.record.id,
        "actor": lambda row: row.actor.name,
        "topic": lambda row: row.record.topic or row.record.id,
    }
    if kind not in of:
        raise CorpusError(f"groups {kind!r} are unknown", hint=f"one of {', '.join(of)}")
    return [of[kind](row) for row in rows]


def _score_tests(
    material: Material, configuration: Configuration, pipeline: Pipeline, decision: Decision
) -> dict[str, Systems]:
    weights = _weigh(material.train, configuration)
    used = np.flatnonzero(weights)
    rows = [material.train[int(i)] for i in used]
    texts = [row.record.text for row in rows]
    plain = fit_weighted(plain_pipeline(), texts, np.array(labels_of(rows)), weights[used])
    scores = {}
    for name, found in material.tests.items():
        table = material.part(name).only(configuration.blocks)
        raw = np.log(np.clip(predict_in_order(pipeline, table), 1e-12, 1))
        by_text = predict_in_order(plain, [row.record.text for row in found])
        scores[name] = _systems(found, decision.probabilities(raw), by_text, rows, decision.prior)
    return scores


def _calibrate(
    rows: Sequence[LabelledContext], raw: Floats, calibrator: str = "platt"
) -> tuple[Floats, Decision]:
    """Calibrated out-of-fold probabilities (fitted on other articles), and the decision for new text."""
    natural = np.array([row.record.mix == "natural" for row in rows])
    if natural.sum() < len(LABELS) * 100:
        natural[:] = True
    truth = truth_of(rows)
    groups = np.array([row.record.id for row in rows])
    decision = fit_platt(raw[natural], truth[natural])
    decision = with_threshold(decision, raw[natural], truth[natural], TARGET_ERROR)
    probabilities = decision.probabilities(raw)
    nested = compare_calibrators(raw[natural], truth[natural], groups[natural])
    if calibrator not in nested:
        raise CorpusError(f"calibrator {calibrator!r} is unknown", hint=f"one of {', '.join(nested)}")
    probabilities[natural] = nested[calibrator]
    return probabilities, decision


def _score_by_mix(
    rows: Sequence[LabelledContext], found: Floats, plain: Floats, prior: Floats
) -> dict[str, Systems]:
    scores = {}
    mixes = np.array([row.record.mix for row in rows])
    for name in ("natural", "balanced", "all"):
        chosen = np.flatnonzero(mixes == name) if name != "all" else np.arange(len(rows))
        if len(chosen):
            part = [rows[int(i)] for i in chosen]
            scores[name] = _systems(part, found[chosen], plain[chosen], part, prior)
    return scores


def _systems(
    rows: Sequence[LabelledContext],
    found: Floats,
    plain: Floats,
    trained_on: Sequence[LabelledContext],
    prior: Floats,
) -> Systems:
    return {
        "model": score(rows, found),
        "model, balanced prior": score(rows, move_prior(found, prior, BALANCED)),
        "plain TF-IDF": score(rows, plain),
        "lexicon rule": score(rows, lexicon_rule([row.context for row in rows])),
        "majority": score(rows, majority_probabilities(rows, trained_on)),
    }


def _ambivalence_of(model: Model, rows: Sequence[LabelledContext], most: int = 1000) -> float:
    """The two-sidedness that one text in twenty exceeds."""
    natural = [row for row in rows if row.record.mix == "natural"] or list(rows)
    favor, against = LABELS.index(Label.favor), LABELS.index(Label.against)
    chosen = [row.context for row in natural[:: max(1, len(natural) // most)]]
    found: list[float] = []
    for i in range(0, len(chosen), BATCH):
        batch = batch_contexts(chosen[i : i + BATCH])
        contributions = model.scorer.contributions(batch) * model.decision.scale
        sums = batch.sum_sentences(contributions[favor] - contributions[against])
        found += two_sidedness(sums, batch.naming_sentences())
    # Of texts of one sentence each nothing can be learned about two sides.
    return float(np.quantile(found, 1 - _AMBIVALENT_SHARE)) or float("inf")


def _manifest(material: Material, digest: str, found: Examination) -> dict[str, object]:
    from stance.learning.tracking import figures_of, git_state

    agreed = measure_agreement([actor for record in material.records for actor in record.actors])
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
        "metrics": {name: systems["model"].to_metrics() for name, systems in found.scores.items()},
        "figures": figures_of(found.scores) if found.scores else {},
        "confusion": _confusion(found),
        "agreement": {"pairs": agreed.pairs, "alpha": round(agreed.alpha, 4)} if agreed.pairs else {},
    }


def _confusion(found: Examination) -> dict[str, list[list[int]]]:
    """Out-of-fold counts of the natural rows, true label by predicted; a report corrects shares by them."""
    mixes = np.array([row.record.mix for row in found.rows])
    chosen = np.flatnonzero(mixes == "natural")
    if not len(found.probabilities) or not len(chosen):
        return {}
    truth = truth_of([found.rows[int(i)] for i in chosen])
    return {"natural": confusion_counts(truth, found.probabilities[chosen].argmax(axis=1))}


def train_default(path: Path, progress: Progress = silent) -> Path:
    """Train the default model from the packaged corpus into ``path``; calibrated, without baselines."""
    records = read_corpus(data_file("corpus"))
    actors = read_actors(data_file("actors.yaml"))
    trained = train_model(records, actors, progress=progress)
    return save_bundle(trained.model, path)
