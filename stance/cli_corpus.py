"""The commands about a labelled corpus: ``stance corpus …``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stance.errors import CorpusError
from stance.terminal import plain_errors, progress

if TYPE_CHECKING:
    from stance.learning.corpus import Record
    from stance.learning.curve import CurvePoint

app = typer.Typer(
    help="Check, measure and convert a labelled corpus.", no_args_is_help=True, rich_markup_mode=None
)

Corpora = Annotated[
    list[Path] | None,
    typer.Argument(help="JSONL files or folders; default: data/corpus.", show_default=False),
]


CorpusFolder = Annotated[
    Path | None, typer.Option("--corpus", help="Folder; default: data/corpus.", show_default=False)
]


@app.command()
def check(corpus: Corpora = None) -> None:
    """Check schema, spans, splits, duplicates and real persons; exit code 2 where something is wrong."""
    with plain_errors() as faults:
        from stance.data_files import data_file
        from stance.learning.checks import check_corpus
        from stance.reading.actors import read_actors

        records = read_corpus_or_default(corpus)
        for fault in check_corpus(records, read_actors(data_file("actors.yaml"))):
            faults.report(CorpusError(str(fault)))
        typer.echo(
            f"{len(records)} records, {sum(len(r.actors) for r in records)} pairs, {faults.count} faults"
        )


@app.command()
def stats(corpus: Corpora = None) -> None:
    """Count records and pairs by mix, genre, topic and difficulty; measure variety."""
    with plain_errors():
        from stance.learning.corpus_tables import print_stats

        print_stats(read_corpus_or_default(corpus), sys.stdout)


@app.command()
def agreement(corpus: Corpora = None) -> None:
    """Print Krippendorff's alpha and Cohen's kappa between the readers, overall, by mix and by genre."""
    with plain_errors():
        from stance.learning.corpus_tables import print_agreement

        print_agreement([*read_corpus_or_default(corpus), *_read_contested(corpus)], sys.stdout)


@app.command()
def voices(
    corpus: Corpora = None,
    half: Annotated[str, typer.Option(help="Marked records of which half: dev or test.")] = "dev",
) -> None:
    """Score the voices found against those marked: span F1 in characters, holders, by kind."""
    with plain_errors():
        from stance.learning.voice_evaluation import print_voice_scores

        print_voice_scores(read_corpus_or_default(corpus), half, sys.stdout)


@app.command()
def batch(
    folder: Annotated[Path, typer.Argument(help="Where the batches go.", show_default=False)],
    corpus: Annotated[
        Path | None, typer.Option(help="Folder; default: data/corpus.", show_default=False)
    ] = None,
    size: Annotated[int, typer.Option(min=1, help="Texts a batch.")] = 90,
    reader: Annotated[str, typer.Option(help="Texts that this reader has not read.")] = "reader1",
    disputed: Annotated[bool, typer.Option(help="Only texts whose readings have no majority.")] = False,
) -> None:
    """Write batches for blind reading: text and actors, without any label."""
    with plain_errors():
        from stance.learning.readings import is_disputed, lacks, write_batches

        unread = lacks(reader)
        records = _read_joined(corpus)
        files = write_batches(records, folder, size, lambda r: unread(r) and (is_disputed(r) or not disputed))
        typer.echo(f"{len(files)} batches in {folder}")


@app.command()
def readings(
    files: Annotated[list[Path], typer.Argument(help="A file of readings per reader.", show_default=False)],
    corpus: Annotated[
        Path | None, typer.Option(help="Folder; default: data/corpus.", show_default=False)
    ] = None,
    reader: Annotated[str, typer.Option(help="The column they fill.")] = "reader1",
) -> None:
    """Add readings to the corpus, settle labels by majority, set aside what has none."""
    with plain_errors():
        from stance.learning.readings import add_readings, read_readings

        records = _read_joined(corpus)
        for file in files:
            records = add_readings(records, read_readings(file), reader, file.stem)
        _write_parted(records, corpus)


def _corpus_folder(folder: Path | None) -> Path:
    from stance.data_files import data_file

    return folder or data_file("corpus")


def _read_joined(folder: Path | None) -> list[Record]:
    from stance.learning.readings import join_contested

    place = _corpus_folder(folder)
    return join_contested(read_corpus_or_default([place]), _read_contested([place]))


def _write_parted(records: list[Record], folder: Path | None) -> None:
    """Write each record back into its file: articles, passages, and what is contested."""
    from stance.learning.corpus import CONTESTED, corpus_files, read_corpus, write_corpus
    from stance.learning.readings import part_contested

    place = _corpus_folder(folder)
    home = {record.id: file for file in corpus_files(place) for record in read_corpus(file)}
    clean, aside = part_contested(records)
    for file in sorted(set(home.values())):
        write_corpus([r for r in clean if home.get(r.id, file) == file], file)
    write_corpus(aside, place / CONTESTED)
    typer.echo(f"{len(clean)} records, {sum(len(r.actors) for r in aside)} pairs set aside")


@app.command()
def curve(
    corpus: Corpora = None,
    test: Annotated[
        list[str] | None,
        typer.Option("--test", help="Further test set: name=FILE or name=format:FILE.", show_default=False),
    ] = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="Where the drawing goes.")] = Path(
        "curve.svg"
    ),
    track: Annotated[bool, typer.Option("--track/--no-track", help="Log the runs to MLflow.")] = True,
) -> None:
    """Draw how figures climb with labelled pairs, on the natural test split and on other sets."""
    with plain_errors():
        from stance.data_files import data_file
        from stance.learning.corpus import build_labelled_contexts
        from stance.learning.curve import draw_curve, learning_curve
        from stance.learning.lemmas import load_lexicon
        from stance.reading.actors import read_actors
        from stance.reading.contexts import ArticleReader

        records = read_corpus_or_default(corpus)
        reader = ArticleReader(read_actors(data_file("actors.yaml")), lexicon=load_lexicon("de"))
        own = [r for r in records if r.split == "test" and r.mix == "natural"]
        sets = {"natural": own, **dict(_read_test(option) for option in test or ())}
        tests = {name: list(build_labelled_contexts(found, reader)) for name, found in sets.items()}
        train = list(build_labelled_contexts([r for r in records if r.split == "train"], reader))
        with progress("learning curve", steps=6) as step:
            points = learning_curve(train, tests, progress=step)
        draw_curve(points, output)
        for point in points:
            _tell_point(point, track)


def _read_test(option: str) -> tuple[str, list[Record]]:
    from stance.learning.importers import read_labelled

    name, _, place = option.partition("=")
    if not place:
        raise CorpusError(f"--test {option!r} names no file", hint="write name=FILE or name=format:FILE")
    return name, read_labelled(place)


def _tell_point(point: CurvePoint, track: bool) -> None:
    metrics: dict[str, float] = {"pairs": point.pairs}
    for name, systems in point.scores.items():
        typer.echo(
            f"{point.pairs:>6} pairs  {name:<9}"
            + "  ".join(f"{system} {s.macro_f1:.3f} {s.interval}" for system, s in systems.items())
        )
        metrics[f"{name}_f1"] = systems["model"].macro_f1
        metrics[f"plain/{name}_f1"] = systems["plain TF-IDF"].macro_f1
        metrics[f"majority/{name}_f1"] = systems["majority"].macro_f1
    metrics["macro_f1"] = point.scores["natural"]["model"].macro_f1
    if track:
        from stance.learning.tracking import log_figures

        note = f"Trained on {point.pairs} pairs of the train split; figures on sets never trained on."
        log_figures(f"size-{point.pairs}", "07-corpus-size", note, {"pairs": point.pairs}, metrics)


@app.command("import")
def import_labels(
    source: Annotated[
        str,
        typer.Argument(help="gerntsa, newsmtsc, semeval2016, labelstudio, doccano, prodigy, excel, markup."),
    ],
    files: Annotated[list[Path], typer.Argument(help="Files in that format.", show_default=False)],
    output: Annotated[Path, typer.Option("-o", "--output", help="JSONL file to write.")] = Path(
        "imported.jsonl"
    ),
) -> None:
    """Turn labelled FILES of another format into our records."""
    with plain_errors():
        from stance.learning.corpus import write_corpus
        from stance.learning.importers import import_corpus

        records = [record for file in files for record in import_corpus(source, file)]
        if not any(record.actors for record in records):
            raise CorpusError("holds no labelled pair", files[0], f"is it in the format {source}?")
        write_corpus(records, output)
        typer.echo(f"{len(records)} records, {sum(len(r.actors) for r in records)} pairs: {output}")


def _read_contested(paths: list[Path] | None) -> list[Record]:
    """What was set aside for want of a majority counts where agreement is measured."""
    from stance.data_files import data_file
    from stance.learning.corpus import CONTESTED, read_corpus

    aside = [path / CONTESTED for path in paths or [data_file("corpus")]]
    return read_corpus(*found) if (found := [p for p in aside if p.is_file() and p.stat().st_size]) else []


def read_corpus_or_default(paths: list[Path] | None) -> list[Record]:
    """Read the records of the paths, or the project's own."""
    from stance.data_files import data_file
    from stance.learning.corpus import read_corpus

    return read_corpus(*(paths or [data_file("corpus")]))
