"""Measure stance against what a user would otherwise do, in the same run: ratios, not times."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from stance.data_files import data_file
from stance.learning.corpus import read_corpus
from stance.learning.runs import train_model
from stance.reading.actors import read_actors
from stance.records import Article

ARTICLES = 400
ROUNDS = 3


def main(source: str | None = None) -> None:
    """Time each way over the same articles and print articles a second with their spread."""
    records = read_corpus(data_file("corpus"))
    if source:
        texts = [msgspec.json.decode(line)["text"] for line in Path(source).read_bytes().splitlines() if line]
    else:
        # Eight passages make an article of the length of the press.
        passages = [record.text for record in records]
        texts = ["\n\n".join(passages[i : i + 8]) for i in range(0, len(passages), 8)]
    texts = (texts * (ARTICLES // len(texts) + 1))[:ARTICLES]
    model = train_model(records, read_actors(data_file("actors.yaml")), folds=0).model
    plain = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), min_df=2), LogisticRegression(max_iter=300))
    plain.fit([r.text for r in records], [str(r.actors[0].label) for r in records])
    articles = [Article(text) for text in texts]
    ways: dict[str, Callable[[], object]] = {
        "plain scikit-learn TF-IDF + LogisticRegression": lambda: plain.predict_proba(texts),
        "stance, without evidence": lambda: model.predict(articles, max_evidence=0),
        "stance, with evidence": lambda: model.predict(articles),
    }
    rates = {name: [len(texts) / _seconds(way) for _ in range(ROUNDS)] for name, way in ways.items()}
    reference = statistics.median(next(iter(rates.values())))
    table = Table(title=f"{len(texts)} articles, {ROUNDS} rounds", title_justify="left")
    for heading in ("way", "articles/s", "min", "max", "of the plain pipeline"):
        table.add_column(heading, justify="left" if heading == "way" else "right")
    for name, found in rates.items():
        middle = statistics.median(found)
        spread = [f"{min(found):,.0f}", f"{max(found):,.0f}"]
        table.add_row(name, f"{middle:,.0f}", *spread, f"{middle / reference:.2f}")
    Console(width=110).print(table)


def _seconds(way: Callable[[], object]) -> float:
    started = time.perf_counter()
    way()
    return time.perf_counter() - started


if __name__ == "__main__":
    main(*sys.argv[1:2])
