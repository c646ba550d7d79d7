"""Lexicon entries → a table of their inflected forms, from simplemma's dictionary (Barbaresi 2021).

The table is made once, in training, and travels with the model: predicting needs no dictionary.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from stance.data_files import data_file
from stance.reading.languages import PROFILES
from stance.reading.lexicon import Lexicon, lemmas_wanted, read_lexicon
from stance.records import Entry

__all__ = ["load_lexicon", "table_lemmas"]

_FOLDERS = {"de": "lexicon", "en": "lexicon-en"}


def table_lemmas(entries: Sequence[Entry], language: str) -> dict[str, str]:
    """Lower-case form → its lemmas joined by blanks, for each form whose lemma an entry uses."""
    from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

    wanted = lemmas_wanted(entries)
    table: dict[str, set[str]] = {}
    for form, lemma in DefaultDictionaryFactory().get_dictionary(language).items():
        lowered = lemma.lower()
        if lowered in wanted and form.lower() != lowered:
            table.setdefault(form.lower(), set()).add(lowered)
    return {form: " ".join(sorted(lemmas)) for form, lemmas in sorted(table.items())}


@lru_cache(maxsize=2)
def load_lexicon(language: str) -> Lexicon:
    """The project's lexicon of a language, with its table of forms."""
    entries = read_lexicon(data_file(_FOLDERS[language]))
    return Lexicon(entries, table_lemmas(entries, language), PROFILES[language])
