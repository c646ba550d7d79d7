"""Bytes of chance → every reader and the scorer; whatever is no StanceError is a finding.

Not collected by pytest. Run it for as long as you like (``pip install atheris``)::

    python tests/fuzz/fuzz_reading.py corpus/ -max_len=400 -runs=2000000
"""

from __future__ import annotations

import io
import math
import re
import sys
from collections.abc import Callable

import atheris

with atheris.instrument_imports(include=["stance.reading", "stance.scoring"]):
    from stance.learning.corpus import read_corpus
    from stance.learning.runs import train_model
    from stance.reading.actors import actor_from_option, read_actors
    from stance.reading.article_json import iterate_json, iterate_lines
    from stance.reading.article_records import FieldNames
    from stance.reading.article_tables import iterate_csv
    from stance.reading.encodings import decode_text
    from stance.reading.tokens import split_tokens
    from stance.reading.web_pages import strip_markup
    from stance.records import Actor, ActorKind, Article, Part, Prediction
    from stance.scoring.scorer import Model

from stance.data_files import data_file
from stance.errors import StanceError

TOKEN = re.compile(r"[^\W\d_]+|\d+(?:[.,:]\d+)*|[^\w\s]")
VENN = Actor("venn", "Salka Venn", forms=("Venn", "C++", ".*"), kind=ActorKind.person)
RECORDS = 60
PIECES = (
    "Salka Venn ", "Moskau ", "die Ministerin ", "Er sei ", "Sie sagte, ", "„", "“", '"', "»", "stellte ",
    " vor", "nahm in Schutz ", "Kritik an ", "nicht ", ".\n\n", "Venn: ", "Frau Venn, ", "laut ", ", so ",
    "u\u0308", "\u200b", "\u202e", "\ud800", "3,5", "\U0001f600", "z. B. ", "russische Regierung ", "(", "-",
)  # fmt: skip


def small_model() -> Model:
    """A model of a few dozen records: what it answers does not matter here."""
    records = read_corpus(data_file("corpus"))
    step = max(1, len(records) // RECORDS)
    # Few actors: a matcher is built once, and each text costs a millisecond.
    actors = read_actors(data_file("actors.yaml"))[:8]
    return train_model(records[::step], (VENN, *actors), folds=0).model


def text_from(data: bytes) -> str:
    """Any text: below 128 the byte's own character, above it a piece that some rule looks for."""
    return "".join(chr(b) if b < 0x80 else PIECES[b % len(PIECES)] for b in data)


def check_tokens(text: str) -> None:
    spans = split_tokens(text)
    found = list(zip(spans.starts.tolist(), spans.ends.tolist(), strict=True))
    assert found == [m.span() for m in TOKEN.finditer(text)], ascii(text)


def check_prediction(prediction: Prediction, article: Article) -> None:
    shares = list(prediction.probabilities.values())
    assert all(map(math.isfinite, shares))
    assert abs(sum(shares) - 1) < 1e-9
    parts = {Part.TITLE: article.title or "", Part.TEXT: article.text}
    for mention in prediction.mentions:
        assert parts[mention.part][mention.start : mention.end] == mention.form, ascii(article)
    for evidence in prediction.evidence:
        assert parts[evidence.part][evidence.start : evidence.end] == evidence.text, ascii(article)
    assert all(math.isfinite(e.contribution) for e in prediction.evidence)
    assert all(math.isfinite(voice.contribution) for voice in prediction.voices)


def read_bytes(data: bytes) -> None:
    """The readers, each of which takes any bytes for what it reads."""
    names = FieldNames()
    doors: tuple[Callable[[], object], ...] = (
        lambda: list(iterate_lines(io.BytesIO(data), "f.jsonl")),
        lambda: list(iterate_json(io.BytesIO(data), "f.json")),
        lambda: list(iterate_csv(io.BytesIO(data), "f.csv", FieldNames({"text": "text"}))),
        lambda: decode_text(data, "f.txt"),
        lambda: strip_markup(data.decode("latin-1")),
        lambda: actor_from_option(data.decode("latin-1")),
        lambda: [
            names.article(record, where, "id", None)
            for where, record, _ in iterate_lines(io.BytesIO(data), "f.jsonl")
            if not isinstance(record, StanceError)
        ],
    )
    for door in doors:
        try:
            door()
        except StanceError:
            continue


def make_target(model: Model) -> Callable[[bytes], None]:
    """What is run with each input; the first byte says which way it goes."""

    def run(data: bytes) -> None:
        if not data:
            return
        kind, rest = data[0] % 8, data[1:]
        if kind == 0:
            read_bytes(rest)
            return
        text = text_from(rest)
        if kind in (1, 2, 3):
            check_tokens(text)
            return
        title, _, body = text.partition("\x01")
        article = Article(body or "Venn", title=title or None)
        try:
            predictions = model.predict(article, voices=True)
        except StanceError:
            assert re.search("[\ud800-\udfff]", text)  # nothing else is wrong with any text
            return
        for prediction in predictions:
            check_prediction(prediction, article)

    return run


def main() -> None:
    atheris.Setup(sys.argv, make_target(small_model()))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
