"""The commands: files and options in, answers out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stance import cli_bulk, cli_corpus, cli_report, cli_runs, cli_spread
from stance.errors import TrackingError, UsageError
from stance.serving.tables import OutputFormat
from stance.terminal import plain_errors, progress, write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stance.learning.evaluation import Scores
    from stance.records import Actor
    from stance.scoring.scorer import Model
    from stance.serving.tables import Judged

app = typer.Typer(
    help="Say which stance news articles take toward the actors they name.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(cli_corpus.app, name="corpus")

Files = Annotated[
    list[str],
    typer.Argument(help="Files of articles, folders, globs, URLs; '-' for stdin.", show_default=False),
]
ModelOption = Annotated[
    str | None, typer.Option("--model", help="Model file, or models:/stance@champion.", show_default=False)
]
ActorOption = Annotated[
    list[str] | None,
    typer.Option(
        "--actor", help="Only this actor: 'Name' or 'Name=form|form'. Repeatable.", show_default=False
    ),
]
ActorsOption = Annotated[
    Path | None, typer.Option("--actors", help="YAML file of actors to predict for.", show_default=False)
]
FormatOption = Annotated[
    OutputFormat | None,
    typer.Option("--format", help="How to print; default: as -o is named, or table.", show_default=False),
]
ColumnsOption = Annotated[
    str | None,
    typer.Option("--columns", help="Names of your columns: text=Volltext,title=Titel.", show_default=False),
]
OutputOption = Annotated[
    str | None,
    typer.Option("-o", "--output", help="Write to this file, or to a folder OUT/.", show_default=False),
]
ConfidenceOption = Annotated[
    float | None,
    typer.Option(
        "--min-confidence",
        min=0.0,
        max=1.0,
        help="Below this a stance is 'unsure'; default: the model's own threshold.",
        show_default=False,
    ),
]
AbstainOption = Annotated[
    bool,
    typer.Option("--abstain/--no-abstain", help="Print 'unsure' below the threshold, or always a stance."),
]
PriorOption = Annotated[
    str,
    typer.Option(help="Class mix of your texts: natural, balanced, or shares favor,neutral,against."),
]
ForceOption = Annotated[
    bool, typer.Option("--force", help="Predict even where a text is not in the model's language.")
]
VoicesOption = Annotated[
    bool, typer.Option("--voices", help="Tell what the author and each quoted voice contribute.")
]
EXPLAINED = 12
ExplainOption = Annotated[
    bool, typer.Option("--explain", help="Tell the words that count most, and why each mention counted.")
]
WithTextOption = Annotated[
    bool, typer.Option("--with-text", help="Put the article's text into JSON, for 'stance report'.")
]
CorpusOption = Annotated[
    list[str] | None,
    typer.Option(
        "--corpus", help="JSONL file or folder, or format:FILE; default: data/corpus.", show_default=False
    ),
]


def _tell_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"stance {version('stance')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Say which stance news articles take toward the actors they name."""


@app.command()
def predict(
    files: Files,
    model: ModelOption = None,
    actor: ActorOption = None,
    actors: ActorsOption = None,
    output_format: FormatOption = None,
    output: OutputOption = None,
    min_confidence: ConfidenceOption = None,
    abstain: AbstainOption = True,
    prior: PriorOption = "natural",
    force: ForceOption = False,
    columns: ColumnsOption = None,
    workers: cli_spread.WorkersOption = 1,
    scheduler: cli_spread.SchedulerOption = None,
    part_mb: cli_spread.PartOption = 4.0,
    restart: cli_spread.RestartOption = False,
    with_text: WithTextOption = False,
    voices: VoicesOption = False,
    explain: ExplainOption = False,
) -> None:
    """Say which stance each article in FILES takes toward each actor it names."""
    with plain_errors() as faults:
        from stance.reading.article_records import parse_columns
        from stance.scoring.bundle import load_bundle
        from stance.scoring.decision import parse_prior
        from stance.serving.judging import judge, options_for
        from stance.serving.result_files import choose_format

        shares = parse_prior(prior)
        names = parse_columns(columns)
        folder = cli_spread.named_folder(output, scheduler, restart, output_format)
        file = Path(output) if output and not folder else None
        chosen_format = OutputFormat.parquet if folder else choose_format(output_format, file)
        place = _find_model(model)
        scorer = load_bundle(place)
        chosen = _choose_actors(actor, actors, scorer)
        least = min_confidence if abstain else 0.0
        words = EXPLAINED if explain else 0
        options = options_for(
            place, chosen, least, shares, force=force, voices=voices, words=words, columns=names
        )
        if folder:
            cli_spread.score_folder(files, folder, options, workers, scheduler, restart, part_mb, faults)
            return
        tally = cli_bulk.Tally()
        shown = file is not None or not sys.stdout.isatty()
        articles = cli_bulk.read_counted(files, names, faults.report, tally, shown)
        if workers > 1:
            judged = cli_spread.judge_in_processes(articles, options, workers, faults.report)
        else:
            judged = judge(articles, scorer, options, faults.report)
        _show(cli_bulk.count_pairs(judged, tally), chosen_format, file, with_text)
        if tally.articles > 1 or (file and tally.articles):
            typer.echo(tally.sum_up(faults.count), err=True)


