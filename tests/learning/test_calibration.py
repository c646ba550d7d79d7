"""Are probabilities honest, and does the threshold keep its promise?"""

from __future__ import annotations

import numpy as np
import pytest

from stance.learning.calibration import (
    calibration_error,
    choose_threshold,
    compare_calibrators,
    fit_platt,
    risk_coverage,
)
from stance.scoring.decision import Decision, softmax

RNG = np.random.default_rng(0)
# Labels drawn from known probabilities, then logits made three times too bold and shifted.
HONEST = RNG.normal(size=(6000, 3)) * 1.5
TRUTH = np.array([RNG.choice(3, p=p) for p in softmax(HONEST)])
BOLD = HONEST * 3 + np.array([0.0, 1.0, -1.0])


def test_platt_finds_the_way_back() -> None:
    decision = fit_platt(BOLD, TRUTH)
    assert decision.scale == pytest.approx(1 / 3, rel=0.1)
    assert calibration_error(decision.probabilities(BOLD), TRUTH) < 0.02
    assert calibration_error(softmax(BOLD), TRUTH) > 0.1


def test_a_calibrator_is_judged_on_articles_it_did_not_see() -> None:
    groups = np.array([f"a{i // 3}" for i in range(len(TRUTH))])
    found = compare_calibrators(BOLD, TRUTH, groups)
    error = {name: calibration_error(p, TRUTH) for name, p in found.items()}
    assert max(error["platt"], error["isotonic"]) < 0.03 < error["none"]
    assert all(np.allclose(p.sum(axis=1), 1) for p in found.values())


def test_the_threshold_keeps_the_error_it_was_chosen_for() -> None:
    probabilities = softmax(HONEST)
    threshold = choose_threshold(probabilities, TRUTH, 0.2)
    answered = probabilities.max(axis=1) >= threshold
    wrong = probabilities.argmax(axis=1) != TRUTH
    assert wrong[answered].mean() <= 0.2 < wrong.mean()
    coverage, risk = risk_coverage(probabilities, TRUTH)
    assert coverage[-1] == 1
    assert risk[-1] == pytest.approx(wrong.mean())


def test_another_prior_moves_probabilities_by_bayes() -> None:
    decision = Decision(prior=np.array([0.2, 0.1, 0.7]))
    raw = np.log(np.array([[0.2, 0.1, 0.7]]))
    assert decision.probabilities(raw, np.full(3, 1 / 3))[0] == pytest.approx([1 / 3] * 3)
