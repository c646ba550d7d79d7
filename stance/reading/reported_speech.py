"""A sentence with a cue of reported speech → the stretch somebody else is given, and who it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from stance.reading.speakers import Holder, Speakers
from stance.reading.speech_cues import Cue, CueKind
from stance.records import VoiceKind

__all__ = ["Report", "read_report"]

_SUBORDINATE = re.compile(
    r"\s*(?:und\s|aber\s)?(?:weil|obwohl|nachdem|als|wenn|während|der|die|das|den|dem|denen"
    r"|deren|dessen|was|wo|bevor|indem|damit|sobald|who|which|that|because|after|when|whom)\s"
)
_COMPLEMENT = re.compile(r",\s+(?:dass|daß|ob|wonach|wie|warum|weshalb|wann)\s")
_AS = re.compile(r"(?:^|[,„»«\"–-]\s*)[Ww]ie\s")
_SO = re.compile(r",\s+so\s(?=[A-ZÄÖÜ]|der\s|die\s|das\s|ein)")
_END = re.compile(r"\s*(?:[.,;:!?“”\"«»]|$)")
_NO_REPORT = re.compile(
    r"\b(?:[Ss]ei\ses|[Ee]s\ssei\sdenn|Gott\ssei\sDank|[Ww]ie\sdem\sauch\ssei"
    r"|[Mm]an\s(?:nehme|stelle)|\bich\b)"
)
_OPINION_BEFORE = re.compile(r"\b[Nn]ach\s(?:(?:den|der|dieser|seiner|ihrer|eigenen?)\s)?(?:\w+\s)?$")
_BOUNDARY = re.compile(r"[,:;–]\s+")
_NO_CONTENT = re.compile(r"(?:in|on|at|to|reporters|journalists|about|of|him|her|them)\s|reporters\b")
_STANDING = frozenset(
    "steht stand fand findet finden fanden".split()
)  # "Fest steht, dass …" is the author's.
_REACH = 300  # characters; a cue further from its clause does not belong to it


@dataclass(frozen=True)
class Report:
    """Stretches of a sentence that a holder is given; none where quotation marks hold all of it."""

    holder: Holder
    spans: tuple[tuple[int, int, VoiceKind], ...] = ()


def read_report(text: str, start: int, end: int, cues: Sequence[Cue], speakers: Speakers) -> Report | None:
    """Read the report in one sentence; None where the sentence is the author's.

    Parameters
    ----------
    text : str
    start, end : int
        The sentence, without quotations that began in an earlier one.
    cues : sequence of Cue
        Those of the sentence outside quotation marks.
    speakers : Speakers
    """
    return (
        _read_preposition(text, start, end, cues, speakers)
        or _read_parenthesis(text, start, end, speakers)
        or _read_verb(text, start, end, cues, speakers)
    )


def _read_preposition(
    text: str, start: int, end: int, cues: Sequence[Cue], speakers: Speakers
) -> Report | None:
    for cue in cues:
        holder: Holder | None = None
        if cue.kind is CueKind.PREPOSITION and cue.particle == "behind":
            opening = max(text.rfind(",", start, cue.start) + 1, start)
            named = speakers.phrase_at(_skip_blank(text, opening), cue.start, oblique=True)
            holder = named[0] if named else None
        elif cue.kind is CueKind.PREPOSITION:
            at = cue.end + (4 if cue.particle == "to" else 1)
            named = speakers.phrase_at(at, min(end, at + 120), oblique=True)
            holder = named[0] if named else None
        elif cue.kind is CueKind.OPINION and _OPINION_BEFORE.search(
            text, max(start, cue.start - 40), cue.start
        ):
            named = _after_of(text, cue.end, end, speakers)
            holder = named[0] if named else None
        if holder is not None:
            return Report(holder, ((start, end, VoiceKind.attributed),))
    return None


def _after_of(text: str, at: int, end: int, speakers: Speakers) -> tuple[Holder, int] | None:
    at = _skip_blank(text, at)
    if text.startswith("von ", at):
        at += 4
    return speakers.phrase_at(at, min(end, at + 120), oblique=True)


def _read_parenthesis(text: str, start: int, end: int, speakers: Speakers) -> Report | None:
    """ "Der Vertrag ist ein Fehler, so Venn." """
    if text.find(", so ", start, end) < 0:
        return None
    found = _SO.search(text, start, end)
    named = speakers.phrase_at(found.end(), min(end, found.end() + 120)) if found else None
    if not found or not named:
        return None
    if not _END.match(text, named[1], end):
        return None
    closes = text[named[1] : end].strip(' .!?"“«»') == ""
    if text[found.start() - 1] in '“”"«»':
        return Report(named[0])
    kind = (
        VoiceKind.indirect
        if re.search(
            r"\b(?:sei|seien|habe|werde|könne|müsse|wolle|beleidige)\b", text[start : found.start()][:_REACH]
        )
        else VoiceKind.attributed
    )
    return Report(named[0], ((start, found.start() if closes else end, kind),))


def _read_verb(text: str, start: int, end: int, cues: Sequence[Cue], speakers: Speakers) -> Report | None:
    for cue in cues:
        if cue.kind not in (CueKind.SAY, CueKind.JUDGE):
            continue
        if cue.particle and not _has_particle(text, cue, end):
            continue
        opening = _clause_start(text, start, cue.start)
        if opening >= cue.start - 1 and opening > start and text[opening - 2] == ",":
            opening = _before_apposition(text, start, opening)
        named = _AS.match(text, max(start, opening - 2), cue.start) or _AS.match(text, opening, cue.start)
        if named and _END.match(text, cue.end, end):
            report = _read_as(text, start, end, named, cue, speakers)
        elif (opening > start and _SUBORDINATE.match(text, opening, cue.start)) or _is_infinitive(
            text, opening, cue, end
        ):
            continue
        elif cue.kind is CueKind.JUDGE and not (opening > start and opening >= cue.start - 1):
            report = _read_judgement(text, start, end, opening, cue, speakers)
        else:
            report = _read_saying(text, start, end, opening, cue, cues, speakers)
        if report:
            return report
    return None


_MODAL_BEHIND = re.compile(r"\s(?:müssen|können|sollen|wollen|dürfen|lassen|zu)\b")
_MODAL_BEFORE = re.compile(
    r"\b(?:zu|will|wollen|wollte|soll|sollen|sollte|kann|können|konnte|muss|müssen|musste"
    r"|darf|dürfen|möchte|würde|würden|wird|werden|lässt|ließ)\s"
)


def _is_infinitive(text: str, opening: int, cue: Cue, end: int) -> bool:
    """ "Lohmeier hätte warnen müssen", "er will nichts sagen": nobody says anything."""
    if not text.endswith("en", cue.start, cue.end):
        return False
    if text.endswith(" zu ", 0, cue.start) or _MODAL_BEHIND.match(text, cue.end, end):
        return True
    return bool(_END.match(text, cue.end, end) and _MODAL_BEFORE.search(text, opening, cue.start))


def _has_particle(text: str, cue: Cue, end: int) -> bool:
    if cue.particle in ("von|vom", "for|on", "as"):
        return bool(
            re.compile(rf"\s(?:\w+\s){{0,4}}?(?:{cue.particle})\s").match(
                text, cue.end, min(end, cue.end + 90)
            )
        )
    wanted = re.compile(
        rf"\b(?:{cue.particle})\b"
        + ("" if cue.particle in ("vor|für|zugute|entgegen", "als") else r"(?=\s*[,.;:!?–“”«»\"]|\s*$)")
    )
    return bool(wanted.search(text, cue.end, min(end, cue.end + _REACH)))


def _clause_start(text: str, start: int, before: int) -> int:
    window = max(start, before - _REACH)
    at = max(text.rfind(mark, window, before) for mark in (", ", "; ", ": ", "“ ", "« ", "» ", '" ', "” "))
    return window if at < 0 and window == start else at + 2 if at >= 0 else window


_APPOSITION = re.compile(
    r"(?:(?:[Dd]er|[Dd]ie|[Dd]as"
    r"|[Ee]ine?)\s)?(?:[a-zäöü]+e[nr]?\s)?(?:[A-ZÄÖÜ][\w’'-]+\s?(?:(?:des|der|von|vom"
    r"|für)\s)?){1,6},\s"
    r"(?:(?:der|die|das|dem|den|deren|dessen|ein|eine|selbst|früher|lange|seit|bis|einst"
    r"|zugleich|in|bei|who|a|an|the)\s|\d|[A-ZÄÖÜ])"
)


def _before_apposition(text: str, start: int, opening: int) -> int:
    """ "Die Historikerin Grünspan, die den Katalog kennt, nennt": the subject stands before the comma."""
    return start if _APPOSITION.match(text, start, opening) else opening


def _read_as(
    text: str, start: int, end: int, opening: re.Match[str], cue: Cue, speakers: Speakers
) -> Report | None:
    holder = speakers.after(opening.end(), cue.start)
    if holder is None:
        return None
    if opening.end() - start < 6:
        at = _skip_blank(text, cue.end + 1)
        return Report(holder, ((at, end, VoiceKind.attributed),)) if at < end else Report(holder)
    return Report(holder, ((start, opening.start(), VoiceKind.attributed),))


def _read_judgement(
    text: str, start: int, end: int, opening: int, cue: Cue, speakers: Speakers
) -> Report | None:
    holder = _subject_of(start, opening, end, cue, speakers)
    if holder is None or (cue.participle and not _has_auxiliary(text, start, cue.start)):
        return None
    return Report(holder, ((start, end, VoiceKind.attributed),))


def _has_auxiliary(text: str, start: int, before: int) -> bool:
    return bool(re.search(r"\b(?:hat|haben|hatte|hatten|habe)\b", text[max(start, before - _REACH) : before]))


def _subject_of(start: int, opening: int, end: int, cue: Cue, speakers: Speakers) -> Holder | None:
    """Before the verb where its clause opens with a nominative, else behind it."""
    if speakers.language == "en":
        return (
            speakers.subject(opening, cue.start)
            or speakers.subject(start, cue.start)
            or speakers.after(cue.end + 1, end)
        )
    if opening < cue.start - 1:
        holder = speakers.subject(opening, cue.start) or (
            speakers.subject(start, cue.start) if opening > start else None
        )
        if holder is not None:
            return holder
    return speakers.after(cue.end + 1, end)


def _read_saying(
    text: str, start: int, end: int, opening: int, cue: Cue, cues: Sequence[Cue], speakers: Speakers
) -> Report | None:
    inverted = opening >= cue.start - 1 and opening > start
    english_tail = speakers.language == "en" and opening > start and bool(_END.match(text, cue.end, end))
    if inverted or english_tail:
        holder = speakers.after(cue.end + 1, end) if inverted else speakers.subject(opening, cue.start)
        if holder is None:
            return None
        return Report(holder, _around(text, start, end, opening, cue, cues))
    if cue.participle and not _has_auxiliary(text, start, cue.start):
        return None
    if text[cue.start : cue.end] in _STANDING:
        return None
    holder = _subject_of(start, opening, end, cue, speakers)
    return None if holder is None else Report(holder, _behind(text, end, cue, cues, speakers.language))


def _around(
    text: str, start: int, end: int, opening: int, cue: Cue, cues: Sequence[Cue]
) -> tuple[tuple[int, int, VoiceKind], ...]:
    """What stands before ", sagte Venn" and, where it goes on, behind it."""
    spans = []
    close = text.rfind(",", start, opening)
    if (
        close > start
        and text[close + 1] not in '“”"«»‘’'
        and text[close - 1] not in '“”"«»‘’‹›'
        and text[start:close].strip()
    ):
        reported = any(
            c.end < cue.start and c.kind in (CueKind.SUBJUNCTIVE, CueKind.SUBSTITUTE) for c in cues
        )
        spans.append((start, close, VoiceKind.indirect if reported else VoiceKind.attributed))
    behind = next(
        (c for c in cues if c.start > cue.end and c.kind in (CueKind.SUBJUNCTIVE, CueKind.SUBSTITUTE)), None
    )
    if behind:
        at = _BOUNDARY.search(text, cue.end, behind.end)
        if at:
            spans.append((at.end(), end, VoiceKind.indirect))
    return tuple(spans)


def _behind(
    text: str, end: int, cue: Cue, cues: Sequence[Cue], language: str
) -> tuple[tuple[int, int, VoiceKind], ...]:
    """What a leading "Venn sagte" introduces."""
    if language == "en":
        at = _skip_blank(text, cue.end)
        if at >= end or text[at] in '“"‘:,.;' or _NO_CONTENT.match(text, at):
            return ()
        return ((at, end, VoiceKind.attributed),)
    reach = min(end, cue.end + _REACH)
    complement = _COMPLEMENT.search(text, cue.end, reach)
    reported = next(
        (c for c in cues if c.start > cue.end and c.kind in (CueKind.SUBJUNCTIVE, CueKind.SUBSTITUTE)), None
    )
    boundary = _BOUNDARY.search(text, cue.end, reach)
    if complement and (not reported or complement.start() < reported.start):
        return ((_skip_blank(text, complement.start() + 1), end, VoiceKind.attributed),)
    if not boundary or text[boundary.end() : boundary.end() + 1] in '„“"»«‚›‹':
        return ()
    if reported and boundary.start() < reported.start:
        return ((boundary.end(), end, VoiceKind.indirect),)
    if text[boundary.start()] == ":" or boundary.start() == cue.end:
        return ((boundary.end(), end, VoiceKind.attributed),)
    return ()


def _skip_blank(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at
