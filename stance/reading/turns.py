"""Lines and headlines that name their speaker first ("Venn: …") → voices."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stance.reading.speakers import Speakers
from stance.records import Sentence, Voice, VoiceKind

__all__ = ["find_headline", "find_turns"]

_TURN = re.compile(r"^(?P<name>[A-ZÄÖÜ][\w.-]*(?: [A-ZÄÖÜ][\w-]+){0,2}):[ \t]+", re.MULTILINE)
_ADDRESSED = re.compile(
    r"^[*_]*(?:Frau|Herr|Ms\.?|Mr\.?|Mrs\.?)\s(?P<name>[A-ZÄÖÜ][\w -]{2,40}?),\s", re.MULTILINE
)
_PARAGRAPH = re.compile(r"[^\n](?:[^\n]|\n(?![ \t]*\n))*")
_CLOSING = re.compile(r"[*_(]*(?:Das\s(?:Interview|Gespräch)|Die\sFragen|Interview:)")
_SPEAKER_NOUNS = re.compile(
    r"(?:\w*(?:[Pp]olizei|[Ee]xperten?|[Kk]ritiker|[Gg]ewerkschaft|[Oo]pposition|[Rr]egierung"
    r"|[Mm]inister(?:in|ium)?|hof|[Gg]ericht|[Ss]tudie|"
    r"[Bb]ericht|[Uu]mfrage|[Ff]orscher|[Ää]rzte|[Vv]erband|[Ss]precher(?:in)?"
    r"|[Aa]nwalt(?:schaft)?|[Bb]ehörde|[Zz]eitung|[Ii]nstitut|[Cc]hef(?:in)?"
    r"|[Pp]räsident(?:in)?)"
    r"|[Pp]olice|[Uu]nion|[Cc]ritics|[Ee]xperts|[Aa]uditors|[Rr]eport|[Ss]tudy|[Mm]inister"
    r"|[Gg]overnment|[Oo]fficials)$"
)
_LEAD = re.compile(r"(?P<name>[A-ZÄÖÜ][\w-]*(?:\s(?:und\s|and\s)?[A-ZÄÖÜ][\w-]*){0,3}):\s")
_TAIL = re.compile(
    r"(?:\s[-–]\s|,\s(?:says?|said)\s)(?P<name>[\w-]+(?:\s[A-Z][\w-]+)?)$"
    r"|,\s(?P<late>[\w-]+)\s(?:say|says|said)$"
)
_FEWEST_TURNS = 2
_FEWEST_PARAGRAPHS = 4


def find_turns(text: str, title_end: int) -> list[Voice]:
    """The turns of an interview: by names at the start of lines, or by questions that address someone."""
    found = [t for t in _TURN.finditer(text) if t.start() >= title_end]
    names = {t["name"] for t in found}
    if len(found) < _FEWEST_TURNS or (len(names) < 2 and len(found) < 4):
        return list(_find_addressed(text, title_end))
    ends = [*(t.start() for t in found[1:]), len(text)]
    turns = []
    for turn, end in zip(found, ends, strict=True):
        close = turn.end() + len(text[turn.end() : end].rstrip())
        if close > turn.end():
            turns.append(Voice(turn.end(), close, turn["name"], VoiceKind.direct))
    return turns


def _find_addressed(text: str, title_end: int) -> Iterator[Voice]:
    """ "Frau Venn, …?" opens an interview whose questions are marked, or else alternate with answers."""
    opening = _ADDRESSED.search(text, title_end)
    if not opening:
        return
    paragraphs = [m for m in _PARAGRAPH.finditer(text, opening.start()) if not _CLOSING.match(m[0])]
    first = paragraphs[0][0]
    marked = first[0] in "*_"
    if len(paragraphs) < _FEWEST_PARAGRAPHS or not (marked or first.rstrip().endswith("?")):
        return
    for number, paragraph in enumerate(paragraphs):
        question = paragraph[0][0] in "*_" if marked else number % 2 == 0
        if not question:
            yield Voice(paragraph.start(), paragraph.end(), opening["name"], VoiceKind.direct)


def find_headline(text: str, title: Sentence, speakers: Speakers) -> Voice | None:
    """The voice of a headline that names its speaker: "Polizei: Fahrer war betrunken"."""
    start, end = title.start, title.end
    lead = _LEAD.match(text, start, end)
    if lead and _speaks(text, lead, speakers):
        named = speakers.phrase_at(start, lead.end("name"))
        return Voice(
            start, end, speakers.remember(named[0] if named else lead["name"], start), VoiceKind.headline
        )
    tail = _TAIL.search(text, start, end)
    if tail:
        group = "name" if tail["name"] else "late"
        if _SPEAKER_NOUNS.search(tail[group]) or speakers.mention_in(*tail.span(group)):
            named = speakers.phrase_at(tail.start(group), end)
            return Voice(start, end, named[0] if named else tail[group], VoiceKind.headline)
    return None


def _speaks(text: str, lead: re.Match[str], speakers: Speakers) -> bool:
    quoted = text[lead.end() : lead.end() + 1] in tuple('„»«"“')
    return (
        quoted
        or bool(_SPEAKER_NOUNS.search(lead["name"]))
        or speakers.mention_in(*lead.span("name")) is not None
    )
