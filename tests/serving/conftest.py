"""A few articles and the command that judges them in small parts."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from long_runs import Pairs

from stance.reading.articles import read_articles
from stance.scoring.scorer import Model

SENTENCES = [
    "Moskau warnt Kiew.",
    "Die EU lobt Polen.",
    "China hat gelogen und betrogen.",
    "Es regnet am See.",
]


@pytest.fixture(scope="session")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """960 articles, one a line."""
    file = tmp_path_factory.mktemp("articles") / "a.jsonl"
    texts = (" ".join((SENTENCES[i % 4 :] + SENTENCES[: i % 3]) * 4) for i in range(960))
    lines = (msgspec.json.encode({"id": f"a{i}", "text": text}) for i, text in enumerate(texts))
    file.write_bytes(b"\n".join(lines) + b"\n")
    return file


@pytest.fixture(scope="session")
def expected(articles: Path, model: Model) -> Pairs:
    """(article, actor) as one process finds them."""
    return sorted((str(p.article_id), p.actor.id) for p in model.predict(read_articles([articles])))


@pytest.fixture(scope="session")
def start(bundle: Path, articles: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Begin `stance predict` over the articles in small parts."""
    running: list[subprocess.Popen[str]] = []

    def begin(folder: Path, *more: str, file: Path = articles) -> subprocess.Popen[str]:
        arguments = ["predict", str(file), "--model", str(bundle), "-o", f"{folder}/", "--part-mb", "0.01"]
        process = subprocess.Popen(
            [sys.executable, "-m", "stance", *arguments, *more], stderr=subprocess.PIPE, text=True
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.wait()
        if process.stderr:
            process.stderr.close()
