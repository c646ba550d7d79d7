"""Units of work → their results in the same order, from processes of this machine."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from stance.errors import WorkerError

__all__ = ["map_ordered"]

Unit = TypeVar("Unit")
Result = TypeVar("Result")
# Units in hand per worker: one it works on, one that waits, so that none is idle.
_AHEAD = 2


def map_ordered(work: Callable[[Unit], Result], units: Iterable[Unit], workers: int) -> Iterator[Result]:
    """Yield ``work(unit)`` of each unit; no more than a few units and results are in memory.

    Parameters
    ----------
    work : callable
        Importable by name; called in another process.
    units : iterable
        Drawn only as workers become free.
    workers : int

    Raises
    ------
    WorkerError
        Where a worker was killed.
    """
    # Not fork: it copies threads' locks and an open lock file; see docs/decisions/0006.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_follow_parent)
    waiting: deque[Future[Result]] = deque()
    try:
        for unit in units:
            waiting.append(pool.submit(work, unit))
            if len(waiting) >= _AHEAD * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool:
        raise WorkerError("a worker was killed, perhaps for want of memory") from None
    finally:
        pool.shutdown(cancel_futures=True)


def _follow_parent() -> None:
    """End this worker with its parent: a pool's workers otherwise outlive a killed client for good."""
    # Ctrl-C is the parent's to handle.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent:
            parent.join()
            os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
