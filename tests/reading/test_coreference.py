"""Epithets and pronouns stand for the right actor, or for none. [Brackets] mark what must be found."""

from __future__ import annotations

import re

import pytest

from stance.reading.contexts import ArticleReader
from stance.records import Actor, ActorKind, Article

VENN = Actor("venn", "Salka Venn", forms=("Venn",), kind=ActorKind.person)
HOLM = Actor("holm", "Ruben Holm", forms=("Holm",), kind=ActorKind.person)
OSTWIND = Actor("ostwind", "Ostwind", kind=ActorKind.company)


def _found(text: str) -> list[tuple[str, str]]:
    reader = ArticleReader([VENN, HOLM, OSTWIND])
    article = Article(re.sub(r"[\[\]]", "", text))
    mentions = reader.resolve(article, reader.finder.find(article))
    assert all(article.text[m.start : m.end] == m.form for m in mentions)
    return [(m.form, m.actor.id) for m in mentions if m.kind in ("epithet", "pronoun")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "Energieministerin Salka Venn trat zurück. Die Ministerin hatte gelogen.",
            [("Ministerin", "venn")],
        ),
        (
            "Trainer Ruben Holm lobte die Mannschaft. Er sprach von einem Fest.",
            [("Er", "holm")],
        ),
        (
            "Die Ärztin Salka Venn half sofort. Danach sagte sie wenig.",
            [("sie", "venn")],
        ),
        (
            "Ostwind meldet Gewinn. Das Unternehmen stellt ein.",
            [("Unternehmen", "ostwind")],
        ),
    ],
)
def test_what_stands_for_an_actor(text: str, found: list[tuple[str, str]]) -> None:
    assert _found(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Ministerin Salka Venn ging. Der Minister Karl Tann blieb.",  # somebody else's office
        "Richter Ruben Holm und Trainer Karl Tann stritten. Die Ministerin kam.",  # nobody said to be one
        "Die Ministerin Salka Venn kam. Sie streiten seit Jahren.",  # a plural
        "Salka Venn kam. Er war schon da.",  # no gender known
        "Die Ministerin kam. Salka Venn ging.",  # before the name is known
    ],
)
def test_what_is_left_alone(text: str) -> None:
    assert _found(text) == []
