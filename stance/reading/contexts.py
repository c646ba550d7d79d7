"""Articles and their mentions → the contexts of the actors they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from stance.reading.context_batches import ContextBatch
from stance.reading.coreference import resolve_german
from stance.reading.languages import PROFILES, LanguageProfile
from stance.reading.lexicon import Lexicon
from stance.reading.mentions import MentionFinder
from stance.reading.sentences import SentenceRules, split_sentences
from stance.reading.spans import Spans
from stance.reading.token_batches import TokenBatch
from stance.reading.tokens import TokenSpans, split_tokens
from stance.reading.vocabulary import MENTION, Column, Vocabulary
from stance.records import Actor, ActorContext, Article, ArticleTokens, Mention, MentionKind, Sentence

__all__ = ["ArticleReader"]

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
        self.vocabulary = Vocabulary(language)
        self._ends_clause = Column(lambda forms: [form in _CLAUSE_MARKS for form in forms], dtype=bool)

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
        return self.read_batch([article], chosen)[1].contexts()

    def read_batch(
        self, articles: Iterable[Article], chosen: frozenset[str] | None = None
    ) -> tuple[list[Article], ContextBatch]:
        """Read several articles at once.

        Returns
        -------
        list of Article
            Those that mention a wanted actor.
        ContextBatch
            Their contexts.
        """
        named, found, spans = [], [], []
        for article in articles:
            mentions = self.finder.find(article)
            if any(chosen is None or m.actor.id in chosen for m in mentions):
                sentences = self.split(article)
                named.append(article)
                spans.append(sentences)
                found.append(self.resolve(article, mentions, sentences))
        return named, _see(self._share(named, found, spans), found, chosen)

    def resolve(
        self, article: Article, mentions: Sequence[Mention], sentences: Sequence[Sentence] | None = None
    ) -> list[Mention]:
        """Add the epithets and pronouns that stand for named actors, where the language has rules for it."""
        if self.language != "de" or not mentions:
            return list(mentions)
        return resolve_german(article.full_text, sentences or self.split(article), mentions)

    def build(
        self, article: Article, mentions: Sequence[Mention], chosen: frozenset[str] | None = None
    ) -> list[ActorContext]:
        """Build contexts from mentions that are known already."""
        if not any(chosen is None or m.actor.id in chosen for m in mentions):
            return []
        shared = self._share([article], [mentions], [self.split(article)])
        return _see(shared, [mentions], chosen).contexts()

    def share(self, article: Article, mentions: Sequence[Mention]) -> ArticleTokens:
        """Read what all contexts of an article have in common."""
        return self._share([article], [mentions], [self.split(article)]).article(0)

    def split(self, article: Article) -> list[Sentence]:
        """Split the article's full text; the title is a sentence of its own."""
        return split_sentences(article.full_text, article.title_end, self.rules)

    def _share(
        self,
        articles: Sequence[Article],
        mentions: Sequence[Sequence[Mention]],
        spans: Sequence[Sequence[Sentence]],
    ) -> TokenBatch:
        if self.vocabulary.is_worn:
            self.vocabulary = Vocabulary(self.language)
        texts = [article.full_text for article in articles]
        if not self.profile.capital_nouns:
            rows = zip(texts, spans, mentions, strict=True)
            mentions = [_with_names(text, sentences, found) for text, sentences, found in rows]
        joined = "\n".join(texts)
        bases = np.cumsum([0, *(len(text) + 1 for text in texts)])
        tokens = split_tokens(joined)
        forms = self.vocabulary.find(joined, tokens)
        actors: dict[str, int] = {}
        owners, dropped = _mask(tokens, mentions, bases, actors)
        forms[owners >= 0] = MENTION
        if dropped.any():
            kept = ~dropped
            owners, forms = owners[kept], forms[kept]
            tokens = TokenSpans(tokens.starts[kept], tokens.ends[kept], tokens.hashes[kept])
        sentences = _number_sentences(tokens, spans, bases)
        marks = self._ends_clause.over(self.vocabulary.forms)[forms]
        offsets = np.searchsorted(tokens.starts, bases)
        batch = TokenBatch(
            vocabulary=self.vocabulary,
            offsets=offsets,
            starts=tokens.starts - np.repeat(bases[:-1], np.diff(offsets)),
            forms=forms,
            stems=self.vocabulary.stems_of(forms),
            owners=owners,
            sentences=sentences,
            clauses=np.cumsum(marks | (np.diff(sentences, prepend=0) != 0)),
            quoted=_tell_quoted(tokens.starts, texts, bases),
            actors=list(actors),
            spans=spans,
        )
        return self.lexicon.mark(batch) if self.lexicon else batch


