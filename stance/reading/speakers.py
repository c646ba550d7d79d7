"""A place beside a verb of saying → who speaks there: an actor, a name, a role."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from stance.reading.given_names import GIVEN_NAMES
from stance.records import Actor, ActorKind, Mention

__all__ = ["Holder", "Speakers"]

Holder = Actor | str

_CAP = r"[A-ZÄÖÜÉ][\w’'-]*\w"
_RUN = rf"{_CAP}(?:\s(?:(?:von|van|de|del|der|al|bin|zu|of|the)\s)?{_CAP}){{0,5}}"
_DET = (
    r"[Dd]er|[Dd]ie|[Dd]as|[Dd]em|[Dd]en|[Dd]es|[Ee]ine?[rmns]?|[Ii]hre?[rmn]?"
    r"|[Ss]eine?[rmn]?|[Mm]ehrere|[Vv]iele|[Ee]inige|[Zz]wei|[Dd]rei|[Tt]he|[Aa]n?|[Hh]is"
    r"|[Hh]er|[Mm]any"
)
_TAIL = (
    rf"\s(?:des|der|von|vom|für|of|for|from|aus|beim?|am|im)\s(?:(?:der|die|das|dem|den"
    rf"|the)\s)?(?:[a-zäöü]\w+e[nrs]?\s)?{_RUN}"
)
_NO_ADJECTIVE = (
    "haben|hatten|hatte|habe|die|der|eine?|einen|einer|einem|werden|wurden|wurde|werde|sagte|hätten|hätte"
    "|alle"
)
_NOUN_PHRASE = re.compile(
    rf"(?:(?P<det>{_DET})\s)?(?:(?!(?:{_NO_ADJECTIVE})\s)(?:[a-zäöüß][\w-]*e[nrsm]?|früher\w*"
    rf"|\d[\w-]*)\s){{0,3}}(?P<caps>{_RUN})(?P<tail>{_TAIL})?"
    rf"(?:,?\s(?:und|and|sowie)\s(?P<more>{_RUN}))?"
)
_ENGLISH_ROLE = re.compile(
    r"(?:(?:the|an?|many|some|several|his|her)\s)?(?:[a-z]+\s){0,2}?[a-z]{4,}"
    r"(?:\s(?:for|of|by|at|from)\s(?:the\s)?[\w ]{3,30})?",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"(?:er|sie|dieser|diese|man|wir|he|she|they|Er|Sie|He|She|They|jemand|einer)\b")
_SKIPPED = re.compile(
    r"(?:(?:sich|auch|dazu|dann|später|gestern|heute|zudem|außerdem|weiter|nun|jedoch|aber"
    r"|ihm|ihr|ihnen|zugleich|dagegen|daraufhin|"
    r"mir|uns|es|noch|so|etwa|hingegen|schließlich|wiederum|danach|damals|hatte|hat|haben"
    r"|sie(?=\s(?:der|die|das|ihr|sein|[A-ZÄÖÜ])))\s+"
    r"|(?:am|im|in|vor|auf|zu|zum|zur|nach|bei|beim|an|mit|aus|gegenüber|über"
    r"|unter)\s(?:(?:der|dem|den|die|das|einer|einem|einen|ihrer|seiner)\s)?"
    r"(?:[a-zäöü]\w+\s)?[A-ZÄÖÜ\d][\w-]*\s+)*"
)
_OBLIQUE = frozenset("dem den des einem einen ihrem ihren seinem seinen".split())
_NEAR = 250  # characters behind a speech within which a pronoun means its speaker
# "die Leiterin der Untersuchung, Oksana Rehn."
_APPOSED = re.compile(rf",\s(?P<name>{_CAP}\s{_RUN})(?=\s*[.,:;“”\"«»]|\s[a-zäöü]|\s*$)")
_TIMES = re.compile(
    r"(?:Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonnabend|Sonntag|Jahr|Monday"
    r"|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
)
_EPITHET = re.compile(
    r"(?:\w*[Pp]olitiker(?:in)?|\w*[Mm]inister(?:in)?|\w*[Pp]räsident(?:in)?|\w*[Cc]hefin?"
    r"|\w*[Vv]orsitzende|\w+-Jährige[rn]?|Unternehmen|"
    r"Konzern|Partei|Behörde|Verband|Bürgermeister(?:in)?|Sprecher(?:in)?|Trainer(?:in)?"
    r"|Autor(?:in)?|Firma|Haus|Institut|Zeitung|Blatt|Mann|Frau)$"
)
_ROLE_END = re.compile(
    r"(?:er|in|rat|chef|mann|frau|or|ent|ist|ant|wart|obmann|ende|eur|loge|ologe|Herr"
    r"|Professor|Dr|President|Minister)$"
)


# Words that open a sentence with a capital and name nobody.
_NOT_NAMES = frozenset(
    """
    Auf Nach Bei Im In Am An Vor Mit Von Vom Zu Zum Zur Für Gegen Durch Über Unter Seit Wegen Trotz
    Laut Aus Dort Dann Auch Doch Aber Und Wer Was Wie Wenn Als Weil Dass Ob Da So Nun Nur Noch Schon
    Heute Gestern Danach Dabei Damit Darauf Dazu Es Man Ohne Während Nicht Kein Keine Nichts Nie
    Hier Ihm Ihr Ihn Ihnen Denen Dem Den Des Der Die Das Davon Daran Deshalb Zuvor Zudem Außerdem
    Allerdings Jetzt Bisher Bereits Immer Mehr Alle Beide Diese Dieser Dieses Ein Eine Einen Einem
    Einer Zwar Ferner Zugleich Wörtlich Später Zuletzt Statt Anders Neben Zwischen Bis Ab Um Sein
    Seine Ihre Mein Meine Unser Unsere Wir Ich Solche Wo Warum Ja Nein The A An At On By For From
    But And If When After Before It This That These Those There Then We You With As To
    """.split()
)
_OPENING = re.compile(r"[\s\"„»«“(–-]*(?:(?:Und|Doch|Aber|Auch|Denn|Sogar|But|And)\s)?")
_PLACE_OF_WORDS = re.compile(
    r"es\s+(?:\w+\s)?(?:im|in|aus|bei|beim|auf|vom|von|seitens)\s(?:(?:der|dem|den|einem"
    r"|einer|seiner|ihrer)\s)?"
)


class Speakers:
    """Who has been named and has spoken so far; resolves names, pronouns and epithets of one article."""

    def __init__(self, text: str, mentions: Sequence[Mention], language: str) -> None:
        self.text = text
        self.mentions = mentions
        self.starts = [m.start for m in mentions]
        self.language = language
        self.full: dict[str, str] = {}
        self.last: Holder | None = None
        self.last_at = -1
        self._noted: tuple[Holder, int] | None = None
        self._pending: tuple[int, int] | None = None

    def remember(self, holder: Holder, position: int) -> Holder:
        """Note who has spoken: pronouns behind it mean this holder."""
        if holder != "":
            self.last, self.last_at = holder, position
        return holder

    def phrase_at(self, start: int, limit: int, oblique: bool = False) -> tuple[Holder, int] | None:
        """Read the holder whose noun phrase or pronoun begins at ``start``, with the phrase's end."""
        pronoun = _PRONOUN.match(self.text, start, limit)
        if pronoun:
            spoken = self.last if self.last is not None and start - self.last_at < _NEAR else None
            named = spoken or self.mention_in(start, pronoun.end())
            return (named or self.nearest(), pronoun.end())
        found = _NOUN_PHRASE.match(self.text, start, limit)
        if not found or found["caps"].partition(" ")[0] in _NOT_NAMES:
            return self._english_role(start, limit)
        if found["det"] and not oblique and found["det"].lower() in _OBLIQUE:
            return None
        if _TIMES.search(found["caps"]):
            return None
        apposed = _APPOSED.match(self.text, found.end(), limit) if " " not in found["caps"] else None
        if apposed:
            own = self.mention_in(*apposed.span("name"))
            return own or apposed["name"], apposed.end()
        return self._named(found), found.end()

    def after(self, start: int, limit: int) -> Holder | None:
        """The holder behind a verb: "sagte am Montag der Abgeordnete Möhlenhoff"."""
        limit = min(limit, start + 200)
        place = _PLACE_OF_WORDS.match(self.text, start, limit)
        if place:
            named = self.phrase_at(place.end(), limit, oblique=True)
            return named[0] if named else None
        skipped = _SKIPPED.match(self.text, start, limit)
        found = self.phrase_at(skipped.end() if skipped else start, limit)
        if found is None:
            found = self.phrase_at(start, limit, oblique=True)
        if found is None:
            first = self._first_mention(start, limit)
            return first.actor if first else None
        return found[0]

    def subject(self, start: int, limit: int) -> Holder | None:
        """The subject that opens a clause: "Die Vorsitzende Brandis hat …"; None where none does."""
        opening = _OPENING.match(self.text, start)
        found = self.phrase_at(opening.end() if opening else start, limit)
        return found[0] if found else None

    def _english_role(self, start: int, limit: int) -> tuple[Holder, int] | None:
        if self.language != "en":
            return None
        role = _ENGLISH_ROLE.match(self.text, start, limit)
        return (role[0], role.end()) if role else None

    def _named(self, found: re.Match[str]) -> Holder:
        own = self.mention_in(*found.span("caps"))
        if own and not found["more"]:
            return own
        caps = found["caps"]
        words = caps.split()
        if found["more"]:
            return f"{_name_of(caps)} {'and' if self.language == 'en' else 'und'} {_name_of(found['more'])}"
        definite = (found["det"] or "").lower() in ("der", "die", "das", "the")
        if definite and len(words) == 1 and not found["tail"] and _EPITHET.match(caps):
            known = self.nearest()
            if known != "":
                return known
        if len(words) > 1:
            name = _name_of(caps, bool(found["det"]))
            if " " in name:
                self.full.setdefault(name.split()[-1], name)
            return self.full.get(name, name)
        if not found["det"]:
            return self.full.get(caps, caps) + ("" if caps in self.full else found["tail"] or "")
        return found[0]

    def mention_in(self, start: int, end: int) -> Actor | None:
        at = bisect_left(self.starts, end) - 1
        if at >= 0 and self.mentions[at].end > start:
            return self.mentions[at].actor
        return None

    def _first_mention(self, start: int, end: int) -> Mention | None:
        at = bisect_left(self.starts, start)
        return self.mentions[at] if at < len(self.mentions) and self.starts[at] < end else None

    def nearest(self) -> Holder:
        """Whom a pronoun means: who spoke last, or the subject of an author's sentence since then."""
        if self._pending is not None:
            start, limit = self._pending
            self._pending = None
            found = None if _PRONOUN.match(self.text, start, limit) else self.subject(start, limit)
            if found and not (isinstance(found, Actor) and found.kind is ActorKind.state):
                self._noted = (found, start)
        if self._noted is not None and self._noted[1] >= self.last_at:
            return self._noted[0]
        return self.last if self.last is not None else ""

    def note_subject(self, start: int, limit: int) -> None:
        """Keep an author's sentence whose subject the next pronoun may mean; read when asked for."""
        if not _PRONOUN.match(self.text, start, limit):
            self._pending = (start, limit)


def _name_of(caps: str, has_article: bool = False) -> str:
    """ "Stadtbaurat Arvid Lohmeier" → "Arvid Lohmeier"; "Bäcker Ostwald" → "Ostwald"."""
    words = caps.split()
    for i, word in enumerate(words[:-1]):
        if word in GIVEN_NAMES:
            return " ".join(words[i:])
    if len(words) > 2 and (has_article or _ROLE_END.search(words[0])):
        return " ".join(words[1:])
    if len(words) == 2 and _ROLE_END.search(words[0]) and len(words[0]) > 6:
        return words[1]
    return caps
