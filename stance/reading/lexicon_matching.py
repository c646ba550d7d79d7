"""Tokens of a batch → which lexicon entry fires where, with which sign, toward which actor."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from stance.reading.expressions import FILLERS, FURTHEST, TokenSentence, match_expression
from stance.reading.lexicon import Lexicon
from stance.reading.token_batches import EntryTable, HitBatch, TokenBatch
from stance.reading.vocabulary import Column
from stance.records import ROLES

__all__ = ["HitFinder"]

Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]
_CLAUSE_END = frozenset(",;:.!?–(")
_STRONG_STOP = frozenset(".;:!?")
_NEGATION_REACH = 4
_CASES = frozenset(("", "acc", "dat", "gen", "nom"))
_SUBJECT, _OBJECT, _GENITIVE, _ANY = range(len(ROLES))

Found = tuple[int, tuple[int, ...]]
"""(entry, tokens)."""


class HitFinder:
    """Find the entries of a lexicon; holds what it has worked out of forms and entries.

    Parameters
    ----------
    lexicon : Lexicon
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        profile = lexicon.profile
        self._groups: list[tuple[int, ...]] = [()]
        self._group_numbers: dict[tuple[int, ...], int] = {(): 0}
        self._opening = Column(lambda forms: [self._group(f, True) for f in forms], dtype=np.int32)
        self._inner = Column(lambda forms: [self._group(f, False) for f in forms], dtype=np.int32)
        self._bits = Column(lambda forms: [self._bits_of(form) for form in forms], (2,), np.uint64)
        self._lemma_rows = _Rows(lexicon.lemmas_of)
        self._prefixes = _flag(lambda form: form in lexicon.prefixes)
        self._closing = _flag(lambda form: form in _CLAUSE_END)
        self._stops = _flag(lambda form: form in _CLAUSE_END or form in profile.conjunctions)
        self._negators = _flag(lambda form: form.lower() in profile.negators)
        self._passive = _flag(lambda form: form.lower() in profile.passive)
        entries = lexicon.entries
        self._separable = frozenset(lemma for lemma, _ in lexicon.separable)
        self._known = EntryTable(entries)
        self._roles = self._known.roles
        self._prepositions = [_preposition_of(e.frame) for e in entries]
        self._has_preposition = np.array([bool(p) for p in self._prepositions], dtype=bool)
        lemmas: dict[str, int] = {}
        self._lemmas = np.array([lemmas.setdefault(e.lemma, len(lemmas)) for e in entries], dtype=np.intp)

    def mark(self, tokens: TokenBatch) -> TokenBatch:
        """Return the tokens with their hits, in reading order."""
        if not len(tokens.forms):
            return tokens
        several, taken = self._find_several(tokens)
        at, entries = self._find_single(tokens, taken)
        first = np.array([p[0] for _, p in several], dtype=np.intp)
        last = np.array([p[-1] for _, p in several], dtype=np.intp)
        first, last = np.concatenate([first, at]), np.concatenate([last, at])
        entries = np.concatenate([np.array([e for e, _ in several], dtype=np.intp), entries])
        order = np.argsort(first, kind="stable")
        places = {int(old): new for new, old in enumerate(order.tolist()) if old < len(several)}
        first, last, entries = first[order], last[order], entries[order]
        inner = {places[i]: positions for i, (_, positions) in enumerate(several)}
        hits = HitBatch(
            first=first,
            last=last,
            entries=entries,
            owners=self._point(tokens, first, last, entries),
            negated=self._tell_negated(tokens, first, inner),
            known=self._known,
            inner=inner,
        )
        return replace(tokens, hits=hits)

    def _bits_of(self, form: str) -> tuple[int, int]:
        """The bits of a form's lemmas, and those of the companions it needs as an anchor."""
        lemmas = self.lexicon.lemmas_of(form)
        companions = (c for lemma in lemmas for c in self.lexicon.expressions.get(lemma, ()))
        return _bits(lemmas), _bits(companions)

    def _group(self, form: str, opens_sentence: bool) -> int:
        """The number of the group of entries that a form alone may be; 0 is none."""
        if not form or not self.lexicon.lemmas_of(form):
            return 0
        group = tuple(self.lexicon.fitting(form, opens_sentence))
        number = self._group_numbers.setdefault(group, len(self._groups))
        if number == len(self._groups):
            self._groups.append(group)
        return number

    def _find_single(self, tokens: TokenBatch, taken: dict[int, int]) -> tuple[Ints, Ints]:
        """Tokens and entries of one word, as far as no longer reading has the word."""
        strings = tokens.vocabulary.forms
        groups = self._inner.over(strings)[tokens.forms]
        opens = np.flatnonzero(np.diff(tokens.sentences, prepend=-1))
        groups[opens] = self._opening.over(strings)[tokens.forms[opens]]
        at = np.flatnonzero(groups)
        members = [self._groups[g] for g in groups[at].tolist()]
        positions = np.repeat(at, [len(group) for group in members])
        entries = np.array([e for group in members for e in group], dtype=np.intp)
        if taken:
            # "Kritik üben" is not also "Kritik".
            holder = np.full(len(tokens.forms), -1, dtype=np.intp)
            holder[list(taken)] = list(taken.values())
            free = (holder[positions] < 0) | (holder[positions] == self._lemmas[entries])
            positions, entries = positions[free], entries[free]
        return positions, entries

    def _find_several(self, tokens: TokenBatch) -> tuple[list[Found], dict[int, int]]:
        """Entries of several words by sentence, and which lemma has which token."""
        strings = tokens.vocabulary.forms
        anchors = self._company(tokens)
        prefixes = self._prefixes.over(strings)[tokens.forms] & self._closes_clause(tokens)
        candidates = np.flatnonzero(anchors | prefixes)
        numbers = tokens.sentences[candidates]
        starts = np.searchsorted(tokens.sentences, numbers).tolist()
        ends = np.searchsorted(tokens.sentences, numbers, side="right").tolist()
        by_sentence: dict[tuple[int, int], list[int]] = {}
        for at, start, end in zip(candidates.tolist(), starts, ends, strict=True):
            by_sentence.setdefault((start, end), []).append(at)
        lemmas = self._lemma_rows.over(strings)
        several: list[Found] = []
        taken: dict[int, int] = {}
        for (start, end), places in by_sentence.items():
            numbers = tokens.forms[start:end].tolist()
            sentence = TokenSentence(start, [strings[i] for i in numbers], [lemmas[i] for i in numbers])
            expressions = (f for i in places if anchors[i] for f in self._expressions_at(i - start, sentence))
            verbs = self._verbs_and_stops(sentence) if prefixes[places].any() else []
            separated = (
                f for i in places if prefixes[i] for f in self._separated_at(i - start, sentence, verbs)
            )
            for entry, inside in [*expressions, *separated]:
                positions = tuple(start + i for i in inside)
                lemma = int(self._lemmas[entry])
                if all(taken.get(i, lemma) == lemma for i in positions):
                    taken.update(dict.fromkeys(positions, lemma))
                    several.append((entry, positions))
        return several, taken

    def _company(self, tokens: TokenBatch) -> Bools:
        """Where an expression may stand: at its anchor, with a companion in the sentence (by 64 bits)."""
        bits = self._bits.over(tokens.vocabulary.forms)[tokens.forms]
        opens = np.flatnonzero(np.diff(tokens.sentences, prepend=-1))
        present = np.bitwise_or.reduceat(bits[:, 0], opens)
        lengths = np.diff(np.append(opens, len(bits)))
        return np.asarray(bits[:, 1] & np.repeat(present, lengths) != 0)

    def _closes_clause(self, tokens: TokenBatch) -> Bools:
        """Whether behind a token its sentence ends, or a clause, or a conjunction follows."""
        closes = np.ones(len(tokens.forms), dtype=bool)
        closes[:-1] = self._stops.over(tokens.vocabulary.forms)[tokens.forms[1:]]
        closes[:-1] |= tokens.sentences[1:] != tokens.sentences[:-1]
        return closes

    def _verbs_and_stops(self, sentence: TokenSentence) -> list[int]:
        """Where a verb stands that may have lost its prefix, or a mark behind which none is looked for."""
        return [
            i
            for i, (form, lemmas) in enumerate(zip(sentence.forms, sentence.lemmas, strict=True))
            if form in _STRONG_STOP or (form[:1].islower() and not self._separable.isdisjoint(lemmas))
        ]

    def _separated_at(self, j: int, sentence: TokenSentence, verbs: Sequence[int]) -> Iterator[Found]:
        """ "warf … vor": a finite verb, and its prefix at the end of the clause."""
        forms = sentence.forms
        first = bisect_left(verbs, j - FURTHEST)
        for number in range(bisect_left(verbs, j) - 1, first - 1, -1):
            i = verbs[number]
            if forms[i] in _STRONG_STOP:
                return
            lemmas = sentence.lemmas[i]
            found = [e for x in lemmas for e in self.lexicon.separable.get((x, forms[j]), ())]
            if found:
                lemma = self._lemmas[found[0]]
                yield from ((e, (i, j)) for e in found if self._lemmas[e] == lemma)
                return

    def _expressions_at(self, i: int, sentence: TokenSentence) -> Iterator[Found]:
        for anchor in sentence.lemmas[i]:
            by_companion = self.lexicon.expressions.get(anchor)
            if not by_companion:
                continue
            near = sentence.present & by_companion.keys()
            # By entry: one whose verb has two forms is listed twice.
            possible = {x.entry: x for companion in near for x in by_companion[companion]}
            for entry in sorted(possible):
                positions = match_expression(possible[entry], anchor, sentence, i)
                if positions:
                    yield entry, positions

    def _tell_negated(self, tokens: TokenBatch, first: Ints, inner: dict[int, tuple[int, ...]]) -> Bools:
        """Whether a negator stands shortly before a hit in its clause, or inside it."""
        strings = tokens.vocabulary.forms
        negators = self._negators.over(strings)[tokens.forms]
        stops = self._stops.over(strings)[tokens.forms]
        negated = np.zeros(len(first), dtype=bool)
        open_still = np.ones(len(first), dtype=bool)
        for step in range(1, _NEGATION_REACH + 1):
            before = np.maximum(first - step, 0)
            open_still &= (first >= step) & (tokens.sentences[before] == tokens.sentences[first])
            open_still &= ~stops[before]
            negated |= open_still & negators[before]
        counts = np.concatenate([[0], np.cumsum(negators)]).tolist()
        for hit, positions in inner.items():
            if any(counts[b] > counts[a + 1] for a, b in pairwise(positions)):
                negated[hit] = True
        return negated

    def _point(self, tokens: TokenBatch, first: Ints, last: Ints, entries: Ints) -> Ints:
        """Toward whom entries point: by their role, from word order alone. -1 where that does not tell."""
        places = np.flatnonzero(tokens.owners >= 0)
        pointed = np.full(len(first), -1, dtype=np.intp)
        if not len(places) or not len(first):
            return pointed
        near = _Neighbours.of(tokens, places, first, last)
        roles = self._roles[entries].copy()
        # In a passive clause the object stands where the subject does.
        passive = self._passive.over(tokens.vocabulary.forms)[tokens.forms]
        is_passive = np.bincount(tokens.sentences, passive)[tokens.sentences[first]] > 0
        roles[is_passive & (roles == _OBJECT)] = _SUBJECT
        chosen = np.full(len(first), -1, dtype=np.intp)
        for role, choose in (
            (_SUBJECT, near.subject),
            (_OBJECT, near.object),
            (_GENITIVE, near.genitive),
            (_ANY, near.nearest),
        ):
            chosen = np.where(roles == role, choose(), chosen)
        prepositional = self._has_preposition[entries] & (self._roles[entries] != _GENITIVE)
        told: dict[tuple[str, int, int], int] = {}
        for i in np.flatnonzero(prepositional).tolist():
            # The same for all hits of a sentence.
            key = self._prepositions[int(entries[i])], int(near.first[i]), int(near.end[i])
            if key not in told:
                behind = _behind_preposition(key[0], places[key[1] : key[2]], tokens)
                told[key] = key[1] + behind if behind >= 0 else -1
            chosen[i] = told[key]
        known = (chosen >= 0) & (near.first < near.end)
        pointed[known] = tokens.owners[places[chosen[known]]]
        return pointed