_NAME = re.compile(
    r"[A-Z][\w.'’-]*[a-z]\w*(?:\s(?:(?:of|de|al|bin|van|von|the)\s)?[A-Z][\w'’-]+)*|[A-Z]{2,6}\b"
)


def _with_names(text: str, sentences: Sequence[Sentence], mentions: Sequence[Mention]) -> Sequence[Mention]:
    """Add what a capital shows to be a name, so that it is masked like any actor.

    A first word of a sentence shows nothing; so only languages that write nouns small are read so.
    """
    starts = {sentence.start for sentence in sentences}
    taken = Spans((m.start, m.end) for m in mentions)
    found = list(mentions)
    for name in _NAME.finditer(text):
        start, end = name.span()
        opens = start in starts or (start - 1 in starts and not text[start - 1].isalnum())
        if (opens and " " not in name[0]) or taken.overlap(start, end):
            continue
        bystander = Actor(f"~{name[0]}", name[0])
        found.append(Mention(bystander, start, end, name[0], MentionKind.name))
    return sorted(found, key=lambda m: m.start)


def _mask(
    tokens: TokenSpans,
    mentions: Sequence[Sequence[Mention]],
    bases: NDArray[np.intp],
    actors: dict[str, int],
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Give the first token of every mention its owner; the other tokens it covers are to be dropped."""
    owners = np.full(len(tokens.starts), -1, dtype=np.intp)
    dropped = np.zeros(len(tokens.starts), dtype=bool)
    found = [
        (base + m.start, base + m.end, actors.setdefault(m.actor.id, len(actors)))
        for base, ones in zip(bases.tolist(), mentions, strict=False)
        for m in ones
    ]
    if not found or not len(tokens.starts):
        return owners, dropped
    starts, ends, numbers = np.array(found, dtype=np.intp).T
    first = np.searchsorted(tokens.ends, starts, side="right")
    fits = first < len(tokens.starts)
    fits[fits] = tokens.starts[first[fits]] < ends[fits]
    # Of two mentions in one token the first has it.
    fits[1:] &= first[1:] != first[:-1]
    owners[first[fits]] = numbers[fits]
    behind = np.searchsorted(tokens.ends, ends, side="right")
    for begin, end in zip((first[fits] + 1).tolist(), behind[fits].tolist(), strict=True):
        if begin < end:
            dropped[begin:end] = True
    return owners, dropped


def _number_sentences(
    tokens: TokenSpans, spans: Sequence[Sequence[Sentence]], bases: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Number each token's sentence through the batch; an article without one counts for one."""
    begins = []
    for base, sentences in zip(bases.tolist(), spans, strict=False):
        # What stands before the first sentence belongs to it.
        begins.append(base)
        begins += [base + sentence.start for sentence in sentences[1:]]
    return np.searchsorted(np.array(begins, dtype=np.intp), tokens.starts, side="right") - 1


def _tell_quoted(
    starts: NDArray[np.intp], texts: Sequence[str], bases: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Tell which tokens lie in quotation marks; marks alternate unless „ opens anew."""
    spans = []
    for base, text in zip(bases.tolist(), texts, strict=False):
        opened = -1
        for found in _QUOTE.finditer(text):
            if opened < 0 or found[0] == "„" or found.start() - opened >= _LONGEST_QUOTE:
                opened = found.start()
            else:
                spans.append((base + opened, base + found.end()))
                opened = -1
    depth = np.zeros(len(starts) + 1, dtype=np.int8)
    if spans:
        edges = np.searchsorted(starts, np.array(spans))
        np.add.at(depth, edges[:, 0], 1)
        np.add.at(depth, edges[:, 1], -1)
    return np.asarray(np.cumsum(depth[:-1]) > 0)


def _see(
    tokens: TokenBatch, mentions: Sequence[Sequence[Mention]], chosen: frozenset[str] | None
) -> ContextBatch:
    """See an article's tokens from each wanted actor, in order of first mention."""
    numbers = {key: number for number, key in enumerate(tokens.actors)}
    articles, owners, actors = [], [], []
    for article, found in enumerate(mentions):
        for key, actor in {m.actor.id: m.actor for m in found}.items():
            if chosen is None or key in chosen:
                articles.append(article)
                owners.append(numbers[key])
                actors.append(actor)
    return ContextBatch(
        tokens, np.array(articles, dtype=np.intp), np.array(owners, dtype=np.intp), actors, mentions
    )
