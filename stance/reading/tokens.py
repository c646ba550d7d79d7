"""Text → the spans of its tokens and a hash of each, without a Python object a token.

A batch of texts is one array of code points. A running sum of (number of the character × power of its
place) gives the hash of any span by one subtraction; the inverse power takes the place out of it
(Karp and Rabin 1987, over 64-bit integers).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stance.reading.characters import DIGIT, MARK, SPACE, CharacterTable

__all__ = ["NUMBER_HASH", "TokenSpans", "split_tokens"]

NUMBER_HASH = np.uint64(1)
"""All numbers are one form."""

_WINDOW = 1 << 18  # characters; what is longer is read in pieces, so that memory stays flat
_BASE = 0x5851F42D4C957F2D  # odd, so that it has an inverse
_CHARACTERS = CharacterTable()
_INNER_MARKS = tuple(ord(c) for c in ".,:")


def _powers_of(base: int) -> NDArray[np.uint64]:
    powers = np.full(_WINDOW, base, dtype=np.uint64)
    powers[0] = 1
    return np.multiply.accumulate(powers)


_POWERS = _powers_of(_BASE)
_INVERSES = _powers_of(pow(_BASE, -1, 2**64))


@dataclass(frozen=True, eq=False)
class TokenSpans:
    """Tokens of a text in reading order: words, numbers (``3,5`` is one) and single marks.

    Attributes
    ----------
    starts, ends : ndarray of intp, shape (n_tokens,)
        Offsets in characters of the text. Hyphen compounds fall into their parts.
    hashes : ndarray of uint64, shape (n_tokens,)
        Equal forms have equal hashes; all numbers share one.
    """

    starts: NDArray[np.intp]
    ends: NDArray[np.intp]
    hashes: NDArray[np.uint64]


def split_tokens(text: str) -> TokenSpans:
    """Split a text into tokens; one longer than a quarter of a million characters is cut."""
    pieces = []
    first = 0
    while first < len(text):
        window = text[first : first + _WINDOW]
        spans = _split_window(window)
        done = len(window)
        if first + done < len(text) and len(spans.starts) > 1:
            # The last tokens may go on behind the window ("3," … "5"): the next one reads them again.
            keep = max(1, len(spans.starts) - 3)
            done = int(spans.starts[keep])
            spans = TokenSpans(spans.starts[:keep], spans.ends[:keep], spans.hashes[:keep])
        pieces.append(TokenSpans(spans.starts + first, spans.ends + first, spans.hashes))
        first += done
    if len(pieces) == 1:
        return pieces[0]
    if not pieces:
        nothing = np.zeros(0, dtype=np.intp)
        return TokenSpans(nothing, nothing, np.zeros(0, dtype=np.uint64))
    return TokenSpans(
        np.concatenate([p.starts for p in pieces]),
        np.concatenate([p.ends for p in pieces]),
        np.concatenate([p.hashes for p in pieces]),
    )


def _split_window(text: str) -> TokenSpans:
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    _CHARACTERS.require(codes)
    kinds = _CHARACTERS.kinds[codes]
    _join_numbers(codes, kinds)
    edges = np.ones(len(codes), dtype=bool)
    edges[1:] = (kinds[1:] != kinds[:-1]) | (kinds[1:] == MARK)
    starts = np.flatnonzero(edges)
    ends = np.append(starts[1:], len(codes))
    kept = kinds[starts] != SPACE
    starts, ends = starts[kept], ends[kept]
    sums = _CHARACTERS.numbers[codes]
    sums *= _POWERS[: len(sums)]
    np.cumsum(sums, out=sums)
    hashes = sums[ends - 1]
    hashes -= np.where(starts > 0, sums[starts - 1], np.uint64(0))
    hashes *= _INVERSES[starts]
    hashes[kinds[starts] == DIGIT] = NUMBER_HASH
    return TokenSpans(starts, ends, hashes)


def _join_numbers(codes: NDArray[np.uint32], kinds: NDArray[np.uint8]) -> None:
    """ "3,5", "20:15", "1.000": a mark between two digits is a digit."""
    marks = np.flatnonzero(kinds[1:-1] == MARK) + 1
    marks = marks[np.isin(codes[marks], _INNER_MARKS)]
    kinds[marks[(kinds[marks - 1] == DIGIT) & (kinds[marks + 1] == DIGIT)]] = DIGIT
