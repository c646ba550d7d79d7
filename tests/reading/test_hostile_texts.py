"""Any text and any bytes: nothing but a StanceError, offsets that slice, sums that hold."""

from __future__ import annotations

import io
import json
import math
import re
import zipfile
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from stance.errors import ActorError, ArticleError, StanceError
from stance.reading.actors import read_actors
from stance.reading.article_json import iterate_json, iterate_lines
from stance.reading.article_records import FieldNames
from stance.reading.article_tables import iterate_csv
from stance.reading.articles import decode_text, read_articles
from stance.reading.mentions import find_mentions
from stance.reading.sentences import split_sentences
from stance.reading.spans import Spans
from stance.reading.tokens import split_tokens
from stance.reading.voices import find_voices
from stance.records import LABELS, Actor, ActorKind, Article, Label, Part, Prediction
from stance.scoring.scorer import Model

VENN = Actor("venn", "Salka Venn", forms=("Venn",), kind=ActorKind.person)
STRANGE = Actor("strange", "C++", forms=("(ÖVP)", ".*", "[a-z]+"))
TOKEN = re.compile(r"[^\W\d_]+|\d+(?:[.,:]\d+)*|[^\w\s]")
PIECES = (
    "Salka Venn ", "Venn ", "Moskau ", "die Ministerin ", "Er sei ", "Sie sagte, ", "„", "“", '"', "»", "«",
    "stellte ", " vor", "nahm in Schutz ", "Kritik an ", "nicht ", ".\n\n", "Venn: ", "Frau Venn, ", "laut ",
    ", so ", "u\u0308", "\u200b", "\u202e", "\u05e9", "3,5", "\U0001f600", "z. B. ", "C++", "(ÖVP)",
    ".*", "-", "\n", " ", "\0", "٣", "_", "²", "russische Regierung ", "\u0345", "ß", "İ",
)  # fmt: skip
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=30).map("".join)
whole = texts.filter(lambda t: t.isprintable() or not re.search("[\ud800-\udfff]", t))
many = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@many
@given(texts | st.text(st.characters(exclude_categories=())))
@example("3,5,")
@example("\ud800,1.2.")
def test_tokens_are_what_the_regular_expression_finds(text: str) -> None:
    spans = split_tokens(text)
    found = list(zip(spans.starts.tolist(), spans.ends.tolist(), strict=True))
    assert found == [m.span() for m in TOKEN.finditer(text)]
    same: dict[str, int] = {}
    for (start, end), number in zip(found, spans.hashes.tolist(), strict=True):
        form = text[start:end]
        assert same.setdefault("0" if form[0].isdecimal() else form, number) == number


def test_tokens_go_on_where_a_long_text_is_read_in_pieces() -> None:
    text = "3,5 " + "a" * ((1 << 18) - 9) + " 1.2.3,4:5 " + "ja. " * 70_000
    spans = split_tokens(text)
    assert list(zip(spans.starts.tolist(), spans.ends.tolist(), strict=True)) == [
        m.span() for m in TOKEN.finditer(text)
    ]


@many
@given(texts, st.integers(0, 40))
def test_sentences_cover_every_character_but_white_space(text: str, title_end: int) -> None:
    sentences = split_sentences(text, min(title_end, len(text)))
    assert all(text[s.start : s.end].strip() == text[s.start : s.end] != "" for s in sentences)
    assert all(a.end <= b.start for a, b in pairwise(sentences))
    covered = "".join(text[s.start : s.end] for s in sentences)
    assert "".join(covered.split()) == "".join(text.split())


@many
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30))), st.integers(0, 30), st.integers(0, 30))
def test_spans_overlap_as_a_look_at_all_of_them_says(
    spans: list[tuple[int, int]], start: int, end: int
) -> None:
    assert Spans(spans).overlap(start, end) == any(s < end and start < e for s, e in spans)


@many
@given(whole)
def test_names_that_look_like_patterns_are_found_letter_by_letter(text: str) -> None:
    for mention in find_mentions(Article(text), [VENN, STRANGE]):
        assert text[mention.start : mention.end] == mention.form
    voices = find_voices(Article(text), split_sentences(text), find_mentions(Article(text), [VENN]))
    assert all(a.end <= b.start for a, b in pairwise(voices))
    assert all(0 <= v.start < v.end <= len(text) for v in voices)


def _require_sound(prediction: Prediction, article: Article, model: Model) -> None:
    shares = prediction.probabilities
    assert all(math.isfinite(share) for share in shares.values())
    assert sum(shares.values()) == pytest.approx(1, abs=1e-9)
    parts = {Part.TITLE: article.title or "", Part.TEXT: article.text}
    for mention in prediction.mentions:
        assert parts[mention.part][mention.start : mention.end] == mention.form
    for evidence in prediction.evidence:
        assert parts[evidence.part][evidence.start : evidence.end] == evidence.text
    offset = model.decision.logits(model.scorer.intercept)
    favor, against = LABELS.index(Label.favor), LABELS.index(Label.against)
    margin = math.log(shares[Label.favor]) - math.log(shares[Label.against]) - offset[favor] + offset[against]
    assert sum(v.contribution for v in prediction.voices) == pytest.approx(float(margin), abs=1e-6)
    for voice in prediction.voices:
        assert all(0 <= start <= end <= len(parts[part]) for part, start, end in voice.spans)


