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
from typing import Any, BinaryIO, ClassVar

import numpy as np
from joblib import numpy_pickle

from stance.errors import BundleError
from stance.reading.actors import actor_from_record, actor_to_record
from stance.reading.contexts import ArticleReader
from stance.reading.languages import PROFILES
from stance.reading.lexicon import Lexicon
from stance.reading.sentences import SentenceRules
from stance.records import LABELS, Entry
from stance.scoring.catalogue import block_from_record
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
        # A dtype's own word that it holds no objects comes from the file; only this one is believed.
        if not _is_double(dtype) or getattr(self, "subclass", None) is not np.ndarray:
            raise BundleError("holds an array that is not plain numbers")
        return super().read(unpickler, ensure_native_byte_order)


def _is_double(dtype: Any) -> bool:
    return (
        isinstance(dtype, np.dtype)
        and dtype.kind == "f"
        and dtype.itemsize == 8
        and dtype.names is None
        and dtype.subdtype is None
    )


_ALLOWED: Mapping[tuple[str, str], Any] = {
    ("joblib.numpy_pickle", "NumpyArrayWrapper"): _DataOnlyArray,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}


_ARRAY_STATE = {"subclass", "shape", "order", "dtype", "allow_mmap", "numpy_array_alignment_bytes"}


class _DataOnlyUnpickler(numpy_pickle.NumpyUnpickler):  # type: ignore[misc]
    """Builds builtins and numpy arrays; every other name in the file is refused."""

    # joblib keys its array step by opcode; restate it for our own array record.
    def load_build(self) -> None:
        """Set the state of an array record or a dtype, and of nothing else: not of a class."""
        target, state = self.stack[-2], self.stack[-1]
        if type(target) is _DataOnlyArray:
            if not isinstance(state, dict) or not set(state) <= _ARRAY_STATE:
                raise BundleError("holds a damaged array")
        elif not (isinstance(target, np.dtype) and isinstance(state, tuple) and _is_double(target)):
            raise BundleError("refused: it sets the state of something that is no array")
        super().load_build()

    dispatch: ClassVar[dict[int, Any]] = {**numpy_pickle.NumpyUnpickler.dispatch, pickle.BUILD[0]: load_build}

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
    if not isinstance(data, dict) or not _is_text(data.get("magic"), _MAGIC):
        raise BundleError("is a joblib file, but no stance model", path, "train one with 'make train'")
    if type(data.get("format")) is not int or data["format"] != FORMAT:
        raise BundleError(
            f"has format {data.get('format')!r:.20}, this version reads format {FORMAT}",
            path,
            "train it again, or install the version that wrote it",
        )
    manifest = data.get("manifest")
    labels = manifest.get("labels") if isinstance(manifest, dict) else None
    if not isinstance(labels, list) or [str(x) for x in labels] != [str(label) for label in LABELS]:
        raise BundleError("has other labels than favor, neutral, against", path)
    return _guarded(lambda: _build(data), path)


def _is_text(value: Any, wanted: str) -> bool:
    return isinstance(value, str) and value == wanted


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
        _require_numbers(scale, (len(features),))
        _require_numbers(coefficients, (len(features), len(LABELS)))
        vocabulary = {feature: row for row, feature in enumerate(features)}
        blocks.append(weights_of(block_from_record(record["block"]), vocabulary, scale, coefficients))
    rules = SentenceRules(frozenset(data["abbreviations"]), frozenset(data["starters"]))
    actors = [actor_from_record(record) for record in data["actors"]]
    reader = ArticleReader(actors, data["language"], rules, _lexicon_from_data(data))
    _require_numbers(data["intercept"], (len(LABELS),))
    decision = Decision(**data["decision"])
    _require_numbers(decision.bias, (len(LABELS),))
    _require_numbers(decision.prior, (len(LABELS),))
    numbers = (decision.scale, decision.threshold, decision.ambivalence)
    if not all(isinstance(x, float) and not np.isnan(x) for x in numbers) or not (decision.prior > 0).all():
        raise ValueError("decision is damaged")
    return Model(LinearScorer(blocks, data["intercept"]), reader, data["manifest"], decision)


def _require_numbers(array: Any, shape: tuple[int, ...]) -> None:
    if not isinstance(array, np.ndarray) or array.dtype != np.float64 or array.shape != shape:
        raise ValueError("an array has another shape or type")
    if not np.isfinite(array).all():
        raise ValueError("an array holds no finite number")
