"""Records of contexts → the batch they were made from, or could have been."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.reading.context_batches import ContextBatch
from stance.reading.token_batches import EntryTable, HitBatch, TokenBatch
from stance.reading.vocabulary import Vocabulary
from stance.records import ActorContext, ArticleTokens, Entry, Sentence

__all__ = ["batch_contexts"]


def batch_contexts(contexts: Sequence[ActorContext]) -> ContextBatch:
    """Put contexts into one batch; those that share their tokens share them here too."""
    numbers: dict[int, int] = {}
    articles: list[ArticleTokens] = []
    for context in contexts:
        if numbers.setdefault(id(context.article), len(articles)) == len(articles):
            articles.append(context.article)
    actors: dict[str, int] = {}
    for article in articles:
        for owner in article.owners:
            if owner is not None:
                actors.setdefault(owner, len(actors))
    for context in contexts:
        actors.setdefault(context.actor.id, len(actors))
    return ContextBatch(
        _batch_tokens(articles, actors),
        np.array([numbers[id(c.article)] for c in contexts], dtype=np.intp),
        np.array([actors[c.actor.id] for c in contexts], dtype=np.intp),
        [c.actor for c in contexts],
        [[m for c in contexts if c.article is article for m in c.mentions] for article in articles],
    )


def _batch_tokens(articles: Sequence[ArticleTokens], actors: dict[str, int]) -> TokenBatch:
    vocabulary = Vocabulary()
    counts = [max(a.sentences, default=0) + 1 for a in articles]
    first_sentences = np.cumsum([0, *counts])
    first_clauses = np.cumsum([0, *(max(a.clauses, default=0) + 1 for a in articles)])
    offsets = np.cumsum([0, *(len(a.forms) for a in articles)])

    def join(columns: Sequence[Sequence[int]], dtype: type = np.intp) -> NDArray[Any]:
        return np.array([value for column in columns for value in column], dtype=dtype)

    lengths = np.diff(offsets)
    return TokenBatch(
        vocabulary=vocabulary,
        offsets=offsets,
        starts=join([a.starts for a in articles]),
        forms=join([[vocabulary.form_number(f) for f in a.forms] for a in articles], np.int32),
        stems=join([[vocabulary.stem_number(s) for s in a.stems] for a in articles], np.int32),
        owners=join([[-1 if o is None else actors[o] for o in a.owners] for a in articles]),
        sentences=join([a.sentences for a in articles]) + np.repeat(first_sentences[:-1], lengths),
        clauses=join([a.clauses for a in articles]) + np.repeat(first_clauses[:-1], lengths),
        quoted=join([a.quoted for a in articles], np.bool_),
        actors=list(actors),
        spans=[[Sentence(0, 0)] * count for count in counts],
        hits=_batch_hits(articles, actors, offsets.tolist()),
    )


def _batch_hits(
    articles: Sequence[ArticleTokens], actors: dict[str, int], offsets: Sequence[int]
) -> HitBatch:
    found = [(hit, base) for a, base in zip(articles, offsets, strict=False) for hit in a.hits]
    entries: dict[Entry, int] = {}
    for hit, _ in found:
        entries.setdefault(hit.entry, len(entries))
    owners = [-1 if hit.actor is None else actors.setdefault(hit.actor, len(actors)) for hit, _ in found]
    return HitBatch(
        first=np.array([base + hit.positions[0] for hit, base in found], dtype=np.intp),
        last=np.array([base + hit.positions[-1] for hit, base in found], dtype=np.intp),
        entries=np.array([entries[hit.entry] for hit, _ in found], dtype=np.intp),
        owners=np.array(owners, dtype=np.intp),
        negated=np.array([hit.negated for hit, _ in found], dtype=bool),
        known=EntryTable(tuple(entries)),
        inner={
            i: tuple(base + p for p in hit.positions)
            for i, (hit, base) in enumerate(found)
            if len(hit.positions) > 1
        },
    )
