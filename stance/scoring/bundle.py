"""A model ↔ one joblib file that holds data only.

The file is a mapping of strings, numbers and numpy arrays. It is opened by an unpickler that knows
just those and refuses every other name *before* anything is built, so a model from a stranger
cannot run code.
"""

from __future__ import annotations

import os
import pickle
import tempfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from joblib import numpy_pickle

from stance.errors import BundleError
from stance.reading.actors import actor_from_record, actor_to_record
from stance.reading.contexts import ArticleReader
from stance.reading.languages import PROFILES
from stance.reading.lexicon import Lexicon
from stance.reading.sentences import SentenceRules
from stance.records import LABELS, Entry
from stance.scoring.blocks import block_from_record
from stance.scoring.decision import Decision
from stance.scoring.scorer import LinearScorer, Model
from stance.scoring.weights import weights_of

__all__ = ["FORMAT", "load_bundle", "save_bundle"]

FORMAT = 2
_MAGIC = "stance-bundle"


class _DataOnlyArray(numpy_pickle.NumpyArrayWrapper):  # type: ignore[misc]
    """joblib's array record, without its way back into pickle for arrays of objects."""

    def read(self, unpickler: Any, ensure_native_byte_order: bool) -> Any:
        dtype = getattr(self, "dtype", None)
        if (
            not isinstance(dtype, np.dtype)
            or dtype.hasobject
            or getattr(self, "subclass", None) is not np.ndarray
        ):
            raise BundleError("holds an array that is not plain numbers")
        return super().read(unpickler, ensure_native_byte_order)


_ALLOWED: Mapping[tuple[str, str], Any] = {
    ("joblib.numpy_pickle", "NumpyArrayWrapper"): _DataOnlyArray,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}


class _DataOnlyUnpickler(numpy_pickle.NumpyUnpickler):  # type: ignore[misc]
    """Builds builtins and numpy arrays; every other name in the file is refused."""

    # joblib keys its array step by opcode; restate it for our own array record.
    def find_class(self, module: str, name: str) -> Any:
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise BundleError(
                f"refused: it names {module}.{name}, and a model file holds data only",
                hint="do not open this file with other tools",
            ) from None


def save_bundle(model: Model, path: str | Path) -> Path:
    """Write a model; a reader sees the old file or the whole new one, never a part.

    Parameters
    ----------
    model : Model
    path : str or Path
        The folder is made where it is missing.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    try:
        numpy_pickle.dump(_to_data(model), temporary)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)
    return path


def load_bundle(path: str | Path) -> Model:
    """Read a model file; no code from the file runs.

    Raises
    ------
    BundleError
        Where the file is missing, damaged, foreign or of another format.
    """
    path = Path(path)
    try:
        with path.open("rb") as handle:
            data = _read_data(handle, path)
    except OSError as error:
        raise BundleError(f"model cannot be read: {error.strerror}", path, "see --model") from None
    except BundleError as error:
        raise error.at(path) from None
    return _check_and_build(data, path)


_DAMAGE = (
    pickle.UnpicklingError,
    EOFError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    ImportError,
    MemoryError,
    OverflowError,
    zlib.error,
    UnicodeDecodeError,
)


def _read_data(handle: BinaryIO, path: Path) -> Any:
    if handle.read(1) != b"\x80":
        raise BundleError("is no stance model", hint="train one with 'make train'")
    handle.seek(0)
    try:
        return _DataOnlyUnpickler(str(path), handle, ensure_native_byte_order=True).load()
    except _DAMAGE:
        raise BundleError("is no stance model or is damaged", hint="train it again") from None


def _to_data(model: Model) -> dict[str, Any]:
    rules = model.reader.rules
    return {
        "magic": _MAGIC,
        "format": FORMAT,
        "manifest": {**model.manifest, "labels": [str(label) for label in LABELS]},
        "language": model.reader.language,
        "abbreviations": sorted(rules.abbreviations),
        "starters": sorted(rules.starters),
        "actors": [actor_to_record(actor) for actor in model.actors],
        "intercept": model.scorer.intercept,
        "decision": asdict(model.decision),
        **_lexicon_to_data(model.reader.lexicon),
        "blocks": [
            {
                "block": weights.block.to_record(),
                # One joined string loads faster than a pickled dict.
                "vocabulary": "\n".join(weights.vocabulary),
                "scale": weights.scale,
                "coefficients": weights.coefficients,
            }
            for weights in model.scorer.blocks
        ],
    }


def _lexicon_to_data(lexicon: Lexicon | None) -> dict[str, str]:
    if lexicon is None:
        return {"lexicon": "", "lemmas": ""}
    rows = ("\t".join(map(str, astuple(entry))) for entry in lexicon.entries)
    forms = ("\t".join((form, *lemmas)) for form, lemmas in lexicon.lemmas.items())
    return {"lexicon": "\n".join(rows), "lemmas": "\n".join(forms)}


def _lexicon_from_data(data: Mapping[str, Any]) -> Lexicon | None:
    if not data["lexicon"]:
        return None
    entries = []
    for line in data["lexicon"].split("\n"):
        lemma, pos, polarity, *others = line.split("\t")
        entries.append(Entry(lemma, pos, int(polarity), *others))
    lemmas = {}
    for line in data["lemmas"].split("\n"):
        form, *found = line.split("\t")
        lemmas[form] = found
    return Lexicon(entries, lemmas, PROFILES[data["language"]])


def _check_and_build(data: Any, path: Path) -> Model:
    if not isinstance(data, dict) or data.get("magic") != _MAGIC:
        raise BundleError("is a joblib file, but no stance model", path, "train one with 'make train'")
    if data.get("format") != FORMAT:
        raise BundleError(
            f"has format {data.get('format')!r}, this version reads format {FORMAT}",
            path,
            "train it again, or install the version that wrote it",
        )
    if data.get("manifest", {}).get("labels") != [str(label) for label in LABELS]:
        raise BundleError("has other labels than favor, neutral, against", path)
    return _guarded(lambda: _build(data), path)


def _guarded(build: Callable[[], Model], path: Path) -> Model:
    try:
        return build()
    except _DAMAGE:
        raise BundleError("is damaged: its parts do not fit together", path, "train it again") from None


def _build(data: dict[str, Any]) -> Model:
    blocks = []
    for record in data["blocks"]:
        features = record["vocabulary"].split("\n") if record["vocabulary"] else []
        scale, coefficients = record["scale"], record["coefficients"]
        if scale.shape != (len(features),) or coefficients.shape != (len(features), len(LABELS)):
            raise ValueError("shapes differ")
        vocabulary = {feature: row for row, feature in enumerate(features)}
        blocks.append(weights_of(block_from_record(record["block"]), vocabulary, scale, coefficients))
    rules = SentenceRules(frozenset(data["abbreviations"]), frozenset(data["starters"]))
    actors = [actor_from_record(record) for record in data["actors"]]
    reader = ArticleReader(actors, data["language"], rules, _lexicon_from_data(data))
    decision = Decision(**data["decision"])
    if decision.bias.shape != (len(LABELS),) or decision.prior.shape != (len(LABELS),):
        raise ValueError("shapes differ")
    return Model(LinearScorer(blocks, data["intercept"]), reader, data["manifest"], decision)
