"""A model ↔ one joblib file that holds data only.

The file is a mapping of strings, numbers and numpy arrays. It is opened by an unpickler that knows
just those and refuses every other name *before* anything is built, so a model from a stranger
cannot run code.
"""

from __future__ import annotations

import pickle
import stat
import struct
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import numpy as np

from stance.errors import ActorError, BundleError
from stance.reading.actors import actor_from_record, actor_to_record
from stance.reading.contexts import ArticleReader
from stance.reading.languages import PROFILES
from stance.reading.lexicon import Lexicon
from stance.reading.sentences import SentenceRules
from stance.records import LABELS, Entry
from stance.scoring.catalogue import block_from_record
from stance.scoring.content import content_digest
from stance.scoring.data_pickle import read_plain_data
from stance.scoring.decision import Decision
from stance.scoring.scorer import LinearScorer, Model
from stance.scoring.weights import weights_of
from stance.whole_files import whole_file

__all__ = ["FORMAT", "load_bundle", "save_bundle"]

FORMAT = 4
_MAGIC = "stance-bundle"
_LONGEST = 1 << 24  # characters of a text that is taken apart; the shipped ones have some 100,000


def save_bundle(model: Model, path: str | Path) -> Path:
    """Write a model; a reader sees the old file or the whole new one, never a part.

    Parameters
    ----------
    model : Model
    path : str or Path
        The folder is made where it is missing.

    Raises
    ------
    OutputError
        Where the file cannot be written.
    """
    from joblib import numpy_pickle  # Reading a model needs none of it.

    data = _to_data(model)
    data["digest"] = content_digest(data)
    with whole_file(path, make_folder=True) as handle:
        numpy_pickle.dump(data, handle)
    return Path(path)


def load_bundle(path: str | Path) -> Model:
    """Read a model file; no code from the file runs.

    Raises
    ------
    BundleError
        Where the file is missing, damaged, foreign or of another format.
    """
    path = Path(path)
    try:
        # A pipe would be waited for, for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            raise BundleError("is no file", hint="see --model")
        with path.open("rb") as handle:
            data = _read_data(handle)
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
    RecursionError,
    AssertionError,
    struct.error,
    ActorError,
    UnicodeDecodeError,
    msgspec.DecodeError,
)


def _read_data(handle: BinaryIO) -> Any:
    if handle.read(1) != b"\x80":
        raise BundleError("is no stance model", hint="train one with 'make train'")
    handle.seek(0)
    try:
        return read_plain_data(handle)
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
        # One string each loads faster than what pickle makes of many records.
        "actors": msgspec.json.encode([actor_to_record(actor) for actor in model.actors]).decode(),
        "intercept": model.scorer.intercept,
        "decision": asdict(model.decision),
        **_lexicon_to_data(model.reader.lexicon),
        "blocks": [
            {
                "block": weights.block.to_record(),
                "vocabulary": "\n".join(weights.vocabulary),
                "scale": weights.scale,
                "coefficients": weights.coefficients,
            }
            for weights in model.scorer.blocks
        ],
    }


_ENTRY_FIELDS = Entry._fields


def _lexicon_to_data(lexicon: Lexicon | None) -> dict[str, str]:
    """Column by column; a lemma table as two columns, lemmas of one form joined by blanks."""
    if lexicon is None:
        return {}
    columns = zip(*lexicon.entries, strict=True)
    names = (f"lexicon_{name}" for name in _ENTRY_FIELDS)
    data = {name: "\n".join(map(str, column)) for name, column in zip(names, columns, strict=True)}
    return {**data, "lemma_forms": "\n".join(lexicon.lemmas), "lemmas": "\n".join(lexicon.lemmas.values())}


def _lexicon_from_data(data: Mapping[str, Any]) -> Lexicon | None:
    if "lemmas" not in data:
        return None
    columns: dict[str, list[Any]] = {
        name: _text(data[f"lexicon_{name}"]).split("\n") for name in _ENTRY_FIELDS
    }
    columns["polarity"] = [int(value) for value in columns["polarity"]]
    entries = [Entry._make(row) for row in zip(*columns.values(), strict=True)]
    forms, found = _text(data["lemma_forms"]).split("\n"), _text(data["lemmas"]).split("\n")
    lemmas = dict(zip(forms, found, strict=True))
    return Lexicon(entries, lemmas, PROFILES[data["language"]])


def _upgrade_2(data: dict[str, Any]) -> dict[str, Any]:
    """Format 2 held actors as records and the lexicon row by row."""
    new = {**data, "format": 3, "actors": msgspec.json.encode(data["actors"]).decode()}
    rows = [line.split("\t") for line in new.pop("lexicon").split("\n") if line]
    forms = [line.split("\t") for line in new.pop("lemmas").split("\n") if line]
    if not rows:
        return new
    for name, column in zip(_ENTRY_FIELDS, zip(*rows, strict=True), strict=True):
        new[f"lexicon_{name}"] = "\n".join(column)
    new["lemma_forms"] = "\n".join(form for form, *_ in forms)
    new["lemmas"] = "\n".join(" ".join(found) for _, *found in forms)
    return new