@settings(many, max_examples=60)
@given(st.lists(st.tuples(whole, whole), min_size=1, max_size=4))
def test_any_texts_are_judged_soundly_and_together_as_alone(
    model: Model, pairs: list[tuple[str, str]]
) -> None:
    articles = [Article(f"{text} Venn", title=title or None) for title, text in pairs]
    together = list(model.stream(articles, [VENN, STRANGE], voices=True, max_evidence=99))
    for article, predictions in together:
        alone = model.predict(article, [VENN, STRANGE], voices=True, max_evidence=99)
        assert [p.actor for p in alone] == [p.actor for p in predictions]
        for one, other in zip(alone, predictions, strict=True):
            _require_sound(one, article, model)
            assert list(one.probabilities.values()) == pytest.approx(
                list(other.probabilities.values()), abs=1e-9
            )


def test_half_a_character_is_told_in_one_line(model: Model) -> None:
    with pytest.raises(ArticleError, match="holds half of a character"):
        model.predict(Article("Venn \ud800 lügt."), [VENN])
    assert model.predict(Article("Venn lügt."), [Actor("v", "V\ud800")]) == []


READERS: dict[str, Callable[[bytes], object]] = {
    "text": lambda data: decode_text(data, "f"),
    "lines": lambda data: _records(iterate_lines(io.BytesIO(data), "f")),
    "json": lambda data: _records(iterate_json(io.BytesIO(data), "f")),
    "csv": lambda data: _records(iterate_csv(io.BytesIO(data), "f", FieldNames())),
}


def _records(numbered: object) -> None:
    names = FieldNames()
    for where, record, _ in numbered:  # type: ignore[attr-defined]
        if isinstance(record, dict):
            try:
                names.article(record, where, "id", None)
            except StanceError:
                continue


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from("text title body id html url x".split()), inner, max_size=4)
    ),
)


@pytest.mark.parametrize("reader", READERS)
@many
@given(
    st.binary(max_size=200)
    | st.text(max_size=60).map(lambda t: t.encode("utf-16"))
    | json_values.map(lambda v: json.dumps(v).encode())
    | st.text(alphabet='text",;\n\0\r{}[]:ä', max_size=60).map(lambda t: b"text;id\n" + t.encode())
)
def test_readers_raise_nothing_but_their_own_errors(reader: str, data: bytes) -> None:
    with suppress(StanceError):
        READERS[reader](data)


def _zip_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(40 << 20))


def _entities(path: Path) -> None:
    (path.parent / "geheim.txt").write_text("streng geheim", encoding="utf-8")
    place = (path.parent / "geheim.txt").as_uri()
    path.write_text(f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "{place}">]><a>&x;</a>', "utf-8")


FILES: dict[str, Callable[[Path], object]] = {
    "bomb.xlsx": _zip_bomb,
    "deep.json": lambda p: p.write_text("[" * 200_000),
    "deep.jsonl": lambda p: p.write_text('{"a":' * 200_000),
    "half.jsonl": lambda p: p.write_text('{"text": "Venn \\ud800 lügt."}', "utf-8"),
    "nul.csv": lambda p: p.write_bytes(b"text,id\n\0\0\0\n"),
    "nested.html": lambda p: p.write_text("<html>" + "<div>" * 100_000),
    "nul.txt": lambda p: p.write_bytes(b"\0" * 1000),
}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    FILES[name](tmp_path / name)
    told: list[StanceError] = []
    assert list(read_articles([tmp_path / name], told.append)) == []
    assert len(told) == 1
    assert name in str(told[0])


def test_an_xml_file_pulls_nothing_in(tmp_path: Path) -> None:
    _entities(tmp_path / "brief.xml")
    told: list[StanceError] = []
    articles = list(read_articles([tmp_path / "brief.xml"], told.append))
    assert not any("streng geheim" in a.text for a in articles)


def _nested_references() -> str:
    inner = "&a [l,l,l,l,l,l,l,l,l]"
    for i in range(8):
        inner = f"&{chr(98 + i)} [{inner}" + f",*{chr(97 + i)}" * 8 + "]"
    return f"- name: x\n  kind: {inner}\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(_nested_references(), "holds references", id="billion-laughs"),
        pytest.param("- name: !!python/object:os.system {}", "is not YAML", id="python-tag"),
        pytest.param("[" * 100_000, "is not YAML", id="deep"),
        pytest.param("- name: 2020-13-45", "not of its type", id="date"),
        pytest.param("- {name: x, id: !!bool z}", "not of its type", id="bool"),
        pytest.param("- {name: x, forms: 5}", "not a list of non-empty strings", id="forms"),
        pytest.param("- {name: x, forms: ['']}", "not a list of non-empty strings", id="empty-form"),
        pytest.param("- {name: x, surname: 5}", "'surname' of 'x' is not a string", id="surname"),
        pytest.param("- {name: x, id: [1]}", "'id' of 'x' is not a word", id="id"),
        pytest.param("- {name: x, kind: []}", "unknown kind []", id="kind"),
        pytest.param("- {name: x}\n- {name: x}", "'x' stands twice", id="twice"),
    ],
)
def test_a_hostile_actor_file_is_refused_in_one_line(text: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "akteure.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ActorError) as error:
        read_actors(file)
    assert says in str(error.value)
    assert len(str(error.value)) < 500


@pytest.mark.slow
def test_a_hundred_thousand_actors_are_read_and_looked_for(tmp_path: Path) -> None:
    file = tmp_path / "akteure.yaml"
    file.write_text("".join(f"- {{id: a{i}, name: Firma{i}x}}\n" for i in range(100_000)), encoding="utf-8")
    actors = read_actors(file)
    assert [m.actor.id for m in find_mentions(Article("Firma77x klagt."), actors)] == ["a77"]
