"""A joblib file → the plain data in it; no name in the file is followed.

joblib writes a pickle whose arrays stand as raw bytes between its opcodes. This reader knows that layout
and nothing else: builtins, and arrays of doubles. It needs no joblib, whose import takes longer than all
of a prediction.
"""

from __future__ import annotations

import io
import math
import os
import pickle
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, BinaryIO

import numpy as np

from stance.errors import BundleError

__all__ = ["read_plain_data"]

_LARGEST = 1 << 27  # bytes; the shipped models have five million
_MOST_STEPS = 250_000  # opcodes; format 2 needs twenty thousand, later ones hundreds
_MOST_AXES = 2


class _Name(Enum):
    """The names a model file may hold. They stand for nothing that could be called."""

    record = ("joblib.numpy_pickle", "NumpyArrayWrapper")
    array = ("numpy", "ndarray")
    dtype = ("numpy", "dtype")


class _ArrayRecord:
    """Where joblib has put an array; its state says how long it is."""


class _Doubles:
    """What joblib says of the type of an array, once it is known to be doubles."""

    order = "="


_STATE = {"subclass", "shape", "order", "dtype", "allow_mmap", "numpy_array_alignment_bytes"}
_DTYPE = ("f8", False, True)
_DTYPE_STATES: Mapping[str, tuple[Any, ...]] = {
    order: (3, order, None, None, None, -1, -1, 0) for order in "<>"
}
_OPCODES = frozenset(
    code[0]
    for code in (
        *(pickle.PROTO, pickle.FRAME, pickle.STOP, pickle.MARK),
        *(pickle.MEMOIZE, pickle.BINPUT, pickle.LONG_BINPUT, pickle.BINGET, pickle.LONG_BINGET),
        *(pickle.NONE, pickle.NEWTRUE, pickle.NEWFALSE),
        *(pickle.BININT, pickle.BININT1, pickle.BININT2, pickle.LONG1, pickle.BINFLOAT),
        *(pickle.SHORT_BINUNICODE, pickle.BINUNICODE, pickle.BINUNICODE8),
        *(pickle.EMPTY_TUPLE, pickle.TUPLE, pickle.TUPLE1, pickle.TUPLE2, pickle.TUPLE3),
        *(pickle.EMPTY_LIST, pickle.APPEND, pickle.APPENDS),
        *(pickle.EMPTY_DICT, pickle.SETITEM, pickle.SETITEMS),
        *(pickle.GLOBAL, pickle.STACK_GLOBAL, pickle.NEWOBJ, pickle.REDUCE, pickle.BUILD),
    )
)
"""What joblib needs for plain data in any protocol from 2."""

_Step = Callable[[Any], None]


class _Steps:
    """The opcodes a file may use, and not for ever."""

    def __init__(self, steps: Mapping[int, _Step]) -> None:
        self.steps = {code: step for code, step in steps.items() if code in _OPCODES}
        self.left = _MOST_STEPS

    def __getitem__(self, code: int) -> _Step:
        self.left -= 1
        if self.left < 0:
            raise BundleError("holds more parts than a stance model has")
        return self.steps[code]


