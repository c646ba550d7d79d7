"""Voices and what each token contributes → each holder's exact share of the verdicts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stance.reading.context_batches import ContextBatch
from stance.reading.voices import find_voices, holder_of_tokens
from stance.records import Actor, Article, Voice, VoiceShare

__all__ = ["share_voices"]

Floats = NDArray[np.float64]


def share_voices(
    articles: Sequence[Article], batch: ContextBatch, margins: Floats, language: str
) -> list[tuple[VoiceShare, ...]]:
    """Sum what each token adds to the margin to what each holder adds, context by context.

    Parameters
    ----------
    articles : sequence of Article
        Those of the batch, in its order.
    batch : ContextBatch
    margins : ndarray of shape (n_tokens of all contexts,)
        Each token's share of the margin between favor and against, in logits.
    language : str

    Returns
    -------
    list of tuple of VoiceShare
        By context; the author first, then holders as they first speak. The contributions add up to
        the margin without its offset.
    """
    tokens = batch.tokens
    speaking: dict[int, tuple[list[list[Voice]], NDArray[np.intp]]] = {}
    for number in sorted(set(batch.articles.tolist())):
        voices = find_voices(articles[number], tokens.spans[number], batch.mentions[number], language)
        here = slice(int(tokens.offsets[number]), int(tokens.offsets[number + 1]))
        speaking[number] = _by_holder(voices, tokens.starts[here].tolist())
    found = []
    for k, number in enumerate(batch.articles.tolist()):
        groups, speakers = speaking[number]
        values = margins[int(batch.offsets[k]) : int(batch.offsets[k + 1])]
        sums = np.bincount(speakers, values, minlength=len(groups)).tolist()
        rows = zip(groups, sums, strict=True)
        found.append(tuple(_share(voices, value, articles[number]) for voices, value in rows))
    return found


def _by_holder(voices: Sequence[Voice], starts: Sequence[int]) -> tuple[list[list[Voice]], NDArray[np.intp]]:
    """The voices of each holder, the author's (none) first, and the number of the holder of each token."""
    numbers: dict[str, int] = {}
    groups: list[list[Voice]] = [[]]
    owners = [0]
    for voice in voices:
        number = numbers.setdefault(_key(voice.holder), len(groups))
        if number == len(groups):
            groups.append([])
        groups[number].append(voice)
        owners.append(number)
    # The author's tokens are numbered -1, and come first.
    holders = np.array(holder_of_tokens(voices, starts), dtype=np.intp) + 1
    return groups, np.array(owners, dtype=np.intp)[holders]


def _key(holder: Actor | str | None) -> str:
    return f"actor {holder.id}" if isinstance(holder, Actor) else f"name {holder}"


def _share(voices: Sequence[Voice], contribution: float, article: Article) -> VoiceShare:
    spans = tuple(article.locate(voice.start, voice.end) for voice in voices)
    return VoiceShare(voices[0].holder if voices else None, contribution, spans)
