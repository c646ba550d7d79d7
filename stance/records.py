"""The nouns of the project: frozen records that pass from one stage to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from stance.errors import ActorError

__all__ = [
    "LABELS",
    "PARTS_OF_SPEECH",
    "ROLES",
    "Actor",
    "ActorContext",
    "ActorKind",
    "Article",
    "ArticleTokens",
    "Entry",
    "Evidence",
    "Hit",
    "Label",
    "Mention",
    "MentionKind",
    "Part",
    "Prediction",
    "Predictions",
    "Sentence",
    "Voice",
    "VoiceKind",
    "VoiceShare",
    "WordShare",
]


class Label(StrEnum):
    """Stance toward an actor; tonality +1, 0, -1."""

    favor = "favor"
    neutral = "neutral"
    against = "against"


# Order of the columns in every array of probabilities or weights: scikit-learn sorts its classes.
LABELS: tuple[Label, ...] = (Label.against, Label.favor, Label.neutral)


class ActorKind(StrEnum):
    """What an actor is; decides which mention rules apply."""

    person = "person"
    state = "state"
    party = "party"
    organisation = "organisation"
    institution = "institution"
    company = "company"
    other = "other"


class MentionKind(StrEnum):
    """The rule by which a string counted as a mention."""

    name = "name"
    inflected = "inflected"
    adjective = "adjective"
    metonym = "metonym"
    compound = "compound"
    epithet = "epithet"
    pronoun = "pronoun"


class Part(StrEnum):
    """The part of an article whose characters an offset counts."""

    TITLE = "title"
    TEXT = "text"


@dataclass(frozen=True)
class Article:
    """A news article; everything but ``text`` is optional.

    Offsets count characters of ``text``. A title that ``text`` does not begin with is read before
    it; what is found there says so by ``part``.
    """

    text: str
    title: str | None = None
    id: str | None = None
    outlet: str | None = None
    published: str | None = None
    url: str | None = None
    language: str | None = None
    path: str | None = None

    @cached_property
    def full_text(self) -> str:
        """Title and text as they are read: ``text`` itself where the title stands in it."""
        return self.text if self.text_start == 0 else f"{self.title}\n\n{self.text}"

    @cached_property
    def text_start(self) -> int:
        """Where ``text`` begins in ``full_text``."""
        if not self.title or self.text.lstrip().startswith(self.title):
            return 0
        return len(self.title) + 2

    @cached_property
    def title_end(self) -> int:
        """Where the title ends in ``full_text``; 0 without a title."""
        if not self.title:
            return 0
        return self.full_text.index(self.title) + len(self.title)

    def locate(self, start: int, end: int) -> tuple[Part, int, int]:
        """Turn a span of ``full_text`` into (part, start, end) as a user counts."""
        if start < self.text_start:
            return Part.TITLE, start, end
        return Part.TEXT, start - self.text_start, end - self.text_start


@dataclass(frozen=True)
class Actor:
    """Somebody an article may take a stance toward, with the forms it is named by.

    ``forms`` count wherever they stand. ``surname`` counts only after the full name. ``adjective``
    (``russisch``) counts with an acting noun, ``prefixes`` (``US``) only as the first part of a
    compound, ``metonyms`` (``Moskau``) only where they act.
    ``exclusions`` are strings that contain a form and mean somebody else.
    """

    id: str
    name: str
    forms: tuple[str, ...] = ()
    kind: ActorKind = ActorKind.other
    surname: str | None = None
    adjective: str | None = None
    prefixes: tuple[str, ...] = ()
    metonyms: tuple[str, ...] = ()
    epithets: tuple[str, ...] = ()
    exclusions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a bare string where a tuple of strings is meant: it would count letters."""
        for name in ("forms", "prefixes", "metonyms", "epithets", "exclusions"):
            if isinstance(getattr(self, name), str):
                raise ActorError(f"{name} of {self.name!r} is a string", hint='write ("form", "form")')


@dataclass(frozen=True)
class Mention:
    """A span that names an actor, with the rule that made it count."""

    actor: Actor = field(repr=False)
    start: int
    end: int
    form: str
    kind: MentionKind
    part: Part = Part.TEXT


class Sentence(NamedTuple):
    """A span of an article's full text that holds one sentence, headline or dateline."""

    start: int
    end: int


class VoiceKind(StrEnum):
    """How a text gives somebody the word."""

    direct = "direct"
    indirect = "indirect"
    attributed = "attributed"
    headline = "headline"


@dataclass(frozen=True)
class Voice:
    """A span of an article's full text in which ``holder`` speaks and not the author.

    ``holder`` is an actor where a mention of one tells it, else the name or role as the text gives
    it ("ein Sprecher des Ministeriums"), ``""`` where the text names nobody, None for the author.
    """

    start: int
    end: int
    holder: Actor | str | None
    kind: VoiceKind


