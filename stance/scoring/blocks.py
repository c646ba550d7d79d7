"""An ActorContext → weighted features, block by block."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from stance.errors import BundleError
from stance.records import ActorContext, Hit

__all__ = [
    "CATALOGUE",
    "DEFAULT_BLOCKS",
    "Between",
    "Block",
    "LexiconSums",
    "Occurrence",
    "Patterns",
    "Subwords",
    "Words",
    "Zones",
    "block_from_record",
]

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

    def tag_of(self, context: ActorContext) -> list[int]:
        """The number of each token's mark among :meth:`tags`: the first unless a block has several."""
        return [0] * len(context.tokens)

    def marked(self, tag: str, token: str) -> str:
        """The feature of a word that carries a mark."""
        return tag + token

    def weigh(self, distances: Sequence[int]) -> list[float]:
        """The weight of each token."""
        left, right = self.left, self.right
        return [1 / (1 + (d / right if d >= 0 else -d / left)) for d in distances]

    def to_record(self) -> dict[str, Any]:
        """Plain data for a bundle or a run's parameters."""
        return {"kind": self.kind, **asdict(self)}


def _ngrams(
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

    def tag_of(self, context: ActorContext) -> list[int]:
        """0 on the left, 1 on the right."""
        return [int(d >= 0) for d in context.distances] if self.sides else [0] * len(context.tokens)

    def occurrences(self, context: ActorContext) -> Iterator[Occurrence]:
        """Yield n-grams at their first token, with the weight of their nearest."""
        tokens, sentences = context.tokens, context.sentences
        weights = self.weigh(context.distances)
        sides = ["L_" if d < 0 else "R_" for d in context.distances] if self.sides else None
        for i in range(len(tokens)):
            side = sides[i] if sides else ""
            for ngram, weight, _ in _ngrams(i, tokens, weights, sentences, self.ngrams):
                yield side + ngram, weight, i


@dataclass(frozen=True)
class Zones(Block):
    """Words tagged with where they stand: the actor's clause, its sentence, elsewhere."""

    kind: ClassVar[str] = "zones"

    def tags(self) -> tuple[str, ...] | None:
        """Clause, sentence, document."""
        return ("C", "S", "D")

    def tag_of(self, context: ActorContext) -> list[int]:
        """The zone of each token."""
        return ["CSD".index(zone) for zone in context.zones]

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

    def tag_of(self, context: ActorContext) -> list[int]:
        """Twice the number of others, one more on the right."""
        rows = zip(context.between, context.distances, strict=True)
        return [2 * min(others, self.most) + (distance >= 0) for others, distance in rows]

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


_MOST = 10
_NEAR = 5
_FAR = 15
_LETTER = {"verb": "V", "noun": "N", "adj": "A", "adv": "A"}


@dataclass(frozen=True)
class LexiconSums(Block):
    """Sums of lexicon polarity by side, distance, clause, role, part of speech and quotation."""

    kind: ClassVar[str] = "lexicon"
    scaling: ClassVar[str] = "log"

    def occurrences(self, context: ActorContext) -> Iterator[Occurrence]:
        """Yield some fifteen sums for every hit."""
        weights = self.weigh(context.distances)
        length = 1 + len(context.tokens) / 100
        for hit in context.article.hits:
            i = hit.positions[0]
            strength = abs(hit.polarity)
            near = weights[i] * strength
            for name, value in self._sums(hit, context, i, near, strength, length):
                yield name, value, i

    @staticmethod
    def _sums(
        hit: Hit, context: ActorContext, i: int, near: float, strength: int, length: float
    ) -> Iterator[tuple[str, float]]:
        sign = "+" if hit.polarity > 0 else "-"
        distance = context.distances[i]
        side = "L" if distance < 0 else "R"
        zone = context.zones[i]
        points = _points_at(hit, context)
        entry = hit.entry
        yield sign, near
        yield sign + side, near
        yield f"{sign}{side}{min(context.between[i], 2)}", near
        yield f"zone{sign}{zone}", strength
        yield f"zone{sign}{zone}{side}", near
        yield f"points {points}{sign}", strength
        yield f"points {points}{sign} near", near
        yield f"points {points}{sign}{zone}", strength
        yield f"{entry.pos}{sign}", near
        yield f"{entry.role}{sign}{side}", near
        yield f"{entry.role}{sign} points {points}", near
        yield f"quoted{sign}{context.article.quoted[i]}", near
        yield f"all{sign}", strength / length
        if abs(distance) <= _NEAR:
            yield f"{_NEAR}{sign}{side}", strength
        if abs(distance) <= _FAR:
            yield f"{_FAR}{sign}{side}", strength
        if hit.negated:
            yield f"negated{sign}", near


def _points_at(hit: Hit, context: ActorContext) -> str:
    if hit.actor is None:
        return "?"
    return "here" if hit.actor == context.actor.id else "elsewhere"


@dataclass(frozen=True)
class Patterns(Block):
    """N-grams in which evaluative words are replaced by their sign: ``tgt V- ent``."""

    ngrams: int = 4

    kind: ClassVar[str] = "patterns"

    def occurrences(self, context: ActorContext) -> Iterator[Occurrence]:
        """Yield n-grams that hold a sign, at their first token."""
        tokens = list(context.tokens)
        signed = set()
        for hit in context.article.hits:
            first, *others = hit.positions
            sign = "+" if hit.entry.polarity > 0 else "-"
            tokens[first] = _LETTER.get(hit.entry.pos, "I") + sign
            signed.add(first)
            for i in others:
                tokens[i] = "." + sign
        weights = self.weigh(context.distances)
        sentences = context.sentences
        for i in sorted({j for s in signed for j in range(max(0, s - self.ngrams + 1), s + 1)}):
            holds = False
            for ngram, weight, last in _ngrams(i, tokens, weights, sentences, self.ngrams):
                holds = holds or last in signed
                if holds:
                    yield ngram, weight, i


_KINDS: dict[str, Callable[..., Block]] = {
    cls.kind: cls for cls in (Words, Zones, Between, Subwords, LexiconSums, Patterns)
}


def block_from_record(record: dict[str, Any]) -> Block:
    """Build a block from what :meth:`Block.to_record` wrote."""
    options = {key: tuple(v) if isinstance(v, list) else v for key, v in record.items()}
    kind = options.pop("kind", None)
    if kind not in _KINDS:
        raise BundleError(f"holds an unknown block {kind!r}", hint="a newer version wrote it")
    block = _KINDS[kind](**options)
    counts = [getattr(block, name, 1) for name in ("ngrams", "most")]
    if not all(isinstance(x, float) and x > 0 for x in (block.left, block.right)) or not all(
        isinstance(x, int) and 0 < x < _MOST for x in counts
    ):
        raise ValueError(f"block {block.name!r} has impossible options")
    return block


_BLOCKS = (
    Words("words"),
    Words("sides", left=3.0, right=10.0, sides=True, ngrams=1),
    Zones("zones"),
    Between("between"),
    LexiconSums("lexicon"),
    Subwords("subwords"),
    Patterns("patterns"),
)
CATALOGUE: dict[str, Block] = {block.name: block for block in _BLOCKS}
"""Every kind of block with the options that did best, by name."""

DEFAULT_BLOCKS: tuple[Block, ...] = tuple(
    block for block in _BLOCKS if block.name not in ("between", "patterns")
)
