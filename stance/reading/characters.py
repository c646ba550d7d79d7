"""Code points → their kind, and the number that a token's hash is summed from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["DIGIT", "LETTER", "MARK", "SPACE", "CharacterTable"]

SPACE, LETTER, DIGIT, MARK = range(4)
_CODE_POINTS = 0x110000
_PAGE_BITS = 8


class CharacterTable:
    """Kinds and hash numbers of code points, filled page by page as texts need them.

    Attributes
    ----------
    kinds : ndarray of uint8, shape (0x110000,)
        As Python's ``re`` sees characters: a letter is ``[^\\W\\d_]``, a digit ``\\d``, space what is
        neither a word character nor a mark; the underscore counts as space.
    numbers : ndarray of uint64, shape (0x110000,)
        The code point, well mixed (splitmix64: Steele, Lea and Flood 2014).
    """

    def __init__(self) -> None:
        # Untouched pages of these arrays cost no memory.
        self.kinds = np.zeros(_CODE_POINTS, dtype=np.uint8)
        self.numbers = np.zeros(_CODE_POINTS, dtype=np.uint64)
        self._filled = np.zeros(_CODE_POINTS >> _PAGE_BITS, dtype=bool)

    def require(self, codes: NDArray[np.uint32]) -> None:
        """Fill the pages of these code points."""
        missing = ~self._filled[codes >> np.uint32(_PAGE_BITS)]
        if missing.any():
            # np.unique would import numpy.ma.
            for page in sorted(set((codes[missing] >> np.uint32(_PAGE_BITS)).tolist())):
                self._fill(page)

    def _fill(self, page: int) -> None:
        first = page << _PAGE_BITS
        last = first + (1 << _PAGE_BITS)
        self.kinds[first:last] = [_kind_of(chr(code)) for code in range(first, last)]
        self.numbers[first:last] = _mix(np.arange(first, last, dtype=np.uint64))
        self._filled[page] = True


def _kind_of(character: str) -> int:
    if character.isspace() or character == "_":
        return SPACE
    if character.isdecimal():
        return DIGIT
    return LETTER if character.isalnum() else MARK


def _mix(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    mixed = (numbers + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
