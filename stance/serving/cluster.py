"""Numbers of partitions → slips, worked on by a Dask cluster; the only door to Dask."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from typing import Any

from stance.errors import MissingExtraError, WorkerError
from stance.serving.bulk import Runner
from stance.serving.parts import Slip

__all__ = ["run_on_cluster"]

_PATIENCE = 10  # seconds for a scheduler to answer and a worker to be there
_AGAIN = "run the same command again to go on"


def run_on_cluster(scheduler: str) -> Runner:
    """Work on the cluster of this scheduler, e.g. ``tcp://10.0.0.1:8786``.

    Folder, input and model must be there for the workers under the same path.

    Raises
    ------
    MissingExtraError
        Where Dask is not installed.
    WorkerError
        Where the scheduler does not answer, has no worker or is lost.
    """

    def run(work: Callable[[int], Slip], numbers: Sequence[int]) -> Iterator[Slip]:
        if not numbers:
            return
        with _connect(scheduler) as client:
            yield from _collect(client, work, numbers, scheduler)

    return run


def _connect(scheduler: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise MissingExtraError("--scheduler needs Dask", extra="cluster") from None
    _keep_quiet()
    try:
        client = Client(scheduler, timeout=_PATIENCE)
    except (OSError, ValueError):
        raise WorkerError("no Dask scheduler answers", scheduler, "see 'dask scheduler --help'") from None
    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
    except TimeoutError:
        client.close()
        raise WorkerError("the scheduler has no worker", scheduler, f"dask worker {scheduler}") from None
    return client


def _keep_quiet() -> None:
    """Leave it to our one line to tell of a lost scheduler; Dask gives each of its loggers a level."""
    for name in logging.root.manager.loggerDict:
        if name.partition(".")[0] in ("distributed", "tornado", "asyncio"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _collect(
    client: Any, work: Callable[[int], Slip], numbers: Sequence[int], scheduler: str
) -> Iterator[Slip]:
    from distributed import KilledWorker, as_completed
    from distributed.client import FutureCancelledError
    from distributed.comm.core import CommClosedError

    try:
        futures = client.map(work, numbers, pure=False)
        for future in as_completed(futures):
            yield future.result()
            future.release()
    except KilledWorker:
        raise WorkerError("several workers died of the same part", scheduler, _AGAIN) from None
    except (CancelledError, FutureCancelledError, CommClosedError, TimeoutError):
        raise WorkerError("the scheduler was lost", scheduler, _AGAIN) from None
    except (ModuleNotFoundError, RuntimeError) as error:
        # Dask wraps what its scheduler cannot import; it needs stance as the workers do.
        cause = error if isinstance(error, ModuleNotFoundError) else error.__cause__
        if not isinstance(cause, ModuleNotFoundError):
            raise
        what = f"the cluster lacks {cause.name}"
        raise WorkerError(what, scheduler, "install stance[cluster] on scheduler and workers") from None
