"""Actors and a small model that several rooms share."""

from __future__ import annotations

from pathlib import Path

import pytest

from stance.data_files import data_file
from stance.learning.corpus import Record, read_corpus
from stance.learning.runs import TrainedModel, train_model
from stance.reading.actors import read_actors
from stance.reading.mentions import MentionFinder
from stance.records import Actor
from stance.scoring.bundle import save_bundle
from stance.scoring.scorer import Model


@pytest.fixture(scope="session")
def registry() -> tuple[Actor, ...]:
    """The actors that ship with the project."""
    return read_actors(data_file("actors.yaml"))


@pytest.fixture(scope="session")
def finder(registry: tuple[Actor, ...]) -> MentionFinder:
    """The matcher over all shipped actors."""
    return MentionFinder(registry)


@pytest.fixture(scope="session")
def records() -> list[Record]:
    """Every tenth record of the shipped corpus: enough to learn from, quick to fit."""
    return read_corpus(data_file("corpus"))[::10]


@pytest.fixture(scope="session")
def trained(records: list[Record], registry: tuple[Actor, ...]) -> TrainedModel:
    """A small model with its out-of-fold figures."""
    return train_model(records, registry, folds=3)


@pytest.fixture(scope="session")
def model(trained: TrainedModel) -> Model:
    return trained.model


@pytest.fixture(scope="session")
def bundle(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small model as a file."""
    return save_bundle(model, tmp_path_factory.mktemp("models") / "small.joblib")