@dataclass(frozen=True, eq=False)
class _Neighbours:
    """The mentions around hits, as numbers into ``places``.

    Those of a hit's sentence run from ``first`` to before ``end``; from ``inside`` on they stand behind
    its first token, from ``after`` on behind its last.
    """

    places: Ints
    first: Ints
    inside: Ints
    after: Ints
    end: Ints
    starts: Ints
    stops: Ints

    @classmethod
    def of(cls, tokens: TokenBatch, places: Ints, first: Ints, last: Ints) -> _Neighbours:
        sentences = tokens.sentences[places]
        return cls(
            places,
            np.searchsorted(sentences, tokens.sentences[first]),
            np.searchsorted(places, first),
            np.searchsorted(places, last, side="right"),
            np.searchsorted(sentences, tokens.sentences[first], side="right"),
            first,
            last,
        )

    def subject(self) -> Ints:
        """The first before, else inside, else behind."""
        return np.where(
            self.inside > self.first,
            self.first,
            np.where(self.after > self.inside, self.inside, np.where(self.end > self.after, self.after, -1)),
        )

    def object(self) -> Ints:
        """The last inside, else the first behind; the last before unless it is alone, for then it is
        the subject: "Venn kritisiert"."""
        before = np.where(self.inside - self.first > 1, self.inside - 1, -1)
        behind = np.where(self.end > self.after, self.after, before)
        return np.where(self.after > self.inside, self.after - 1, behind)

    def genitive(self) -> Ints:
        """ "das Versagen Venns", "das Versagen von Venn", "Venns Versagen"."""
        behind = self._place(self.after) - self.stops - 1
        before = self.starts - self._place(self.inside - 1) - 1
        has_before = (self.inside > self.first) & (before <= 1)
        return np.where(
            (self.end > self.after) & (behind <= FILLERS),
            self.after,
            np.where(has_before, self.inside - 1, -1),
        )

    def nearest(self) -> Ints:
        """The nearest to either end; of two the first."""
        far = 1 << 40
        before = np.where(self.inside > self.first, self.starts - self._place(self.inside - 1), far)
        behind = np.where(self.end > self.after, self._place(self.after) - self.stops, far)
        best = np.where(before <= behind, self.inside - 1, self.after)
        best = np.where(np.minimum(before, behind) < far, best, -1)
        for i in np.flatnonzero(self.after > self.inside).tolist():
            first, last = int(self.starts[i]), int(self.stops[i])
            # No other place is nearer than those on both sides of either end.
            beside = {int(n) - step for n in (self.inside[i], self.after[i]) for step in (1, 0)}
            numbers = [n for n in sorted(beside) if self.first[i] <= n < self.end[i]]
            places = self.places
            best[i] = min(numbers, key=lambda n: min(abs(int(places[n]) - last), abs(first - int(places[n]))))
        return best

    def _place(self, numbers: Ints) -> Ints:
        return self.places[np.clip(numbers, 0, len(self.places) - 1)]