@app.command()
def lexicon(
    files: Files,
    actor: ActorOption = None,
    actors: ActorsOption = None,
) -> None:
    """Print which lexicon entries fire where in FILES, and toward whom: for audit."""
    with plain_errors() as faults:
        from stance.data_files import data_file
        from stance.learning.lemmas import load_lexicon
        from stance.reading.actors import choose_actors, read_actors
        from stance.reading.articles import read_articles
        from stance.reading.contexts import ArticleReader
        from stance.serving.tables import print_hits

        registry = read_actors(actors or data_file("actors.yaml"))
        known = [*choose_actors(actor or [], registry), *registry]
        reader = ArticleReader(known, lexicon=load_lexicon("de"))
        names = {a.id: a.name for a in known}
        for article in read_articles(files, on_error=faults.report):
            mentions = reader.resolve(article, reader.finder.find(article))
            tokens = reader.share(article, mentions)
            print_hits(article, tokens, names, sys.stdout)


@app.command()
def train(
    corpus: CorpusOption = None,
    actors: ActorsOption = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="Where the model goes.")] = Path(
        "models/stance.joblib"
    ),
    name: Annotated[str, typer.Option(help="Name of the run in MLflow.")] = "train",
    folds: Annotated[int, typer.Option(min=0, help="Folds of cross-validation; 0 skips it.")] = 3,
    track: Annotated[bool, typer.Option("--track/--no-track", help="Log the run to MLflow.")] = True,
    language: Annotated[str, typer.Option(help="Language of the texts: de, en.")] = "de",
    benchmarks: cli_runs.BenchmarksOption = None,
) -> None:
    """Train a model on a labelled corpus and log the run to MLflow."""
    with plain_errors():
        from stance.data_files import data_file
        from stance.learning.importers import read_labelled
        from stance.learning.runs import train_model
        from stance.reading.actors import read_actors
        from stance.reading.languages import PROFILES
        from stance.scoring.bundle import save_bundle
        from stance.whole_files import require_writable

        require_writable(output)
        if track:
            from stance.learning.store import opened_store
            from stance.learning.tracking import log_trained_model

            with opened_store() as mlflow:  # one that does not answer is told of now
                mlflow.MlflowClient().get_experiment_by_name("stance")
        if language not in PROFILES:
            raise UsageError(f"language {language!r} is unknown", hint=f"one of {', '.join(PROFILES)}")
        if language != "de" and not corpus:
            raise UsageError("has no corpus of its own", language, "give one with --corpus")
        places = corpus or [str(data_file("corpus"))]
        records = [record for place in places for record in read_labelled(place)]
        names = "actors.yaml" if language == "de" else f"actors-{language}.yaml"
        registry = read_actors(actors or data_file(names))
        tests = cli_runs.outside_tests(benchmarks) if language == "de" else {}
        with progress("training", steps=folds + 7) as step:
            trained = train_model(
                records, registry, language=language, folds=folds, tests=tests, progress=step
            )
            save_bundle(trained.model, output)
        _print_scores(trained.scores, output)
        if track:
            try:
                log_trained_model(trained, output, name=name)
            except TrackingError as error:
                hint = f"the model is kept; 'stance track {output}' logs it later"
                raise TrackingError(error.what, error.where, hint) from None


@app.command()
def ui(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 5000,
) -> None:
    """Open the MLflow UI on our runs; prints the address of the comparison."""
    with plain_errors():
        from stance.learning.tracking import serve_ui, ui_link

        typer.echo(f"Comparison of all runs, in about half a minute: {ui_link(host, port)}")
        serve_ui(host, port)


cli_runs.add_commands(app)
cli_report.add_commands(app)


def main() -> None:
    """Run the command line."""
    app()


def _find_model(asked: str | None) -> Path:
    from stance.serving.find_model import find_model

    return find_model(asked, _train_default)


def _train_default(path: Path) -> Path:
    from stance.learning.runs import train_default

    with progress("no model yet: training the default once", steps=3) as step:
        return train_default(path, step)


def _choose_actors(names: list[str] | None, file: Path | None, model: Model) -> tuple[Actor, ...] | None:
    from stance.reading.actors import choose_actors, read_actors

    if not names and not file:
        return None
    registry = read_actors(file) if file else model.actors
    chosen = choose_actors(names, registry) if names else registry
    return chosen


def _show(
    judged: Iterator[Judged], output_format: OutputFormat, output: Path | None, with_text: bool
) -> None:
    from stance.serving.result_files import write_binary
    from stance.serving.tables import print_tables, write

    first = next(judged, None)
    # Without an article a table of nothing is no file, and a file of results is not emptied.
    if first is None and (output or output_format is OutputFormat.table):
        return
    found = chain([] if first is None else [first], judged)
    if output_format is OutputFormat.table:
        write_whole(output, lambda stream: print_tables(found, stream))
    elif output_format.binary:
        write_whole(output, lambda stream: write_binary(found, output_format, stream), binary=True)
    else:
        write_whole(output, lambda stream: write(found, output_format, stream, with_text))


def _print_scores(scores: Mapping[str, Mapping[str, Scores]], output: Path) -> None:
    from rich.console import Console

    from stance.learning.figures import scores_table

    console = Console(width=None if sys.stdout.isatty() else 110, highlight=False)
    for name, systems in scores.items():
        title = f"{name}, out of fold" if name in ("natural", "balanced", "all") else name
        console.print(scores_table(systems, title))
    console.print(f"model: {output}", highlight=False)


if __name__ == "__main__":
    main()
