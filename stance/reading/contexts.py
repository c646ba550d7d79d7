"""An article and its mentions → one ActorContext per actor."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from stance.reading.mentions import MentionFinder
from stance.reading.sentences import GERMAN, SentenceRules, split_sentences
from stance.reading.tokens import StemTable, Token, split_tokens
from stance.records import Actor, ActorContext, Article, Mention, Sentence

__all__ = ["OTHER", "TARGET", "ArticleReader", "build_context"]

TARGET = "tgt"
OTHER = "ent"


class ArticleReader:
    """Read articles into contexts; holds what is built once for all of them.

    Parameters
    ----------
    actors : iterable of Actor
        Whose mentions are looked for.
    language : str, default="de"
    rules : SentenceRules
    """

    def __init__(self, actors: Iterable[Actor], language: str = "de", rules: SentenceRules = GERMAN) -> None:
        self.finder = MentionFinder(actors)
        self.language = language
        self.rules = rules
        self.stems = StemTable(language)

    def with_actors(self, actors: Iterable[Actor]) -> ArticleReader:
        """Return a reader of the same language that looks for other actors."""
        return ArticleReader(actors, self.language, self.rules)

    def read(self, article: Article, chosen: frozenset[str] | None = None) -> list[ActorContext]:
        """Build the context of every actor that the article mentions, in order of appearance.

        Parameters
        ----------
        article : Article
        chosen : frozenset of str, optional
            Ids of the actors wanted; the others are still masked.
        """
        return self.build(article, self.finder.find(article), chosen)

    def build(
        self, article: Article, mentions: Sequence[Mention], chosen: frozenset[str] | None = None
    ) -> list[ActorContext]:
        """Build contexts from mentions that are known already."""
        actors = {m.actor.id: m.actor for m in mentions if chosen is None or m.actor.id in chosen}
        if not actors:
            return []
        tokens = split_tokens(article.full_text, self.stems)
        sentences = self.split(article)
        return [build_context(actor, tokens, sentences, mentions) for actor in actors.values()]

    def split(self, article: Article) -> list[Sentence]:
        """Split the article's full text; the title is a sentence of its own."""
        return split_sentences(article.full_text, article.title_end, self.rules)


def build_context(
    actor: Actor, tokens: Sequence[Token], sentences: Sequence[Sentence], mentions: Sequence[Mention]
) -> ActorContext:
    """See an article's tokens from one actor: its mentions masked, distances counted.

    Each mention becomes one token, ``tgt`` for the actor and ``ent`` for any other, so that no
    weight can be learned for a name.

    Parameters
    ----------
    actor : Actor
    tokens, sentences, mentions : sequences in reading order over the same text

    Returns
    -------
    ActorContext
    """
    masked: list[str] = []
    owners: list[int] = []
    targets: list[int] = []
    starts = [s.start for s in sentences]
    upcoming = iter(mentions)
    mention = next(upcoming, None)
    covered_to = -1
    for token in tokens:
        if token.end <= covered_to:
            continue
        while mention and mention.end <= token.start:
            mention = next(upcoming, None)
        stem = token.stem
        if mention and mention.start < token.end:
            is_target = mention.actor.id == actor.id
            if is_target:
                targets.append(len(masked))
            stem = TARGET if is_target else OTHER
            covered_to = mention.end
        masked.append(stem)
        owners.append(max(0, bisect_right(starts, token.start) - 1))
    own = tuple(m for m in mentions if m.actor.id == actor.id)
    return ActorContext(actor, tuple(masked), _nearest(targets, len(masked)), tuple(owners), own)


def _nearest(targets: Sequence[int], length: int) -> tuple[int, ...]:
    """Signed distance of each position to the nearest target; negative left of it.

    A tie goes to the target on the right: German names its actor after the verb more often than
    it comments behind it.
    """
    if not targets:
        return (length,) * length
    distances = []
    following = 0
    for position in range(length):
        while following < len(targets) and targets[following] < position:
            following += 1
        left = position - targets[following - 1] if following else length
        right = targets[following] - position if following < len(targets) else length
        distances.append(-right if right <= left else left)
    return tuple(distances)
