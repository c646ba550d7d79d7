"""Evaluative words of a text → which entry fires where, with which sign, toward which actor."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from stance.errors import CorpusError
from stance.reading.contexts import ArticleReader
from stance.records import Actor, Article, Mention

__all__ = ["COLUMNS", "Entry", "Hit", "Lexicon", "lemmatise_german", "read_lexicon"]

COLUMNS = ("lemma", "pos", "polarity", "role", "frame", "register", "prefix", "note")
_POS = {"verb", "noun", "adj", "adv", "idiom", "lvc"}
_ROLES = {"subject", "object", "genitive", "any"}

Lemmatise = Callable[[str], str]


@dataclass(frozen=True)
class Entry:
    """A word or expression that casts a light on an actor.

    Attributes
    ----------
    lemma : str
        Dictionary form; the verb of an expression stands last.
    pos : str
        ``verb``, ``noun``, ``adj``, ``adv``, ``idiom`` or ``lvc`` (light-verb construction).
    polarity : int
        -2, -1, 1 or 2, for the actor in the given role.
    role : str
        ``subject``, ``object``, ``genitive`` or ``any``: where that actor stands.
    frame : str
        Case or preposition that marks the role (``dat``, ``gegen+acc``).
    prefix : str
        Separable prefix of the verb.
    """

    lemma: str
    pos: str
    polarity: int
    role: str
    frame: str = ""
    register: str = "neutral"
    prefix: str = ""
    note: str = ""


@dataclass(frozen=True)
class Hit:
    """An entry found in a text: its words' spans, the actor it points at (None: unclear), negation."""

    entry: Entry
    spans: tuple[tuple[int, int], ...]
    sentence: int
    actor: Actor | None
    negated: bool

    @property
    def polarity(self) -> int:
        """The entry's polarity, turned by a negation."""
        return -self.entry.polarity if self.negated else self.entry.polarity


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


@lru_cache(maxsize=200_000)
def lemmatise_german(form: str) -> str:
    """The dictionary form of a word, by simplemma (Barbaresi 2021)."""
    import simplemma  # Its German dictionary takes a second to load; only a lexicon needs it.

    return str(simplemma.lemmatize(form, lang="de"))


@dataclass(frozen=True)
class _Word:
    form: str
    start: int
    end: int
    lemmas: frozenset[str]


