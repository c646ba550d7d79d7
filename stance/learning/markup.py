"""Authored text with inline marks → text, actor spans and voices.

Two notations are read. The short one labels a form where it stands and suits single passages::

    [[Kanzlerin Ingvild Tarrach]]{0} landete in [[Ankara]]{-}.

The long one names the actors first, so that several forms can belong to one actor, and can say who
speaks. A block begins with ``%%``; ``#`` marks the headline; ``{{holder>target label … }}`` a voice::

    %% genre=agency topic=energie mix=natural difficulty=easy
    @a ~ Reederei Holm Nord ~ -
    @b ~ Salka Venn ~ 0
    # Venn rügt Reederei
    {{b>a- «Das war fahrlässig», sagte [[Venn|b]] über [[die Reederei|a]]}}.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from stance.errors import MarkupError

__all__ = ["LABEL_OF_SIGN", "MarkedActor", "MarkedText", "MarkedVoice", "parse_block", "parse_blocks"]

LABEL_OF_SIGN = {"+": "favor", "0": "neutral", "-": "against"}

_MARK = re.compile(
    r"\[\[(?P<form>[^\[\]|]+?)(?:\|(?P<key>[a-z]))?\]\](?:\{(?P<sign>[+0-])\})?"
    r"|\{\{(?P<holder>[^>{}]{1,60}?)>(?P<target>[a-z])(?P<stance>[+0-]) ?"
    r"|(?P<close>\}\})"
)
_ACTOR_LINE = re.compile(r"@(?P<key>[a-z])\s*~\s*(?P<name>[^~]+?)\s*~\s*(?P<sign>[+0-])\s*$")
_HEADER_FIELD = re.compile(r"(\w+)=(\S+)")
_LEFTOVER = re.compile(r"\[\[|\]\]|\{\{|\}\}|\|[a-z]\b|\{[+0-]\}")


@dataclass
class MarkedActor:
    """One actor of an authored text: its key, name, label and the spans of its forms."""

    key: str
    name: str
    label: str
    mentions: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True)
class MarkedVoice:
    """A span in which ``holder`` takes a stance toward the actor with key ``target``."""

    holder: str
    target: str
    label: str
    start: int
    end: int


@dataclass
class MarkedText:
    """An authored text freed of its marks; spans count characters of ``text``."""

    text: str
    title: str | None
    header: dict[str, str]
    actors: list[MarkedActor]
    voices: list[MarkedVoice]


def parse_blocks(source: str) -> Iterator[tuple[int, MarkedText]]:
    """Yield (line number, text) for every block, or for every line where no ``%%`` stands.

    Raises
    ------
    MarkupError
        With the number of the line at which the faulty block begins.
    """
    for number, block in _split_blocks(source):
        try:
            yield number, parse_block(block)
        except MarkupError as error:
            raise error.at(f"line {number}") from None


def _split_blocks(source: str) -> Iterator[tuple[int, str]]:
    lines = source.splitlines()
    if not any(line.startswith("%%") for line in lines):
        yield from ((n, line) for n, line in enumerate(lines, 1) if line.strip())
        return
    start = None
    for n, line in enumerate([*lines, "%%"], 1):
        if line.startswith("%%"):
            if start is not None:
                yield start, "\n".join(lines[start - 1 : n - 1])
            start = n


def parse_block(block: str) -> MarkedText:
    """Read one block of either notation.

    Raises
    ------
    MarkupError
        Where a mark is unclosed, an actor undeclared or unmentioned, or no text is left.
    """
    header: dict[str, str] = {}
    actors: dict[str, MarkedActor] = {}
    title = None
    body: list[str] = []
    for line in block.strip().splitlines():
        if line.startswith("%%"):
            header = dict(_HEADER_FIELD.findall(line))
        elif line.startswith("@"):
            actor = _parse_actor(line)
            actors[actor.key] = actor
        elif line.startswith("# ") and not body:
            title = line[2:].strip()
        else:
            body.append(line.rstrip())
    return _resolve_marks("\n".join(body).strip(), title, header, actors)


def _parse_actor(line: str) -> MarkedActor:
    found = _ACTOR_LINE.match(line)
    if not found:
        raise MarkupError(f"actor line {line!r} is not '@key ~ name ~ +|0|-'")
    return MarkedActor(found["key"], found["name"], LABEL_OF_SIGN[found["sign"]])


def _resolve_marks(
    body: str, title: str | None, header: dict[str, str], actors: dict[str, MarkedActor]
) -> MarkedText:
    marked = f"{title}\n\n{body}" if title else body
    parts: list[str] = []
    length = end = 0
    voices: list[MarkedVoice] = []
    open_voices: list[tuple[str, str, str, int]] = []
    for found in _MARK.finditer(marked):
        parts.append(marked[end : found.start()])
        length += len(parts[-1])
        end = found.end()
        if found["form"]:
            actor = _actor_of_mark(found, actors)
            actor.mentions.append((length, length + len(found["form"])))
            parts.append(found["form"])
            length += len(found["form"])
        elif found["holder"]:
            open_voices.append((found["holder"], found["target"], LABEL_OF_SIGN[found["stance"]], length))
        elif open_voices:
            holder, target, label, start = open_voices.pop()
            voices.append(MarkedVoice(holder, target, label, start, length))
        else:
            raise MarkupError("'}}' closes no voice")
    text = "".join([*parts, marked[end:]])
    _check(text, actors, voices, open_voices)
    clean_title = text.split("\n", 1)[0] if title else None
    return MarkedText(text, clean_title, header, list(actors.values()), voices)


def _actor_of_mark(found: re.Match[str], actors: dict[str, MarkedActor]) -> MarkedActor:
    key, sign, form = found["key"], found["sign"], found["form"]
    if key:
        if key not in actors:
            raise MarkupError(f"[[{form}|{key}]] names an actor without an '@{key}' line")
        return actors[key]
    if not sign:
        raise MarkupError(f"[[{form}]] has neither '|key' nor a label")
    fresh = MarkedActor(form, form, LABEL_OF_SIGN[sign])
    if actors.setdefault(form, fresh).label != fresh.label:
        raise MarkupError(f"[[{form}]] is labelled twice and differently")
    return actors[form]


def _check(
    text: str,
    actors: dict[str, MarkedActor],
    voices: list[MarkedVoice],
    open_voices: list[tuple[str, str, str, int]],
) -> None:
    if not text.strip():
        raise MarkupError("block has no text")
    leftover = _LEFTOVER.search(text)
    if leftover:
        raise MarkupError(f"mark {text[max(0, leftover.start() - 20) : leftover.end() + 20]!r} is broken")
    if open_voices:
        raise MarkupError(f"voice of {open_voices[-1][0]!r} is not closed by '}}}}'")
    for actor in actors.values():
        if not actor.mentions:
            raise MarkupError(f"actor {actor.name!r} is declared and never marked")
    for voice in voices:
        for key in {voice.target, voice.holder if len(voice.holder) == 1 else voice.target}:
            if key not in actors:
                raise MarkupError(f"voice names an actor without an '@{key}' line")
