"""A tracking address → MLflow opened on it, its faults told in one line."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from stance.errors import MissingExtraError, TrackingError

__all__ = [
    "DESCRIPTION",
    "EXPERIMENT",
    "ensure_experiment",
    "opened_store",
    "require_mlflow",
    "require_store",
    "store_uri",
]

EXPERIMENT = "stance"
DESCRIPTION = (
    "Which stance does an article convey toward an actor? One run is one configuration. Compare macro_f1 "
    "(out of fold, no article on both sides) with majority and plain_f1; log_loss says how good the "
    "probabilities are."
)
_FOLDER = Path("runs")
_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    # A server that is gone is told of after a quarter of a minute; MLflow's own 7 take four minutes.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3",
}


def require_mlflow() -> None:
    """Raise MissingExtraError where MLflow is not installed: before an hour of training, not after."""
    if find_spec("mlflow") is None:
        raise MissingExtraError("tracking needs MLflow, or say --no-track", extra="tracking")


def require_store(wanted: str) -> None:
    """Raise TrackingError where there is no store yet to find something in; make none."""
    scheme, _, place = store_uri().partition(":///")
    if scheme == "sqlite" and not Path(place).exists():
        local = store_uri() == _local_uri()
        raise TrackingError(
            f"cannot be found: here is no {_FOLDER / 'mlflow.db' if local else place}",
            wanted,
            "go to the folder where 'stance train' ran, or set MLFLOW_TRACKING_URI",
        )


@contextmanager
def opened_store() -> Iterator[Any]:
    """Yield mlflow, pointed at ``$MLFLOW_TRACKING_URI`` or ``runs/mlflow.db``.

    Raises
    ------
    MissingExtraError
        Where MLflow is not installed.
    TrackingError
        Where the store cannot be reached or written, also in the middle of a run.
    """
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    for noisy in ("mlflow", "alembic", "urllib3"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    require_mlflow()
    import mlflow

    uri = store_uri()
    is_local = uri == _local_uri()
    with _plain_tracking_errors(str(_FOLDER / "mlflow.db") if is_local else _without_password(uri)):
        if is_local:
            _make_local_store(mlflow)
        mlflow.set_tracking_uri(uri)
        yield mlflow


def _make_local_store(mlflow: Any) -> None:
    """Make a fresh SQLite store beside its place and move it there under a lock.

    Processes that open a fresh store at the same moment, or one killed while it makes the tables,
    otherwise leave it unusable: MLflow's migrations cannot be begun twice.
    """
    from filelock import FileLock

    _FOLDER.mkdir(exist_ok=True)
    store, fresh = _FOLDER / "mlflow.db", _FOLDER / ".mlflow.db.new"
    with FileLock(_FOLDER / ".lock"):
        if not store.exists():
            for orphan in _FOLDER.glob(f"{fresh.name}*"):
                orphan.unlink()
            ensure_experiment(mlflow.MlflowClient(tracking_uri=f"sqlite:///{fresh.resolve()}"))
            fresh.replace(store)


def store_uri() -> str:
    """The address of the store in use."""
    return os.environ.get("MLFLOW_TRACKING_URI") or _local_uri()


def _local_uri() -> str:
    return f"sqlite:///{(_FOLDER / 'mlflow.db').resolve()}"


def _without_password(uri: str) -> str:
    scheme, separator, rest = uri.partition("://")
    return scheme + separator + rest.rpartition("@")[2]


@contextmanager
def _plain_tracking_errors(where: str) -> Iterator[None]:
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except ModuleNotFoundError as error:
        # The driver of a database, as psycopg2 of postgresql+psycopg2://
        raise TrackingError(f"needs the library {error.name}", where, f"pip install {error.name}") from None
    except (MlflowException, SQLAlchemyError, OSError) as error:
        password = urlsplit(store_uri()).password
        told = _first_line(error)
        told = told.replace(password, "***") if password else told
        raise TrackingError(told, where, "check MLFLOW_TRACKING_URI or runs/") from None


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    # "The following failures occurred …:" is told with the last of them.
    last = f" {lines[-1][:200]}" if lines[0].endswith(":") else ""
    return lines[0][:200] + last


def ensure_experiment(client: Any) -> str:
    """The id of our experiment in the store of a client; it is made where it is missing."""
    from stance.learning.mlflow_view import VIEW_KEY, view_tag

    found = client.get_experiment_by_name(EXPERIMENT)
    if found:
        return str(found.experiment_id)
    # A server keeps artifacts where it wants; beside our own database they need a place named.
    is_local = store_uri() == _local_uri()
    location = (_FOLDER / "artifacts").resolve().as_uri() if is_local else None
    tags = {"mlflow.note.content": DESCRIPTION, f"mlflow.sharedViewState.{VIEW_KEY}": view_tag()}
    return str(client.create_experiment(EXPERIMENT, artifact_location=location, tags=tags))
