"""An article and its mentions → one ActorContext per actor."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from stance.reading.coreference import resolve_german
from stance.reading.languages import PROFILES, LanguageProfile
from stance.reading.lexicon import Lexicon
from stance.reading.mentions import MentionFinder
from stance.reading.sentences import SentenceRules, split_sentences
from stance.reading.tokens import StemTable, Token, split_tokens
from stance.records import Actor, ActorContext, Article, ArticleTokens, Mention, MentionKind, Sentence

__all__ = ["OTHER", "TARGET", "ArticleReader", "build_context", "share_tokens"]

TARGET = "tgt"
OTHER = "ent"
_CLAUSE_MARKS = frozenset(",;:.!?–—()")
_QUOTE = re.compile(r"[„“”\"»«]")
_LONGEST_QUOTE = 900  # characters; a mark that is closed later was never opened


class ArticleReader:
    """Read articles into contexts; holds what is built once for all of them.

    Parameters
    ----------
    actors : iterable of Actor
        Whose mentions are looked for.
    language : str, default="de"
        Names the profile: how sentences end, what negates, how words are stemmed.
    rules : SentenceRules, optional
        Those of the profile unless given.
    lexicon : Lexicon, optional
        Without it contexts carry no hits.
    """

    def __init__(
        self,
        actors: Iterable[Actor],
        language: str = "de",
        rules: SentenceRules | None = None,
        lexicon: Lexicon | None = None,
    ) -> None:
        self.finder = MentionFinder(actors)
        self.language = language
        self.profile: LanguageProfile = PROFILES[language]
        self.rules = rules or self.profile.sentences
        self.lexicon = lexicon
        self.stems = StemTable(language)
        # Mentions, contexts and evidence of an article all ask for its sentences.
        self._last_split: tuple[Article | None, list[Sentence]] = (None, [])

    def with_actors(self, actors: Iterable[Actor]) -> ArticleReader:
        """Return a reader of the same language that looks for other actors."""
        return ArticleReader(actors, self.language, self.rules, self.lexicon)

    def read(self, article: Article, chosen: frozenset[str] | None = None) -> list[ActorContext]:
        """Build the context of every actor that the article mentions, in order of appearance.

        Parameters
        ----------
        article : Article
        chosen : frozenset of str, optional
            Ids of the actors wanted; the others are still masked.
        """
        mentions = self.finder.find(article)
        if chosen is None or any(m.actor.id in chosen for m in mentions):
            mentions = self.resolve(article, mentions)
        return self.build(article, mentions, chosen)

    def resolve(self, article: Article, mentions: Sequence[Mention]) -> list[Mention]:
        """Add the epithets and pronouns that stand for named actors, where the language has rules for it."""
        if self.language != "de" or not mentions:
            return list(mentions)
        return resolve_german(article.full_text, self.split(article), mentions)

    def build(
        self, article: Article, mentions: Sequence[Mention], chosen: frozenset[str] | None = None
    ) -> list[ActorContext]:
        """Build contexts from mentions that are known already."""
        actors = {m.actor.id: m.actor for m in mentions if chosen is None or m.actor.id in chosen}
        if not actors:
            return []
        shared = self.share(article, mentions)
        return [build_context(actor, shared, mentions) for actor in actors.values()]

    def share(self, article: Article, mentions: Sequence[Mention]) -> ArticleTokens:
        """Read what all contexts of an article have in common."""
        text = article.full_text
        sentences = self.split(article)
        if not self.profile.capital_nouns:
            mentions = _with_names(text, sentences, mentions)
        shared = share_tokens(text, split_tokens(text, self.stems), sentences, mentions)
        return self.lexicon.mark(shared) if self.lexicon else shared

    def split(self, article: Article) -> list[Sentence]:
        """Split the article's full text; the title is a sentence of its own."""
        seen, sentences = self._last_split
        if seen is not article:
            sentences = split_sentences(article.full_text, article.title_end, self.rules)
            self._last_split = (article, sentences)
        return sentences


_NAME = re.compile(
    r"[A-Z][\w.'’-]*[a-z]\w*(?:\s(?:(?:of|de|al|bin|van|von|the)\s)?[A-Z][\w'’-]+)*|[A-Z]{2,6}\b"
)