# The unpickler in C calls no method of ours between two opcodes.
class _DataUnpickler(pickle._Unpickler):
    """Builds builtins and arrays of doubles; every other name in the file is refused."""

    stack: list[Any]

    def __init__(self, content: io.BytesIO) -> None:
        super().__init__(content)
        self.content = content
        own = {
            pickle.NEWOBJ: _DataUnpickler.load_newobj,
            pickle.REDUCE: _DataUnpickler.load_reduce,
            pickle.BUILD: _DataUnpickler.load_build,
            pickle.APPEND: _DataUnpickler.load_append,
            pickle.APPENDS: _DataUnpickler.load_appends,
            pickle.SETITEM: _DataUnpickler.load_setitem,
            pickle.SETITEMS: _DataUnpickler.load_setitems,
        }
        steps = {**pickle._Unpickler.dispatch, **{code[0]: step for code, step in own.items()}}
        self.dispatch = _Steps(steps)  # type: ignore[assignment,misc,arg-type]

    def find_class(self, module: str, name: str) -> Any:
        try:
            return _Name((module, name))
        except ValueError:
            raise BundleError(
                f"refused: it names {_shown(f'{module}.{name}')}, and a model file holds data only",
                hint="do not open this file with other tools",
            ) from None

    def load_newobj(self) -> None:
        """Make the record of an array, and nothing else."""
        arguments, name = self.stack.pop(), self.stack[-1]
        if name is not _Name.record or arguments != ():
            raise BundleError("refused: it makes something that is no array")
        self.stack[-1] = _ArrayRecord()

    def load_reduce(self) -> None:
        """Take note that an array is one of doubles; nothing is called."""
        arguments, name = self.stack.pop(), self.stack[-1]
        if name is not _Name.dtype:
            raise BundleError("refused: it calls something")
        if type(arguments) is not tuple or arguments != _DTYPE:
            raise BundleError("holds an array that is not plain numbers")
        self.stack[-1] = _Doubles()

    def load_build(self) -> None:
        """Read an array behind its record, or the byte order of its numbers."""
        state, target = self.stack.pop(), self.stack[-1]
        if type(target) is _ArrayRecord:
            self.stack[-1] = _read_array(self.content, state)
        elif type(target) is _Doubles:
            orders = [order for order, wanted in _DTYPE_STATES.items() if state == wanted]
            if not orders:
                raise BundleError("holds an array that is not plain numbers")
            target.order = orders[0]
        else:
            raise BundleError("refused: it sets the state of something that is no array")

    def load_append(self) -> None:
        value = self.stack.pop()
        self._extend([value])

    def load_appends(self) -> None:
        self._extend(self.pop_mark())  # type: ignore[attr-defined]

    def load_setitem(self) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        self._update([key, value])

    def load_setitems(self) -> None:
        self._update(self.pop_mark())  # type: ignore[attr-defined]

    def _extend(self, items: list[Any]) -> None:
        if type(self.stack[-1]) is not list:
            raise TypeError("only a list grows")
        self.stack[-1].extend(items)

    def _update(self, items: list[Any]) -> None:
        keys = items[::2]
        # Tuples within tuples and chosen numbers can take for ever to be hashed.
        if type(self.stack[-1]) is not dict or not all(type(key) is str for key in keys):
            raise TypeError("only a mapping by strings grows")
        self.stack[-1].update(zip(keys, items[1::2], strict=True))


def _shown(name: str) -> str:
    """A name from the file in one short line that moves no cursor."""
    return "".join(c if c.isprintable() else "?" for c in name[:80])


def _read_array(content: io.BytesIO, state: Any) -> Any:
    if type(state) is not dict or not set(state) <= _STATE:
        raise BundleError("holds a damaged array")
    shape, numbers = state.get("shape"), state.get("dtype")
    if type(numbers) is not _Doubles or state.get("subclass") is not _Name.array:
        raise BundleError("holds an array that is not plain numbers")
    if (
        type(shape) is not tuple
        or len(shape) > _MOST_AXES
        or not all(type(n) is int and 0 <= n <= _LARGEST for n in shape)
    ):
        raise BundleError("holds a damaged array")
    if state.get("numpy_array_alignment_bytes") is not None:
        content.read(int.from_bytes(content.read(1), "little"))
    # What a file claims is believed only as far as the file is long.
    raw = content.read(8 * math.prod(shape))
    if len(raw) != 8 * math.prod(shape):
        raise BundleError("is damaged: it ends inside an array")
    array = np.frombuffer(raw, dtype=f"{numbers.order}f8").astype(np.float64)
    return array.reshape(shape, order="F" if state.get("order") == "F" else "C")


def read_plain_data(handle: BinaryIO) -> Any:
    """Read the data of a joblib file that is not compressed.

    Raises
    ------
    BundleError
        Where the file names anything but plain data, or is too large to be a model.
    """
    size = os.fstat(handle.fileno()).st_size
    if size > _LARGEST:
        raise BundleError("is too large to be a stance model")
    return _DataUnpickler(io.BytesIO(handle.read(size))).load()
