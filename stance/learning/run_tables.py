"""Tracked runs → tables a person compares, in the terminal and in Markdown."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

    from stance.learning.tracking import LoggedRun

__all__ = ["runs_markdown", "runs_table"]

# Heading → metric.
COLUMNS = {
    "natural": "macro_f1",
    "low": "f1_low",
    "high": "f1_high",
    "balanced": "balanced_f1b",
    "press": "press_f1",
    "press, b.": "press_f1b",
    "gerntsa": "gerntsa_f1",
    "target dep.": "target_dep",
    "log loss": "log_loss",
    "ECE": "ece",
    "acc. ½": "half_accuracy",
    "plain": "plain_f1",
    "majority": "majority_f1",
}


def _cells(run: LoggedRun) -> list[str]:
    values = (run.metrics.get(metric, math.nan) for metric in COLUMNS.values())
    return ["" if math.isnan(value) else f"{value:.3f}" for value in values]


def runs_table(runs: Sequence[LoggedRun]) -> Table:
    """A Rich table, the best of each question first."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE)
    table.add_column("question", no_wrap=True)
    table.add_column("run", no_wrap=True)
    for heading in COLUMNS:
        table.add_column(heading, justify="right", no_wrap=True)
    for question, found in groupby(runs, lambda run: run.question):
        for i, run in enumerate(found):
            table.add_row("" if i else question, run.name, *_cells(run), style="bold" if i == 0 else "")
        table.add_section()
    return table


def runs_markdown(runs: Sequence[LoggedRun], questions: Mapping[str, str]) -> str:
    """A table for every question under what it asks and what the answer is.

    Parameters
    ----------
    questions : mapping of str to str
        Question → what it asks, and its answer.
    """
    lines = [
        "# What was tried",
        "",
        "Made by `stance runs -o experiments/README.md` from the tracking store; edit the YAML files.",
        "Macro-F1 out of fold on natural text with its bootstrap 95 % interval over articles, on balanced",
        "text (with the balanced prior), and on sets of others, never trained on (`b.`: the balanced",
        "prior). `plain` and `majority` are the baselines on natural text.",
        "",
    ]
    for question, group in groupby(runs, lambda run: run.question):
        if question not in questions:
            continue
        found = list(group)
        used = [i for i, _ in enumerate(COLUMNS) if any(_cells(run)[i] for run in found)]
        headings = [list(COLUMNS)[i] for i in used]
        lines += [f"## {question}", "", questions[question], ""]
        lines.append(f"| run | {' | '.join(headings)} |")
        lines.append(f"| --- |{' ---: |' * len(headings)}")
        for run in found:
            cells = _cells(run)
            lines.append(f"| {run.name} | {' | '.join(cells[i] for i in used)} |")
        lines.append("")
    return "\n".join(lines)