def _with_names(text: str, sentences: Sequence[Sentence], mentions: Sequence[Mention]) -> Sequence[Mention]:
    """Add what a capital shows to be a name, so that it is masked like any actor.

    A first word of a sentence shows nothing; so only languages that write nouns small are read so.
    """
    starts = {sentence.start for sentence in sentences}
    taken = [(m.start, m.end) for m in mentions]
    found = list(mentions)
    for name in _NAME.finditer(text):
        start, end = name.span()
        opens = start in starts or (start - 1 in starts and not text[start - 1].isalnum())
        if (opens and " " not in name[0]) or any(s < end and start < e for s, e in taken):
            continue
        bystander = Actor(f"~{name[0]}", name[0])
        found.append(Mention(bystander, start, end, name[0], MentionKind.name))
    return sorted(found, key=lambda m: m.start)


def share_tokens(
    text: str, tokens: Sequence[Token], sentences: Sequence[Sentence], mentions: Sequence[Mention]
) -> ArticleTokens:
    """Make one token of every mention, so that no weight can be learned for a name.

    Parameters
    ----------
    text : str
    tokens, sentences, mentions : sequences in reading order over the text
    """
    starts: list[int] = []
    forms: list[str] = []
    stems: list[str] = []
    owners: list[str | None] = []
    upcoming = iter(mentions)
    mention = next(upcoming, None)
    covered_to = -1
    for token in tokens:
        if token.end <= covered_to:
            continue
        while mention and mention.end <= token.start:
            mention = next(upcoming, None)
        starts.append(token.start)
        if mention and mention.start < token.end:
            forms.append("")
            stems.append(OTHER)
            owners.append(mention.actor.id)
            covered_to = mention.end
        else:
            forms.append(text[token.start : token.end])
            stems.append(token.stem)
            owners.append(None)
    first = [s.start for s in sentences]
    numbers = [max(0, bisect_right(first, start) - 1) for start in starts]
    return ArticleTokens(
        tuple(starts),
        tuple(forms),
        tuple(stems),
        tuple(owners),
        tuple(numbers),
        tuple(_number_clauses(forms, numbers)),
        tuple(_tell_quoted(text, starts)),
    )


def _number_clauses(forms: Sequence[str], sentences: Sequence[int]) -> Iterator[int]:
    clause = 0
    before = 0
    for form, sentence in zip(forms, sentences, strict=True):
        if form in _CLAUSE_MARKS or sentence != before:
            clause += 1
        before = sentence
        yield clause


def _tell_quoted(text: str, starts: Sequence[int]) -> Iterator[bool]:
    """Tell for each start whether it lies in quotation marks; marks alternate unless „ opens anew."""
    opened = -1
    spans = []
    for found in _QUOTE.finditer(text):
        if opened < 0 or found[0] == "„" or found.start() - opened >= _LONGEST_QUOTE:
            opened = found.start()
        else:
            spans.append((opened, found.end()))
            opened = -1
    left = [span[0] for span in spans]
    for start in starts:
        at = bisect_right(left, start) - 1
        yield at >= 0 and start < spans[at][1]


def build_context(actor: Actor, shared: ArticleTokens, mentions: Sequence[Mention]) -> ActorContext:
    """See an article's tokens from one actor: its mentions masked as ``tgt``, distances counted.

    Parameters
    ----------
    actor : Actor
    shared : ArticleTokens
    mentions : sequence of Mention
        Of all actors, in reading order.
    """
    targets = [i for i, owner in enumerate(shared.owners) if owner == actor.id]
    tokens = list(shared.stems)
    for i in targets:
        tokens[i] = TARGET
    distances = _nearest(targets, len(tokens))
    clauses = {shared.clauses[i] for i in targets}
    sentences = {shared.sentences[i] for i in targets}
    zones = tuple(
        "C" if clause in clauses else "S" if sentence in sentences else "D"
        for clause, sentence in zip(shared.clauses, shared.sentences, strict=True)
    )
    own = tuple(m for m in mentions if m.actor.id == actor.id)
    between = _count_between(distances, shared.owners, actor.id)
    return ActorContext(actor, shared, tuple(tokens), distances, between, zones, own)


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


def _count_between(distances: Sequence[int], owners: Sequence[str | None], actor_id: str) -> tuple[int, ...]:
    """How many other actors stand strictly between each token and the nearest mention."""
    others = np.array([owner is not None and owner != actor_id for owner in owners], dtype=np.intp)
    before = np.concatenate([[0], np.cumsum(others)])
    positions = np.arange(len(owners))
    nearest = np.clip(positions - np.array(distances, dtype=np.intp), 0, len(owners) - 1)
    low, high = np.minimum(positions, nearest), np.maximum(positions, nearest)
    return tuple(np.maximum(before[high] - before[low + 1], 0).tolist())