_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*|[,;:.!?–(]")
_ADJECTIVE_ENDING = re.compile(r"(?:er|st)?e[nrsm]?$")
_CLAUSE_END = set(",;:.!?–(") | {"und", "oder", "aber", "sondern"}
_NEGATORS = set(
    "nicht kein keine keinen keinem keiner keines nie niemals nichts ohne kaum weder keineswegs".split()
)
_NEGATION_REACH = 4
_PASSIVE = {"werden", "sein"}
_FILLERS = 2  # words that may stand inside an expression: "den klugen Rücken stärken"


class Lexicon:
    """Find lexicon entries in articles, inflected and separated.

    Parameters
    ----------
    entries : iterable of Entry
    lemmatise : callable
        Form → lemma.
    """

    def __init__(self, entries: Iterable[Entry], lemmatise: Lemmatise = lemmatise_german) -> None:
        self.entries = tuple(entries)
        self.lemmatise = lemmatise
        self._single: dict[str, list[Entry]] = {}
        self._separable: dict[tuple[str, str], list[Entry]] = {}
        self._expressions: dict[str, list[tuple[tuple[str, ...], str, Entry]]] = {}
        for entry in self.entries:
            self._index(entry)

    def _index(self, entry: Entry) -> None:
        words = entry.lemma.lower().split()
        if len(words) > 1:
            fixed, verb = _split_expression(entry.lemma)
            anchor = max(fixed, key=len)
            self._expressions.setdefault(anchor, []).append((fixed, verb, entry))
            return
        self._single.setdefault(words[0], []).append(entry)
        if entry.prefix and words[0].startswith(entry.prefix):
            base = words[0].removeprefix(entry.prefix)
            self._separable.setdefault((base, entry.prefix), []).append(entry)

    def find(self, article: Article, reader: ArticleReader) -> list[Hit]:
        """Return all hits of an article in reading order, each assigned to an actor where it is clear."""
        mentions = reader.finder.find(article)
        hits: list[Hit] = []
        for number, sentence in enumerate(reader.split(article)):
            inside = [m for m in mentions if sentence.start <= m.start < sentence.end]
            text = article.full_text[sentence.start : sentence.end]
            words = self._words(text, sentence.start, inside)
            hits += self._find_in(words, inside, number)
        return sorted(hits, key=lambda hit: hit.spans[0])

    def _words(self, text: str, offset: int, mentions: Sequence[Mention]) -> list[_Word]:
        words = []
        for found in _WORD.finditer(text):
            start, end = found.start() + offset, found.end() + offset
            masked = any(m.start < end and start < m.end for m in mentions)
            lemmas = frozenset() if masked else self._lemmas(found[0])
            words.append(_Word(found[0], start, end, lemmas))
        return words

    def _lemmas(self, form: str) -> frozenset[str]:
        if not form[0].isalpha():
            return frozenset({form})
        lowered = form.lower()
        lemmas = {lowered, self.lemmatise(form).lower(), self.lemmatise(lowered).lower()}
        if form[0].islower():
            lemmas.add(_ADJECTIVE_ENDING.sub("", lowered))
        return frozenset(lemmas)

    def _find_in(self, words: Sequence[_Word], mentions: Sequence[Mention], sentence: int) -> Iterator[Hit]:
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
            spans = tuple((words[i].start, words[i].end) for i in positions)
            actor = _point(entry, words, positions, mentions)
            yield Hit(entry, spans, sentence, actor, _is_negated(words, positions))

    def _find_single(self, words: Sequence[_Word]) -> Iterator[tuple[Entry, tuple[int, ...]]]:
        for i, word in enumerate(words):
            fitting = [e for lemma in word.lemmas for e in self._single.get(lemma, ()) if _fits(e, word, i)]
            # One entry a word and role: the form itself before what the lemma dictionary makes of it.
            fitting.sort(key=lambda e: (e.lemma.lower() != word.form.lower(), e.lemma))
            for entry in _one_per_lemma(fitting):
                yield entry, (i,)

    def _find_separated(self, words: Sequence[_Word]) -> Iterator[tuple[Entry, tuple[int, ...]]]:
        """ "warf … vor": a finite verb, and its prefix at the end of the clause."""
        for j, word in enumerate(words):
            closes = j + 1 == len(words) or words[j + 1].form in _CLAUSE_END
            if not closes or not word.form.islower():
                continue
            for i in range(j - 1, -1, -1):
                if words[i].form in ".;:!?":
                    break
                found = [e for x in words[i].lemmas for e in self._separable.get((x, word.form), ())]
                if found and words[i].form.islower():
                    for entry in _one_per_lemma(found):
                        yield entry, (i, j)
                    break

    def _find_expressions(self, words: Sequence[_Word]) -> Iterator[tuple[Entry, tuple[int, ...]]]:
        for i, word in enumerate(words):
            for anchor in word.lemmas:
                for fixed, verb, entry in self._expressions.get(anchor, ()):
                    positions = _match_expression(fixed, verb, anchor, entry.prefix, words, i)
                    if positions:
                        yield entry, positions


def _split_expression(lemma: str) -> tuple[tuple[str, ...], str]:
    """ "den Rücken stärken" → (den, rücken), stärken; "ohne Not" has no verb."""
    *fixed, last = lemma.split()
    if last[0].islower() and last.endswith("n"):
        return tuple(word.lower() for word in fixed), last
    return tuple(lemma.lower().split()), ""


def _one_per_lemma(entries: Sequence[Entry]) -> list[Entry]:
    """All roles of the first lemma."""
    return [e for e in entries if e.lemma == entries[0].lemma]


def _fits(entry: Entry, word: _Word, position: int) -> bool:
    capital = word.form[0].isupper()
    if entry.pos == "noun":
        return capital
    return not capital or position == 0


def _match_expression(
    fixed: Sequence[str], verb: str, anchor: str, prefix: str, words: Sequence[_Word], at: int
) -> tuple[int, ...] | None:
    """The fixed part in order around its longest word, the verb (if any) anywhere in the sentence."""
    middle = fixed.index(anchor)
    positions = [at]
    for step, rest in ((-1, fixed[:middle][::-1]), (1, fixed[middle + 1 :])):
        here = at
        for part in rest:
            reach = range(here + step, here + step * (_FILLERS + 2), step)
            here = next((i for i in reach if 0 <= i < len(words) and part in words[i].lemmas), -1)
            if here < 0:
                return None
            positions.append(here)
    if not verb:
        return tuple(sorted(positions))
    bases = {verb, verb.removeprefix(prefix)}
    found = [i for i, word in enumerate(words) if bases & word.lemmas and i not in positions]
    if not found:
        return None
    return tuple(sorted([*positions, min(found, key=lambda i: abs(i - at))]))


def _is_negated(words: Sequence[_Word], positions: Sequence[int]) -> bool:
    for i in range(positions[0] - 1, max(-1, positions[0] - 1 - _NEGATION_REACH), -1):
        if words[i].form in _CLAUSE_END:
            return False
        if words[i].form.lower() in _NEGATORS:
            return True
    between = [words[i].form.lower() for a, b in pairwise(positions) for i in range(a + 1, b)]
    return bool(_NEGATORS.intersection(between))


def _point(
    entry: Entry, words: Sequence[_Word], positions: Sequence[int], mentions: Sequence[Mention]
) -> Actor | None:
    """Toward whom an entry points: by its role, from word order alone. None where that does not tell."""
    if not mentions:
        return None
    start, end = words[positions[0]].start, words[positions[-1]].end
    before = [m for m in mentions if m.end <= start]
    after = [m for m in mentions if m.start >= end]
    between = [m for m in mentions if start < m.start < end]
    if entry.role == "genitive":
        return _genitive_neighbour(words, positions, before, after)
    preposition = entry.frame.partition("+")[0] if "+" in entry.frame else ""
    if preposition:
        return _behind_preposition(preposition, words, mentions)
    if entry.role == "any":
        return min(mentions, key=lambda m: min(abs(m.start - end), abs(start - m.end))).actor
    passive = any(_PASSIVE & word.lemmas for word in words) and entry.role == "object"
    if entry.role == "subject" or passive:
        chosen = before[:1] or between[:1] or after[:1]
    else:
        # A sole mention before the verb is its subject: "Venn kritisiert".
        chosen = between[-1:] or after[:1] or (before[-1:] if len(before) > 1 else [])
    return chosen[0].actor if chosen else None


def _genitive_neighbour(
    words: Sequence[_Word], positions: Sequence[int], before: Sequence[Mention], after: Sequence[Mention]
) -> Actor | None:
    """ "das Versagen Venns", "das Versagen von Venn", "Venns Versagen"."""
    start, end = words[positions[0]].start, words[positions[-1]].end
    if after and sum(1 for w in words if end <= w.start < after[0].start) <= _FILLERS:
        return after[0].actor
    if before and sum(1 for w in words if before[-1].end <= w.start < start) <= 1:
        return before[-1].actor
    return None


def _behind_preposition(
    preposition: str, words: Sequence[_Word], mentions: Sequence[Mention]
) -> Actor | None:
    for word in words:
        if word.form.lower() in {preposition, f"{preposition}m", f"{preposition[:-1]}m"}:
            follower = next((m for m in mentions if m.start > word.start), None)
            if follower and sum(1 for w in words if word.end <= w.start < follower.start) <= _FILLERS + 1:
                return follower.actor
    return None
