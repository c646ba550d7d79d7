"""Compiled weights + contexts → predictions, with numpy only."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from stance.errors import ActorError, ArticleError
from stance.reading.context_batches import ContextBatch
from stance.reading.contexts import ArticleReader
from stance.reading.rebatching import batch_contexts
from stance.records import (
    LABELS,
    Actor,
    ActorContext,
    Article,
    Evidence,
    Label,
    Mention,
    Prediction,
    Predictions,
    Sentence,
    VoiceShare,
    WordShare,
)
from stance.scoring.decision import Decision
from stance.scoring.weights import BlockWeights

__all__ = ["BATCH", "LinearScorer", "Model", "batch_articles", "two_sidedness"]

Floats = NDArray[np.float64]
BATCH = 64
"""Articles (or contexts) read at once."""
_BATCH_CHARACTERS = 400_000
_LOCK = threading.RLock()
_FAVOR, _AGAINST = LABELS.index(Label.favor), LABELS.index(Label.against)


@dataclass(frozen=True)
class LinearScorer:
    """A multinomial linear model over blocks.

    Attributes
    ----------
    blocks : sequence of BlockWeights
    intercept : ndarray of shape (3,)
    """

    blocks: Sequence[BlockWeights]
    intercept: Floats

    def contributions(self, batch: ContextBatch) -> Floats:
        """What each token adds to each logit; with the intercept they sum to the logits.

        Returns
        -------
        ndarray of shape (3, n_tokens of all contexts)
            An n-gram counts at its first token.
        """
        total = np.zeros((len(LABELS), len(batch.places)))
        for weights in self.blocks:
            weights.add_to(total, batch)
        return total

    def logits(self, batch: ContextBatch, contributions: Floats | None = None) -> Floats:
        """The logits of each context, shape (n_contexts, 3)."""
        if contributions is None:
            contributions = self.contributions(batch)
        return np.stack([batch.sum_rows(row) for row in contributions], axis=1) + self.intercept

    def logits_of(self, contexts: Sequence[ActorContext]) -> Floats:
        """The logits of any number of contexts given as records, shape (n_contexts, 3)."""
        parts = [contexts[i : i + BATCH] for i in range(0, len(contexts), BATCH)]
        found = [self.logits(batch_contexts(part)) for part in parts]
        return np.concatenate([np.zeros((0, len(LABELS))), *found])

    def digest(self) -> str:
        """A SHA-256 over all names and numbers learned, in order."""
        digest = hashlib.sha256()
        for weights in self.blocks:
            digest.update("\n".join(weights.vocabulary).encode())
            digest.update(np.ascontiguousarray(weights.scale).tobytes())
            digest.update(np.ascontiguousarray(weights.coefficients).tobytes())
        digest.update(np.ascontiguousarray(self.intercept).tobytes())
        return digest.hexdigest()


@dataclass(frozen=True)
class Model:
    """A trained stance model: what a bundle holds, ready to predict.

    Attributes
    ----------
    scorer : LinearScorer
    decision : Decision
        Calibration, threshold of abstention and of ambivalence.
    reader : ArticleReader
        Knows the registered actors and how the language's sentences end.
    manifest : dict
        Format, versions, labels, language, digests, metrics.
    """

    scorer: LinearScorer
    reader: ArticleReader
    manifest: dict[str, object] = field(default_factory=dict)
    decision: Decision = field(default_factory=Decision)

    @property
    def actors(self) -> tuple[Actor, ...]:
        """The registered actors, predicted for unless others are given."""
        return self.reader.finder.actors

    def predict(
        self,
        articles: Article | Iterable[Article],
        actors: Iterable[Actor] | None = None,
        *,
        min_confidence: float | None = None,
        max_evidence: int = 3,
        prior: Floats | None = None,
        voices: bool = False,
        max_words: int = 0,
    ) -> Predictions:
        """Say which stance each article conveys toward each actor that it mentions.

        Parameters
        ----------
        articles : Article or iterable of Article
        actors : iterable of Actor, optional
            Only these are predicted; by default every registered actor. Registered actors that
            are not asked for are still masked in the text.
        min_confidence : float, optional
            Below this probability of the label a prediction is marked as abstained; by default
            the model's own threshold, 0 never abstains.
        max_evidence : int, default=3
            Sentences of evidence per prediction.
        prior : ndarray of shape (3,), optional
            Shares of against, favor, neutral in the texts at hand where they differ from natural
            news; see :func:`stance.scoring.decision.parse_prior`.
        voices : bool, default=False
            Tell what the author and each voice the article gives the word to contribute.
        max_words : int, default=0
            Words per prediction that contribute most, either way.

        Returns
        -------
        Predictions
            A list: by article, then in order of first mention; none for an actor without a mention.

        Raises
        ------
        ArticleError, ActorError
            Where something else than articles or actors is given.
        """
        found = self.stream(
            _checked_articles(articles),
            actors,
            min_confidence=min_confidence,
            max_evidence=max_evidence,
            prior=prior,
            voices=voices,
            max_words=max_words,
        )
        return Predictions(prediction for _, predictions in found for prediction in predictions)

    def stream(
        self,
        articles: Iterable[Article],
        actors: Iterable[Actor] | None = None,
        *,
        min_confidence: float | None = None,
        max_evidence: int = 3,
        prior: Floats | None = None,
        voices: bool = False,
        max_words: int = 0,
    ) -> Iterator[tuple[Article, list[Prediction]]]:
        """Predict article by article as they come; at most a batch is held in memory.

        Options as of :meth:`predict`. An article without a mention comes with no predictions.
        """
        reader, chosen = self._reader_for(actors)
        for batch in batch_articles(articles):
            # Forms and their weights are remembered in tables that all threads share.
            with _LOCK:
                named, contexts = reader.read_batch(batch, chosen)
                found = self._judge(named, contexts, min_confidence, max_evidence, prior, voices, max_words)
            for article in batch:
                yield article, found.get(id(article), [])

    def _reader_for(self, actors: Iterable[Actor] | None) -> tuple[ArticleReader, frozenset[str] | None]:
        if actors is None:
            return self.reader, None
        wanted = {actor.id: actor for actor in _checked_actors(actors)}
        known = {actor.id: actor for actor in self.actors}
        chosen = frozenset(wanted)
        if all(known.get(key) == actor for key, actor in wanted.items()):
            return self.reader, chosen
        # An actor asked for comes first: a form it shares with a registered one is its own.
        return self.reader.with_actors({**wanted, **known, **wanted}.values()), chosen

    def _judge(
        self,
        articles: Sequence[Article],
        batch: ContextBatch,
        min_confidence: float | None,
        max_evidence: int,
        prior: Floats | None,
        voices: bool,
        max_words: int,
    ) -> dict[int, list[Prediction]]:
        """Score a batch and collect the evidence; by the identity of the article."""
        decision = self.decision
        contributions = self.scorer.contributions(batch)
        shares = decision.probabilities(self.scorer.logits(batch, contributions), prior)
        margins = decision.scale * (contributions[_FAVOR] - contributions[_AGAINST])
        sums, naming = batch.sum_sentences(margins), batch.naming_sentences()
        sided = two_sidedness(sums, naming)
        spoken = self._share(articles, batch, margins) if voices else [()] * len(batch)
        threshold = decision.threshold if min_confidence is None else min_confidence
        found: dict[int, list[Prediction]] = {}
        for k, number in enumerate(batch.articles.tolist()):
            article, row = articles[number], shares[k].tolist()
            best = max(range(len(LABELS)), key=row.__getitem__)
            chosen = (
                _rank_sentences(sums[k], naming[k], LABELS[best])[:max_evidence] if max_evidence > 0 else ()
            )
            prediction = Prediction(
                article_id=article.id,
                actor=batch.actors[k],
                label=LABELS[best],
                probabilities=dict(zip(LABELS, row, strict=True)),
                abstained=row[best] < threshold,
                evidence=tuple(
                    _cite(article, batch.tokens.spans[number][i], float(sums[k][i])) for i in chosen
                ),
                mentions=tuple(_located(m, article) for m in batch.mentions_of(k)),
                ambivalent=sided[k] > decision.ambivalence,
                voices=spoken[k],
                words=_pick_words(article, batch, k, margins, max_words) if max_words else (),
            )
            found.setdefault(id(article), []).append(prediction)
        return found

    def _share(
        self, articles: Sequence[Article], batch: ContextBatch, margins: Floats
    ) -> list[tuple[VoiceShare, ...]]:
        from stance.scoring.shares import share_voices  # Its word lists take time to load.

        return share_voices(articles, batch, margins, self.reader.language)


def batch_articles(articles: Iterable[Article]) -> Iterator[list[Article]]:
    """Put articles into batches that are worth an array operation and fit the processor's cache."""
    batch: list[Article] = []
    size = 0
    for article in articles:
        batch.append(article)
        size += len(article.text)
        if len(batch) >= BATCH or size >= _BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def two_sidedness(sums: Sequence[Floats], naming: Sequence[NDArray[np.bool_]]) -> list[float]:
    """How strongly the sentences that name the actor speak on the weaker side, in logits.

    Parameters
    ----------
    sums : sequence of ndarray of shape (n_sentences,)
        By context: each sentence's share of the margin between favor and against.
    naming : sequence of ndarray of bool
        By context: which sentences name the actor. The others are mostly about somebody else.

    Returns
    -------
    list of float
        By context; 0 where all pull one way.
    """
    found = []
    for values, names in zip(sums, naming, strict=True):
        told = values[names]
        found.append(float(min(told[told > 0].sum(), -told[told < 0].sum())))
    return found


