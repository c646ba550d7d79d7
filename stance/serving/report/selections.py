"""Results → the few that a person should look at: extremes, doubts, articles to show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from stance.records import Label
from stance.serving.results import Result

__all__ = ["Extremes", "find_extremes", "pick_articles", "queue_for_review"]

Key = tuple[str | None, ...]


@dataclass(frozen=True)
class Extremes:
    """The most favourable and the most critical articles toward one actor."""

    favorable: Sequence[Result]
    critical: Sequence[Result]


def find_extremes(results: Sequence[Result], most: int = 5) -> dict[str, Extremes]:
    """Per actor id, those called favor or against without doubt, strongest first."""
    by_actor: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        if not result.abstained:
            by_actor[result.actor.id].append(result)

    def strongest(found: Sequence[Result], label: Label, sign: int) -> list[Result]:
        called = [r for r in found if r.label is label]
        return sorted(called, key=lambda r: sign * r.score)[:most]

    return {
        key: Extremes(strongest(found, Label.favor, -1), strongest(found, Label.against, 1))
        for key, found in by_actor.items()
    }


def queue_for_review(results: Sequence[Result]) -> list[Result]:
    """What a person should read first: unsure, then two-sided, then the least sure of the others."""
    return sorted(results, key=lambda r: (not r.abstained, not r.ambivalent, r.confidence))


def pick_articles(
    results: Sequence[Result], extremes: dict[str, Extremes], queue: Sequence[Result], most: int
) -> list[list[Result]]:
    """The results of the most telling articles: extremes by turns, then the head of the queue, then the rest.

    Actors with more articles come first in each turn.
    """
    by_article: dict[Key, list[Result]] = defaultdict(list)
    sizes: dict[str, int] = defaultdict(int)
    for result in results:
        by_article[result.article.key].append(result)
        sizes[result.actor.id] += 1
    actors = sorted(extremes, key=lambda key: -sizes[key])
    ranked: list[Result] = []
    for turn in range(max((len(e.favorable) + len(e.critical) for e in extremes.values()), default=0)):
        for key in actors:
            for side in (extremes[key].favorable, extremes[key].critical):
                ranked += side[turn : turn + 1]
    half = most // 2
    by_strength = sorted(results, key=lambda r: -abs(r.score))
    chosen: dict[Key, None] = {}
    for part, limit in ((ranked, max(most - half, 1)), (queue, most), (by_strength, most)):
        for result in part:
            if len(chosen) >= limit:
                break
            chosen.setdefault(result.article.key)
    return [by_article[key] for key in list(chosen)[:most]]
