"""Evaluative words of a text → which entry fires where, with which sign, toward which actor."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from stance.errors import CorpusError
from stance.reading.languages import LanguageProfile
from stance.records import ArticleTokens, Entry, Hit

__all__ = ["COLUMNS", "Lexicon", "lemmas_wanted", "read_lexicon"]

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
_CLAUSE_END = frozenset(",;:.!?–(")
_STRONG_STOP = frozenset(".;:!?")
_NEGATION_REACH = 4
_FILLERS = 2  # words that may stand inside an expression: "den klugen Rücken stärken"


@dataclass(frozen=True)
class _Expression:
    """An entry of several words: those in fixed order, and the verb that may stand elsewhere."""

    fixed: tuple[str, ...]
    verbs: frozenset[str]
    entry: Entry


@dataclass(frozen=True)
class _Words:
    """The tokens of one sentence: forms, lemmas (empty where no entry has them), mentions."""

    forms: Sequence[str]
    lemmas: Sequence[frozenset[str]]
    mentions: Sequence[tuple[int, str]]
    profile: LanguageProfile


class Lexicon:
    """Find lexicon entries in articles, inflected and separated.

    Parameters
    ----------
    entries : iterable of Entry
    lemmas : mapping of str to sequence of str
        Lower-case form → its lower-case lemmas, as far as the entries use them; see
        :func:`lemmas_wanted` and ``learning/lemmas``. A form is always a lemma of itself.
    profile : LanguageProfile
    """

    def __init__(
        self, entries: Iterable[Entry], lemmas: Mapping[str, Sequence[str]], profile: LanguageProfile
    ) -> None:
        self.entries = tuple(entries)
        self.lemmas = lemmas
        self.profile = profile
        self._single: dict[str, list[Entry]] = {}
        self._separable: dict[tuple[str, str], list[Entry]] = {}
        self._expressions: dict[str, list[_Expression]] = {}
        for entry in self.entries:
            self._index(entry)
        self._wanted = lemmas_wanted(self.entries)
        self._prefixes = {prefix for _, prefix in self._separable}
        self._known: dict[str, frozenset[str]] = {"": frozenset()}

    def _index(self, entry: Entry) -> None:
        words = entry.lemma.lower().split()
        if len(words) > 1:
            fixed, verb = _split_expression(entry, self.profile)
            anchor = max(fixed, key=len)
            verbs = frozenset({verb, verb.removeprefix(entry.prefix)}) if verb else frozenset()
            self._expressions.setdefault(anchor, []).append(_Expression(fixed, verbs, entry))
            return
        self._single.setdefault(words[0], []).append(entry)
        if entry.prefix and words[0].startswith(entry.prefix):
            base = words[0].removeprefix(entry.prefix)
            self._separable.setdefault((base, entry.prefix), []).append(entry)

    def mark(self, tokens: ArticleTokens) -> ArticleTokens:
        """Return the tokens with their hits, in reading order."""
        hits: list[Hit] = []
        for start, end in _sentence_spans(tokens.sentences):
            forms = tokens.forms[start:end]
            lemmas = [self._lemmas_of(form) for form in forms]
            if not any(lemmas):
                continue
            owners = tokens.owners[start:end]
            mentions = [(i, owner) for i, owner in enumerate(owners) if owner is not None]
            words = _Words(forms, lemmas, mentions, self.profile)
            hits += (
                replace(hit, positions=tuple(start + i for i in hit.positions))
                for hit in self._find_in(words)
            )
        hits.sort(key=lambda hit: hit.positions[0])
        return replace(tokens, hits=tuple(hits))

    def _lemmas_of(self, form: str) -> frozenset[str]:
        """The lemmas of a form that some entry uses; each form is looked up once."""
        known = self._known.get(form)
        if known is None:
            lowered = form.lower()
            found = {lowered, *self.lemmas.get(lowered, ())}
            if form[0].islower():
                found.add(_ADJECTIVE_ENDING.sub("", lowered))
            known = frozenset(found & self._wanted)
            if len(self._known) < 200_000:
                self._known[form] = known
        return known

    def _find_in(self, words: _Words) -> Iterator[Hit]:
        taken: dict[int, str] = {}
        for entry, positions in [
            *self._find_expressions(words),
            *self._find_separated(words),
            *self._find_single(words),
        ]:
            # The longer reading has the words: "Kritik üben" is not also "Kritik".
            if any(taken.get(i, entry.lemma) != entry.lemma for i in positions):
                continue
            taken.update(dict.fromkeys(positions, entry.lemma))
            yield Hit(entry, positions, _point(entry, words, positions), _is_negated(words, positions))

    def _find_single(self, words: _Words) -> Iterator[tuple[Entry, tuple[int, ...]]]:
        for i, lemmas in enumerate(words.lemmas):
            if not lemmas:
                continue
            form = words.forms[i]
            capital = form[0].isupper()
            fitting = [
                entry
                for lemma in lemmas
                for entry in self._single.get(lemma, ())
                if not words.profile.capital_nouns
                or (capital if entry.pos == "noun" else not capital or i == 0)
            ]
            if fitting:
                # One lemma a word, all its roles: the form itself before what the table makes of it.
                own = form.lower()
                best = min(fitting, key=lambda e: (e.lemma.lower() != own, e.lemma)).lemma
                for entry in fitting:
                    if entry.lemma == best:
                        yield entry, (i,)

    def _find_separated(self, words: _Words) -> Iterator[tuple[Entry, tuple[int, ...]]]:
        """ "warf … vor": a finite verb, and its prefix at the end of the clause."""
        forms = words.forms
        for j, form in enumerate(forms):
            if form not in self._prefixes:
                continue
            closes = j + 1 == len(forms) or forms[j + 1] in _CLAUSE_END
            if not closes and forms[j + 1] not in words.profile.conjunctions:
                continue
            for i in range(j - 1, -1, -1):
                if forms[i] in _STRONG_STOP:
                    break
                found = [e for x in words.lemmas[i] for e in self._separable.get((x, form), ())]
                if found and forms[i].islower():
                    yield from ((e, (i, j)) for e in found if e.lemma == found[0].lemma)
                    break

    def _find_expressions(self, words: _Words) -> Iterator[tuple[Entry, tuple[int, ...]]]:
        present = frozenset().union(*words.lemmas)
        for i, lemmas in enumerate(words.lemmas):
            for anchor in lemmas:
                for expression in self._expressions.get(anchor, ()):
                    if not present.issuperset(expression.fixed):
                        continue
                    positions = _match_expression(expression, anchor, words, i)
                    if positions:
                        yield expression.entry, positions


def lemmas_wanted(entries: Iterable[Entry]) -> frozenset[str]:
    """Every lower-case lemma that some entry uses: whole, as a verb without prefix, in an expression."""
    wanted: set[str] = set()
    for entry in entries:
        for word in entry.lemma.lower().split():
            wanted.add(word)
            if entry.prefix and word.startswith(entry.prefix):
                wanted.add(word.removeprefix(entry.prefix))
    return frozenset(wanted)


def _sentence_spans(sentences: Sequence[int]) -> Iterator[tuple[int, int]]:
    start = 0
    for i in range(1, len(sentences) + 1):
        if i == len(sentences) or sentences[i] != sentences[start]:
            yield start, i
            start = i


def _split_expression(entry: Entry, profile: LanguageProfile) -> tuple[tuple[str, ...], str]:
    """ "den Rücken stärken" → (den, rücken), stärken; "ohne Not" has no verb."""
    *fixed, last = entry.lemma.split()
    if profile.verb_last and last[0].islower() and last.endswith("n"):
        return tuple(word.lower() for word in fixed), last
    return tuple(entry.lemma.lower().split()), ""


def _match_expression(expression: _Expression, anchor: str, words: _Words, at: int) -> tuple[int, ...] | None:
    """The fixed part in order around its longest word, the verb (if any) anywhere in the sentence."""
    fixed = expression.fixed
    middle = fixed.index(anchor)
    positions = [at]
    for step, rest in ((-1, fixed[:middle][::-1]), (1, fixed[middle + 1 :])):
        here = at
        for part in rest:
            reach = range(here + step, here + step * (_FILLERS + 2), step)
            here = next((i for i in reach if 0 <= i < len(words.forms) and part in words.lemmas[i]), -1)
            if here < 0:
                return None
            positions.append(here)
    if not expression.verbs:
        return tuple(sorted(positions))
    found = [i for i, x in enumerate(words.lemmas) if expression.verbs & x and i not in positions]
    if not found:
        return None
    return tuple(sorted([*positions, min(found, key=lambda i: abs(i - at))]))


def _is_negated(words: _Words, positions: Sequence[int]) -> bool:
    profile = words.profile
    for i in range(positions[0] - 1, max(-1, positions[0] - 1 - _NEGATION_REACH), -1):
        form = words.forms[i]
        if form in _CLAUSE_END or form in profile.conjunctions:
            return False
        if form.lower() in profile.negators:
            return True
    between = (words.forms[i].lower() for a, b in pairwise(positions) for i in range(a + 1, b))
    return any(form in profile.negators for form in between)


def _point(entry: Entry, words: _Words, positions: Sequence[int]) -> str | None:
    """Toward whom an entry points: by its role, from word order alone. None where that does not tell."""
    if not words.mentions:
        return None
    first, last = positions[0], positions[-1]
    before = [m for m in words.mentions if m[0] < first]
    after = [m for m in words.mentions if m[0] > last]
    between = [m for m in words.mentions if first < m[0] < last]
    if entry.role == "genitive":
        return _genitive_neighbour(before, after, first, last)
    preposition = _preposition_of(entry.frame)
    if preposition:
        return _behind_preposition(preposition, words)
    if entry.role == "any":
        return min(words.mentions, key=lambda m: min(abs(m[0] - last), abs(first - m[0])))[1]
    passive = entry.role == "object" and any(form.lower() in words.profile.passive for form in words.forms)
    if entry.role == "subject" or passive:
        chosen = before[:1] or between[:1] or after[:1]
    else:
        # A sole mention before the verb is its subject: "Venn kritisiert".
        chosen = between[-1:] or after[:1] or (before[-1:] if len(before) > 1 else [])
    return chosen[0][1] if chosen else None


_CASES = frozenset(("", "acc", "dat", "gen", "nom"))


def _preposition_of(frame: str) -> str:
    """ "gegen+acc" → gegen, English "against" as it is; a bare case names none."""
    word = frame.partition("+")[0]
    return "" if word in _CASES else word


def _genitive_neighbour(
    before: Sequence[tuple[int, str]], after: Sequence[tuple[int, str]], first: int, last: int
) -> str | None:
    """ "das Versagen Venns", "das Versagen von Venn", "Venns Versagen"."""
    if after and after[0][0] - last - 1 <= _FILLERS:
        return after[0][1]
    if before and first - before[-1][0] - 1 <= 1:
        return before[-1][1]
    return None


def _behind_preposition(preposition: str, words: _Words) -> str | None:
    wanted = {preposition, f"{preposition}m", f"{preposition[:-1]}m"}
    for i, form in enumerate(words.forms):
        if form.lower() in wanted:
            follower = next((m for m in words.mentions if m[0] > i), None)
            if follower and follower[0] - i - 1 <= _FILLERS + 1:
                return follower[1]
    return None
