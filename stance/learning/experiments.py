"""A question in YAML → tracked runs, one a configuration; finished ones are not run again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from stance.data_files import data_file
from stance.errors import CorpusError
from stance.learning.corpus import Record, digest_corpus, read_corpus
from stance.learning.importers import read_labelled
from stance.learning.runs import FOLDS, Material, examine, read_material
from stance.learning.tracking import (
    describe_experiment,
    find_run_of,
    log_examination,
)
from stance.learning.training import Configuration
from stance.reading.actors import read_actors
from stance.scoring.blocks import Block
from stance.scoring.catalogue import CATALOGUE, DEFAULT_BLOCKS

__all__ = ["Experiment", "parse_configuration", "read_experiment", "run_experiment"]

Progress = Callable[[str], None]
_T = TypeVar("_T", bound=Block | Configuration)


@dataclass(frozen=True)
class Experiment:
    """One question and the configurations that answer it.

    Attributes
    ----------
    key : str
        The file's name: ``03-distance``.
    asks, answer : str
    runs : mapping of str to Configuration
        By name, at most 16 characters long; each on top of the file's ``base``.
    language : str
    corpus : str
        A corpus or ``format:file``; a name without a folder is looked for in the benchmarks folder.
    """

    key: str
    asks: str
    answer: str
    runs: Mapping[str, Configuration]
    language: str = "de"
    corpus: str = ""


def read_experiment(path: Path) -> Experiment:
    """Read an experiment file.

    Raises
    ------
    CorpusError
        Where a key, a block or an option is unknown.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CorpusError(f"cannot be read: {error.strerror}", path) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CorpusError(f"is no YAML: {str(error).splitlines()[0]}", path) from None
    if not isinstance(data, dict) or not isinstance(data.get("runs"), dict):
        raise CorpusError("needs 'asks' and a mapping 'runs'", path, "see experiments/03-distance.yaml")
    try:
        _require_known(data, ("asks", "answer", "base", "runs", "language", "corpus"), "key")
        if not all(isinstance(data.get(key, ""), str) for key in ("asks", "answer", "language", "corpus")):
            raise CorpusError("asks, answer, language and corpus are texts")
        base = _mapping(data.pop("base", None), "base")
        runs = {
            str(name): parse_configuration({**base, **_mapping(options, f"run {name}")})
            for name, options in data.pop("runs").items()
        }
    except CorpusError as error:
        raise error.at(path) from None
    texts = {"asks": "", "answer": "", **data}
    return Experiment(path.stem, runs=runs, **texts)


def _mapping(value: object, name: str) -> dict[str, Any]:
    if value is not None and not isinstance(value, dict):
        raise CorpusError(f"{name} holds {value!r:.40}, not options", hint="see experiments/03-distance.yaml")
    return value or {}


def _require_known(given: Iterable[object], known: Collection[str], what: str) -> None:
    unknown = [name for name in given if name not in known]
    if unknown:
        raise CorpusError(f"{what} {unknown[0]!r} is unknown", hint=f"one of {', '.join(known)}")


def parse_configuration(options: Mapping[str, Any]) -> Configuration:
    """Build a configuration from plain options.

    ``blocks`` lists names of :data:`stance.scoring.blocks.CATALOGUE`; ``set`` changes their
    options (``set: {words: {left: 3}}``); all else are fields of :class:`Configuration`.
    """
    options = dict(options)
    names = options.pop("blocks", [block.name for block in DEFAULT_BLOCKS])
    changes = _mapping(options.pop("set", None), "set")
    if not isinstance(names, list):
        raise CorpusError(f"blocks holds {names!r:.40}, not a list")
    _require_known((*names, *changes), CATALOGUE, "block")
    blocks = tuple(_with_options(CATALOGUE[n], _mapping(changes.get(n), n), f"option of {n}") for n in names)
    return _with_options(Configuration(blocks=blocks), options, "option")


