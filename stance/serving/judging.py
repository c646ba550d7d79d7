"""Articles → what was predicted for each; the same in one process or many."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stance.errors import ActorError, ArticleError, BundleError, StanceError
from stance.reading.language_check import require_language
from stance.records import Actor, Article
from stance.scoring.bundle import load_bundle
from stance.scoring.scorer import Model
from stance.serving.tables import Judged

__all__ = ["BATCH", "Options", "batches", "digest_of", "judge", "judge_batch", "model_of", "options_for"]

# Articles sent to a worker at once: some dozen milliseconds of work.
BATCH = 64


@dataclass(frozen=True)
class Options:
    """How to judge: what a worker must know beside the articles.

    Attributes
    ----------
    model : str
        Path of the model file, to be read by every worker.
    digest : str
        SHA-256 of that file.
    actors : tuple of Actor, optional
        Only these; by default every registered actor.
    min_confidence : float, optional
        Below it a stance is marked as abstained; by default the model's own threshold.
    prior : tuple of three float, optional
        Class mix of the texts, as :func:`stance.scoring.decision.parse_prior` gives it.
    force : bool
        Judge texts in another language than the model's.
    voices : bool
        Tell what each voice contributes.
    words : int
        Tell this many words that contribute most.
    columns : mapping of str to str
        Names of the fields in the files, as for :func:`stance.reading.articles.read_articles`.
    """

    model: str
    digest: str
    actors: tuple[Actor, ...] | None = None
    min_confidence: float | None = None
    prior: tuple[float, ...] | None = None
    force: bool = False
    voices: bool = False
    words: int = 0
    columns: Mapping[str, str] = field(default_factory=dict)


def options_for(
    model: Path,
    actors: tuple[Actor, ...] | None = None,
    min_confidence: float | None = None,
    prior: NDArray[np.float64] | None = None,
    *,
    force: bool = False,
    voices: bool = False,
    words: int = 0,
    columns: Mapping[str, str] | None = None,
) -> Options:
    """The options of a model file as it lies there now."""
    shares = None if prior is None else tuple(prior.tolist())
    place, digest = str(model.absolute()), digest_of(model)
    return Options(place, digest, actors, min_confidence, shares, force, voices, words, columns or {})


def digest_of(path: str | Path) -> str:
    """The SHA-256 of a file."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def batches(articles: Iterable[Article], size: int = BATCH) -> Iterator[list[Article]]:
    """Cut a stream of articles into lists of ``size``."""
    stream = iter(articles)
    while batch := list(islice(stream, size)):
        yield batch


def judge(
    articles: Iterable[Article], model: Model, options: Options, report: Callable[[StanceError], None]
) -> Iterator[Judged]:
    """Yield each article in which an actor stands with what was predicted for it.

    Parameters
    ----------
    articles : iterable of Article
    model : Model
    options : Options
    report : callable
        Told of the others: an ArticleError where one is in another language, an ActorError where it
        names none of the actors.
    """
    prior = np.array(options.prior) if options.prior else None
    known = articles if options.force else _in_language(articles, model.reader.language, report)
    found = model.stream(
        known,
        options.actors,
        min_confidence=options.min_confidence,
        prior=prior,
        voices=options.voices,
        max_words=options.words,
    )
    for article, predictions in found:
        if predictions:
            yield Judged(article, predictions)
        else:
            report(_nobody_found(article, options.actors))


def judge_batch(options: Options, articles: Sequence[Article]) -> tuple[list[Judged], list[StanceError]]:
    """What :func:`judge` yields and reports for a few articles; runs on a worker."""
    errors: list[StanceError] = []
    judged = judge(articles, model_of(options), options, errors.append)
    return list(judged), errors


def model_of(options: Options) -> Model:
    """The model that ``options`` name, loaded once a process.

    Raises
    ------
    BundleError
        Where it cannot be read or is another one.
    """
    return _load_model(options.model, options.digest, options.actors)


def _knowing(model: Model, actors: tuple[Actor, ...] | None) -> Model:
    """The model with these actors in its registry, so that it builds no matcher with every batch."""
    if actors is None:
        return model
    asked = {actor.id: actor for actor in actors}
    known = {actor.id: actor for actor in model.actors}
    # An actor asked for comes first: a form it shares with a registered one is its own.
    return replace(model, reader=model.reader.with_actors({**asked, **known, **asked}.values()))


@lru_cache(maxsize=1)
def _load_model(path: str, digest: str, actors: tuple[Actor, ...] | None) -> Model:
    model = load_bundle(path)
    if digest_of(path) != digest:
        raise BundleError("is another model than this run began with", path, "see --restart")
    return _knowing(model, actors)


def _in_language(
    articles: Iterable[Article], language: str, report: Callable[[StanceError], None]
) -> Iterator[Article]:
    for article in articles:
        try:
            require_language(article, language)
        except ArticleError as error:
            report(error)
        else:
            yield article


def _place(article: Article) -> str | None:
    """The file, and the id where a file holds many."""
    many = article.path and not article.path.endswith((".txt", ".html", ".htm")) and article.id
    return f"{article.path} ({article.id})" if many else article.path or article.id


def _nobody_found(article: Article, chosen: Sequence[Actor] | None) -> ActorError:
    where = _place(article)
    if chosen is None:
        return ActorError("names no actor of the registry", where, "name one with --actor 'Name=form|form'")
    names = ", ".join(actor.name for actor in chosen[:3]) + (", …" if len(chosen) > 3 else "")
    return ActorError(f"does not mention {names}", where, "give its forms with --actor 'Name=form|form'")
