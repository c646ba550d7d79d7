"""The commands for figures: evaluate, gate, experiment, runs, promote."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stance.errors import CorpusError
from stance.terminal import plain_errors, progress, write_whole

if TYPE_CHECKING:
    from stance.learning.corpus import Record
    from stance.scoring.scorer import Model

BENCHMARKS = "STANCE_BENCHMARKS"
BenchmarksOption = Annotated[
    Path | None,
    typer.Option(
        "--benchmarks",
        envvar=BENCHMARKS,
        help="Folder of labelled texts of others; sets found there are scored in every run.",
        show_default=False,
    ),
]
# File → name of the set and the format it is read in.
_OUTSIDE = {
    "press-articles-dev.jsonl": ("press", ""),
    "gerntsa-actors-dev.jsonl": ("gerntsa", "gerntsa:"),
}


def outside_tests(folder: Path | None) -> dict[str, list[Record]]:
    """The known sets of a benchmarks folder, by name."""
    if folder is None:
        return {}
    from stance.learning.importers import read_labelled

    if not folder.is_dir():
        raise CorpusError("is no folder", folder, f"give --benchmarks DIR or set {BENCHMARKS}")
    return {
        name: read_labelled(f"{source}{folder / file}")
        for file, (name, source) in _OUTSIDE.items()
        if (folder / file).is_file()
    }


def add_commands(app: typer.Typer) -> None:
    """Put the commands beside the others."""
    app.command()(evaluate)
    app.command()(gate)
    app.command()(experiment)
    app.command()(runs)
    app.command()(promote)
    app.command()(track)


def _load(model: str | None) -> Model:
    from stance.scoring.bundle import load_bundle
    from stance.serving.find_model import find_model

    def refuse(path: Path) -> Path:
        raise CorpusError("no model yet", path, "train one with 'stance train'")

    return load_bundle(find_model(model, refuse))


def evaluate(
    model: Annotated[str, typer.Argument(help="Model file, or models:/stance@champion.")],
    corpus: Annotated[
        list[str] | None,
        typer.Argument(
            help="JSONL files or folders, or format:FILE; default: data/corpus.", show_default=False
        ),
    ] = None,
    split: Annotated[
        str,
        typer.Option(help="Only records of this split: train, dev, test, all; auto: test if there is one."),
    ] = "auto",
    fairness: Annotated[bool, typer.Option("--fairness", help="Also swap names and see what moves.")] = False,
    faithfulness: Annotated[
        bool, typer.Option("--faithfulness", help="Also delete sentences of evidence and see what moves.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Also write all figures as JSON.", show_default=False),
    ] = None,
) -> None:
    """Score MODEL on labelled texts: honest figures beside the baselines, and where they fall."""
    with plain_errors():
        import msgspec
        from rich.console import Console

        from stance.data_files import data_file
        from stance.learning.assessment import assess, choose_split, was_trained_on
        from stance.learning.fairness import swap_names
        from stance.learning.faithfulness import measure_faithfulness
        from stance.learning.figures import scores_table, slices_table
        from stance.learning.importers import read_labelled

        scorer = _load(model)
        places = corpus or [str(data_file("corpus"))]
        given = [r for place in places for r in read_labelled(place)]
        records = choose_split(given, split)
        if was_trained_on(scorer, given, records):
            typer.echo("stance: the model was trained on these texts: the figures flatter it", err=True)
        with progress("evaluating", steps=4) as step:
            found = assess(scorer, records, step)
            moved = swap_names(scorer, records) if fairness else None
            faithful = measure_faithfulness(scorer, records) if faithfulness else None
        console = Console(width=None if os.isatty(1) else 110, highlight=False)
        for name, systems in found.scores.items():
            console.print(scores_table(systems, name))
        console.print(slices_table(found.slices))
        if moved:
            console.print(str(moved))
        if faithful:
            console.print(str(faithful))
        if output:
            text = msgspec.json.format(msgspec.json.encode(found.to_data()), indent=1).decode()
            write_whole(output, lambda stream: stream.write(text + "\n"))


def gate(
    model: Annotated[str | None, typer.Argument(help="Model file.", show_default=False)] = None,
    pin: Annotated[
        bool, typer.Option("--pin", help="Write the floor anew from this model, on purpose.")
    ] = False,
    floor: Annotated[Path, typer.Option(help="The floor file.")] = Path("data/floor.json"),
) -> None:
    """Fail where a model falls below the pinned floor of figures on the test split."""
    with plain_errors():
        from stance.data_files import data_file
        from stance.learning.assessment import assess, check_floor, choose_split, pin_floor
        from stance.learning.corpus import digest_corpus, read_corpus

        scorer = _load(model)
        records = read_corpus(data_file("corpus"))
        with progress("gate", steps=4) as step:
            found = assess(scorer, choose_split(records, "test"), step, baselines=False)
        digest = digest_corpus(records)
        if pin:
            pin_floor(floor, found, digest)
        for line in check_floor(floor, found, digest):
            typer.echo(line)


def experiment(
    files: Annotated[list[Path], typer.Argument(help="Experiment files (YAML).", show_default=False)],
    benchmarks: BenchmarksOption = None,
) -> None:
    """Run the configurations of FILES that have not been run yet, one tracked run each."""
    with plain_errors():
        from stance.learning.experiments import read_experiment, run_experiment

        experiments = [read_experiment(file) for file in files]
        tests = outside_tests(benchmarks)
        with progress("experiments", steps=sum(3 + len(e.runs) for e in experiments)) as step:
            for one in experiments:
                done, skipped = run_experiment(one, tests, benchmarks=benchmarks, progress=step)
                typer.echo(f"{one.key}: {done} run, {skipped} finished before")


def runs(
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Write the table as Markdown.", show_default=False),
    ] = None,
) -> None:
    """Compare the tracked runs, question by question."""
    with plain_errors():
        from rich.console import Console

        from stance.learning.run_tables import runs_markdown, runs_table
        from stance.learning.tracking import list_runs, read_questions

        found = list_runs()
        if not found:
            typer.echo("no finished run yet: 'stance train' or 'stance experiment FILE' makes one", err=True)
            return
        if output:
            text = runs_markdown(found, read_questions())
            write_whole(output, lambda stream: stream.write(text))
        else:
            Console(width=None if os.isatty(1) else 200, highlight=False).print(runs_table(found))


def promote(
    run: Annotated[str, typer.Argument(help="Name or id of a training run, or a version number.")],
) -> None:
    """Let models:/stance@champion name the model of RUN."""
    with plain_errors():
        from stance.learning.registry import promote_run

        typer.echo(f"champion: version {promote_run(run)}")


def track(
    model: Annotated[Path, typer.Argument(help="Model file.", show_default=False)],
    name: Annotated[str, typer.Option(help="Name of the run in MLflow.")] = "train",
) -> None:
    """Log MODEL, a file that is trained already, as a run: where the store was gone at the time."""
    with plain_errors():
        from stance.learning.tracking import log_bundle
        from stance.scoring.bundle import load_bundle

        run = log_bundle(load_bundle(model), model, name=name)
        typer.echo(f"run: {run}, without tables and pictures, which only training can draw")
