"""An ActorContext → weighted features, block by block."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from stance.reading.context_batches import ZONES, ContextBatch, proximity
from stance.records import ActorContext

__all__ = ["Between", "Block", "Occurrence", "Subwords", "Words", "Zones", "ngrams_at"]

Ints = NDArray[np.intp]
Occurrence = tuple[str, float, int]
"""(feature, weight, position of the token it stands at)."""


@dataclass(frozen=True)
class Block(ABC):
    """A family of features; a token ``d`` tokens from the nearest mention weighs ``1 / (1 + d / reach)``.

    Parameters
    ----------
    name : str
        Names the block in the bundle and in MLflow.
    left, right : float
        Reach in tokens left and right of a mention. Tried first on English news sentences, where
        a short reach to the left and a long one to the right won.
    """

    name: str
    left: float = 5.0
    right: float = 20.0

    kind: ClassVar[str] = ""
    scaling: ClassVar[str] = "tfidf"
    """``tfidf``: tf · idf, L2-normalised. ``log``: log(1 + sum), divided by its root mean square.
    ``mean``: the weighted mean over tokens of what the parts of each form say."""

    @abstractmethod
    def occurrences(self, context: ActorContext) -> Iterator[Occurrence]:
        """Yield every feature of the context where it stands, with its weight."""

    def tags(self) -> tuple[str, ...] | None:
        """The marks that a single word can carry, None where features are more than marked words."""
        return None

    def tags_at(self, batch: ContextBatch) -> Ints:
        """The number of each token's mark among :meth:`tags`: the first unless a block has several."""
        return np.zeros(len(batch.places), dtype=np.intp)

    def marked(self, tag: str, token: str) -> str:
        """The feature of a word that carries a mark."""
        return tag + token

    def weigh(self, distances: Sequence[int]) -> list[float]:
        """The weight of each token."""
        weights: list[float] = proximity(np.array(distances, dtype=np.intp), self.left, self.right).tolist()
        return weights

    def to_record(self) -> dict[str, Any]:
        """Plain data for a bundle or a run's parameters."""
        return {"kind": self.kind, **asdict(self)}


def ngrams_at(
    first: int, tokens: Sequence[str], weights: Sequence[float], sentences: Sequence[int], most: int
) -> Iterator[tuple[str, float, int]]:
    """Yield the n-grams that begin at ``first``: words, weight of their nearest token, last position.

    None is longer than ``most`` or reaches over the end of a sentence.
    """
    feature, weight = tokens[first], weights[first]
    yield feature, weight, first
    for j in range(first + 1, min(first + most, len(tokens))):
        if sentences[j] != sentences[first]:
            return
        feature += " " + tokens[j]
        weight = max(weight, weights[j])
        yield feature, weight, j


@dataclass(frozen=True)
class Words(Block):
    """Word n-grams.

    Parameters
    ----------
    sides : bool
        Tag each feature with its side (``L_``, ``R_``).
    ngrams : int
        Longest n-gram; none reaches over the end of a sentence.
    """

    sides: bool = False
    ngrams: int = 2

    kind: ClassVar[str] = "words"

    def tags(self) -> tuple[str, ...] | None:
        """Left and right, or none; n-grams beyond two words are not coded."""
        if self.ngrams > 2 or (self.sides and self.ngrams > 1):
            return None
        return ("L_", "R_") if self.sides else ("",)

    def tags_at(self, batch: ContextBatch) -> Ints:
        """0 on the left, 1 on the right."""
        return (batch.distances >= 0).astype(np.intp) if self.sides else super().tags_at(batch)

    def occurrences(self, context: ActorContext) -> Iterator[Occurrence]:
        """Yield n-grams at their first token, with the weight of their nearest."""
        tokens, sentences = context.tokens, context.sentences
        weights = self.weigh(context.distances)
        sides = ["L_" if d < 0 else "R_" for d in context.distances] if self.sides else None
        for i in range(len(tokens)):
            side = sides[i] if sides else ""
            for ngram, weight, _ in ngrams_at(i, tokens, weights, sentences, self.ngrams):
                yield side + ngram, weight, i


@dataclass(frozen=True)
class Zones(Block):
    """Words tagged with where they stand: the actor's clause, its sentence, elsewhere."""

    kind: ClassVar[str] = "zones"

    def tags(self) -> tuple[str, ...] | None:
        """Clause, sentence, document."""
        return tuple(ZONES)

    def tags_at(self, batch: ContextBatch) -> Ints:
        """The zone of each token."""
        return batch.zones.astype(np.intp)

    def occurrences(self, context: ActorContext) -> Iterator[Occurrence]:
        """Yield each word once."""
        weights = self.weigh(context.distances)
        for i, (zone, token) in enumerate(zip(context.zones, context.tokens, strict=True)):
            yield zone + token, weights[i], i


@dataclass(frozen=True)
class Between(Block):
    """Words tagged with their side and with how many other actors stand between them and the actor."""

    most: int = 3

    kind: ClassVar[str] = "between"

    def tags(self) -> tuple[str, ...] | None:
        """How many others, and the side."""
        return tuple(f"|{n}{side}" for n in range(self.most + 1) for side in "LR")

    def tags_at(self, batch: ContextBatch) -> Ints:
        """Twice the number of others, one more on the right."""
        others = np.minimum(batch.between(np.arange(len(batch.places))), self.most)
        return np.asarray(2 * others + (batch.distances >= 0))

    def marked(self, tag: str, token: str) -> str:
        """The mark stands behind the word."""
        return token + tag

    def occurrences(self, context: ActorContext) -> Iterator[Occurrence]:
        """Yield each word once."""
        weights = self.weigh(context.distances)
        rows = zip(context.tokens, context.between, context.distances, strict=True)
        for i, (token, others, distance) in enumerate(rows):
            side = "L" if distance < 0 else "R"
            yield f"{token}|{min(others, self.most)}{side}", weights[i], i


@dataclass(frozen=True)
class Subwords(Block):
    """Beginnings and ends of words: what compounds and unknown words have in common with known ones."""

    lengths: tuple[int, ...] = (3, 4, 5, 6, 7)

    kind: ClassVar[str] = "subwords"
    scaling: ClassVar[str] = "mean"

    def occurrences(self, context: ActorContext) -> Iterator[Occurrence]:
        """Yield each word as written, in lower case."""
        weights = self.weigh(context.distances)
        for i, form in enumerate(context.article.forms):
            if form[:1].isalpha():
                yield form.lower(), weights[i], i

    def parts(self, form: str) -> list[str]:
        """The features of one form: ``^rück``, ``tritt$``, and itself."""
        found = [f"^{form}$"]
        for length in self.lengths:
            if length < len(form):
                found += (f"^{form[:length]}", f"{form[-length:]}$")
        return found
