"""Compiled weights + contexts → predictions, with numpy only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from stance.errors import ActorError, ArticleError
from stance.reading.contexts import ArticleReader
from stance.records import LABELS, Actor, ActorContext, Article, Evidence, Label, Mention, Prediction
from stance.scoring.decision import Decision
from stance.scoring.weights import BlockWeights

__all__ = ["LinearScorer", "Model", "sum_by_sentence", "two_sidedness"]

Floats = NDArray[np.float64]
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

    def contributions(self, context: ActorContext) -> Floats:
        """What each token adds to each logit; with the intercept they sum to the logits.

        Returns
        -------
        ndarray of shape (n_tokens, 3)
            An n-gram counts at its first token.
        """
        total = np.zeros((len(context.tokens), len(LABELS)))
        for weights in self.blocks:
            weights.add_to(total, context)
        return total

    def logits(self, contributions: Floats) -> Floats:
        """Sum contributions, shape (n_tokens, 3), to logits, shape (3,)."""
        return np.asarray(contributions.sum(axis=0) + self.intercept)


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
    ) -> list[Prediction]:
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

        Returns
        -------
        list of Prediction
            By article, then in order of first mention; none for an actor without a mention.

        Raises
        ------
        ArticleError, ActorError
            Where something else than articles or actors is given.
        """
        reader, chosen = self._reader_for(actors)
        return [
            self.judge(context, article, reader, min_confidence, max_evidence, prior)
            for article in _checked_articles(articles)
            for context in reader.read(article, chosen)
        ]

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

    def judge(
        self,
        context: ActorContext,
        article: Article,
        reader: ArticleReader | None = None,
        min_confidence: float | None = None,
        max_evidence: int = 3,
        prior: Floats | None = None,
    ) -> Prediction:
        """Score one context and collect its evidence."""
        decision = self.decision
        contributions = self.scorer.contributions(context)
        probabilities = decision.probabilities(self.scorer.logits(contributions), prior)
        best = int(probabilities.argmax())
        label = LABELS[best]
        margins = decision.scale * (contributions[:, _FAVOR] - contributions[:, _AGAINST])
        by_sentence = sum_by_sentence(context, margins)
        threshold = decision.threshold if min_confidence is None else min_confidence
        return Prediction(
            article_id=article.id,
            actor=context.actor,
            label=label,
            probabilities={name: float(p) for name, p in zip(LABELS, probabilities, strict=True)},
            abstained=bool(probabilities[best] < threshold),
            evidence=_pick_evidence(
                context, article, by_sentence, label, reader or self.reader, max_evidence
            ),
            mentions=tuple(_located(m, article) for m in context.mentions),
            ambivalent=two_sidedness(context, by_sentence) > decision.ambivalence,
        )


def sum_by_sentence(context: ActorContext, values: Floats) -> Floats:
    """Sum one value a token to one value a sentence."""
    return np.asarray(np.bincount(context.sentences, values), dtype=np.float64)


def two_sidedness(context: ActorContext, by_sentence: Floats) -> float:
    """How strongly the sentences that name the actor speak on the weaker side, in logits.

    0 where all pull one way. Other sentences are mostly about somebody else.
    """
    naming = sorted({s for d, s in zip(context.distances, context.sentences, strict=True) if d == 0})
    sums = by_sentence[naming]
    return float(min(sums[sums > 0].sum(), -sums[sums < 0].sum()))


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
    part, start, end = article.locate(mention.start, mention.end)
    return replace(mention, part=part, start=start, end=end)


def _pick_evidence(
    context: ActorContext,
    article: Article,
    sums: Floats,
    label: Label,
    reader: ArticleReader,
    most: int,
) -> tuple[Evidence, ...]:
    """The sentences that pull most toward the label; for neutral those that pull most either way.

    Sentences that name the actor come before all others: elsewhere the words are mostly about
    somebody else.
    """
    if most < 1:
        return ()
    sentences = reader.split(article)
    pull = {Label.favor: sums, Label.against: -sums, Label.neutral: np.abs(sums)}[label]
    ranked = [i for i in np.argsort(-pull, kind="stable") if pull[i] > 0]
    naming = {s for d, s in zip(context.distances, context.sentences, strict=True) if d == 0}
    chosen = sorted(ranked, key=lambda i: i not in naming)[:most]
    evidence = []
    for i in chosen:
        sentence = sentences[i]
        part, start, end = article.locate(sentence.start, sentence.end)
        text = article.full_text[sentence.start : sentence.end]
        evidence.append(Evidence(start, end, text, float(sums[i]), part))
    return tuple(evidence)
