"""Authored text with inline marks."""

from __future__ import annotations

import pytest

from stance.errors import MarkupError
from stance.learning.markup import parse_block, parse_blocks

LONG = """%% genre=agency topic=energie mix=natural difficulty=easy
@a ~ Reederei Holm ~ -
@b ~ Salka Venn ~ 0
# Venn rügt [[Reederei|a]]
{{b>a- «Fahrlässig», sagte [[Venn|b]] über [[die Reederei|a]]}}.

[[Holm|a]] schweigt."""


def test_the_short_notation_labels_a_form_where_it_stands() -> None:
    marked = parse_block("[[Venn]]{-} rügt [[die Reederei]]{0}, dann geht [[Venn]]{-}.")
    assert marked.text == "Venn rügt die Reederei, dann geht Venn."
    assert [(a.name, a.label, len(a.mentions)) for a in marked.actors] == [
        ("Venn", "against", 2),
        ("die Reederei", "neutral", 1),
    ]


def test_the_long_notation_joins_forms_and_holds_voices() -> None:
    marked = parse_block(LONG)
    assert marked.title == "Venn rügt Reederei"
    assert marked.header["topic"] == "energie"
    holm = marked.actors[0]
    assert [marked.text[s:e] for s, e in holm.mentions] == ["Reederei", "die Reederei", "Holm"]
    voice = marked.voices[0]
    assert (voice.holder, voice.target, voice.label) == ("b", "a", "against")
    assert marked.text[voice.start : voice.end] == "«Fahrlässig», sagte Venn über die Reederei"


@pytest.mark.parametrize(
    "broken",
    [
        "[[Venn]] geht.",
        "[[Venn|a]] geht.",
        "[[Venn]{-} geht.",
        "[[Venn]]{-} geht, [[Venn]]{+} kommt.",
        "%% a=b\n@a ~ Venn ~ ?\n[[Venn|a]] geht.",
        "%% a=b\n@a ~ Venn ~ 0\nNiemand geht.",
        "%% a=b\n@a ~ Venn ~ 0\n{{x>b- [[Venn|a]] geht.}}",
        "%% a=b\n@a ~ Venn ~ 0\n{{x>a- [[Venn|a]] geht.",
        "%% a=b\n@a ~ Venn ~ 0\n[[Venn|a]] geht.}}",
    ],
)
def test_broken_marks_are_refused_with_their_line(broken: str) -> None:
    with pytest.raises(MarkupError, match="line 1"):
        list(parse_blocks(broken))
