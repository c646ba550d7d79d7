"""Results → shares and tonality per actor, outlet and month, with intervals and correction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stance.records import LABELS, Label
from stance.serving.report.adjusted_count import (
    adjust_shares,
    conditional_matrix,
    draw_matrices,
    is_correctable,
)
from stance.serving.results import ActorName, Result

__all__ = ["FEWEST", "RESAMPLES", "ActorFigures", "Cell", "Estimate", "Figures", "Meter", "build_figures"]

Floats = NDArray[np.float64]

# In natural news (20 % against, 12 % favor) the interval of net tonality over 10 articles is +-.35,
# over 5 +-.5: below 10 no difference between two outlets could be read, and one article moves the
# figure by more than a tenth of the scale.
FEWEST = 10
RESAMPLES = 1000
_AGAINST, _FAVOR = LABELS.index(Label.against), LABELS.index(Label.favor)


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Cell:
    """Articles that name one actor, counted by the stance called likeliest.

    Attributes
    ----------
    counts : mapping of Label to int
    abstained, ambivalent : int
        How many of them the model was unsure of, or found two-sided.
    net, balance : Estimate, optional
        (favor - against) / all and (favor - against) / (favor + against), as counted. None where
        fewer than ``FEWEST`` articles would carry them.
    net_adjusted, balance_adjusted : Estimate, optional
        The same, corrected for misclassification. None where no confusion matrix is known, too.
    shares_adjusted : mapping of Label to float, optional
    """

    counts: Mapping[Label, int]
    abstained: int = 0
    ambivalent: int = 0
    net: Estimate | None = None
    balance: Estimate | None = None
    net_adjusted: Estimate | None = None
    balance_adjusted: Estimate | None = None
    shares_adjusted: Mapping[Label, float] | None = None

    @property
    def n(self) -> int:
        """The number of articles."""
        return sum(self.counts.values())

    @property
    def best_net(self) -> Estimate | None:
        """The corrected net tonality where there is one, else the counted one."""
        return self.net_adjusted or self.net


@dataclass(frozen=True)
class ActorFigures:
    """One actor's figures.

    ``share`` is the share of voice: its articles among all (article, actor) pairs. Keys are outlets,
    months ``2026-03`` and (outlet, month); ``""`` where the results do not say.
    """

    actor: ActorName
    mentions: int
    share: Estimate
    whole: Cell
    by_outlet: Mapping[str, Cell]
    by_month: Mapping[str, Cell]
    by_both: Mapping[tuple[str, str], Cell]


@dataclass(frozen=True)
class Figures:
    """All figures of a report; actors with most articles first."""

    actors: Sequence[ActorFigures]
    articles: int
    pairs: int
    whole: Mapping[Label, int]
    outlets: Mapping[str, int]
    months: Mapping[str, int]
    days: Sequence[str]
    corrected: bool


@dataclass(frozen=True)
class Meter:
    """Measures cells; one seed, so the same articles always get the same interval.

    Parameters
    ----------
    confusion : sequence of sequence of int, optional
        Counts, true label by called label, in the order of ``LABELS``; see
        :mod:`stance.serving.report.adjusted_count`.
    """

    confusion: Sequence[Sequence[int]] | None = None
    seed: int = 0
    resamples: int = RESAMPLES
    _known: dict[tuple[int, ...], dict[str, Estimate | None]] = field(default_factory=dict, repr=False)

    @cached_property
    def corrects(self) -> bool:
        """Whether shares can be corrected."""
        return self.confusion is not None and is_correctable(self.confusion)

    @cached_property
    def _matrices(self) -> tuple[Floats, Floats]:
        if self.confusion is None:
            raise ValueError("without a confusion matrix nothing is corrected")
        # Another stream than the articles': one stream would tie errors to draws.
        generator = np.random.default_rng([self.seed, 1])
        drawn = draw_matrices(self.confusion, self.resamples, generator)
        return conditional_matrix(self.confusion), drawn

    def measure(self, results: Sequence[Result]) -> Cell:
        """Count one actor's results and estimate its tonality."""
        counts = tuple(sum(r.label is label for r in results) for label in LABELS)
        cell = Cell(
            dict(zip(LABELS, counts, strict=True)),
            sum(r.abstained for r in results),
            sum(r.ambivalent for r in results),
        )
        if cell.n < FEWEST:
            return cell
        if counts not in self._known:
            self._known[counts] = self._estimate(np.array(counts))
        shares = None
        if self.corrects:
            found = adjust_shares(np.array([counts]) / cell.n, self._matrices[0])[0]
            shares = dict(zip(LABELS, map(float, found), strict=True))
        return Cell(
            cell.counts, cell.abstained, cell.ambivalent, **self._known[counts], shares_adjusted=shares
        )

    def _estimate(self, counts: NDArray[np.intp]) -> dict[str, Estimate | None]:
        """Resample the articles of a cell; each gives the actor one label, so counts are multinomial."""
        n = int(counts.sum())
        shares = (counts / n)[None, :]
        generator = np.random.default_rng(self.seed)
        drawn = generator.multinomial(n, shares[0], self.resamples) / n
        if counts.min() == 0:
            # A label that was not seen is in no resample either. By the rule of three up to 3/n of
            # it may have been missed (Hanley and Lippman-Hand 1983).
            drawn = _blur(drawn, counts == 0, 3 / n, generator)
        poles = int(counts[_AGAINST] + counts[_FAVOR])
        found = {"net": _summarise(_net(shares), _net(drawn)), "balance": None}
        if poles >= FEWEST:
            found["balance"] = _summarise(_balance(shares), _balance(drawn))
        if self.corrects:
            matrix, matrices = self._matrices
            true, others = adjust_shares(shares, matrix), adjust_shares(drawn, matrices)
            found["net_adjusted"] = _summarise(_net(true), _net(others))
            if poles >= FEWEST:
                found["balance_adjusted"] = _summarise(_balance(true), _balance(others))
        return found


