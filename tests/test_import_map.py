"""The rooms of the house: who may import whom."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "stance"
CORNER = {"records", "errors", "data_files", "whole_files"}
ALLOWED = {
    "reading": {"reading"} | CORNER,
    "scoring": {"reading", "scoring"} | CORNER,
    "learning": {"reading", "scoring", "learning"} | CORNER,
    "serving": {"reading", "scoring", "serving"} | CORNER,
}
# One door each: where a vendor may be imported at all.
DOORS = {
    "sklearn": {"learning"},
    "nltk": {"learning"},
    "mlflow": {
        "learning/store.py",
        "learning/tracking.py",
        "learning/registry.py",
        "serving/pyfunc.py",
    },
    "pandas": {"learning/tracking.py", "serving/pyfunc.py"},
    "matplotlib": {"learning/figures.py", "serving/report/charts.py"},
    "jinja2": {"serving/report/page.py"},
    "joblib": {"scoring/bundle.py"},
    "distributed": {"serving/cluster.py"},
    "trafilatura": {"reading/web_pages.py"},
    "fsspec": {"reading/remote.py"},
    "pyarrow": {"reading/article_tables.py", "serving/result_files.py", "serving/result_tables.py"},
    "openpyxl": {
        "reading/article_tables.py",
        "serving/result_files.py",
        "serving/result_tables.py",
        "serving/report/workbook.py",
        "learning/importers.py",
    },
}
# The registered model is fetched through the tracking room, the one way from serving to learning;
# the registry logs the code of the served model.
EXCEPTIONS = {
    ("serving/find_model.py", "learning"),
    ("learning/registry.py", "serving"),
}


def _imports(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def _place(file: Path) -> str:
    return file.relative_to(PACKAGE).as_posix()


FILES = sorted(p for room in ALLOWED for p in (PACKAGE / room).rglob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=_place)
def test_a_room_imports_only_rooms_to_its_left(file: Path) -> None:
    here = _place(file)
    room = here.partition("/")[0]
    for name in _imports(file):
        if name.startswith("stance."):
            other = name.split(".")[1]
            assert other in ALLOWED[room] or (here, other) in EXCEPTIONS, f"{here} imports {name}"


@pytest.mark.parametrize("file", FILES, ids=_place)
def test_each_vendor_has_one_door(file: Path) -> None:
    here = _place(file)
    for name in _imports(file):
        doors = DOORS.get(name.split(".")[0])
        assert doors is None or here in doors or here.partition("/")[0] in doors, f"{here} imports {name}"


def test_the_map_sees_every_module() -> None:
    assert len(FILES) > 15


def test_predicting_imports_no_training_library(bundle: Path, tmp_path: Path) -> None:
    article = tmp_path / "a.txt"
    article.write_text("Moskau warnt. Russland lügt.", encoding="utf-8")
    code = (
        "import sys, stance\n"
        f"model = stance.load_model({str(bundle)!r})\n"
        f"assert model.predict(stance.read_article({str(article)!r}))\n"
        "heavy = {'sklearn', 'mlflow', 'pandas', 'nltk', 'scipy', 'matplotlib'} & set(sys.modules)\n"
        "print(sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
