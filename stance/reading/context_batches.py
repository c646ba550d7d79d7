"""Many (article, actor) contexts as arrays; a context's record is a view of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stance.reading.token_batches import TokenBatch
from stance.reading.vocabulary import OTHER, TARGET
from stance.records import Actor, ActorContext, Mention

__all__ = ["ZONES", "ContextBatch", "proximity", "sum_slices"]

Ints = NDArray[np.intp]
Floats = NDArray[np.float64]

ZONES = "CSD"
"""What the numbers of zones stand for: clause, sentence, document."""


@dataclass(frozen=True, eq=False)
class ContextBatch:
    """The contexts of several (article, actor) pairs, each as long as its article.

    Attributes
    ----------
    tokens : TokenBatch
    articles : ndarray of shape (n_contexts,)
        Number of the context's article in ``tokens``.
    owners : ndarray of shape (n_contexts,)
        Number of the context's actor in ``tokens.actors``.
    actors : sequence of Actor
    mentions : sequence of sequence of Mention
        By article, of all actors.
    """

    tokens: TokenBatch
    articles: Ints
    owners: Ints
    actors: Sequence[Actor]
    mentions: Sequence[Sequence[Mention]]
    _proximities: dict[tuple[float, float], Floats] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.actors)

    @cached_property
    def lengths(self) -> Ints:
        """Tokens per context."""
        return self.tokens.lengths[self.articles]

    @cached_property
    def offsets(self) -> Ints:
        """Where each context begins among all their tokens, and where the last ends."""
        return np.concatenate([[0], np.cumsum(self.lengths)]).astype(np.intp)

    @cached_property
    def rows(self) -> Ints:
        """The context of each token."""
        return np.repeat(np.arange(len(self)), self.lengths)

    @cached_property
    def places(self) -> Ints:
        """The token of ``tokens`` that each token is."""
        return np.arange(self.offsets[-1]) - self.spread(
            self.offsets[:-1] - self.tokens.offsets[self.articles]
        )

    @cached_property
    def own(self) -> NDArray[np.bool_]:
        """Where the context's own actor is mentioned."""
        return np.asarray(self.tokens.owners[self.places] == self.spread(self.owners))

    @cached_property
    def distances(self) -> Ints:
        """Signed distance of each token to the nearest mention; negative left of it.

        A tie goes to the mention on the right: German names its actor after the verb more often than
        it comments behind it. Without a mention every distance is the length of the context.
        """
        at = np.arange(len(self.places))
        left = np.maximum.accumulate(np.where(self.own, at, -1))
        right = np.minimum.accumulate(np.where(self.own, at, 2 * len(at))[::-1])[::-1]
        length = self.spread(self.lengths)
        begin = self.spread(self.offsets[:-1])
        has_left, has_right = left >= begin, right < begin + length
        to_left = np.where(has_left, at - left, length)
        to_right = np.where(has_right, right - at, length)
        return np.where(has_right & (to_right <= to_left), -to_right, to_left)

    @cached_property
    def zones(self) -> NDArray[np.int8]:
        """0 in a clause that names the actor, 1 elsewhere in a sentence that does, 2 elsewhere."""
        tokens = self.tokens
        clauses = self._names_actor(tokens.clauses, tokens.clause_offsets)
        sentences = self._names_actor(tokens.sentences, tokens.sentence_offsets)
        return np.asarray(2 - sentences.astype(np.int8) - clauses)

    def _names_actor(self, parts: Ints, offsets: Ints) -> NDArray[np.bool_]:
        """Where a part of the text (a clause, a sentence) holds a mention of the context's actor."""
        keys, edges = self._number_parts(parts, offsets)
        named = np.zeros(edges[-1], dtype=bool)
        named[keys[self.own]] = True
        return named[keys]

    def _number_parts(self, parts: Ints, offsets: Ints) -> tuple[Ints, Ints]:
        """The number of each token's part, counted through all contexts, and where each context's begin."""
        edges = np.concatenate([[0], np.cumsum(np.diff(offsets)[self.articles])]).astype(np.intp)
        return parts[self.places] + self.spread(edges[:-1] - offsets[self.articles]), edges

    @cached_property
    def sentence_numbers(self) -> tuple[Ints, Ints]:
        """Number of each token's sentence, counted through all contexts, and where each context's begin."""
        return self._number_parts(self.tokens.sentences, self.tokens.sentence_offsets)

    def sum_sentences(self, values: Floats) -> list[Floats]:
        """Sum one value a token to one a sentence, context by context."""
        keys, edges = self.sentence_numbers
        sums = np.bincount(keys, values, minlength=int(edges[-1])).astype(np.float64)
        return [sums[a:b] for a, b in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)]

    def naming_sentences(self) -> list[NDArray[np.bool_]]:
        """Context by context which sentences name its actor."""
        return [sums > 0 for sums in self.sum_sentences(self.own.astype(np.float64))]

    @cached_property
    def others_before(self) -> Ints:
        """How many mentions of other actors stand before each token, counted through the batch."""
        others = (self.tokens.owners[self.places] >= 0) & ~self.own
        return np.concatenate([[0], np.cumsum(others)])

    def between(self, at: Ints) -> Ints:
        """How many other actors stand strictly between tokens and the nearest mention."""
        first = self.offsets[self.rows[at]]
        nearest: Ints = np.clip(at - self.distances[at], first, first + self.lengths[self.rows[at]] - 1)
        low, high = np.minimum(at, nearest), np.maximum(at, nearest)
        return np.asarray(np.maximum(self.others_before[high] - self.others_before[low + 1], 0))

    @cached_property
    def stems(self) -> NDArray[np.int32]:
        """The stem of each token as seen from the context's actor."""
        stems = self.tokens.stems[self.places]
        stems[self.own] = TARGET
        return stems

    @cached_property
    def same_stem(self) -> Ints:
        """A number shared by the tokens of a context that have the same stem, below :attr:`n_groups`."""
        tokens = self.tokens
        length = self.spread(self.lengths)
        local = tokens.same_stem[self.places]
        stems = self.stems
        marks = np.flatnonzero(stems <= OTHER)
        local[marks] = length[marks] + stems[marks]
        return local + self.spread(self.group_offsets[:-1])

    @cached_property
    def group_offsets(self) -> Ints:
        """Where each context's numbers of :attr:`same_stem` begin; two more than it has tokens."""
        return np.concatenate([[0], np.cumsum(self.lengths + 2)]).astype(np.intp)

    @cached_property
    def masked_places(self) -> Ints:
        """As :attr:`places`, but one behind the last token where the context's own actor stands."""
        return np.where(self.own, len(self.tokens.forms), self.places)

    @cached_property
    def hits(self) -> tuple[Ints, Ints, Ints]:
        """All hits as seen from every context: their number, the context, the first token there."""
        tokens = self.tokens
        edges = np.searchsorted(tokens.hits.first, tokens.offsets)
        counts = np.diff(edges)[self.articles]
        rows = np.repeat(np.arange(len(self)), counts)
        shift = edges[self.articles] - np.cumsum(counts) + counts
        numbers = np.arange(len(rows)) + np.repeat(shift, counts)
        at = tokens.hits.first[numbers] + (self.offsets[:-1] - tokens.offsets[self.articles])[rows]
        return numbers, rows, at

    def proximity(self, left: float, right: float) -> Floats:
        """The weight of each token by its distance; see :func:`proximity`."""
        known = self._proximities.get((left, right))
        if known is None:
            longest = int(self.lengths.max(initial=0))
            by_distance = proximity(np.arange(-longest, longest + 1), left, right)
            known = self._proximities[left, right] = by_distance[self.distances + longest]
        return known

    def spread(self, values: NDArray[np.intp]) -> Ints:
        """Repeat one value a context for each of its tokens."""
        return np.repeat(values, self.lengths)

    def sum_rows(self, values: Floats) -> Floats:
        """Sum one value a token to one a context."""
        return sum_slices(values, self.offsets)

    def contexts(self) -> list[ActorContext]:
        """All contexts as records; those of one article share its tokens."""
        shared = {i: self.tokens.article(i) for i in sorted(set(self.articles.tolist()))}
        stems = self.tokens.vocabulary.stems
        between = self.between(np.arange(len(self.places)))
        found = []
        for k, (actor, article) in enumerate(zip(self.actors, self.articles.tolist(), strict=True)):
            here = slice(int(self.offsets[k]), int(self.offsets[k + 1]))
            found.append(
                ActorContext(
                    actor=actor,
                    article=shared[article],
                    tokens=tuple(stems[i] for i in self.stems[here].tolist()),
                    distances=tuple(self.distances[here].tolist()),
                    between=tuple(between[here].tolist()),
                    zones=tuple(ZONES[i] for i in self.zones[here].tolist()),
                    mentions=self.mentions_of(k),
                )
            )
        return found

    def mentions_of(self, number: int) -> tuple[Mention, ...]:
        """The mentions of a context's actor."""
        wanted = self.actors[number].id
        return tuple(m for m in self.mentions[self.articles[number]] if m.actor.id == wanted)


def proximity(distances: Ints, left: float, right: float) -> Floats:
    """Weigh tokens by their distance: ``1 / (1 + d / reach)``, with a reach to each side."""
    return 1 / (1 + np.where(distances >= 0, distances / right, -distances / left))


def sum_slices(values: Floats, offsets: Ints) -> Floats:
    """Sum the slices of an array that begin at ``offsets``, whose last item is its end."""
    if not len(values):
        return np.zeros(len(offsets) - 1)
    starts = np.minimum(offsets[:-1], len(values) - 1)
    return np.where(np.diff(offsets) > 0, np.add.reduceat(values, starts), 0.0)
