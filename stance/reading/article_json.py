"""JSON and JSON lines → numbered records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec

from stance.errors import ArticleError
from stance.reading.encodings import LONGEST

__all__ = ["Numbered", "iterate_json", "iterate_lines", "read_limited"]

_LARGEST_DOCUMENT = 2 << 30
_BOM = b"\xef\xbb\xbf"
# Names of a list of articles that are no outlet.
_LISTS = frozenset({"articles", "items", "data", "docs", "documents", "results", "value", "hits", "artikel"})

# (where it stands, the record or what is wrong with it, its number)
Numbered = tuple[str, Any, int]


def iterate_lines(stream: BinaryIO, place: str, first: int = 1) -> Iterator[Numbered]:
    """Yield (place, record or ArticleError, line number) of each line that is not blank.

    ``first`` is the number of the first line, where the stream is a later piece of a file.
    """
    decode = msgspec.json.Decoder().decode
    number = first - 1
    empty = first == 1
    while line := stream.readline(LONGEST):
        number += 1
        if line.isspace():
            continue
        where = f"{place}:{number}"
        if number == 1:
            _require_utf8(line, place)
            line = line.removeprefix(_BOM)
        empty = False
        if len(line) == LONGEST and not line.endswith(b"\n"):
            raise ArticleError(f"line is longer than {LONGEST >> 20} MB", where, "one object a line")
        try:
            yield where, decode(line), number
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            yield where, _broken(error, where, "one object a line"), number
        except RecursionError:
            yield where, ArticleError("is nested too deep", where), number
    if empty:
        raise ArticleError("is empty", place, "give one JSON object a line")


def iterate_json(stream: BinaryIO, place: str) -> Iterator[Numbered]:
    """Yield (place, record, number) of a document: one article, a list, or lists by outlet.

    A document of many lines whose first is an object of its own is read as JSON lines.
    """
    data = read_limited(stream, place, _LARGEST_DOCUMENT).removeprefix(_BOM)
    if not data.strip():
        raise ArticleError("is empty", place, 'write {"text": "…"}')
    _require_utf8(data, place)
    try:
        document = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _broken(error, place, "JSON lines go into a .jsonl file") from None
    except RecursionError:
        raise ArticleError("is nested too deep", place) from None
    del data
    for number, record in enumerate(_articles_in(document), 1):
        yield (
            f"{place}, article {number}" if number > 1 or isinstance(document, list) else place,
            record,
            number,
        )


def read_limited(stream: BinaryIO, place: str, limit: int = LONGEST) -> bytes:
    """Read a stream whole.

    Raises
    ------
    ArticleError
        Where it is longer than ``limit`` bytes.
    """
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise ArticleError(f"is larger than {limit >> 20} MB", place, "split it, or save it as .jsonl")
    return data


def _articles_in(document: Any) -> Iterator[Any]:
    if isinstance(document, list):
        yield from document
        return
    lists = document.items() if isinstance(document, dict) else ()
    if lists and all(isinstance(v, list) and all(isinstance(a, dict) for a in v) for _, v in lists):
        # As fundus saves them: {"Publisher": [article, …]}.
        for name, articles in lists:
            outlet = {} if name in _LISTS else {"publisher": name}
            yield from (outlet | article for article in articles)
    else:
        yield document


def _require_utf8(data: bytes, place: str) -> None:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:200]:
        raise ArticleError("is not UTF-8, as JSON must be", place, "save it as UTF-8 and try again")


def _broken(error: Exception, where: str, hint: str) -> ArticleError:
    return ArticleError(f"broken JSON: {error}", where, hint)
