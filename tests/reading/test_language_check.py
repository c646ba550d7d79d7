"""A text in another language is refused, German in all its dress is not."""

from __future__ import annotations

import pytest

from stance.errors import ArticleError
from stance.reading.language_check import require_language
from stance.records import Article

ENGLISH = (
    "The minister resigned on Monday after months of criticism over the failed project, her office said in a "
    "statement."
)
DUTCH = (
    "De minister heeft maandag haar ontslag ingediend na maanden van kritiek op het project, zegt "
    "haar woordvoerder."
)
FRENCH = (
    "La ministre a démissionné lundi après des mois de critiques sur le projet, a déclaré son porte-parole."
)
GERMAN = (
    "Die Ministerin trat am Montag zurück, nachdem das Vorhaben monatelang kritisiert worden war.",
    "Borussia Grauhagen - FC Elmtal 2:1 (1:0). Tore: 1:0 Krämer (12.), 1:1 Özdal (50.), 2:1 Krämer (88.)",
    "Venn lügt.",
)


@pytest.mark.parametrize("text", [ENGLISH, DUTCH, FRENCH])
def test_another_language_is_refused_by_name(text: str) -> None:
    with pytest.raises(ArticleError, match="the model knows German"):
        require_language(Article(text), "de")


@pytest.mark.parametrize("text", GERMAN)
def test_german_passes(text: str) -> None:
    require_language(Article(text), "de")


def test_english_is_at_home_in_an_english_model() -> None:
    require_language(Article(ENGLISH), "en")
    with pytest.raises(ArticleError, match="'de', the model knows English"):
        require_language(Article(GERMAN[0]), "en")
