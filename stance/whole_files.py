"""A path → a file that its readers see whole or not at all, whatever ends its writer."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path
from typing import BinaryIO

from stance.errors import OutputError

try:
    import fcntl
except ImportError:  # Windows: an open file cannot be removed there, which protects it as well
    fcntl = None  # type: ignore[assignment]

__all__ = ["require_writable", "whole_file"]


@contextmanager
def whole_file(path: str | Path, *, make_folder: bool = False) -> Iterator[BinaryIO]:
    """Yield a file that takes the place of ``path`` once it is written and on the disk.

    It is written beside ``path`` as ``.name.*.part``. A part whose writer was killed is removed by the
    next one: a living writer holds a lock on its part, and the kernel drops the lock of a dead one.

    Parameters
    ----------
    path : str or Path
    make_folder : bool, default=False
        Make the folder where it is missing; else that is an error.

    Raises
    ------
    OutputError
        Where the file cannot be written; nothing is left of it then.
    """
    with _plain_os_errors(path):
        target = Path(path).resolve()
        if target.exists() and not target.is_file():
            # A folder, told as such, or a device like /dev/stdout, which must not be replaced.
            with target.open("wb") as device:
                yield device
            return
        if make_folder:
            target.parent.mkdir(parents=True, exist_ok=True)
        _remove_orphans(target)
        part, handle = _open_part(target)
        with handle:
            try:
                yield handle
                if not handle.closed:
                    handle.flush()
                    os.fsync(handle.fileno())
                part.chmod(0o644)
                part.replace(target)
            finally:
                part.unlink(missing_ok=True)


def require_writable(path: str | Path) -> None:
    """Raise OutputError where ``path``, its folder made, cannot be written: before training, not after."""
    with _plain_os_errors(path):
        target = Path(path).resolve()
        if target.exists() and not target.is_file():
            target.open("ab").close()
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        part, handle = _open_part(target)
        with handle:
            part.unlink()


@contextmanager
def _plain_os_errors(path: str | Path) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror or error}", path) from None


def _open_part(path: Path) -> tuple[Path, BinaryIO]:
    while True:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        handle = os.fdopen(descriptor, "wb")
        if fcntl:
            fcntl.flock(handle, fcntl.LOCK_EX)
        # Before the lock was taken another writer may have seen an orphan in it.
        if Path(name).exists():
            return Path(name), handle
        handle.close()


def _remove_orphans(path: Path) -> None:
    for part in path.parent.glob(f".{escape(path.name)}.*.part"):
        with contextlib.suppress(OSError), part.open("rb") as handle:
            if fcntl:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink()
