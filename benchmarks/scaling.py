"""Measure how cost grows with workers, articles and actors, and whether memory does."""

from __future__ import annotations

import argparse
import itertools
import math
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from stance.data_files import data_file
from stance.records import Actor, Article
from stance.scoring.bundle import load_bundle
from stance.scoring.scorer import Model
from stance.serving.bulk import run_here, score_files
from stance.serving.judging import Options, judge, options_for
from stance.serving.partitions import list_inputs

ROUNDS = 3
_ROOT = Path(__file__).parents[1]


def main() -> None:
    """Run the measurements asked for and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", default=["workers", "articles", "actors", "memory"])
    parser.add_argument("--model", type=Path, default=Path("models/stance.joblib"))
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--memory", type=int, nargs=2, default=(50_000, 1_000_000), metavar="ARTICLES")
    parser.add_argument("--stream", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.stream:
        print(peak_of_stream(given.model, given.stream))
        return
    ways: dict[str, Callable[[], str]] = {
        "workers": lambda: two_workers(given.model, given.articles),
        "articles": lambda: growth_with_articles(given.model, given.articles),
        "actors": lambda: growth_with_actors(given.model, given.articles // 20),
        "memory": lambda: growth_of_memory(given.model, given.memory),
    }
    for name in given.what:
        print(f"{name}: {ways[name]()}", flush=True)


def two_workers(model: Path, count: int) -> str:
    """How many times faster two workers fill a folder of parts than one, with the spread of rounds."""
    with tempfile.TemporaryDirectory() as place:
        file = write_articles(Path(place) / "a.jsonl", count)
        seconds: dict[int, list[float]] = {1: [], 2: []}
        for turn, workers in itertools.product(range(ROUNDS), seconds):
            folder = Path(place) / f"{turn}-{workers}"
            seconds[workers].append(_seconds(lambda f=folder, w=workers: _score(model, file, f, w)))
        parts = sum(path.stat().st_size for path in folder.glob("part-*.parquet"))
        read = file.stat().st_size
    ratios = sorted(one / two for one, two in zip(seconds[1], seconds[2], strict=True))
    rate = count / statistics.median(seconds[1])
    return (
        f"x{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}) for {count} articles, "
        f"{rate:.0f} articles/s with one worker; bytes an article: {read / count:.0f} read, "
        f"{parts / count:.0f} written"
    )


def growth_with_articles(model: Path, most: int) -> str:
    """The exponent of cost over articles: 1 is linear."""
    sizes = [most // 8, most // 4, most // 2, most]
    loaded, options = load_bundle(model), options_for(model)
    seconds = [_cpu_seconds(loaded, options, size) for size in sizes]
    rates = ", ".join(f"{n}: {s / n * 1e3:.2f} ms" for n, s in zip(sizes, seconds, strict=True))
    return f"exponent {_exponent(sizes, seconds):.3f}; each of {rates}"


def growth_with_actors(model: Path, count: int) -> str:
    """The exponent of cost over registered actors, 10 to 10,000 invented ones, the same articles."""
    sizes = [10, 100, 1_000, 10_000]
    loaded, options = load_bundle(model), options_for(model)
    seconds = [_cpu_seconds(_knowing(loaded, size), options, count) for size in sizes]
    told = ", ".join(f"{n}: {s / count * 1e3:.2f} ms" for n, s in zip(sizes, seconds, strict=True))
    return f"exponent {_exponent(sizes, seconds):.3f}; an article with {told}"


def growth_of_memory(model: Path, sizes: Sequence[int]) -> str:
    """The peak of a process that streams few articles and of one that streams many."""
    peaks = []
    for size in sizes:
        module = [sys.executable, "-m", "benchmarks.scaling", "--model", str(model.absolute())]
        done = subprocess.run(
            [*module, "--stream", str(size)], cwd=_ROOT, stdout=subprocess.PIPE, text=True, check=True
        )
        peaks.append(float(done.stdout))
    told = ", ".join(f"{n} articles: {peak:.0f} MB" for n, peak in zip(sizes, peaks, strict=True))
    return f"x{peaks[-1] / peaks[0]:.2f}; {told}"


def peak_of_stream(model: Path, count: int) -> float:
    """Megabytes that this process needed at most to judge so many articles one batch at a time."""
    loaded, options = load_bundle(model), options_for(model)
    _judge_all(loaded, options, _articles(count))
    # Linux counts in kilobytes, macOS in bytes.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def invented_actors(count: int) -> Iterator[Actor]:
    """Persons with two-part names that no article holds."""
    first, last = ("Salka", "Jorun", "Tamme", "Ubbe", "Wiebke"), ("Venn", "Brodtal", "Quist", "Ahlmark")
    for number in range(count):
        name = f"{first[number % 5]} {last[number % 4]}{_letters(number)}"
        yield Actor(id=f"invented-{number}", name=name, forms=(name.split()[1],))


def write_articles(path: Path, count: int) -> Path:
    """Write so many articles of our corpus, over and over, one a line."""
    with path.open("wb") as stream:
        for article in _articles(count):
            record = {"id": article.id, "title": article.title, "text": article.text}
            stream.write(msgspec.json.encode(record) + b"\n")
    return path


def _articles(count: int) -> Iterator[Article]:
    lines = data_file("corpus").joinpath("articles.jsonl").read_bytes().splitlines()
    records = [msgspec.json.decode(line) for line in lines]
    for number, record in zip(range(count), itertools.cycle(records), strict=False):
        # The number makes each text another one, so that nothing kept from the last is of use.
        text = f"{record['text']}\n\nMeldung {number}."
        yield Article(text=text, title=record.get("title"), id=f"a{number}")


def _letters(number: int) -> str:
    return "".join("abcdefghij"[int(digit)] for digit in str(number))


def _score(model: Path, file: Path, folder: Path, workers: int) -> None:
    # A part for a worker is too coarse where there are few: eight each.
    part = list_inputs([str(file)])[0].size // 16 + 1
    score_files([str(file)], folder, options_for(model), run_here(workers), part_bytes=min(part, 4_000_000))


def _exponent(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """The slope of log cost over log size."""
    return statistics.linear_regression([math.log(n) for n in sizes], [math.log(s) for s in seconds]).slope


def _seconds(way: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    started = clock()
    way()
    return clock() - started


def _judge_all(model: Model, options: Options, articles: Iterable[Article]) -> int:
    return sum(1 for _ in judge(articles, model, options, lambda _error: None))


def _knowing(model: Model, count: int) -> Model:
    return replace(model, reader=model.reader.with_actors((*model.actors, *invented_actors(count))))


def _cpu_seconds(model: Model, options: Options, count: int) -> float:
    """Of this process alone, so that a busy neighbour is not measured; the better of two."""
    articles = list(_articles(count))
    return min(_seconds(lambda: _judge_all(model, options, articles), time.process_time) for _ in range(2))


if __name__ == "__main__":
    main()
