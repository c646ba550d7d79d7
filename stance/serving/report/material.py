"""What a report is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from stance.serving.report.figures import Figures
from stance.serving.report.provenance import Provenance
from stance.serving.results import Result

__all__ = ["Material"]


@dataclass(frozen=True)
class Material:
    """Results, their figures, the model behind them.

    ``sources`` are the names of the result files, ``created`` the day on the report.
    """

    results: Sequence[Result]
    figures: Figures
    provenance: Provenance
    sources: Sequence[str]
    created: date
