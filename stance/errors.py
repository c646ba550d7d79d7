"""The errors a user can cause, each with what happened, where, and what to do next."""

from __future__ import annotations

from pathlib import Path

__all__ = [
    "ActorError",
    "ArticleError",
    "BundleError",
    "CorpusError",
    "MarkupError",
    "MissingExtraError",
    "OutputError",
    "ResultError",
    "StanceError",
    "TrackingError",
    "UsageError",
    "WorkerError",
]


class StanceError(Exception):
    """Anything that is wrong with what the user gave, told in one line.

    Parameters
    ----------
    what : str
        What is wrong, as a sentence without a full stop.
    where : str or Path, optional
        The file (and line) it was found in.
    hint : str, optional
        What to do next.
    """

    def __init__(self, what: str, where: str | Path | None = None, hint: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where is not None else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}{self.what}{hint}"

    def at(self, where: str | Path) -> StanceError:
        """Return the same error told with the place it was found in."""
        return type(self)(self.what, where, self.hint)


class ArticleError(StanceError):
    """A file or line that holds no readable article."""


class ActorError(StanceError):
    """An actor that is unknown, nameless, doubled or nowhere in the article."""


class BundleError(StanceError):
    """A model file that is missing, foreign, damaged or of another format."""


class CorpusError(StanceError):
    """A labelled record that breaks the corpus schema."""


class MarkupError(CorpusError):
    """Inline markup of an authored text that cannot be read."""


class OutputError(StanceError):
    """A place where the answer cannot be written."""


class ResultError(StanceError):
    """A result file that cannot be read."""


class TrackingError(StanceError):
    """A tracking store that cannot be reached or holds no such model."""


class UsageError(StanceError):
    """An option whose value is not understood."""


class WorkerError(StanceError):
    """A worker or scheduler that was lost or does not answer."""


class MissingExtraError(StanceError):
    """A capability whose libraries are not installed."""

    def __init__(
        self, what: str, where: str | Path | None = None, hint: str | None = None, *, extra: str = ""
    ) -> None:
        super().__init__(what, where, hint or f"pip install 'stance[{extra}]'")
