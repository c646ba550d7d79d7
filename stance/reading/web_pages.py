"""HTML → the article that stands in it."""

from __future__ import annotations

import logging
import re
from html.parser import HTMLParser

from stance.errors import ArticleError, MissingExtraError
from stance.records import Article

__all__ = ["read_web_page", "strip_markup"]

_BLOCKS = frozenset(
    "address article aside blockquote br dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr "
    "li main ol p pre section table td th tr ul".split()
)
_SILENT = frozenset({"script", "style", "template", "title"})
_GAP = re.compile(r"[ \t\r\f\v]*\n\s*")
_LOGGERS = ("trafilatura", "htmldate", "courlan", "justext")


def read_web_page(html: bytes, where: str, default_id: str, path: str | None) -> Article:
    """Take text, title, date, outlet and URL from a page; menus, comments and adverts are left out.

    The extraction is trafilatura's (Barbaresi 2021).

    Raises
    ------
    ArticleError
        Where the page holds no article text or cannot be parsed.
    MissingExtraError
        Where trafilatura is not installed.
    """
    try:
        from trafilatura import bare_extraction
    except ImportError:
        raise MissingExtraError("reading HTML needs trafilatura", where, extra="html") from None
    for name in _LOGGERS:  # They tell on stderr what we tell in one line.
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        page = bare_extraction(html, include_comments=False, with_metadata=True)
    except (RecursionError, ValueError):
        page = None
    text = page.text if page is not None and not isinstance(page, dict) else None
    if page is None or isinstance(page, dict) or not text or not text.strip():
        raise ArticleError("is a page without an article text", where, "save its text as .txt")
    return Article(
        text=text,
        title=page.title or None,
        id=default_id,
        outlet=page.sitename or page.hostname or None,
        published=page.date or None,
        url=page.url or None,
        language=page.language or None,
        path=path,
    )


def strip_markup(html: str) -> str:
    """Take the tags off a fragment of HTML; a block ends a line."""
    stripper = _Stripper()
    stripper.feed(html)
    stripper.close()
    return _GAP.sub("\n\n", "".join(stripper.parts)).strip()


class _Stripper(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in _SILENT))
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data.replace("\n", " "))
