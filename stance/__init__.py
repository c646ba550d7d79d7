"""Read from a news article which stance it conveys toward each actor it names."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from stance.records import Actor, Article, Evidence, Label, Mention, Prediction

if TYPE_CHECKING:
    from stance.scoring.scorer import Model

__all__ = [
    "Actor",
    "Article",
    "Evidence",
    "Label",
    "Mention",
    "Prediction",
    "load_model",
    "read_article",
    "read_articles",
]


def load_model(path: str | os.PathLike[str] | None = None) -> Model:
    """Load a trained model.

    Parameters
    ----------
    path : path or str, optional
        A bundle, or ``models:/stance@champion`` of an MLflow registry. Without it: ``$STANCE_MODEL``,
        ``models/stance.joblib``, the user's cache; at last the default is trained into the cache.

    Raises
    ------
    stance.errors.BundleError
        Where the file is missing, damaged or no stance model.
    """
    from stance.scoring.bundle import load_bundle
    from stance.serving.find_model import find_model

    return load_bundle(find_model(os.fspath(path) if path is not None else None, _train_default))


def _train_default(path: Path) -> Path:
    from stance.learning.runs import train_default

    return train_default(path)


def read_articles(
    *sources: str | os.PathLike[str], columns: Mapping[str, str] | None = None
) -> Iterator[Article]:
    """Yield the articles of files of any format, folders, globs and URLs.

    Parameters
    ----------
    *sources : path or str
    columns : mapping of str to str, optional
        Field → its name in the files, e.g. ``{"text": "Volltext"}``; else well-known names are tried.

    Raises
    ------
    stance.errors.ArticleError
        At the first file or line that holds no article.
    """
    from stance.reading import articles

    return articles.read_articles([os.fspath(source) for source in sources], columns=columns)


def read_article(path: str | os.PathLike[str]) -> Article:
    """Read one text file or web page; a short first line without a full stop is a text's title.

    Raises
    ------
    stance.errors.ArticleError
        Where the file is missing, empty or no text.
    """
    from stance.reading import articles

    return articles.read_article(os.fspath(path))