def _with_options(default: _T, options: Mapping[str, Any], what: str) -> _T:
    """The record with other values; each must be known and of the kind of the one it replaces."""
    known = [f.name for f in fields(default) if f.name not in ("name", "blocks")]
    _require_known(options, known, what)
    # YAML's lists are the tuples that a block holds.
    found = {key: tuple(value) if isinstance(value, list) else value for key, value in options.items()}
    for key, value in found.items():
        usual = getattr(default, key)
        kinds = (int, float) if isinstance(usual, float) else (type(usual),)
        if not isinstance(value, kinds) or isinstance(value, bool) != isinstance(usual, bool):
            raise CorpusError(f"{what} {key!r} holds {value!r:.40}, not a value like {usual!r}")
    return replace(default, **found)  # type: ignore[arg-type]


def run_experiment(
    experiment: Experiment,
    tests: Mapping[str, Sequence[Record]],
    *,
    benchmarks: Path | None = None,
    progress: Progress,
) -> tuple[int, int]:
    """Run and log what has not been run with the same inputs; return (run, skipped).

    Parameters
    ----------
    experiment : Experiment
    tests : mapping of str to sequence of Record
        Sets from outside, scored in every run.
    benchmarks : Path, optional
        Where a corpus named without a folder is looked for.
    progress : callable
    """
    records = _read_records(experiment, benchmarks)
    digest = digest_corpus(records)
    wanted = {
        name: configuration
        for name, configuration in experiment.runs.items()
        if not find_run_of(experiment.key, _inputs(configuration, digest, tests))
    }
    for mentions in dict.fromkeys(c.mentions for c in wanted.values()):
        alike = {name: c for name, c in wanted.items() if c.mentions == mentions}
        material = _material(experiment, alike, records, tests, progress)
        for name, configuration in alike.items():
            progress(f"{experiment.key} {name}")
            found = examine(material, configuration, folds=FOLDS)
            inputs = _inputs(configuration, digest, tests)
            log_examination(found, configuration, name, experiment.key, experiment.asks, inputs, digest)
    describe_experiment(experiment.key, experiment.asks, experiment.answer)
    return len(wanted), len(experiment.runs) - len(wanted)


def _read_records(experiment: Experiment, benchmarks: Path | None) -> list[Record]:
    if not experiment.corpus:
        return read_corpus(data_file("corpus"))
    source, _, place = experiment.corpus.rpartition(":")
    path = Path(place)
    if not path.parent.name and not path.exists():
        if benchmarks is None:
            raise CorpusError(f"needs {place}", experiment.key, "name its folder with --benchmarks")
        path = benchmarks / place
    return read_labelled(f"{source}:{path}" if source else str(path))


def _material(
    experiment: Experiment,
    wanted: Mapping[str, Configuration],
    records: Sequence[Record],
    tests: Mapping[str, Sequence[Record]],
    progress: Progress,
) -> Material:
    blocks: dict[Block, None] = {}
    for configuration in wanted.values():
        blocks |= dict.fromkeys(configuration.blocks)
    name = "actors.yaml" if experiment.language == "de" else f"actors-{experiment.language}.yaml"
    # The test split is not looked at in development.
    seen = [record for record in records if record.split != "test"]
    return read_material(
        seen,
        read_actors(data_file(name)),
        blocks,
        language=experiment.language,
        tests=tests if experiment.language == "de" else {},
        mentions=next(iter(wanted.values())).mentions,
        progress=progress,
    )


def _inputs(configuration: Configuration, digest: str, tests: Mapping[str, Sequence[Record]]) -> str:
    """Names all that a run depends on but the code: configuration, corpora, lexicons, registries."""
    files = hashlib.sha256()
    for pattern in ("lexicon*/*.tsv", "actors*.yaml"):
        for file in sorted(data_file("actors.yaml").parent.glob(pattern)):
            files.update(file.read_bytes())
    sets = {name: digest_corpus(records) for name, records in sorted(tests.items())}
    text = msgspec.json.encode([configuration.to_params(), digest, sets, FOLDS, files.hexdigest()])
    return hashlib.sha256(text).hexdigest()[:16]
