"""Many articles' tokens and lexicon hits as arrays; an article's record is a view of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stance.reading.vocabulary import Vocabulary
from stance.records import PARTS_OF_SPEECH, ROLES, ArticleTokens, Entry, Hit, Sentence

__all__ = ["EntryTable", "HitBatch", "TokenBatch"]

Ints = NDArray[np.intp]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class EntryTable:
    """Entries by number; what is asked of all of them at once is worked out once."""

    entries: Sequence[Entry] = ()

    @cached_property
    def positive(self) -> NDArray[np.bool_]:
        """Which entries have a positive polarity."""
        return np.array([e.polarity > 0 for e in self.entries], dtype=bool)

    @cached_property
    def strengths(self) -> Floats:
        """The polarities without their sign."""
        return np.array([abs(e.polarity) for e in self.entries], dtype=np.float64)

    @cached_property
    def parts(self) -> Ints:
        """Parts of speech, as numbers among ``PARTS_OF_SPEECH``."""
        return np.array([PARTS_OF_SPEECH.index(e.pos) for e in self.entries], dtype=np.intp)

    @cached_property
    def roles(self) -> Ints:
        """Roles, as numbers among ``ROLES``."""
        return np.array([ROLES.index(e.role) for e in self.entries], dtype=np.intp)


@dataclass(frozen=True, eq=False)
class HitBatch:
    """Lexicon hits of several articles, in reading order.

    Attributes
    ----------
    first, last : ndarray of shape (n_hits,)
        Tokens of the batch.
    entries : ndarray of shape (n_hits,)
        Rows of ``known``.
    owners : ndarray of shape (n_hits,)
        Number of the actor pointed at, -1 where that is unclear.
    negated : ndarray of bool, shape (n_hits,)
    known : EntryTable
    inner : mapping
        Hit → all its tokens, where it has more than one.
    """

    first: Ints
    last: Ints
    entries: Ints
    owners: Ints
    negated: NDArray[np.bool_]
    known: EntryTable
    inner: dict[int, tuple[int, ...]]

    @classmethod
    def none(cls) -> HitBatch:
        """No hits."""
        nothing = np.zeros(0, dtype=np.intp)
        return cls(nothing, nothing, nothing, nothing, np.zeros(0, dtype=bool), EntryTable(), {})


@dataclass(frozen=True, eq=False)
class TokenBatch:
    """The tokens of several articles, one article after the other; every mention is one token.

    All arrays but ``offsets`` have one item per token.

    Attributes
    ----------
    vocabulary : Vocabulary
    offsets : ndarray of shape (n_articles + 1,)
        Where each article's tokens begin.
    starts : ndarray
        Offset in characters of the article's full text.
    forms, stems : ndarray of int32
        Numbers in the vocabulary.
    owners : ndarray
        Number of the mentioned actor among ``actors``, -1 where no mention stands.
    sentences, clauses : ndarray
        Numbered through the batch.
    quoted : ndarray of bool
    actors : list of str
        Ids.
    spans : sequence of sequence of Sentence
        By article.
    """

    vocabulary: Vocabulary
    offsets: Ints
    starts: Ints
    forms: NDArray[np.int32]
    stems: NDArray[np.int32]
    owners: Ints
    sentences: Ints
    clauses: Ints
    quoted: NDArray[np.bool_]
    actors: list[str]
    spans: Sequence[Sequence[Sentence]]
    hits: HitBatch = field(default_factory=HitBatch.none)

    @property
    def lengths(self) -> Ints:
        """Tokens per article."""
        return np.diff(self.offsets)

    @cached_property
    def sentence_offsets(self) -> Ints:
        """The number of each article's first sentence, and one beyond the last."""
        counts = [len(spans) or 1 for spans in self.spans]
        return np.concatenate([[0], np.cumsum(counts)]).astype(np.intp)

    @cached_property
    def clause_offsets(self) -> Ints:
        """The number of each article's first clause, and one beyond the last."""
        if not len(self.clauses):
            return np.zeros(len(self.offsets), dtype=np.intp)
        ends = np.append(self.clauses, self.clauses[-1] + 1)
        return np.asarray(ends[self.offsets], dtype=np.intp)

    @cached_property
    def same_stem(self) -> Ints:
        """For each token the place in its article of the last token with its stem."""
        slots = np.zeros(len(self.vocabulary.stems), dtype=np.intp)
        same = np.empty(len(self.stems), dtype=np.intp)
        places = np.arange(self.lengths.max(initial=0))
        for first, last in zip(self.offsets[:-1].tolist(), self.offsets[1:].tolist(), strict=True):
            stems = self.stems[first:last]
            slots[stems] = places[: last - first]
            same[first:last] = slots[stems]
        return same

    def article(self, number: int) -> ArticleTokens:
        """One article's tokens as a record."""
        first, last = int(self.offsets[number]), int(self.offsets[number + 1])
        here = slice(first, last)
        forms, stems = self.vocabulary.forms, self.vocabulary.stems
        clauses = self.clauses[here]
        return ArticleTokens(
            starts=tuple(self.starts[here].tolist()),
            forms=tuple(forms[i] for i in self.forms[here].tolist()),
            stems=tuple(stems[i] for i in self.stems[here].tolist()),
            owners=tuple(self.actors[i] if i >= 0 else None for i in self.owners[here].tolist()),
            sentences=tuple((self.sentences[here] - self.sentence_offsets[number]).tolist()),
            clauses=tuple((clauses - clauses[:1]).tolist()),
            quoted=tuple(self.quoted[here].tolist()),
            hits=tuple(self._hits_of(first, last)),
        )

    def _hits_of(self, first: int, last: int) -> list[Hit]:
        hits = self.hits
        found = []
        for i in range(*np.searchsorted(hits.first, [first, last]).tolist()):
            positions = hits.inner.get(i, (int(hits.first[i]),))
            owner = int(hits.owners[i])
            found.append(
                Hit(
                    hits.known.entries[int(hits.entries[i])],
                    tuple(p - first for p in positions),
                    self.actors[owner] if owner >= 0 else None,
                    bool(hits.negated[i]),
                )
            )
        return found
