"""Predictions → a table for people; JSON, JSONL and CSV for machines."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, TYPE_CHECKING, Any

from stance.records import Article, ArticleTokens, Evidence, Label, Mention, Prediction, WordShare
from stance.serving.explanation import build_explanation
from stance.serving.plain_text import strip_control
from stance.serving.voice_table import build_matrix, voices_to_data

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = [
    "Judged",
    "OutputFormat",
    "build_table",
    "neutral_cell",
    "prediction_to_data",
    "print_tables",
    "result_row",
    "to_data",
    "write",
]

COLOURS = {Label.favor: "green", Label.neutral: "white", Label.against: "red"}
ABSTAINED = "unsure"
CSV_COLUMNS = [
    "article_id", "title", "path", "outlet", "published", "url", "actor_id", "actor", "label", "confidence",
    "favor", "neutral", "against", "score", "abstained", "ambivalent", "mentions", "evidence",
]  # fmt: skip
# A spreadsheet runs a cell that begins with one of these.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class OutputFormat(StrEnum):
    """How predictions are printed."""

    table = "table"
    json = "json"
    jsonl = "jsonl"
    csv = "csv"
    parquet = "parquet"
    xlsx = "xlsx"

    @property
    def binary(self) -> bool:
        """True where it is no text."""
        return self in (OutputFormat.parquet, OutputFormat.xlsx)


@dataclass(frozen=True)
class Judged:
    """An article and what was predicted for it."""

    article: Article
    predictions: Sequence[Prediction]


def to_data(judged: Judged, with_text: bool = False) -> dict[str, Any]:
    """The documented JSON object of one article; what the article does not say is left out."""
    article = judged.article
    said = {"outlet": article.outlet, "published": article.published, "url": article.url}
    if with_text:
        said["text"] = article.text
    return {
        "article": {
            "id": article.id,
            "title": article.title,
            "path": article.path,
            **{name: value for name, value in said.items() if value},
        },
        "predictions": [prediction_to_data(p) for p in judged.predictions],
    }


def prediction_to_data(prediction: Prediction) -> dict[str, Any]:
    """The documented JSON object of one prediction; offsets count characters of their ``part``."""
    return {
        "actor": {"id": prediction.actor.id, "name": prediction.actor.name},
        "label": str(prediction.label),
        "probabilities": {
            str(name): round(prediction.probabilities[name], 6)
            for name in (Label.favor, Label.neutral, Label.against)
        },
        "score": round(prediction.score, 6),
        "abstained": prediction.abstained,
        "ambivalent": prediction.ambivalent,
        "mentions": [_mention_to_data(m) for m in prediction.mentions],
        "evidence": [_evidence_to_data(e) for e in prediction.evidence],
        **({"voices": voices_to_data(prediction)} if prediction.voices else {}),
        **({"words": [_word_to_data(w) for w in prediction.words]} if prediction.words else {}),
    }


def _mention_to_data(mention: Mention) -> dict[str, Any]:
    return {
        "start": mention.start,
        "end": mention.end,
        "form": mention.form,
        "kind": str(mention.kind),
        "part": str(mention.part),
    }


def _evidence_to_data(evidence: Evidence) -> dict[str, Any]:
    return {
        "start": evidence.start,
        "end": evidence.end,
        "text": evidence.text,
        "contribution": round(evidence.contribution, 6),
        "part": str(evidence.part),
    }


def _word_to_data(word: WordShare) -> dict[str, Any]:
    return {
        "start": word.start,
        "end": word.end,
        "form": word.form,
        "contribution": round(word.contribution, 6),
        "part": str(word.part),
    }


def write(judged: Iterable[Judged], output: OutputFormat, stream: IO[str], with_text: bool = False) -> None:
    """Write articles in a machine's format as they come; for people there is :func:`print_tables`.

    JSONL and CSV hold one article in memory, JSON all: one article is an object, several are a list.
    """
    import msgspec  # Not needed for a table, nor for --help.

    if output is OutputFormat.json:
        data: Any = [to_data(j, with_text) for j in judged]
        data = data[0] if len(data) == 1 else data
        stream.write(msgspec.json.format(msgspec.json.encode(data), indent=2).decode() + "\n")
    elif output is OutputFormat.jsonl:
        for j in judged:
            stream.write(msgspec.json.encode(to_data(j, with_text)).decode() + "\n")
    else:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(CSV_COLUMNS)
        for j in judged:
            writer.writerows(result_row(j.article, p) for p in j.predictions)


def neutral_cell(value: str | None) -> str:
    """A text that no spreadsheet runs as a formula (OWASP, CSV injection)."""
    clean = strip_control(value or "")
    return f"'{clean}" if clean.startswith(_FORMULA) else clean


def result_row(
    article: Article, p: Prediction, cell: Callable[[str | None], str | None] = neutral_cell
) -> list[object]:
    """The values of ``CSV_COLUMNS`` for one article and actor; ``cell`` cleans the texts."""
    shares = [round(p.probabilities[name], 4) for name in (Label.favor, Label.neutral, Label.against)]
    evidence = p.evidence[0].text if p.evidence else ""
    said = (article.id, article.title, article.path, article.outlet, article.published, article.url)
    texts = [cell(value) for value in (*said, p.actor.id, p.actor.name)]
    numbers = [round(p.confidence, 4), *shares, round(p.score, 4), p.abstained, p.ambivalent, len(p.mentions)]
    return [*texts, str(p.label), *numbers, cell(evidence)]


def build_table(judged: Judged) -> RenderableType:
    """A Rich table of one article: actor, stance, confidence, mentions, strongest sentence."""
    from rich.table import Table
    from rich.text import Text

    heading = strip_control(judged.article.title or judged.article.path or judged.article.id or "")
    table = Table(title=Text(heading, style="bold"), title_justify="left", expand=True)
    table.add_column("actor", overflow="fold", ratio=3)
    table.add_column("stance", no_wrap=True)
    table.add_column("confidence", justify="right", no_wrap=True)
    table.add_column("mentions", justify="right", no_wrap=True)
    table.add_column("strongest evidence", overflow="fold", ratio=9)
    for p in judged.predictions:
        label = (ABSTAINED if p.abstained else str(p.label)) + (" ±" if p.ambivalent else "")
        colour = "dim" if p.abstained else COLOURS[p.label]
        evidence = p.evidence[0] if p.evidence else None
        table.add_row(
            Text(strip_control(p.actor.name)),
            Text(label, style=colour),
            f"{p.confidence:.0%}",
            str(len(p.mentions)),
            Text(f"{evidence.contribution:+.2f}  {strip_control(evidence.text)}" if evidence else ""),
        )
    return table


def print_tables(judged: Iterable[Judged], stream: IO[str]) -> None:
    """Print a table per article, in colour where the stream is a terminal."""
    from rich.console import Console

    # In a pipe or file nobody's window limits the width.
    console = Console(file=stream, width=None if stream.isatty() else 110, highlight=False)
    for one in judged:
        console.print(build_table(one))
        if any(p.voices for p in one.predictions):
            heading = one.article.title or one.article.path or one.article.id or ""
            console.print(build_matrix(heading, one.predictions))
        if any(p.words for p in one.predictions):
            console.print(build_explanation(one.predictions))


def print_hits(article: Article, tokens: ArticleTokens, names: Mapping[str, str], stream: IO[str]) -> None:
    """Print a table of lexicon hits: words, entry, sign, role and the actor they point at.

    Parameters
    ----------
    names : mapping of str to str
        Actor id → name.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=stream, width=None if stream.isatty() else 110, highlight=False)
    table = Table(title=Text(strip_control(article.title or article.path or "")), title_justify="left")
    for heading in ("at", "words", "entry", "sign", "role", "toward"):
        table.add_column(heading, justify="right" if heading in ("at", "sign") else "left")
    for hit in tokens.hits:
        words = " … ".join(tokens.forms[i] for i in hit.positions)
        sign = f"{hit.polarity:+d}" + (" (negated)" if hit.negated else "")
        role = f"{hit.entry.role} {hit.entry.frame}".strip()
        toward = names.get(hit.actor, hit.actor) if hit.actor else "–"
        cells = (str(tokens.starts[hit.positions[0]]), words, hit.entry.lemma, sign, role, toward)
        table.add_row(*(Text(strip_control(cell)) for cell in cells))
    console.print(table)