def _blur(shares: Floats, unseen: NDArray[np.bool_], most: float, generator: np.random.Generator) -> Floats:
    """Give up to ``most`` of the whole to the labels that were not seen."""
    missed = generator.uniform(0, min(most, 1.0), len(shares))[:, None]
    spread = np.zeros_like(shares)
    spread[:, unseen] = generator.dirichlet(np.ones(int(unseen.sum())), len(shares))
    return np.asarray(shares * (1 - missed) + spread * missed, dtype=np.float64)


def _net(shares: Floats) -> Floats:
    return np.asarray(shares[:, _FAVOR] - shares[:, _AGAINST], dtype=np.float64)


def _balance(shares: Floats) -> Floats:
    poles = shares[:, _FAVOR] + shares[:, _AGAINST]
    empty = np.full(len(shares), np.nan)
    return np.asarray(np.divide(_net(shares), poles, out=empty, where=poles > 1e-9), dtype=np.float64)


def _summarise(value: Floats, drawn: Floats) -> Estimate | None:
    if np.isnan(value[0]) or np.isnan(drawn).all():
        return None
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    # At the end of the scale (all against: -1) resamples lie on one side of the figure only.
    return Estimate(float(value[0]), float(min(low, value[0])), float(max(high, value[0])))


def build_figures(results: Sequence[Result], meter: Meter) -> Figures:
    """Measure every actor, alone and by outlet and month."""
    by_actor: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        by_actor[result.actor.id].append(result)
    order = sorted(by_actor, key=lambda key: (-len(by_actor[key]), by_actor[key][0].actor.name))
    shares = _share_intervals(results, order, meter.seed, meter.resamples)
    articles = {r.article.key: r.article for r in results}
    days = sorted({day for a in articles.values() if (day := a.day)})
    return Figures(
        [_measure_actor(by_actor[key], shares[key], meter) for key in order],
        len(articles),
        len(results),
        meter.measure(results).counts,
        _count(a.outlet or "" for a in articles.values()),
        dict(sorted(_count(a.month or "" for a in articles.values()).items())),
        days,
        meter.corrects,
    )


def _count(values: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for value in values:
        counts[value] += 1
    return dict(sorted(counts.items(), key=lambda item: (item[0] == "", -item[1], item[0])))


def _measure_actor(results: Sequence[Result], share: Estimate, meter: Meter) -> ActorFigures:
    outlets: dict[str, list[Result]] = defaultdict(list)
    months: dict[str, list[Result]] = defaultdict(list)
    both: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for r in results:
        outlet, month = r.article.outlet or "", r.article.month or ""
        outlets[outlet].append(r)
        months[month].append(r)
        both[outlet, month].append(r)
    by_size = sorted(outlets, key=lambda name: (name == "", -len(outlets[name]), name))
    return ActorFigures(
        results[0].actor,
        sum(r.mention_count for r in results),
        share,
        meter.measure(results),
        {name: meter.measure(outlets[name]) for name in by_size},
        {name: meter.measure(months[name]) for name in sorted(months)},
        {name: meter.measure(both[name]) for name in sorted(both)},
    )


def _share_intervals(
    results: Sequence[Result], actors: Sequence[str], seed: int, resamples: int
) -> dict[str, Estimate]:
    """Shares of voice; whole articles are resampled, with all the actors they name."""
    number = {key: i for i, key in enumerate(actors)}
    index: dict[tuple[str | None, ...], int] = {}
    rows = np.array([index.setdefault(r.article.key, len(index)) for r in results])
    columns = np.array([number[r.actor.id] for r in results])
    generator = np.random.default_rng(seed)
    drawn = np.empty((resamples, len(actors)))
    for i in range(resamples):
        weights = np.bincount(generator.integers(len(index), size=len(index)), minlength=len(index))
        drawn[i] = np.bincount(columns, weights[rows], len(actors))
    drawn /= np.maximum(drawn.sum(axis=1, keepdims=True), 1)
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    value = np.bincount(columns, minlength=len(actors)) / len(results)
    return {key: Estimate(float(value[i]), float(low[i]), float(high[i])) for key, i in number.items()}
