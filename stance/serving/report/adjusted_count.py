"""Counted labels and a confusion matrix → the shares that the labels stand for.

A classifier that calls much neutral makes every share of ``against`` too small. Where it is known how
often each true label is called what, the true shares q solve ``observed = M q``, M holding
P(called i | truly j). This is the adjusted count of G. Forman, Quantifying counts and costs via
classification, Data Mining and Knowledge Discovery 17 (2008), p. 164-206; M. Saerens, P. Latinne and
C. Decaestecker, Adjusting the outputs of a classifier to new a priori probabilities, Neural
Computation 14 (2002), p. 21-41, name it as the usual procedure. With three labels it is solved by
least squares on the simplex, so no share falls below 0: D. J. Hopkins and G. King, A method of
automated nonparametric content analysis for social science, American Journal of Political Science 54
(2010), p. 229-247.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["adjust_shares", "conditional_matrix", "draw_matrices", "is_correctable"]

Floats = NDArray[np.float64]

# The factor by which noise of the observed shares can grow. With 10 a share counted 5 points off
# comes out half the scale off.
_WORST_CONDITION = 10.0
# Fewer pairs of a true label tell its row worse than +-18 points.
_FEWEST_PAIRS = 30


def is_correctable(counts: Sequence[Sequence[float]]) -> bool:
    """Whether a confusion matrix of counts (true by called) tells enough to correct with."""
    table = np.asarray(counts, dtype=np.float64)
    if table.shape != (3, 3) or not np.isfinite(table).all() or (table < 0).any():
        return False
    if table.sum(axis=1).min() < _FEWEST_PAIRS:
        return False
    return bool(np.linalg.cond(conditional_matrix(table)) <= _WORST_CONDITION)


def conditional_matrix(counts: Sequence[Sequence[float]] | Floats) -> Floats:
    """Counts, true label by called label → P(called i | truly j), shape (3, 3), columns summing to 1."""
    table = np.asarray(counts, dtype=np.float64)
    return np.asarray((table / table.sum(axis=1, keepdims=True)).T)


def draw_matrices(counts: Sequence[Sequence[float]], size: int, generator: np.random.Generator) -> Floats:
    """Matrices as other samples of the same size could have shown them, shape (size, 3, 3).

    Each column is drawn from the Dirichlet distribution of its counts plus Jeffreys' one half.
    """
    columns = [generator.dirichlet(np.asarray(row) + 0.5, size) for row in counts]
    return np.stack(columns, axis=2)


def adjust_shares(observed: Floats, matrix: Floats) -> Floats:
    """Shares on the simplex whose confusion comes nearest to the observed ones.

    Parameters
    ----------
    observed : ndarray of shape (n, 3)
        Shares of the labels as called.
    matrix : ndarray of shape (3, 3) or (n, 3, 3)
        P(called i | truly j).

    Returns
    -------
    ndarray of shape (n, 3)
    """
    matrices = np.broadcast_to(matrix, (len(observed), 3, 3))
    exact = np.linalg.solve(matrices, observed[:, :, None])[:, :, 0]
    # The columns of M sum to 1, so the exact solution does too: inside the triangle it is the answer,
    # and from outside the nearest point lies on one of the three edges.
    best, worst = exact.copy(), np.where((exact >= 0).all(axis=1), -1.0, np.inf)
    for start, end in ((0, 1), (0, 2), (1, 2)):
        along = matrices[:, :, end] - matrices[:, :, start]
        gap = observed - matrices[:, :, start]
        step = np.clip((along * gap).sum(axis=1) / np.maximum((along**2).sum(axis=1), 1e-12), 0, 1)
        distance = ((gap - step[:, None] * along) ** 2).sum(axis=1)
        nearer = np.flatnonzero(distance < worst)
        worst[nearer] = distance[nearer]
        best[nearer] = 0
        best[nearer, start] = 1 - step[nearer]
        best[nearer, end] = step[nearer]
    return np.asarray(best, dtype=np.float64)
