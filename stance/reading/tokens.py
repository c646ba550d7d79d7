"""Text → tokens with their spans and stems."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import Stemmer

__all__ = ["StemTable", "Token", "split_tokens"]

_TOKEN = re.compile(r"[^\W\d_]+|\d+(?:[.,:]\d+)*|[^\w\s]")
_NUMBER = "0"


@dataclass(frozen=True, slots=True)
class Token:
    """A word part, number or punctuation mark; hyphen compounds fall into their parts."""

    start: int
    end: int
    stem: str


class StemTable(dict[str, str]):
    """Surface form → stem, filled as forms are met (a form is stemmed once).

    Parameters
    ----------
    language : str
        An ISO 639-1 code that Snowball knows (Porter 2001): ``de``, ``en``.
    """

    _NAMES: Mapping[str, str] = {"de": "german", "en": "english"}

    def __init__(self, language: str = "de") -> None:
        super().__init__()
        self._stem = Stemmer.Stemmer(self._NAMES[language]).stemWord

    def __missing__(self, form: str) -> str:
        lowered = form.lower()
        if form[0].isdigit():
            stem = _NUMBER
        elif form[0].isalpha():
            stem = self._stem(lowered)
        else:
            stem = form
        if len(self) < 200_000:  # Hits 95 % of tokens at a third of this; beyond lies noise.
            self[form] = stem
        return stem


def split_tokens(text: str, stems: StemTable) -> list[Token]:
    """Split a text into tokens, in reading order; offsets count characters of ``text``."""
    return [Token(m.start(), m.end(), stems[m[0]]) for m in _TOKEN.finditer(text)]
