"""Does the correction find the shares behind a classifier's mistakes?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.serving.report.adjusted_count import (
    adjust_shares,
    conditional_matrix,
    draw_matrices,
    is_correctable,
)

MATRIX = conditional_matrix([[60, 5, 35], [5, 55, 40], [40, 20, 640]])
shares = st.tuples(*[st.floats(0.001, 1)] * 3).map(lambda x: np.array([x]) / sum(x))


def test_the_matrix_turns_true_shares_into_called_ones() -> None:
    assert MATRIX[:, 0] == pytest.approx([0.60, 0.05, 0.35])
    assert MATRIX.sum(axis=0) == pytest.approx(1)


@given(shares)
def test_what_was_confused_is_set_right(true: np.ndarray) -> None:
    assert adjust_shares(true @ MATRIX.T, MATRIX) == pytest.approx(true, abs=1e-9)


@given(shares)
def test_corrected_shares_are_shares_and_no_others_fit_better(observed: np.ndarray) -> None:
    found = adjust_shares(observed, MATRIX)[0]
    assert found.sum() == pytest.approx(1)
    assert found.min() >= 0
    grid = np.array([(a, b, 20 - a - b) for a in range(21) for b in range(21 - a)]) / 20
    misfits = ((grid @ MATRIX.T - observed) ** 2).sum(axis=1)
    assert ((MATRIX @ found - observed[0]) ** 2).sum() <= misfits.min() + 1e-12


def test_more_poles_are_found_than_a_timid_classifier_calls() -> None:
    against, _, neutral = adjust_shares(np.array([[0.30, 0.10, 0.60]]), MATRIX)[0]
    assert against > 0.30
    assert neutral < 0.60


def test_drawn_matrices_are_conditional_and_scatter_around_the_counted_one() -> None:
    drawn = draw_matrices([[60, 5, 35], [5, 55, 40], [40, 20, 640]], 2000, np.random.default_rng(0))
    assert drawn.sum(axis=1) == pytest.approx(np.ones((2000, 3)))
    assert drawn.mean(axis=0) == pytest.approx(MATRIX, abs=0.02)


@pytest.mark.parametrize(
    "counts",
    [
        pytest.param([[1, 0, 2], [0, 1, 1], [1, 0, 90]], id="too-few-pairs"),
        pytest.param([[1, 1, 98], [1, 1, 98], [1, 1, 98]], id="calls-all-the-same"),
        pytest.param([[60, 5], [5, 55]], id="two-labels"),
        pytest.param([[float("nan")] * 3] * 3, id="no-numbers"),
    ],
)
def test_a_matrix_that_tells_nothing_corrects_nothing(counts: list[list[float]]) -> None:
    assert not is_correctable(counts)


def test_ours_corrects() -> None:
    assert is_correctable([[60, 5, 35], [5, 55, 40], [40, 20, 640]])
