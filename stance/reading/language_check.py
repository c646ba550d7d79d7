"""Is a text in the language that the model reads?"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from stance.errors import ArticleError
from stance.reading.languages import PROFILES, LanguageProfile
from stance.records import Article

__all__ = ["require_language"]

_WORD = re.compile(r"[^\W\d_]+")
_GLANCE = 600  # characters; nearly every text at home shows it in these
_LOOKED_AT = 3000  # characters
_TOO_FEW = 12  # words; a shorter text is given the benefit of the doubt
_AT_HOME = 0.15  # of German news words 0.25 to 0.45 are of the list, of Dutch or English 0.05
_SURE = 0.9


def require_language(article: Article, language: str) -> None:
    """Raise ArticleError where the text is surely not in ``language``.

    Counting function words settles nearly every text; only where they are few is the detector
    asked (py3langid: Lui and Baldwin 2012).
    """
    profile = PROFILES[language]
    words = _WORD.findall(article.text[:_GLANCE].lower())
    if words and _share_at_home(words, profile) >= _AT_HOME:
        return
    words = _WORD.findall(article.text[:_LOOKED_AT].lower())
    if len(words) < _TOO_FEW or _share_at_home(words, profile) >= _AT_HOME:
        return
    found, confidence = _detector().classify(article.text[:_LOOKED_AT])
    if found != language and confidence >= _SURE:
        raise ArticleError(
            f"reads as language '{found}', the model knows {profile.name}",
            article.path or article.id,
            "predict anyway with --force",
        )


def _share_at_home(words: list[str], profile: LanguageProfile) -> float:
    return sum(word in profile.function_words for word in words) / len(words)


@lru_cache(maxsize=1)
def _detector() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # Takes a second to load.

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
