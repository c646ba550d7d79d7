"""What a block has learned → what each token of a context adds to each logit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from stance.records import LABELS, ActorContext
from stance.scoring.blocks import Block, Subwords

__all__ = ["BlockWeights", "LogWeights", "MeanWeights", "TfidfWeights", "weights_of"]

Floats = NDArray[np.float64]
_CACHED_FORMS = 200_000


class BlockWeights(Protocol):
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

    @property
    def block(self) -> Block: ...
    @property
    def vocabulary(self) -> Mapping[str, int]: ...
    @property
    def scale(self) -> Floats: ...
    @property
    def coefficients(self) -> Floats: ...

    def add_to(self, total: Floats, context: ActorContext) -> None:
        """Add the contributions of each token to ``total``, shape (n_tokens, 3)."""


@dataclass(frozen=True)
class TfidfWeights:
    """tf · idf, L2-normalised over the block."""

    block: Block
    vocabulary: Mapping[str, int]
    scale: Floats
    coefficients: Floats

    def add_to(self, total: Floats, context: ActorContext) -> None:
        """Add the contributions of each token to ``total``, shape (n_tokens, 3)."""
        found = _known(self, context)
        if found is None:
            return
        rows, tf, positions = found
        values = tf * self.scale[rows]
        _, index = np.unique(rows, return_inverse=True)
        norm = np.sqrt((np.bincount(index, values) ** 2).sum())
        np.add.at(total, positions, (values / norm)[:, None] * self.coefficients[rows])


@dataclass(frozen=True)
class LogWeights:
    """log(1 + sum) · scale; the addends of a sum share its value in proportion."""

    block: Block
    vocabulary: Mapping[str, int]
    scale: Floats
    coefficients: Floats

    def add_to(self, total: Floats, context: ActorContext) -> None:
        """Add the contributions of each token to ``total``, shape (n_tokens, 3)."""
        found = _known(self, context)
        if found is None:
            return
        rows, values, positions = found
        unique, index = np.unique(rows, return_inverse=True)
        sums = np.bincount(index, values)
        shares = values * (np.log1p(sums) / sums * self.scale[unique])[index]
        np.add.at(total, positions, shares[:, None] * self.coefficients[rows])


@dataclass(frozen=True)
class MeanWeights:
    """The parts of each form, TF-IDF weighted and normalised form by form; tokens by their weight.

    What a form says does not depend on its neighbours, so it is worked out once and remembered.
    """

    block: Subwords
    vocabulary: Mapping[str, int]
    scale: Floats
    coefficients: Floats
    _forms: dict[str, Floats] = field(default_factory=dict, compare=False, repr=False)

    def add_to(self, total: Floats, context: ActorContext) -> None:
        """Add the contributions of each token to ``total``, shape (n_tokens, 3)."""
        found = list(self.block.occurrences(context))
        if not found:
            return
        weights = np.array([weight for _, weight, _ in found])
        says = np.array([self.says(form) for form, _, _ in found])
        positions = [position for _, _, position in found]
        total[positions] += weights[:, None] / np.sqrt((weights**2).sum()) * says

    def says(self, form: str) -> Floats:
        """What one form adds to each logit at weight 1, shape (3,)."""
        known = self._forms.get(form)
        if known is None:
            rows = [row for part in self.block.parts(form) if (row := self.vocabulary.get(part)) is not None]
            values = self.scale[rows]
            norm = np.sqrt((values**2).sum())
            known = values @ self.coefficients[rows] / norm if rows else np.zeros(len(LABELS))
            if len(self._forms) < _CACHED_FORMS:
                self._forms[form] = known
        return known


def _known(
    weights: BlockWeights, context: ActorContext
) -> tuple[NDArray[np.intp], Floats, NDArray[np.intp]] | None:
    """Rows, values and positions of the occurrences that have a weight."""
    lookup = weights.vocabulary.get
    found = [
        (row, value, position)
        for feature, value, position in weights.block.occurrences(context)
        if (row := lookup(feature)) is not None
    ]
    if not found:
        return None
    rows, values, positions = zip(*found, strict=True)
    return np.array(rows), np.array(values), np.array(positions)


def weights_of(
    block: Block, vocabulary: Mapping[str, int], scale: Floats, coefficients: Floats
) -> BlockWeights:
    """The weights class that fits the block's scaling."""
    if isinstance(block, Subwords):
        return MeanWeights(block, vocabulary, scale, coefficients)
    kind = LogWeights if block.scaling == "log" else TfidfWeights
    return kind(block, vocabulary, scale, coefficients)
