"""A joblib file → the plain data in it; no name in the file is followed.

joblib writes a pickle whose arrays stand as raw bytes between its opcodes. This reader knows that layout
and nothing else: builtins, and arrays of doubles. It needs no joblib, whose import takes longer than all
of a prediction.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Mapping
from typing import Any, BinaryIO, ClassVar

import numpy as np

from stance.errors import BundleError

__all__ = ["read_plain_data"]

_LARGEST = 1 << 30  # bytes; the shipped models have five million


class _ArrayRecord:
    """Where joblib has put an array; its state says how long it is."""


_ALLOWED: Mapping[tuple[str, str], Any] = {
    ("joblib.numpy_pickle", "NumpyArrayWrapper"): _ArrayRecord,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}
_STATE = {"subclass", "shape", "order", "dtype", "allow_mmap", "numpy_array_alignment_bytes"}


# The unpickler in C calls no method of ours between two opcodes.
class _DataUnpickler(pickle._Unpickler):
    """Builds builtins and arrays of doubles; every other name in the file is refused."""

    stack: list[Any]

    def __init__(self, handle: BinaryIO) -> None:
        super().__init__(handle)
        self.handle = handle

    def find_class(self, module: str, name: str) -> Any:
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise BundleError(
                f"refused: it names {module}.{name}, and a model file holds data only",
                hint="do not open this file with other tools",
            ) from None

    def load_build(self) -> None:
        """Read an array behind its record; set the state of a dtype and of nothing else."""
        state, target = self.stack.pop(), self.stack[-1]
        if type(target) is _ArrayRecord:
            self.stack[-1] = _read_array(self.handle, state)
        elif isinstance(target, np.dtype) and isinstance(state, tuple) and _is_double(target):
            target.__setstate__(state)  # type: ignore[attr-defined]
            if not _is_double(target):
                raise BundleError("holds an array that is not plain numbers")
        else:
            raise BundleError("refused: it sets the state of something that is no array")

    dispatch: ClassVar[dict[int, Any]] = {**pickle._Unpickler.dispatch, pickle.BUILD[0]: load_build}


def _is_double(dtype: Any) -> bool:
    # A dtype's own word that it holds no objects comes from the file; only this one is believed.
    return (
        isinstance(dtype, np.dtype)
        and dtype.kind == "f"
        and dtype.itemsize == np.dtype(np.float64).itemsize
        and dtype.names is None
        and dtype.subdtype is None
    )


def _read_array(handle: BinaryIO, state: Any) -> Any:
    if not isinstance(state, dict) or not set(state) <= _STATE:
        raise BundleError("holds a damaged array")
    shape, dtype = state.get("shape"), state.get("dtype")
    if dtype is None or not _is_double(dtype) or state.get("subclass") is not np.ndarray:
        raise BundleError("holds an array that is not plain numbers")
    if not isinstance(shape, tuple) or not all(type(n) is int and n >= 0 for n in shape):
        raise BundleError("holds a damaged array")
    count = int(np.prod([1, *shape], dtype=object))
    if state.get("numpy_array_alignment_bytes") is not None:
        handle.read(int.from_bytes(handle.read(1), "little"))
    # What a file claims is believed only as far as the file is long.
    if count * dtype.itemsize > _left(handle):
        raise BundleError("is damaged: it ends inside an array")
    array = np.frombuffer(handle.read(count * dtype.itemsize), dtype=dtype).astype(np.float64)
    return array.reshape(shape, order="F" if state.get("order") == "F" else "C")


def _left(handle: BinaryIO) -> int:
    return os.fstat(handle.fileno()).st_size - handle.tell()


def read_plain_data(handle: BinaryIO) -> Any:
    """Read the data of a joblib file that is not compressed.

    Raises
    ------
    BundleError
        Where the file names anything but plain data, or is too large to be a model.
    """
    if os.fstat(handle.fileno()).st_size > _LARGEST:
        raise BundleError("is too large to be a stance model")
    return _DataUnpickler(handle).load()
