"""Do the figures count what they say, and tell how sure they are?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stance.records import Label
from stance.serving.report.figures import FEWEST, Meter, build_figures
from stance.serving.report.selections import find_extremes, pick_articles, queue_for_review
from stance.serving.results import Result

MATRIX = [[60, 5, 35], [5, 55, 40], [40, 20, 640]]


def test_net_counts_all_articles_and_balance_only_the_judging(month_of_news: list[Result]) -> None:
    ships = build_figures(month_of_news, Meter()).actors[0]
    assert ships.actor.name == "Reederei Ahlsen"
    assert ships.whole.net is not None
    assert ships.whole.net.value == pytest.approx((4 - 12) / 30)
    assert ships.whole.balance is not None
    assert ships.whole.balance.value == pytest.approx((4 - 12) / 16)
    assert ships.whole.net_adjusted is None


def test_share_of_voice_is_a_share_of_verdicts(month_of_news: list[Result]) -> None:
    ships, council = build_figures(month_of_news, Meter()).actors
    assert (ships.share.value, council.share.value) == pytest.approx((30 / 34, 4 / 34))
    assert council.share.low < council.share.value < council.share.high


def test_fewer_than_ten_articles_carry_no_figure(make: Callable[..., Result]) -> None:
    nine = build_figures([make(i, "against") for i in range(FEWEST - 1)], Meter(MATRIX)).actors[0].whole
    assert nine.n == 9
    assert nine.net is nine.net_adjusted is nine.shares_adjusted is None


def test_equal_articles_are_no_certainty(make: Callable[..., Result]) -> None:
    cell = build_figures([make(i, "neutral") for i in range(12)], Meter()).actors[0].whole
    assert cell.net is not None
    assert cell.net.low < -0.05 < cell.net.value < 0.05 < cell.net.high


def test_a_label_that_was_not_seen_widens_the_interval_on_its_side_only(make: Callable[..., Result]) -> None:
    labels = ["against"] * 4 + ["neutral"] * 20
    net = build_figures([make(i, label) for i, label in enumerate(labels)], Meter()).actors[0].whole.net
    assert net is not None
    # Binomial, 4 of 24: +-.15.
    assert net.low == pytest.approx(-4 / 24 - 0.12, abs=0.05)
    assert net.high > -4 / 24 + 0.15


def test_more_articles_make_narrower_intervals(make: Callable[..., Result]) -> None:
    def width(n: int) -> float:
        labels = ("against", "neutral", "favor")
        net = build_figures([make(i, labels[i % 3]) for i in range(n)], Meter()).actors[0].whole.net
        assert net is not None
        return net.high - net.low

    assert width(12) > width(120) > width(1200)


def test_correction_widens_the_interval_and_keeps_the_count(month_of_news: list[Result]) -> None:
    cell = build_figures(month_of_news, Meter(MATRIX)).actors[0].whole
    assert cell.net is not None
    assert cell.net_adjusted is not None
    assert cell.net_adjusted.value < cell.net.value
    assert cell.net_adjusted.high - cell.net_adjusted.low > cell.net.high - cell.net.low
    assert cell.shares_adjusted is not None
    assert cell.shares_adjusted[Label.against] > 12 / 30


def test_the_same_results_give_the_same_report(month_of_news: list[Result]) -> None:
    assert build_figures(month_of_news, Meter(MATRIX)) == build_figures(month_of_news, Meter(MATRIX))


def test_cells_are_outlet_and_month(month_of_news: list[Result]) -> None:
    ships = build_figures(month_of_news, Meter()).actors[0]
    assert set(ships.by_outlet) == {"Seezeitung", "Hafenbote"}
    assert set(ships.by_month) == {"2026-03", "2026-04"}
    assert sum(cell.n for cell in ships.by_both.values()) == 30


def test_the_queue_begins_with_doubt(make: Callable[..., Result]) -> None:
    sure, weak = make(1, "neutral"), make(2, "against")
    two_sided, unsure = make(3, "neutral", ambivalent=True), make(4, "neutral", abstained=True)
    assert queue_for_review([sure, weak, two_sided, unsure]) == [unsure, two_sided, weak, sure]


def test_extremes_are_sure_and_each_article_is_shown_once(month_of_news: list[Result]) -> None:
    extremes = find_extremes(month_of_news, most=3)
    assert [r.label for r in extremes["reederei ahlsen"].critical] == ["against"] * 3
    assert not any(r.abstained for side in extremes.values() for r in (*side.favorable, *side.critical))
    chosen = pick_articles(month_of_news, extremes, queue_for_review(month_of_news), 8)
    keys = [found[0].article.key for found in chosen]
    assert len(keys) == len(set(keys)) == 8
