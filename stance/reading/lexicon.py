"""Evaluative words of a language → an index that tells which entries a form may belong to."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from stance.errors import CorpusError
from stance.reading.languages import LanguageProfile
from stance.records import Entry

if TYPE_CHECKING:
    from stance.reading.lexicon_matching import HitFinder
    from stance.reading.token_batches import TokenBatch

__all__ = ["COLUMNS", "Expression", "Lexicon", "lemmas_wanted", "read_lexicon"]

COLUMNS = ("lemma", "pos", "polarity", "role", "frame", "register", "prefix", "note")
_POS = {"verb", "noun", "adj", "adv", "idiom", "lvc"}
_ROLES = {"subject", "object", "genitive", "any"}


def read_lexicon(folder: str | Path) -> tuple[Entry, ...]:
    """Read all ``*.tsv`` of a folder.

    Raises
    ------
    CorpusError
        Where a line breaks the format or an entry stands twice; with its number.
    """
    files = sorted(Path(folder).glob("*.tsv"))
    if not files:
        raise CorpusError("holds no lexicon", folder, "give a folder of .tsv files")
    entries: dict[tuple[str, str, str, str], Entry] = {}
    for file in files:
        with file.open(encoding="utf-8", newline="") as handle:
            rows = csv.reader(handle, delimiter="\t", quoting=csv.QUOTE_NONE)
            for number, row in enumerate(rows, 1):
                if number == 1 or not row:
                    continue
                entry = _read_entry(row, f"{file}:{number}")
                key = (entry.lemma, entry.pos, entry.role, entry.frame)
                if key in entries:
                    raise CorpusError(f"entry {entry.lemma!r} stands twice", f"{file}:{number}")
                entries[key] = entry
    return tuple(entries.values())


def _read_entry(row: Sequence[str], where: str) -> Entry:
    if len(row) != len(COLUMNS):
        raise CorpusError(f"has {len(row)} columns, not {len(COLUMNS)}", where)
    lemma, pos, polarity, role, frame, register, prefix, note = row
    if not lemma or pos not in _POS or role not in _ROLES or polarity not in {"-2", "-1", "1", "2"}:
        raise CorpusError(f"entry {lemma!r} has an unknown part of speech, role or polarity", where)
    return Entry(lemma, pos, int(polarity), role, frame, register, prefix, note)


_ADJECTIVE_ENDING = re.compile(r"(?:er|st)?e[nrsm]?$")
_CACHED_FORMS = 200_000


@dataclass(frozen=True)
class Expression:
    """An entry of several words.

    Attributes
    ----------
    fixed : tuple of str
        Words in fixed order.
    verbs : frozenset of str
        Forms of the verb that may stand elsewhere; empty where there is none.
    anchor : str
        The fixed word that is looked for first: the longest that is not everywhere.
    companions : tuple of str
        Words of which one must stand in the sentence too.
    entry : int
    """

    fixed: tuple[str, ...]
    verbs: frozenset[str]
    anchor: str
    companions: tuple[str, ...]
    entry: int


class Lexicon:
    """What the entries of a lexicon look like in a text, inflected and separated.

    Parameters
    ----------
    entries : iterable of Entry
    lemmas : mapping of str to str
        Lower-case form → its lower-case lemmas, joined by blanks, as far as the entries use them; see
        :func:`lemmas_wanted` and ``learning/lemmas``. A form is always a lemma of itself.
    profile : LanguageProfile

    Attributes
    ----------
    single : dict
        Lemma → rows of ``entries`` of one word.
    separable : dict
        (verb without prefix, prefix) → rows.
    expressions : dict
        Longest fixed word → a word that must stand near it → expressions.
    """

    def __init__(self, entries: Iterable[Entry], lemmas: Mapping[str, str], profile: LanguageProfile) -> None:
        self.entries = tuple(entries)
        self.lemmas = lemmas
        self.profile = profile
        self.single: dict[str, list[int]] = {}
        self.separable: dict[tuple[str, str], list[int]] = {}
        self.expressions: dict[str, dict[str, list[Expression]]] = {}
        for number, entry in enumerate(self.entries):
            self._index(number, entry)
        self.prefixes = frozenset(prefix for _, prefix in self.separable)
        self._known: dict[str, tuple[str, ...]] = {"": ()}

    def _index(self, number: int, entry: Entry) -> None:
        words = entry.lemma.lower().split()
        if len(words) > 1:
            fixed, verb = _split_expression(entry, self.profile)
            verbs = frozenset({verb, verb.removeprefix(entry.prefix)}) if verb else frozenset()
            anchor = max(fixed, key=self._rarity)
            others = [word for word in fixed if word != anchor]
            companions = (max(others, key=self._rarity),) if others else tuple(sorted(verbs)) or fixed
            expression = Expression(fixed, verbs, anchor, companions, number)
            by_companion = self.expressions.setdefault(anchor, {})
            for word in companions:
                by_companion.setdefault(word, []).append(expression)
            return
        self.single.setdefault(words[0], []).append(number)
        if entry.prefix and words[0].startswith(entry.prefix):
            base = words[0].removeprefix(entry.prefix)
            self.separable.setdefault((base, entry.prefix), []).append(number)

    def _rarity(self, word: str) -> tuple[bool, int]:
        return word not in self.profile.function_words, len(word)

    @cached_property
    def _wanted(self) -> frozenset[str]:
        return lemmas_wanted(self.entries)

    @cached_property
    def _finder(self) -> HitFinder:
        from stance.reading.lexicon_matching import HitFinder

        return HitFinder(self)

    def mark(self, tokens: TokenBatch) -> TokenBatch:
        """Return the tokens with their hits, in reading order."""
        return self._finder.mark(tokens)

    def lemmas_of(self, form: str) -> tuple[str, ...]:
        """The lemmas of a form that some entry uses, sorted; each form is looked up once."""
        known = self._known.get(form)
        if known is None:
            lowered = form.lower()
            found = {lowered, *self.lemmas.get(lowered, "").split()}
            if form[0].islower():
                found.add(_ADJECTIVE_ENDING.sub("", lowered))
            known = tuple(sorted(found & self._wanted))
            if len(self._known) < _CACHED_FORMS:
                self._known[form] = known
        return known

    def fitting(self, form: str, opens_sentence: bool) -> list[int]:
        """The entries of one word that a form may be: one lemma, in all its roles.

        The form itself comes before what the table of lemmas makes of it.
        """
        capital = form[:1].isupper()
        found = [
            number
            for lemma in self.lemmas_of(form)
            for number in self.single.get(lemma, ())
            if not self.profile.capital_nouns
            or (capital if self.entries[number].pos == "noun" else not capital or opens_sentence)
        ]
        if not found:
            return []
        own = form.lower()
        lemma = {number: self.entries[number].lemma for number in found}
        best = min(lemma.values(), key=lambda x: (x.lower() != own, x))
        return [number for number in found if lemma[number] == best]


def lemmas_wanted(entries: Iterable[Entry]) -> frozenset[str]:
    """Every lower-case lemma that some entry uses: whole, as a verb without prefix, in an expression."""
    wanted: set[str] = set()
    for entry in entries:
        for word in entry.lemma.lower().split():
            wanted.add(word)
            if entry.prefix and word.startswith(entry.prefix):
                wanted.add(word.removeprefix(entry.prefix))
    return frozenset(wanted)


def _split_expression(entry: Entry, profile: LanguageProfile) -> tuple[tuple[str, ...], str]:
    """ "den Rücken stärken" → (den, rücken), stärken; "ohne Not" has no verb."""
    *fixed, last = entry.lemma.split()
    if profile.verb_last and last[0].islower() and last.endswith("n"):
        return tuple(word.lower() for word in fixed), last
    return tuple(entry.lemma.lower().split()), ""