def _bits(lemmas: Iterable[str]) -> int:
    """One of 64 bits for each lemma; the same in every process."""
    found = 0
    for lemma in lemmas:
        found |= 1 << (crc32(lemma.encode("utf-8", "surrogatepass")) & 63)
    return found


class _Rows:
    """The lemmas of a growing list of forms, by number."""

    def __init__(self, of: Callable[[str], tuple[str, ...]]) -> None:
        self._of = of
        self._strings: Sequence[str] = ()
        self._rows: list[tuple[str, ...]] = []

    def over(self, strings: Sequence[str]) -> list[tuple[str, ...]]:
        """The lemmas of all forms of a list."""
        if self._strings is not strings:
            self._strings, self._rows = strings, []
        self._rows += map(self._of, strings[len(self._rows) :])
        return self._rows


def _flag(of: Callable[[str], bool]) -> Column:
    def flags(forms: Sequence[str]) -> Any:
        return [bool(form) and of(form) for form in forms]

    return Column(flags, dtype=bool)


def _preposition_of(frame: str) -> str:
    """ "gegen+acc" → gegen, English "against" as it is; a bare case names none."""
    word = frame.partition("+")[0]
    return "" if word in _CASES else word


def _behind_preposition(preposition: str, here: Ints, tokens: TokenBatch) -> int:
    """Which of a sentence's mentions follows the preposition closely; -1 where none does."""
    strings, forms = tokens.vocabulary.forms, tokens.forms
    wanted = {preposition, f"{preposition}m", f"{preposition[:-1]}m"}
    for number, place in enumerate(here.tolist()):
        before = int(here[number - 1]) if number else -1
        for i in range(max(place - FILLERS - 2, before, 0), place):
            if tokens.sentences[i] == tokens.sentences[place] and strings[forms[i]].lower() in wanted:
                return number
    return -1