def _checked_articles(articles: Article | Iterable[Article]) -> Iterator[Article]:
    given = [articles] if isinstance(articles, Article | str) or articles is None else articles
    for article in given:
        if not isinstance(article, Article):
            raise ArticleError(f"{article!r:.60} is no Article", hint="give stance.Article(text=…)")
        yield article


def _checked_actors(actors: Actor | Iterable[Actor]) -> Iterator[Actor]:
    for actor in [actors] if isinstance(actors, Actor | str) else actors:
        if not isinstance(actor, Actor):
            raise ActorError(f"{actor!r:.60} is no Actor", hint="give stance.Actor(id=…, name=…)")
        yield actor


def _located(mention: Mention, article: Article) -> Mention:
    if article.text_start == 0:
        return mention
    part, start, end = article.locate(mention.start, mention.end)
    return replace(mention, part=part, start=start, end=end)


def _rank_sentences(sums: Floats, naming: NDArray[np.bool_], label: Label) -> list[int]:
    """The sentences that pull most toward the label; for neutral those that pull most either way.

    Sentences that name the actor come before all others: elsewhere the words are mostly about
    somebody else.
    """
    pull = {Label.favor: sums, Label.against: -sums, Label.neutral: np.abs(sums)}[label].tolist()
    names = naming.tolist()
    return sorted((i for i, p in enumerate(pull) if p > 0), key=lambda i: (not names[i], -pull[i]))


def _pick_words(
    article: Article, batch: ContextBatch, k: int, margins: Floats, most: int
) -> tuple[WordShare, ...]:
    """The words of a context that contribute most, the strongest first; its mentions are no words."""
    tokens = batch.tokens
    values = margins[int(batch.offsets[k]) : int(batch.offsets[k + 1])]
    first = int(tokens.offsets[int(batch.articles[k])])
    found: list[WordShare] = []
    for i in np.argsort(-np.abs(values), kind="stable").tolist():
        start = int(tokens.starts[first + i])
        form = tokens.vocabulary.forms[int(tokens.forms[first + i])]
        if len(found) == most or not values[i]:
            break
        if form and article.full_text.startswith(form, start):
            part, start, end = article.locate(start, start + len(form))
            found.append(WordShare(start, end, form, float(values[i]), part))
    return tuple(found)


def _cite(article: Article, sentence: Sentence, contribution: float) -> Evidence:
    part, start, end = article.locate(sentence.start, sentence.end)
    text = article.full_text[sentence.start : sentence.end]
    return Evidence(start, end, text, contribution, part)
