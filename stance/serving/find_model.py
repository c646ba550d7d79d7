"""What the user says (or nothing) → the path of a model file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from stance.data_files import data_file
from stance.errors import BundleError

__all__ = ["cached_model_path", "fetch_registered", "find_model"]

LOCAL = Path("models/stance.joblib")
_REGISTRY_SCHEMES = ("models:/", "runs:/")


def find_model(asked: str | Path | None, train: Callable[[Path], Path]) -> Path:
    """Find a model: the one asked for, ``$STANCE_MODEL``, ``models/``, the user's cache, else train.

    Parameters
    ----------
    asked : str or Path, optional
        A file, or ``models:/name@alias`` or ``runs:/id/model`` of an MLflow registry.
    train : callable
        Called with the path in the cache where nothing is found; trains and returns it.

    Raises
    ------
    BundleError
        Where the model asked for does not exist.
    """
    wanted = str(asked or os.environ.get("STANCE_MODEL") or "")
    if wanted.startswith(_REGISTRY_SCHEMES):
        return fetch_registered(wanted)
    if wanted:
        if not Path(wanted).exists():
            source = "--model" if asked else "$STANCE_MODEL"
            raise BundleError("no such model", wanted, f"check {source}, or run 'stance train'")
        return Path(wanted)
    if LOCAL.exists():
        return LOCAL
    cached = cached_model_path()
    return cached if cached.exists() else train(cached)


def cached_model_path() -> Path:
    """Where the default model of this version and corpus is kept for the user."""
    import hashlib
    from importlib.metadata import version

    from platformdirs import user_cache_path

    corpus = hashlib.sha256()
    for file in sorted(data_file("corpus").glob("*.jsonl")):
        corpus.update(file.read_bytes())
    return user_cache_path("stance") / f"stance-{version('stance')}-{corpus.hexdigest()[:8]}.joblib"


def fetch_registered(uri: str) -> Path:
    """Fetch the bundle of a model registered in MLflow.

    Raises
    ------
    MissingExtraError
        Where MLflow is not installed.
    TrackingError
        Where the store cannot be reached or holds no such model.
    """
    from stance.learning.registry import fetch_bundle

    return fetch_bundle(uri)
