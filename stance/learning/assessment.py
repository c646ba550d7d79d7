"""A finished model and labelled texts → figures beside baselines, by slice, against a pinned floor."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

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
from stance.learning.evaluation import (
    Scores,
    lexicon_rule,
    majority_probabilities,
    plain_pipeline,
    predict_in_order,
    score,
)
from stance.learning.runs import silent
from stance.learning.training import labels_of
from stance.reading.given_names import GIVEN_NAMES
from stance.scoring.decision import BALANCED, move_prior
from stance.scoring.scorer import Model

__all__ = [
    "Assessment",
    "assess",
    "check_floor",
    "choose_split",
    "kind_of",
    "pin_floor",
    "probabilities_of",
    "was_trained_on",
]

Floats = NDArray[np.float64]
_FEWEST = 30
"""Slices of fewer pairs tell nothing."""
_SLACK = 0.01


@dataclass(frozen=True)
class Assessment:
    """Figures of a model.

    Attributes
    ----------
    scores : mapping of str to mapping of str to Scores
        Set (``all``, ``natural``, ``balanced``) → system → figures.
    slices : mapping of str to mapping of str to Scores
        ``genre`` → ``agency`` → the model's figures.
    """

    scores: Mapping[str, Mapping[str, Scores]]
    slices: Mapping[str, Mapping[str, Scores]]

    def to_data(self) -> dict[str, Any]:
        """Plain data, all figures with their intervals."""
        return asdict(self)


def choose_split(records: Sequence[Record], split: str) -> list[Record]:
    """The records of a split; ``auto`` is the test split where there is one, else all.

    Raises
    ------
    CorpusError
        Where the split holds no record.
    """
    if split == "auto":
        split = "test" if any(r.split == "test" for r in records) else "all"
    chosen = [r for r in records if split in ("all", r.split)]
    if not chosen:
        raise CorpusError(f"no record is of the split {split!r}", hint="train, dev, test or all")
    return chosen


def was_trained_on(model: Model, given: Sequence[Record], chosen: Sequence[Record]) -> bool:
    """True where the corpus is the model's own and not only its test split is looked at."""
    same = model.manifest.get("corpus_digest") == digest_corpus(given)
    return same and any(record.split != "test" for record in chosen)


def probabilities_of(model: Model, rows: Sequence[LabelledContext]) -> Floats:
    """The model's probabilities, shape (n_rows, 3)."""
    return model.decision.probabilities(model.scorer.logits_of([row.context for row in rows]))


def assess(
    model: Model,
    records: Sequence[Record],
    progress: Callable[[str], None] = silent,
    *,
    baselines: bool = True,
) -> Assessment:
    """Score a model on records that it must not have been trained on.

    The plain baseline is trained on the train split of the project's own corpus.
    """
    progress("reading")
    rows = list(build_labelled_contexts(records, model.reader))
    if not rows:
        raise CorpusError("nothing to evaluate: no record holds a labelled pair")
    progress("predicting")
    found = probabilities_of(model, rows)
    systems = {"model": found, "model, balanced prior": move_prior(found, model.decision.prior, BALANCED)}
    if baselines:
        progress("baselines")
        train = [r for r in read_corpus(data_file("corpus")) if r.split == "train"]
        trained_on = list(build_labelled_contexts(train, model.reader))
        if model.reader.language == "de":
            texts = [row.record.text for row in trained_on]
            plain = plain_pipeline().fit(texts, labels_of(trained_on))
            systems["plain TF-IDF"] = predict_in_order(plain, [row.record.text for row in rows])
        systems["lexicon rule"] = lexicon_rule([row.context for row in rows])
        systems["majority"] = majority_probabilities(rows, rows)
    progress("figures")
    sets = {"all": np.arange(len(rows))}
    for mix in ("natural", "balanced"):
        inside = np.array([i for i, row in enumerate(rows) if row.record.mix == mix], dtype=np.intp)
        if 0 < len(inside) < len(rows):
            sets[mix] = inside
    scores = {
        name: {
            system: score([rows[int(i)] for i in chosen], found[chosen]) for system, found in systems.items()
        }
        for name, chosen in sets.items()
    }
    return Assessment(scores, _slice(rows, systems["model"]))


def _slice(rows: Sequence[LabelledContext], found: Floats) -> dict[str, dict[str, Scores]]:
    slices: dict[str, dict[str, Scores]] = {}
    for name, key in _KEYS.items():
        members: dict[str, list[int]] = {}
        for i, row in enumerate(rows):
            members.setdefault(key(row), []).append(i)
        slices[name] = {
            value: score([rows[i] for i in chosen], found[chosen])
            for value, chosen in sorted(members.items())
            if value and len(chosen) >= _FEWEST
        }
    return {name: values for name, values in slices.items() if len(values) > 1}


def kind_of(name: str) -> str:
    """A guess: who has a given name is a person."""
    first, *others = name.split()
    return "person" if others and first in GIVEN_NAMES else "other actor"


def _length_of(row: LabelledContext) -> str:
    words = len(row.record.text.split())
    return "under 40 words" if words < 40 else "40 to 119 words" if words < 120 else "120 words and more"


_KEYS: dict[str, Callable[[LabelledContext], str]] = {
    "kind": lambda row: kind_of(row.actor.name),
    "genre": lambda row: row.record.genre,
    "length": _length_of,
    "difficulty": lambda row: row.record.difficulty,
    "mix": lambda row: row.record.mix,
}


def pin_floor(path: Path, found: Assessment, digest: str) -> None:
    """Write the floor: each figure of the model less a hundredth."""
    figures = {
        name: {
            "macro_f1": round(systems["model"].macro_f1 - _SLACK, 3),
            "accuracy": round(systems["model"].accuracy - _SLACK, 3),
            "ece": round(systems["model"].ece + _SLACK, 3),
        }
        for name, systems in found.scores.items()
    }
    text = json.dumps({"corpus_digest": digest, "floor": figures}, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def check_floor(path: Path, found: Assessment, digest: str) -> Iterator[str]:
    """Yield a line for every figure that holds.

    Raises
    ------
    CorpusError
        Where one does not, where the floor was pinned for another corpus, or where nothing was
        checked.
    """
    try:
        pinned = json.loads(path.read_text(encoding="utf-8"))
        floors = dict(pinned["floor"])
    except OSError as error:
        raise CorpusError(f"floor cannot be read: {error.strerror}", path, "pin one with --pin") from None
    except (ValueError, KeyError, TypeError):
        raise CorpusError("is no floor file", path, "pin one with --pin") from None
    if pinned.get("corpus_digest") != digest:
        raise CorpusError("was pinned for another corpus", path, "look at the figures, then --pin")
    checked = 0
    for name, figures in floors.items():
        systems = found.scores.get(name)
        for figure, floor in figures.items() if systems else ():
            value = float(getattr(systems["model"], figure)) if systems else float("nan")
            holds = value <= floor if figure == "ece" else value >= floor
            if not holds:
                raise CorpusError(f"{name} {figure} is {value:.3f}, the floor is {floor}", path)
            checked += 1
            yield f"{name} {figure} {value:.3f} (floor {floor})"
    if not checked:
        raise CorpusError("holds no figure of these sets: nothing was checked", path, "pin it with --pin")
