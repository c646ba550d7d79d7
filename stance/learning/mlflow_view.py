"""Our columns and charts → the tag from which MLflow's UI opens a saved view.

The tag's format is not documented; it was read off MLflow 3.17 and a test in a real browser holds
it. Where a later UI cannot read it, it opens its default view.
"""

from __future__ import annotations

import json
import time

__all__ = ["VIEW_KEY", "view_tag"]

VIEW_KEY = "vergleich"
VIEW_NAME = "Vergleich"
_METRICS = (
    "macro_f1",
    "balanced_f1b",
    "press_f1",
    "gerntsa_f1",
    "target_dep",
    "log_loss",
    "ece",
    "half_accuracy",
    "plain_f1",
    "majority_f1",
)
_COMPARED = ("macro_f1", "press_f1", "target_dep", "log_loss")
_PARAMS = ("system", "blocks", "C", "pairs")
_TAGS = ("question",)


def view_tag() -> str:
    """The value of the experiment tag ``mlflow.sharedViewState.<VIEW_KEY>``."""
    now = int(time.time() * 1000)
    return json.dumps({"name": VIEW_NAME, "createdAt": now, "updatedAt": now, "state": json.dumps(_state())})


def _state() -> dict[str, object]:
    columns = [
        *(f"metrics.`{name}`" for name in _METRICS),
        *(f"params.`{name}`" for name in _PARAMS),
        *(f"tags.`{name}`" for name in _TAGS),
    ]
    return {
        "searchFilter": "",
        "orderByKey": "metrics.`macro_f1`",
        "orderByAsc": False,
        "startTime": "ALL",
        "lifecycleFilter": "Active",
        "datasetsFilter": [],
        "modelVersionFilter": "All Runs",
        "selectedColumns": columns,
        "runsPinned": [],
        "runsHidden": [],
        "runsHiddenMode": "SHOWALL",
        "runsVisibilityMap": {},
        "runsExpanded": {},
        "viewMaximized": False,
        "runListHidden": False,
        "groupBy": None,
        "isAccordionReordered": False,
        "useGroupedValuesInCharts": True,
        "hideEmptyCharts": True,
        "chartsSearchFilter": "",
        "globalLineChartConfig": {},
        "compareRunSections": [
            {"uuid": "vergleich", "name": "Vergleich", "display": True, "isReordered": False}
        ],
        "compareRunCharts": _charts(),
        "autoRefreshEnabled": False,
    }


def _charts() -> list[dict[str, object]]:
    bars = [
        {"type": "BAR", "uuid": f"bar-{name}", "runsCountToCompare": 20, "metricSectionId": "vergleich",
         "deleted": False, "isGenerated": False, "metricKey": name}
        for name in _COMPARED
    ]  # fmt: skip
    shared = {
        "metricSectionId": "vergleich",
        "deleted": False,
        "isGenerated": False,
        "runsCountToCompare": 20,
    }
    own_and_press = {
        "type": "SCATTER", "uuid": "scatter", **shared,
        "xaxis": {"key": "macro_f1", "type": "METRIC"}, "yaxis": {"key": "press_f1", "type": "METRIC"},
    }  # fmt: skip
    parallel = {
        "type": "PARALLEL", "uuid": "parallel", **shared, "showAllRuns": True,
        "selectedParams": list(_PARAMS), "selectedMetrics": list(_COMPARED[:2]),
    }  # fmt: skip
    return [*bars, own_and_press, parallel]
