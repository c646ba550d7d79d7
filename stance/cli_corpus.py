"""The commands about a labelled corpus: ``stance corpus …``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stance.errors import CorpusError
from stance.terminal import plain_errors

if TYPE_CHECKING:
    from stance.learning.corpus import Record

app = typer.Typer(help="Check, measure and convert a labelled corpus.", no_args_is_help=True)

Corpora = Annotated[
    list[Path] | None,
    typer.Argument(help="JSONL files or folders; default: data/corpus.", show_default=False),
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

        print_agreement(read_corpus_or_default(corpus), sys.stdout)


@app.command("import")
def import_labels(
    source: Annotated[str, typer.Argument(help="Format: gerntsa, newsmtsc, markup.")],
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
        write_corpus(records, output)
        typer.echo(f"{len(records)} records, {sum(len(r.actors) for r in records)} pairs: {output}")


def read_corpus_or_default(paths: list[Path] | None) -> list[Record]:
    """Read the records of the paths, or the project's own."""
    from stance.data_files import data_file
    from stance.learning.corpus import read_corpus

    return read_corpus(*(paths or [data_file("corpus")]))
