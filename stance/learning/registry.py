"""A saved model ↔ the MLflow registry."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import Any

from stance.errors import TrackingError
from stance.learning.store import opened_store, require_store

__all__ = ["CHAMPION", "MODEL_NAME", "crown", "fetch_bundle", "promote_run", "register_model"]

MODEL_NAME = "stance"
CHAMPION = "champion"


def crown(mlflow: Any, version: str) -> None:
    """Let the alias ``champion`` name this version."""
    mlflow.MlflowClient().set_registered_model_alias(MODEL_NAME, CHAMPION, version)


def register_model(
    mlflow: Any, bundle: Path, description: str, digest: str, macro_f1: float | None = None
) -> str:
    """Log the bundle inside the open run and register it; return the version.

    Parameters
    ----------
    mlflow : module
        As :func:`stance.learning.store.opened_store` yields it.
    bundle : Path
    description : str
    digest : str
        Of the corpus it was trained on.
    macro_f1 : float, optional
    """
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema

    import stance.serving.pyfunc

    optional: list[Any] = [ColSpec("string", name, required=False) for name in ("actor", "title")]
    strings = {"actor", "label", "evidence"}
    counts = {"row", "mentions"}
    outputs: list[Any] = [
        ColSpec("string" if c in strings else "long" if c in counts else "double", c)
        for c in stance.serving.pyfunc.COLUMNS
    ]
    signature = ModelSignature(Schema([ColSpec("string", "text"), *optional]), Schema(outputs))
    with warnings.catch_warnings():
        # MLflow asks for an input example; it would put article text into every model.
        warnings.simplefilter("ignore")
        info = mlflow.pyfunc.log_model(
            name="model",
            python_model=stance.serving.pyfunc.__file__,
            artifacts={"bundle": str(bundle)},
            signature=signature,
            pip_requirements=["stance"],
            registered_model_name=MODEL_NAME,
        )
    version = str(info.registered_model_version)
    client = mlflow.MlflowClient()
    if macro_f1 is not None:
        client.set_model_version_tag(MODEL_NAME, version, "macro_f1", f"{macro_f1:.4f}")
    client.set_model_version_tag(MODEL_NAME, version, "corpus_digest", digest[:12])
    client.update_model_version(MODEL_NAME, version, description=description)
    return version


def fetch_bundle(uri: str) -> Path:
    """Download the bundle of ``models:/name@alias``, ``models:/name/version`` or ``runs:/id/model``.

    Raises
    ------
    TrackingError
        Where the store holds no such model, or the model holds no bundle or several.
    """
    require_store(uri)
    with opened_store() as mlflow:
        folder = Path(tempfile.mkdtemp(prefix="stance-"))
        try:
            local = Path(mlflow.artifacts.download_artifacts(uri, dst_path=str(folder)))
        except OSError as error:
            raise TrackingError(f"cannot be fetched: {error}", uri) from None
    # What else lies there (MLflow's own pickle of a model, say) is not opened.
    found = sorted((local / "artifacts").glob("*.joblib"))
    if len(found) != 1:
        many = "several model files, and cannot say which is meant" if found else "no stance model"
        raise TrackingError(f"holds {many}", uri, "register one with 'stance train'")
    return found[0]


def promote_run(wanted: str) -> str:
    """Crown the registered version of a run (by id or name) or a version by number; return it.

    Raises
    ------
    TrackingError
        Where no registered model fits.
    """
    require_store(wanted)
    with opened_store() as mlflow:
        client = mlflow.MlflowClient()
        versions = client.search_model_versions(f"name = '{MODEL_NAME}'")
        names = {v.run_id: client.get_run(v.run_id).info.run_name for v in versions if v.run_id}
        fitting = [v for v in versions if wanted in (str(v.version), v.run_id, names.get(v.run_id))]
        if not fitting:
            raise TrackingError("is no run with a registered model", wanted, "see 'stance runs'")
        newest = max(fitting, key=lambda v: int(v.version))
        crown(mlflow, str(newest.version))
        return str(newest.version)
