"""Records of named fields → articles, by the names that exports of newsrooms and crawlers use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Protocol

from stance.errors import ArticleError, UsageError
from stance.reading.web_pages import strip_markup
from stance.records import Article

__all__ = ["FieldNames", "parse_columns"]

FIELDS = ("text", "title", "id", "outlet", "published", "url", "language")
# Folded by _fold, the likelier first. maintext, date_publish, source_domain: news-please; plaintext,
# publishing_date, requested_url: fundus; body_text, bodies, versioncreated, uri: ninjs (IPTC).
KNOWN_NAMES: Mapping[str, tuple[str, ...]] = {
    "text": tuple(
        "text volltext artikeltext fulltext maintext plaintext bodytext articletext articlebody haupttext "
        "fliesstext inhalt body bodies content artikel bodyhtml bodyxhtml html".split()
    ),
    "title": tuple("title titel ueberschrift headline headlines schlagzeile hauptueberschrift".split()),
    "id": tuple("id artikelid articleid docid dokumentid guid uuid uri".split()),
    "outlet": tuple(
        "outlet quelle medium zeitung source publisher sitename sourcename sourcedomain domain publikation "
        "herausgeber".split()
    ),
    "published": tuple(
        "published publishedat veroeffentlichungsdatum veroeffentlicht date datum datepublish datepublished "
        "publishingdate publicationdate publishdate pubdate versioncreated erscheinungsdatum "
        "erschienen".split()
    ),
    "url": tuple(
        "url link weburl artikelurl articleurl permalink requestedurl respondedurl html uri".split()
    ),
    "language": tuple("language lang sprache".split()),
}
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_SEPARATORS = str.maketrans("", "", " _-.\ufeff\xa0")
_MARKUP = frozenset({"bodyhtml", "bodyxhtml", "html"})
# How exports write that there is nothing.
_NOTHING = frozenset({"", "None", "null", "NULL", "nan", "NaN", "NaT"})
_WEB = ("http://", "https://")


class FieldNames:
    """Finds an article's fields in records, whatever they are called.

    Parameters
    ----------
    columns : mapping of str to str, optional
        Field → the name it has in these records; the other fields go by their well-known names.
    """

    def __init__(self, columns: Mapping[str, str] | None = None) -> None:
        self._columns = dict(columns or {})
        self._found: dict[tuple[str, ...], dict[str, list[str]]] = {}

    def find(self, keys: Iterable[str]) -> dict[str, list[str]]:
        """Return field → the keys that may hold it, the likeliest first."""
        keys = tuple(keys)
        found = self._found.get(keys)
        if found is None:
            found = self._find(keys)
            if len(self._found) < 1000:  # Records of ever new keys must not fill the memory.
                self._found[keys] = found
        return found

    def require_text(self, keys: Iterable[str], where: str) -> None:
        """Refuse a table without a column of texts, and say which columns there are.

        Raises
        ------
        ArticleError
        """
        keys = [key for key in keys if key]
        if not self.find(keys).get("text"):
            raise _no_text(keys, where)

    def article(self, record: Any, where: str, default_id: str | None, path: str | None) -> Article:
        """Build an article from a mapping with a text and any of the optional fields.

        Raises
        ------
        ArticleError
            Where it is no mapping, the text is missing or empty, or a field is not a string.
        """
        if not isinstance(record, dict):
            raise ArticleError("is not a JSON object", where, 'write {"text": "…"}')
        found = self.find(record)
        text = _first(record, found.get("text", ()), _read_text, where)
        if text is None:
            keys = [key for key in record if key]
            if found.get("text"):
                raise ArticleError(f"has no text in {found['text'][0]!r}", where, "give it a non-empty text")
            raise _no_text(keys, where)
        fields = {
            name: _first(record, found[name], _read_field, where) for name in FIELDS[1:] if name in found
        }
        # The "uri" of ninjs names an article, and is an address only sometimes.
        if (url := fields.get("url")) and url == fields.get("id") and not url.startswith(_WEB):
            fields["url"] = None
        return Article(text=text, path=path, **fields | {"id": fields.get("id") or default_id})

    def _find(self, keys: tuple[str, ...]) -> dict[str, list[str]]:
        by_fold: dict[str, str] = {}
        for key in keys:
            by_fold.setdefault(_fold(key), key)
        found = {
            field: [by_fold[name] for name in names if name in by_fold]
            for field, names in KNOWN_NAMES.items()
        }
        for field, column in self._columns.items():
            found[field] = [key for key in keys if key == column] or [
                key for key in keys if _fold(key) == _fold(column)
            ]
        return {field: names for field, names in found.items() if names}


def parse_columns(option: str | None) -> dict[str, str]:
    """Read ``text=Volltext,title=Titel``.

    Raises
    ------
    UsageError
        Where a field is unknown or a name is missing.
    """
    columns: dict[str, str] = {}
    for pair in (option or "").split(","):
        if not pair.strip():
            continue
        field, equals, name = (part.strip() for part in pair.partition("="))
        if field not in FIELDS or not equals or not name:
            raise UsageError(
                f"--columns {pair.strip()!r} is not understood",
                hint=f"text=Volltext,title=Titel; fields: {', '.join(FIELDS)}",
            )
        columns[field] = name
    return columns


def _fold(key: str) -> str:
    return key.casefold().translate(_UMLAUTS).translate(_SEPARATORS)


def _no_text(keys: list[str], where: str) -> ArticleError:
    listed = ", ".join(repr(key[:40]) for key in keys[:20]) + (", …" if len(keys) > 20 else "")
    return ArticleError(f"has no 'text'; there are {listed or 'no fields'}", where, "say --columns text=NAME")


class _Reader(Protocol):
    def __call__(self, value: Any, key: str, where: str) -> str | None: ...


def _first(record: dict[str, Any], keys: Iterable[str], read: _Reader, where: str) -> str | None:
    for key in keys:
        value = record.get(key)
        if value is None:
            continue
        found = read(value, key, where)
        if found is not None:
            return found
    return None


def _read_field(value: Any, key: str, where: str) -> str | None:
    if isinstance(value, str):
        # The field "html" holds a page, or in fundus a record with its address.
        return None if value in _NOTHING or _fold(key) == "html" else value
    if isinstance(value, int | float) and not isinstance(value, bool):
        if _fold(key) in KNOWN_NAMES["id"] or _fold(key) in KNOWN_NAMES["published"]:
            return str(value)
    elif isinstance(value, date | datetime):
        return value.isoformat()
    elif isinstance(value, dict):
        # {"publisher": {"name": …}}; fundus: {"html": {"requested_url": …}}.
        inner = (value.get(name) for name in ("name", "requested_url", "value"))
        return next((name for name in inner if isinstance(name, str) and name), None)
    elif isinstance(value, list):
        return _main_part(value)
    raise ArticleError(f"field {key!r} is not a string", where)


def _read_text(value: Any, key: str, where: str) -> str | None:
    if isinstance(value, str):
        if not value.strip() or value in _NOTHING:
            return None
        if "\0" in value:
            raise ArticleError(f"has NUL bytes in {key!r}", where, "save it as text in UTF-8")
        return (strip_markup(value) or None) if _fold(key) in _MARKUP else value
    if isinstance(value, dict):
        return _join_sections(value)
    if isinstance(value, list):
        return _plain_body(value)
    raise ArticleError(f"field {key!r} is not a string", where)


def _join_sections(body: dict[str, Any]) -> str | None:
    """The text of a fundus body: {"summary": […], "sections": [{"headline": […], "paragraphs": […]}]}."""
    parts = [body.get("summary")]
    sections = body.get("sections")
    for section in sections if isinstance(sections, list) else []:
        if isinstance(section, dict):
            parts += [section.get("headline"), section.get("paragraphs")]
    lines = [line for part in parts if isinstance(part, list) for line in part if isinstance(line, str)]
    return "\n\n".join(line.strip() for line in lines if line.strip()) or None


def _plain_body(bodies: list[Any]) -> str | None:
    """The text of ninjs bodies: the plain one, else the first with its markup taken off."""
    values = [b for b in bodies if isinstance(b, dict) and isinstance(b.get("value"), str)]
    for body in values:
        if body.get("contenttype", body.get("contentType")) == "text/plain" and body["value"].strip():
            return str(body["value"])
    return next((text for body in values if (text := strip_markup(body["value"]))), None)


def _main_part(parts: list[Any]) -> str | None:
    """The main one of ninjs headlines: [{"role": "main", "value": …}]."""
    values = [p for p in parts if isinstance(p, dict) and isinstance(p.get("value"), str) and p["value"]]
    values.sort(key=lambda part: part.get("role") != "main")
    return str(values[0]["value"]) if values else None
