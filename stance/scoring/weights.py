"""What a block has learned → what each token of a batch of contexts adds to each logit."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.reading.context_batches import ContextBatch, sum_slices
from stance.reading.vocabulary import TARGET, Column
from stance.records import LABELS
from stance.scoring.blocks import Block, Subwords
from stance.scoring.lexicon_blocks import LexiconSums

__all__ = ["BlockWeights", "LogWeights", "MeanWeights", "TfidfWeights", "weights_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
_PAIR = 2


@dataclass(frozen=True, eq=False)
class BlockWeights(ABC):
    """Learned weights of one block.

    Attributes
    ----------
    block : Block
    vocabulary : mapping of str to int
        Feature → row of ``scale`` and ``coefficients``.
    scale : ndarray of shape (n_features,)
        Inverse document frequency, or the inverse root mean square of a sum.
    coefficients : ndarray of shape (n_features, 3)
        Columns in the order of ``LABELS``.
    """

    block: Block
    vocabulary: Mapping[str, int]
    scale: Floats
    coefficients: Floats

    @abstractmethod
    def add_to(self, total: Floats, batch: ContextBatch) -> None:
        """Add the contributions of each token to ``total``, shape (3, n_tokens of all contexts)."""

    @cached_property
    def _known(self) -> Floats:
        """Scale and scaled coefficients by row, shape (n_features + 1, 4); the last row is nothing."""
        known = np.zeros((len(self.scale) + 1, 1 + len(LABELS)))
        known[:-1, 0] = self.scale
        known[:-1, 1:] = self.scale[:, None] * self.coefficients
        return known


@dataclass(frozen=True, eq=False)
class TfidfWeights(BlockWeights):
    """tf · idf, L2-normalised over the block."""

    def add_to(self, total: Floats, batch: ContextBatch) -> None:
        """Add the contributions of each token to ``total``, shape (3, n_tokens of all contexts)."""
        weights = batch.proximity(self.block.left, self.block.right)
        tags = self.block.tags()
        if tags is None:
            at, rows, tf = self._listed(batch)
            squares = np.zeros(len(batch))
        else:
            index, known, squares = self._words(batch, weights, len(tags))
            at, rows, tf = self._pairs(batch, weights)
        if len(at):
            squares = squares + self._squares(batch.rows[at], rows, tf * self.scale[rows], len(batch))
        shares = 1 / np.sqrt(np.where(squares > 0, squares, 1.0))
        if tags is not None:
            weights = weights * shares[batch.rows]
            for k in range(len(LABELS)):
                total[k] += weights * known[k + 1][index]
        if len(at):
            tf = tf * shares[batch.rows[at]]
            for k in range(len(LABELS)):
                values = tf * self._known[rows, k + 1]
                # Only a block that lists its features has several at a token.
                total[k] += np.bincount(at, values, minlength=total.shape[1])

    def _words(self, batch: ContextBatch, weights: Floats, n_tags: int) -> tuple[Ints, Floats, Floats]:
        """Marked words: which column of ``known``, shape (4, …), each token has; sums of squares."""
        stems = batch.tokens.vocabulary.stems
        column = self._columns.over(stems)
        known = np.concatenate([column[batch.tokens.stems], column[TARGET : TARGET + 1]])
        known = np.ascontiguousarray(known.reshape(-1, 1 + len(LABELS)).T)
        index, groups = batch.masked_places, batch.same_stem
        if n_tags > 1:
            tags = self.block.tags_at(batch)
            index, groups = index * n_tags + tags, groups * n_tags + tags
        offsets = batch.group_offsets * n_tags
        sums = np.bincount(groups, weights * known[0][index], minlength=int(offsets[-1])).astype(np.float64)
        return index, known, sum_slices(sums * sums, offsets)

    def _pairs(self, batch: ContextBatch, weights: Floats) -> tuple[Ints, Ints, Floats]:
        """Word pairs: first token, row and weight of each that has a weight."""
        nothing = np.zeros(0, dtype=np.intp)
        if self._pair_table is None or not len(batch.places):
            return nothing, nothing, np.zeros(0)
        tokens = batch.tokens
        joined = np.zeros(len(tokens.forms), dtype=bool)
        joined[:-1] = tokens.sentences[:-1] == tokens.sentences[1:]
        named = tokens.owners >= 0
        named[:-1] |= named[1:]
        strings = tokens.vocabulary.stems
        plain = np.flatnonzero(joined & ~named)
        rows = np.full(len(tokens.forms), -1, dtype=np.intp)
        rows[plain] = self._pair_table.find(tokens.stems[plain], tokens.stems[plain + 1], strings)
        pairs = rows[batch.places]
        # A pair with a mention reads differently from each actor.
        seen = np.flatnonzero((joined & named)[batch.places])
        pairs[seen] = self._pair_table.find(batch.stems[seen], batch.stems[seen + 1], strings)
        at = np.flatnonzero(pairs >= 0)
        return at, pairs[at], np.maximum(weights[at], weights[at + 1])

    def _listed(self, batch: ContextBatch) -> tuple[Ints, Ints, Floats]:
        """Features of any kind, one by one: token, row and weight of each that has a weight."""
        lookup = self.vocabulary.get
        found = [
            (first + position, row, weight)
            for first, context in zip(batch.offsets.tolist(), batch.contexts(), strict=False)
            for feature, weight, position in self.block.occurrences(context)
            if (row := lookup(feature)) is not None
        ]
        at, rows, tf = zip(*found, strict=True) if found else ((), (), ())
        return np.array(at, dtype=np.intp), np.array(rows, dtype=np.intp), np.array(tf, dtype=np.float64)

    def _squares(self, contexts: Ints, rows: Ints, values: Floats, count: int) -> Floats:
        """By context the sum of squares of its features' sums."""
        keys, index = np.unique(contexts * len(self.scale) + rows, return_inverse=True)
        sums = np.bincount(index, values)
        return np.bincount(keys // len(self.scale), sums * sums, minlength=count).astype(np.float64)

    @cached_property
    def _columns(self) -> Column:
        tags = self.block.tags() or ()
        lookup, marked = self.vocabulary.get, self.block.marked

        def rows_of(stems: Sequence[str]) -> Any:
            rows = [lookup(marked(tag, stem), -1) for stem in stems for tag in tags]
            return self._known[np.array(rows, dtype=np.intp)].reshape(len(stems), len(tags), -1)

        return Column(rows_of, (len(tags), 1 + len(LABELS)))

    @cached_property
    def _pair_table(self) -> _PairTable | None:
        return _PairTable(self.vocabulary) if getattr(self.block, "ngrams", 1) == _PAIR else None


class _PairTable:
    """The pairs of a vocabulary, found by the numbers of their words."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        words: dict[str, int] = {}
        pairs = []
        for feature, row in vocabulary.items():
            left, blank, right = feature.partition(" ")
            if blank:
                pair = words.setdefault(left, len(words)), words.setdefault(right, len(words)), row
                pairs.append(pair)
        self._width = len(words)
        first, second, rows = np.array(pairs or [(0, 0, -1)], dtype=np.intp).T
        keys = first * self._width + second
        order = np.argsort(keys)
        self._keys, self._rows = keys[order], rows[order]
        self._codes = Column(lambda stems: [words.get(stem, -1) for stem in stems], dtype=np.intp)

    def find(self, first: NDArray[np.int32], second: NDArray[np.int32], stems: Sequence[str]) -> Ints:
        """The row of each pair of stems, -1 where it is unknown."""
        codes = self._codes.over(stems)
        left, right = codes[first], codes[second]
        rows = np.full(len(first), -1, dtype=np.intp)
        both = np.flatnonzero((left >= 0) & (right >= 0))
        keys = left[both] * self._width + right[both]
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        rows[both] = np.where(self._keys[at] == keys, self._rows[at], -1)
        return rows


@dataclass(frozen=True, eq=False)
class LogWeights(BlockWeights):
    """log(1 + sum) · scale; the addends of a sum share its value in proportion."""

    block: LexiconSums

    def add_to(self, total: Floats, batch: ContextBatch) -> None:
        """Add the contributions of each token to ``total``, shape (3, n_tokens of all contexts)."""
        _, contexts, at = batch.hits
        if not len(at) or not len(self.scale):
            return
        width = len(self.scale) + 1
        found = [(contexts * width + rows, values) for rows, values in self._sums(batch)]
        sums = np.zeros(len(batch) * width)
        for cells, values in found:
            sums += np.bincount(cells, values, minlength=len(sums))
        shares = np.log1p(sums) / np.where(sums > 0, sums, 1.0)
        by_cell = shares.reshape(len(batch), width, 1) * self._known[None, :, 1:]
        by_cell = by_cell.reshape(-1, len(LABELS))
        says = np.zeros((len(at), len(LABELS)))
        for cells, values in found:
            says += values[:, None] * by_cell[cells]
        for k in range(len(LABELS)):
            total[k] += np.bincount(at, says[:, k], minlength=total.shape[1])

    def _sums(self, batch: ContextBatch) -> list[tuple[Ints, Floats]]:
        unknown = len(self.scale)
        found = self.block.sums(batch, self.vocabulary)
        return [(np.where(rows < 0, unknown, rows), values) for rows, values in found]


@dataclass(frozen=True, eq=False)
class MeanWeights(BlockWeights):
    """The parts of each form, TF-IDF weighted and normalised form by form; tokens by their weight.

    What a form says does not depend on its neighbours, so it is worked out once and remembered.
    """

    block: Subwords

    def add_to(self, total: Floats, batch: ContextBatch) -> None:
        """Add the contributions of each token to ``total``, shape (3, n_tokens of all contexts)."""
        says = self._columns.over(batch.tokens.vocabulary.forms)[batch.tokens.forms]
        weights = batch.proximity(self.block.left, self.block.right) * says[:, 0][batch.places]
        squares = batch.sum_rows(weights * weights)
        weights *= (1 / np.sqrt(np.where(squares > 0, squares, 1.0)))[batch.rows]
        for k in range(len(LABELS)):
            total[k] += weights * says[:, k + 1][batch.places]

    @cached_property
    def _columns(self) -> Column:
        """Whether a form is a word, and what it adds to each logit at weight 1."""
        return Column(self._says, (1 + len(LABELS),))

    def _says(self, forms: Sequence[str]) -> Floats:
        lookup = self.vocabulary.get
        numbers, rows = [], []
        is_word = [form[:1].isalpha() for form in forms]
        for number, form in enumerate(forms):
            if is_word[number]:
                found = [row for part in self.block.parts(form.lower()) if (row := lookup(part)) is not None]
                rows += found
                numbers += [number] * len(found)
        known = self._known[np.array(rows, dtype=np.intp)]
        at = np.array(numbers, dtype=np.intp)
        norms = np.sqrt(np.bincount(at, known[:, 0] ** 2, minlength=len(forms)))
        norms[norms == 0] = 1.0
        sums = [np.bincount(at, known[:, k + 1], minlength=len(forms)) / norms for k in range(len(LABELS))]
        return np.stack([np.array(is_word, dtype=np.float64), *sums], axis=1)


def weights_of(
    block: Block, vocabulary: Mapping[str, int], scale: Floats, coefficients: Floats
) -> BlockWeights:
    """The weights class that fits the block's scaling."""
    if isinstance(block, Subwords):
        return MeanWeights(block, vocabulary, scale, coefficients)
    if isinstance(block, LexiconSums):
        return LogWeights(block, vocabulary, scale, coefficients)
    return TfidfWeights(block, vocabulary, scale, coefficients)
