"""A question in YAML → tracked runs, one a configuration; finished ones are not run again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

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
        base = data.pop("base", {})
        runs = {
            str(name): parse_configuration({**base, **(options or {})})
            for name, options in data.pop("runs").items()
        }
        return Experiment(path.stem, answer=data.pop("answer", ""), runs=runs, **data)
    except CorpusError as error:
        raise error.at(path) from None
    except (TypeError, ValueError, AttributeError) as error:
        raise CorpusError(f"holds an unknown or missing key: {error}", path) from None


def parse_configuration(options: Mapping[str, Any]) -> Configuration:
    """Build a configuration from plain options.

    ``blocks`` lists names of :data:`stance.scoring.blocks.CATALOGUE`; ``set`` changes their
    options (``set: {words: {left: 3}}``); all else are fields of :class:`Configuration`.
    """
    options = dict(options)
    names = options.pop("blocks", [block.name for block in DEFAULT_BLOCKS])
    changes = options.pop("set", {})
    unknown = [name for name in (*names, *changes) if name not in CATALOGUE]
    if unknown:
        raise CorpusError(f"block {unknown[0]!r} is unknown", hint=f"one of {', '.join(CATALOGUE)}")
    try:
        blocks = tuple(replace(CATALOGUE[name], **_frozen(changes.get(name, {}))) for name in names)
        return Configuration(blocks=blocks, **options)
    except TypeError as error:
        raise CorpusError(f"option is unknown: {error}") from None


def _frozen(options: Mapping[str, Any]) -> dict[str, Any]:
    """YAML's lists as the tuples that a block holds."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in options.items()}


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
