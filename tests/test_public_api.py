"""The public API, exactly as the README shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

import stance
from stance.errors import ActorError, ArticleError


def test_the_api_is_what_the_readme_promises(bundle: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("Streit\n\nVenn hat gelogen. Russland schweigt.", encoding="utf-8")
    model = stance.load_model(bundle)
    article = stance.read_article(file)
    assert article.title == "Streit"
    venn = stance.Actor(id="venn", name="Salka Venn", forms=("Venn",))
    prediction = model.predict(article, actors=[venn])[0]
    assert prediction.actor == venn
    assert prediction.label in ("favor", "neutral", "against")
    assert prediction.label == stance.Label(prediction.label)
    assert set(prediction.probabilities) == {"favor", "neutral", "against"}
    assert -1 <= prediction.score <= 1
    assert prediction.abstained in (True, False)
    assert prediction.ambivalent in (True, False)
    assert prediction.mentions[0].form == "Venn"
    assert isinstance(prediction.evidence, tuple)
    assert [p.actor.id for p in model.predict(stance.read_articles(file))] == ["russland"]


@pytest.mark.parametrize("wrong", ["Die EU hilft.", ["Die EU hilft."], None, [None]])
def test_what_is_no_article_is_refused_plainly(bundle: Path, wrong: object) -> None:
    with pytest.raises(ArticleError, match="no Article"):
        stance.load_model(bundle).predict(wrong)  # type: ignore[arg-type]


def test_what_is_no_actor_is_refused_plainly(bundle: Path) -> None:
    article = stance.Article(text="Die EU hilft.")
    with pytest.raises(ActorError, match="no Actor"):
        stance.load_model(bundle).predict(article, actors=["EU"])  # type: ignore[list-item]
    with pytest.raises(ActorError, match="is a string"):
        stance.Actor(id="v", name="Venn", forms="Venn")  # type: ignore[arg-type]
