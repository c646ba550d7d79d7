"""Corpus files and the contexts built from them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from stance.errors import CorpusError
from stance.learning.corpus import (
    LabelledActor,
    Record,
    build_labelled_contexts,
    digest_corpus,
    read_corpus,
    write_corpus,
)
from stance.reading.contexts import ArticleReader
from stance.records import Actor, Label

LINE = {
    "id": "x1",
    "text": "Die Ministerin Salka Venn rügt Russland.",
    "actors": [{"name": "Salka Venn", "label": "neutral", "mentions": [[4, 25]]}],
}


def _write(path: Path, *lines: object) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_a_corpus_survives_writing_and_reading(records: list[Record], tmp_path: Path) -> None:
    write_corpus(records, tmp_path / "c.jsonl")
    again = read_corpus(tmp_path / "c.jsonl")
    assert again == records
    assert digest_corpus(again) == digest_corpus(records)


def test_the_digest_changes_with_a_label(tmp_path: Path) -> None:
    first = read_corpus(_write(tmp_path / "a.jsonl", LINE))
    actors = [{**LINE["actors"][0], "label": "favor"}]  # type: ignore[dict-item,index]
    second = read_corpus(_write(tmp_path / "b.jsonl", {**LINE, "actors": actors}))
    assert digest_corpus(first) != digest_corpus(second)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"actors": [{"name": "A", "label": "gut"}]}, "schema"),
        ({"actors": [{"name": "A", "label": "favor", "mentions": [[3, 99]]}]}, "outside"),
        ({"text": None}, "schema"),
        ({"actors": None}, "schema"),
    ],
)
def test_a_faulty_line_is_named(tmp_path: Path, change: dict[str, object], says: str) -> None:
    file = _write(tmp_path / "c.jsonl", LINE, {**LINE, **change})
    with pytest.raises(CorpusError, match=says) as error:
        read_corpus(file)
    assert "c.jsonl:2" in str(error.value)


def test_a_title_word_is_seen_in_training_as_in_prediction(tmp_path: Path) -> None:
    records = read_corpus(_write(tmp_path / "c.jsonl", LINE))
    reader = ArticleReader([Actor("russland", "Russland")])
    row = next(build_labelled_contexts(records, reader))
    assert row.context.tokens == ("die", "minist", "tgt", "rugt", "ent", ".")
    article = records[0].article
    predicted = reader.with_actors([Actor("v", "Salka Venn"), *reader.finder.actors]).read(article)
    assert predicted[0].tokens == row.context.tokens


def test_where_spans_are_missing_the_forms_are_looked_for(tmp_path: Path) -> None:
    actor = {"name": "Salka Venn", "label": "favor", "forms": ["Salka Venn"]}
    records = read_corpus(_write(tmp_path / "c.jsonl", {**LINE, "actors": [actor]}))
    rows = list(build_labelled_contexts(records, ArticleReader([])))
    assert rows[0].context.tokens.count("tgt") == 1


def test_the_digest_sees_all_that_training_sees() -> None:
    record = Record("a", "Venn lügt.", (LabelledActor("Venn", ("Venn",), Label.against),))
    changes = ({"split": "test"}, {"mix": "natural"}, {"title": "T"}, {"topic": "x"}, {"text": "Venn log."})
    digests = {digest_corpus([replace(record, **change)]) for change in changes}  # type: ignore[arg-type]
    assert len(digests | {digest_corpus([record])}) == 1 + len(changes)