PARTS_OF_SPEECH = ("verb", "noun", "adj", "adv", "idiom", "lvc")
"""Of lexicon entries; ``lvc`` is a light-verb construction."""

ROLES = ("subject", "object", "genitive", "any")
"""Where the actor stands that a lexicon entry casts its light on."""


class Entry(NamedTuple):
    """A word or expression of the lexicon that casts a light on an actor.

    Attributes
    ----------
    lemma : str
        Dictionary form; the verb of a German expression stands last.
    pos : str
        ``verb``, ``noun``, ``adj``, ``adv``, ``idiom`` or ``lvc`` (light-verb construction).
    polarity : int
        -2, -1, 1 or 2, for the actor in the given role.
    role : str
        ``subject``, ``object``, ``genitive`` or ``any``: where that actor stands.
    frame : str
        Case or preposition that marks the role (``dat``, ``gegen+acc``, ``against``).
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
    """An entry found at token ``positions``; ``actor`` is whom it points at, None where unclear."""

    entry: Entry
    positions: tuple[int, ...]
    actor: str | None
    negated: bool

    @property
    def polarity(self) -> int:
        """The entry's polarity, turned by a negation."""
        return -self.entry.polarity if self.negated else self.entry.polarity


@dataclass(frozen=True)
class ArticleTokens:
    """An article's tokens as all its actors share them: every mention is one token.

    All sequences but ``hits`` have one item per token. ``forms`` holds the words as written and
    ``""`` where a mention stands, ``owners`` the id of the mentioned actor. A clause ends at a
    comma, a colon, a dash, a bracket; ``quoted`` tells what stands inside quotation marks.
    """

    starts: tuple[int, ...]
    forms: tuple[str, ...]
    stems: tuple[str, ...]
    owners: tuple[str | None, ...]
    sentences: tuple[int, ...]
    clauses: tuple[int, ...]
    quoted: tuple[bool, ...]
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True)
class ActorContext:
    """The tokens of an article as seen from one actor; the row that the model scores.

    All sequences have one item per token. ``distances`` counts tokens to the nearest mention:
    negative where the token stands left of it, positive right of it, 0 on it. ``between`` counts
    the other actors that stand between. ``zones`` is ``C`` in a clause that names the actor, ``S``
    elsewhere in a sentence that does, ``D`` elsewhere in the document.
    """

    actor: Actor
    article: ArticleTokens
    tokens: tuple[str, ...]
    distances: tuple[int, ...]
    between: tuple[int, ...]
    zones: tuple[str, ...]
    mentions: tuple[Mention, ...]

    @property
    def sentences(self) -> tuple[int, ...]:
        """The number of the sentence that each token stands in."""
        return self.article.sentences


@dataclass(frozen=True)
class Evidence:
    """A sentence and its exact share of the margin between favor and against.

    ``contribution`` is in logits: positive speaks for the actor, negative against it.
    """

    start: int
    end: int
    text: str
    contribution: float
    part: Part = Part.TEXT


@dataclass(frozen=True)
class VoiceShare:
    """What one holder says of an actor: its exact share of the margin between favor and against.

    ``contribution`` is in logits; ``spans`` are (part, start, end), none for the author, who has what
    the others leave. ``holder`` as of :class:`Voice`.
    """

    holder: Actor | str | None
    contribution: float
    spans: tuple[tuple[Part, int, int], ...] = ()


@dataclass(frozen=True)
class WordShare:
    """A word where it stands, and its exact share of the margin between favor and against, in logits.

    An n-gram counts at its first word.
    """

    start: int
    end: int
    form: str
    contribution: float
    part: Part = Part.TEXT


@dataclass(frozen=True)
class Prediction:
    """The stance an article conveys toward one actor.

    ``score`` = P(favor) - P(against), the tonality from -1 to +1. ``abstained`` is true where the
    confidence lies below the threshold asked for, ``ambivalent`` where some sentences speak strongly
    for the actor and others strongly against it. ``voices`` and ``words`` are
    empty unless asked for.
    """

    article_id: str | None
    actor: Actor
    label: Label
    probabilities: Mapping[Label, float]
    abstained: bool
    evidence: tuple[Evidence, ...]
    mentions: tuple[Mention, ...]
    ambivalent: bool = False
    voices: tuple[VoiceShare, ...] = ()
    words: tuple[WordShare, ...] = ()

    @property
    def score(self) -> float:
        """P(favor) - P(against)."""
        return self.probabilities[Label.favor] - self.probabilities[Label.against]

    @property
    def confidence(self) -> float:
        """The probability of the label."""
        return self.probabilities[self.label]

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return Predictions([self])._repr_html_()


class Predictions(list[Prediction]):
    """A list of predictions that a notebook shows as a table."""

    def _repr_html_(self) -> str:
        # The one look to the right: how a record is shown is serving's business.
        from stance.serving.notebook import predictions_to_html

        return predictions_to_html(self)
