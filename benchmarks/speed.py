"""Measure stance against what a user would otherwise do, in the same run: ratios, not times.

``python benchmarks/speed.py [--articles N] [--rounds N] [JSONL …]``
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from itertools import cycle, islice
from pathlib import Path

import joblib
import msgspec
from rich.console import Console
from rich.table import Table
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from stance.data_files import data_file
from stance.learning.corpus import Record, read_corpus
from stance.learning.runs import train_model
from stance.reading.actors import read_actors
from stance.reading.articles import read_articles
from stance.records import Actor
from stance.scoring.bundle import load_bundle, save_bundle
from stance.scoring.scorer import Model
from stance.serving.tables import Judged, OutputFormat, write

_WORD = re.compile(r"\w+")
_LEAST = 1200  # characters of an article among our texts; shorter ones are passages
_CONSOLE = Console(width=110, highlight=False)


def main() -> None:
    """Print a table for our own articles, one for every file given, and one for starting up."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("files", nargs="*", type=Path, help="JSONL files of articles")
    options.add_argument("--articles", type=int, default=20_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument(
        "--model", type=Path, default=Path("models/stance.joblib"), help="trained where missing"
    )
    asked = options.parse_args()
    records = read_corpus(data_file("corpus"))
    # What it has learned in three steps costs as much to apply as what it would in three hundred.
    plain = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), min_df=2), LogisticRegression(max_iter=3))
    with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):
        plain.fit([r.text for r in records], [str(r.actors[0].label) for r in records])
    if asked.model.exists():
        model = load_bundle(asked.model)
    else:
        model = train_model(records, read_actors(data_file("actors.yaml")), folds=0).model
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder) / "own.jsonl"
        _write_own(records, own, asked.articles)
        actors = (*model.actors, *_actors_of(records))
        measure_reading(
            f"our {asked.articles:,} articles, registry and their own actors",
            own,
            model,
            plain,
            asked.rounds,
            actors,
        )
        for file in asked.files:
            measure_reading(f"{file.name}, registry", file, model, plain, asked.rounds)
        measure_starting(Path(folder), model, plain, asked.rounds)


def _write_own(records: Iterable[Record], path: Path, count: int) -> None:
    articles = [r for r in records if len(r.text) > _LEAST]
    with path.open("wb") as file:
        for number, record in enumerate(islice(cycle(articles), count)):
            data = {"id": f"{number}", "title": record.title, "text": record.text}
            file.write(msgspec.json.encode(data) + b"\n")


def _actors_of(records: Iterable[Record]) -> list[Actor]:
    """The actors of our articles by their full names: some two thousand, all invented."""
    names = {a.name for r in records if len(r.text) > _LEAST for a in r.actors if " " in a.name}
    return [Actor(f"own-{name}", name) for name in sorted(names)]


def measure_reading(
    title: str,
    file: Path,
    model: Model,
    plain: Pipeline,
    rounds: int,
    actors: Sequence[Actor] | None = None,
) -> None:
    """JSONL in, JSON lines out, on one core: articles a second of every way, round after round."""
    ways: dict[str, Callable[[], int]] = {
        "bound: decode JSON, one regex": lambda: _bound(file),
        "plain scikit-learn TF-IDF + LogisticRegression": lambda: _plain(file, plain),
        "stance, without evidence": lambda: _stance(file, model, actors, 0),
        "stance, with evidence": lambda: _stance(file, model, actors, 3),
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            started = time.process_time()
            count = way()
            rates[name].append(count / (time.process_time() - started))
    _print(
        title,
        "articles/s",
        rates,
        ("plain", "plain scikit-learn TF-IDF + LogisticRegression"),
        ("bound", "bound: decode JSON, one regex"),
    )


def _texts(file: Path) -> Iterable[str]:
    with file.open("rb") as lines:
        for line in lines:
            yield msgspec.json.decode(line)["text"]


def _bound(file: Path) -> int:
    count = 0
    for text in _texts(file):
        _WORD.findall(text)
        count += 1
    return count


def _plain(file: Path, plain: Pipeline) -> int:
    count = 0
    texts = iter(_texts(file))
    with Path(os.devnull).open("wb") as out:
        while batch := list(islice(texts, 1000)):
            for row in plain.predict_proba(batch).tolist():
                out.write(msgspec.json.encode(row) + b"\n")
            count += len(batch)
    return count


def _stance(file: Path, model: Model, actors: Sequence[Actor] | None, evidence: int) -> int:
    counted = [0]

    def count(articles: Iterable[object]) -> Iterable[object]:
        for article in articles:
            counted[0] += 1
            yield article

    found = model.stream(count(read_articles([file])), actors, max_evidence=evidence)  # type: ignore[arg-type]
    with Path(os.devnull).open("w") as out:
        write((Judged(a, p) for a, p in found if p), OutputFormat.jsonl, out)
    return counted[0]


def measure_starting(folder: Path, model: Model, plain: Pipeline, rounds: int) -> None:
    """CPU seconds of whole processes, and of opening a model."""
    article = folder / "a.txt"
    article.write_text("Moskau warnt. Russland lügt.", encoding="utf-8")
    bundle = save_bundle(model, folder / "stance.joblib")
    joblib.dump(plain, folder / "plain.joblib")
    classic = (
        "import sys, joblib, sklearn.pipeline\n"
        "model = joblib.load(sys.argv[1])\n"
        "print(model.predict_proba([open(sys.argv[2], encoding='utf-8').read()]))"
    )
    commands = {
        "scikit-learn: load a pipeline, predict a text": ["-c", classic, folder / "plain.joblib", article],
        "stance predict file.txt": ["-m", "stance", "predict", article, "--model", bundle],
        "import typer": ["-c", "import typer"],
        "stance --help": ["-m", "stance", "--help"],
        "import sklearn.linear_model": ["-c", "import sklearn.linear_model"],
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    seconds["open the model"] = []
    for _ in range(rounds):
        for name, command in commands.items():
            seconds[name].append(_cpu_seconds([sys.executable, *map(str, command)]))
        started = time.process_time()
        load_bundle(bundle)
        seconds["open the model"].append(time.process_time() - started)
    references = [
        (name.split(":")[0], name)
        for name in ("scikit-learn: load a pipeline, predict a text", "import typer")
    ]
    _print("starting", "CPU s", seconds, *references, ("sklearn import", "import sklearn.linear_model"))
    _CONSOLE.print(f"model file: {bundle.stat().st_size / 1e6:.1f} MB\n")


def _cpu_seconds(command: Sequence[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _print(title: str, unit: str, found: dict[str, list[float]], *references: tuple[str, str]) -> None:
    table = Table(title=title, title_justify="left")
    for heading in ("", unit, "min", "max", *(f"/ {short}" for short, _ in references)):
        table.add_column(heading, justify="left" if not heading else "right")
    for name, values in found.items():
        cells = [f"{statistics.median(values):,.3g}", f"{min(values):,.3g}", f"{max(values):,.3g}"]
        # Round by round: what else the machine did then slowed both.
        for _, reference in references:
            ratios = [value / other for value, other in zip(values, found[reference], strict=True)]
            cells.append(f"{statistics.median(ratios):.2f}")
        table.add_row(name, *cells)
    _CONSOLE.print(table)


if __name__ == "__main__":
    main()
