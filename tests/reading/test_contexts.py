"""An article as seen from one actor."""

from __future__ import annotations

import pytest

from stance.reading.contexts import ArticleReader
from stance.records import Actor, ActorContext, Article

VENN = Actor("venn", "Salka Venn", surname="Venn")
HOLM = Actor("holm", "Reederei Holm", forms=("Holm",))


def _contexts(text: str, **fields: str) -> dict[str, ActorContext]:
    reader = ArticleReader([VENN, HOLM])
    return {c.actor.id: c for c in reader.read(Article(text, **fields))}


def test_the_actor_is_masked_and_others_are_masked_differently() -> None:
    contexts = _contexts("Salka Venn rügt Reederei Holm.")
    assert contexts["venn"].tokens == ("tgt", "rugt", "ent", ".")
    assert contexts["holm"].tokens == ("ent", "rugt", "tgt", ".")


def test_distances_are_negative_left_of_the_nearest_mention() -> None:
    context = _contexts("Heute rügt Salka Venn die Reederei Holm und Venn lacht.")["venn"]
    assert dict(zip(context.tokens, context.distances, strict=True))["rugt"] == -1
    assert context.distances == (-2, -1, 0, 1, -2, -1, 0, 1, 2)


def test_another_name_gives_the_same_context() -> None:
    other = Actor("diallo", "Amadou Diallo", surname="Diallo")
    first = _contexts("Salka Venn lügt. Venns Partei schweigt.")["venn"]
    reader = ArticleReader([other])
    second = reader.read(Article("Amadou Diallo lügt. Diallos Partei schweigt."))[0]
    assert (first.tokens, first.distances, first.sentences) == (
        second.tokens,
        second.distances,
        second.sentences,
    )


def test_only_mentioned_actors_have_a_context() -> None:
    assert set(_contexts("Salka Venn lacht.")) == {"venn"}


def test_an_unchosen_actor_is_still_masked() -> None:
    reader = ArticleReader([VENN, HOLM])
    contexts = reader.read(Article("Salka Venn rügt Reederei Holm."), frozenset({"venn"}))
    assert [c.actor.id for c in contexts] == ["venn"]
    assert "ent" in contexts[0].tokens


@pytest.mark.parametrize("title", ["Venn lügt", None])
def test_a_title_apart_from_the_text_is_read_first(title: str | None) -> None:
    article = Article("Salka Venn ging.", title=title)
    context = ArticleReader([VENN]).read(article)[0]
    assert len(context.mentions) == (2 if title else 1)
    assert article.locate(context.mentions[0].start, context.mentions[0].end)[0] == (
        "title" if title else "text"
    )


def test_zones_and_others_between_are_seen_from_the_actor() -> None:
    reader = ArticleReader([Actor("venn", "Venn"), Actor("holm", "Holm")])
    [venn, _] = reader.read(Article("Venn lügt, sagt Holm heute. Es regnet."))
    forms = venn.article.forms
    assert "".join(venn.zones) == "CCSSSSSDDD"
    assert venn.between[forms.index("heute")] == 1
    assert venn.between[forms.index("sagt")] == 0


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("Er sagte „gut so“ und ging.", ["gut", "so"]),
        ("Er sagte »gut so« und ging.", ["gut", "so"]),
        ('Ein 5" Rohr. ' + "Es war so. " * 100 + 'Er rief "gut" und ging.', ["gut"]),
    ],
)
def test_what_is_quoted_is_told_even_after_a_stray_mark(text: str, inside: list[str]) -> None:
    reader = ArticleReader([])
    tokens = reader.share(Article(text), [])
    quoted = [f for f, q in zip(tokens.forms, tokens.quoted, strict=True) if q and f.isalpha()]
    assert quoted == inside