def _upgrade_3(data: dict[str, Any]) -> dict[str, Any]:
    """Format 3 had no digest of its content; one that has is another format in disguise."""
    if "digest" in data:
        raise ValueError("a digest in an old format")
    return {**data, "format": 4}


_UPGRADES: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {2: _upgrade_2, 3: _upgrade_3}


def _check_and_build(data: Any, path: Path) -> Model:
    if not isinstance(data, dict) or not _is_text(data.get("magic"), _MAGIC):
        raise BundleError("is a joblib file, but no stance model", path, "train one with 'make train'")
    return _guarded(lambda: _build(_checked(data, path)), path)


def _checked(data: dict[str, Any], path: Path) -> dict[str, Any]:
    """The data in the present format, where its content can be believed."""
    found = data.get("format")
    if type(found) is not int or (found != FORMAT and found not in _UPGRADES):
        newer = type(found) is int and found > FORMAT
        raise BundleError(
            f"has format {_brief(found)}, this version reads formats {min(_UPGRADES)} to {FORMAT}",
            path,
            "install a newer stance" if newer else "train it again, or install the version that wrote it",
        )
    digest = data.get("digest")
    # Of old formats too: none may be larger than it can be walked through.
    content = content_digest({key: value for key, value in data.items() if key != "digest"})
    if found == FORMAT and not _is_text(digest, content):
        raise BundleError("is damaged: its content does not fit its digest", path, "train it again")
    while data["format"] in _UPGRADES:
        data = _UPGRADES[data["format"]](data)
    manifest = data.get("manifest")
    labels = manifest.get("labels") if isinstance(manifest, dict) else None
    if labels != [str(label) for label in LABELS]:
        raise BundleError("has other labels than favor, neutral, against", path)
    if data.get("language") not in PROFILES:
        known = ", ".join(PROFILES)
        language = _brief(data.get("language"))
        raise BundleError(f"reads the language {language}; known: {known}", path, "install a newer stance")
    return data


def _brief(value: Any) -> str:
    """A scalar from the file, shortened; of anything else only its type."""
    return f"{value!r:.20}" if type(value) in (int, str) else f"of type {type(value).__name__}"


def _is_text(value: Any, wanted: str) -> bool:
    return isinstance(value, str) and value == wanted


def _guarded(build: Callable[[], Model], path: Path) -> Model:
    try:
        return build()
    except BundleError as error:
        raise error.at(path) from None
    except _DAMAGE:
        raise BundleError("is damaged: its parts do not fit together", path, "train it again") from None


def _build(data: dict[str, Any]) -> Model:
    blocks = []
    for record in data["blocks"]:
        text, scale, coefficients = record["vocabulary"], record["scale"], record["coefficients"]
        _require_numbers(scale, (text.count("\n") + 1 if text else 0,))
        features = text.split("\n") if text else []
        _require_numbers(coefficients, (len(features), len(LABELS)))
        vocabulary = {feature: row for row, feature in enumerate(features)}
        if len(vocabulary) != len(features):
            raise ValueError("a feature stands twice")
        blocks.append(weights_of(block_from_record(record["block"]), vocabulary, scale, coefficients))
    rules = SentenceRules(_words(data["abbreviations"]), _words(data["starters"]))
    actors = [actor_from_record(record) for record in msgspec.json.decode(_text(data["actors"]))]
    reader = ArticleReader(actors, data["language"], rules, _lexicon_from_data(data))
    _require_numbers(data["intercept"], (len(LABELS),))
    decision = Decision(**data["decision"])
    _require_numbers(decision.bias, (len(LABELS),))
    _require_numbers(decision.prior, (len(LABELS),))
    numbers = (decision.scale, decision.threshold, decision.ambivalence)
    if not all(isinstance(x, float) and not np.isnan(x) for x in numbers) or not (decision.prior > 0).all():
        raise ValueError("decision is damaged")
    return Model(LinearScorer(blocks, data["intercept"]), reader, data["manifest"], decision)


def _text(value: Any) -> str:
    if type(value) is not str or len(value) > _LONGEST:
        raise ValueError("no text, or one that is too long")
    return value


def _words(value: Any) -> frozenset[str]:
    if type(value) is not list or not all(type(word) is str for word in value):
        raise ValueError("no list of words")
    return frozenset(value)


def _require_numbers(array: Any, shape: tuple[int, ...]) -> None:
    if not isinstance(array, np.ndarray) or array.dtype != np.float64 or array.shape != shape:
        raise ValueError("an array has another shape or type")
    if not np.isfinite(array).all():
        raise ValueError("an array holds no finite number")
