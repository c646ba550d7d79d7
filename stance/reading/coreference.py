"""Named actors → the epithets and pronouns that stand for them; precision before recall.

An epithet is a definite noun phrase whose noun the text itself has used of one actor alone:
"Energieministerin Salka Venn … die Ministerin". A pronoun stands for the one fitting person of its
sentence so far, else of the sentence before.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from stance.reading.spans import Spans
from stance.records import Actor, ActorKind, Mention, MentionKind, Sentence

__all__ = ["resolve_german"]

_NOUN_BEFORE = re.compile(r"([A-ZÄÖÜ][\wäöüß-]*[a-zäöüß])\s$")
_NOUN_AFTER = re.compile(
    r",\s(?:(?:der|die|das|ein|eine)\s)?(?:[a-zäöüß]+(?:e|er|es|en)\s){0,2}([A-ZÄÖÜ][\wäöüß-]*[a-zäöüß])"
    r"(?=,|\s(?:der|des|von|vom|für|in|im|bei|beim|am|an|aus|und)\b)"
)
_EPITHET = re.compile(
    # A set of letters first: the regex engine leaps from one to the next.
    r"[DdBbVvZzIiAa](?<!\w.)(?:(?<=[Dd])(?:er|ie|as|es|em|en|ies(?:er|e|es|em|en))|(?<=[Bb])eim|(?<=[Vv])om"
    r"|(?<=[Zz])u[mr]|(?<=[IiAa])m)\s(?:[a-zäöüß]+(?:e|en|er|es|em)\s)?([A-ZÄÖÜ][\wäöüß-]*[a-zäöüß])"
)
_PRONOUN = re.compile(r"([EeSsIi](?<![\w-].)(?:(?<=[Ee])r|(?<=[Ss])ie|(?<=[Ii])hm))(?![\w-])")
_SINGULAR = frozenset(
    """ist war hat hatte wird wurde will wollte soll sollte kann konnte muss musste darf durfte sei habe
    werde wolle könne müsse solle dürfe sagt sagte gab ging kam nahm blieb ließ stand sah schrieb trat rief
    warf bat lag hielt fand sprach zog galt verlor gewann begann""".split()
)
# A general word → the ends of more special ones that it stands for.
_GENERAL: Mapping[str, tuple[str, ...]] = {
    "behörde": (
        "amt",
        "präsidium",
        "direktion",
        "aufsicht",
        "ministerium",
        "agentur",
        "anwaltschaft",
        "polizei",
    ),
    "gericht": ("gericht", "gerichtshof"),
    "kammer": ("gericht",),
    "verein": ("fc", "sv", "sc", "tsv", "vfl", "vfb", "verein", "eintracht", "sportfreunde"),
    "klub": ("fc", "sv", "sc", "tsv", "vfl", "vfb", "verein", "eintracht", "sportfreunde"),
    "partei": ("partei", "union", "liste", "bündnis", "bewegung"),
    "land": ("republik", "königreich"),
    "haus": ("theater", "museum", "ministerium", "klinikum", "verlag", "oper", "hotel"),
    "institut": ("institut", "forschungszentrum"),
    "bank": ("bank", "sparkasse", "kasse"),
    "verband": ("verband", "bund", "kammer"),
    "sender": ("funk", "radio", "sender", "tv"),
    "blatt": ("zeitung", "anzeiger", "kurier", "bote", "nachrichten", "rundschau"),
    "zeitung": ("anzeiger", "kurier", "bote", "nachrichten", "rundschau", "blatt"),
}
_FIRMS = tuple(
    """ag gmbh se kg co gruppe konzern hersteller betreiber versorger kette werk werke bank versicherung
    brauerei molkerei händler bauer ausrüster anbieter holding bau logistik energie pharma reederei verlag
    entsorger lieferant zulieferer spedition bäckerei käserei""".split()
)
_FIRM_WORDS = frozenset("unternehmen firma konzern betrieb".split())
_LAND_WORDS = frozenset(("land",))
# Words that stand before a name and say nothing of it.
_NO_ROLE = frozenset(
    "Herr Herrn Frau Doktor Professor Professorin Dr Prof Und Der Die Das Auch Für Mit".split()
)
_SHORTEST = 4
_LONGEST_NOUN = 60  # letters; all ends of a noun of a megabyte would fill the memory
_FURTHEST = 200  # characters behind a name that may describe it
_REACH = 3  # sentences an epithet may lie behind the last mention of its actor


@dataclass(frozen=True)
class _Known:
    """What the text has said of an actor so far."""

    actor: Actor
    nouns: frozenset[str]
    feminine: bool | None


def resolve_german(text: str, sentences: Sequence[Sentence], mentions: Sequence[Mention]) -> list[Mention]:
    """Return the mentions with epithets and pronouns added, in reading order.

    Parameters
    ----------
    text : str
    sentences : sequence of Sentence
    mentions : sequence of Mention
        Those by name, in reading order.
    """
    if not mentions:
        return []
    known = _read_descriptions(text, mentions)
    taken = Spans((m.start, m.end) for m in mentions)
    found = list(_find_epithets(text, sentences, mentions, known, taken))
    merged = sorted([*mentions, *found], key=lambda m: m.start)
    merged += _find_pronouns(text, sentences, merged, known)
    return sorted(merged, key=lambda m: m.start)


def _read_descriptions(text: str, mentions: Sequence[Mention]) -> dict[str, _Known]:
    nouns: dict[str, set[str]] = {}
    feminine: dict[str, bool | None] = {}
    actors = {m.actor.id: m.actor for m in mentions}
    for mention in mentions:
        actor = mention.actor
        new = []
        before = _NOUN_BEFORE.search(text, max(0, mention.start - 60), mention.start)
        if before and before[1] not in _NO_ROLE:
            new.append(before[1])
        after = _NOUN_AFTER.match(text, mention.end, mention.end + _FURTHEST)
        if after:
            new.append(after[1])
        nouns.setdefault(actor.id, set()).update(new)
        if feminine.get(actor.id) is None:
            feminine[actor.id] = _tell_gender(text, mention, new)
    for key, actor in actors.items():
        if actor.kind is not ActorKind.person:
            nouns[key].update(actor.name.split())
    return {
        key: _Known(actor, frozenset(n.lower() for n in nouns[key]), feminine[key])
        for key, actor in actors.items()
    }


def _tell_gender(text: str, mention: Mention, nouns: Iterable[str]) -> bool | None:
    """True for a woman, False for a man, None where the text does not tell; for persons only."""
    before = text[max(0, mention.start - 40) : mention.start]
    if re.search(r"\b(Frau|Prinzessin|Königin|Mutter|Tochter|Witwe)\s$", before):
        return True
    if re.search(r"\b(Herrn?|Prinz|König|Vater|Sohn)\s$", before):
        return False
    roles = [n for n in nouns if n[0].isupper()]
    if any(n.endswith(("in", "frau")) and len(n) > _SHORTEST for n in roles):
        return True
    if any(re.search(r"(?:er|or|ist|ent|ant|chef|mann|rat|wart|präsident|minister)$", n) for n in roles):
        return False
    return None


def _is_personal(known: _Known) -> bool:
    return known.actor.kind is ActorKind.person or known.feminine is not None


def _find_epithets(
    text: str,
    sentences: Sequence[Sentence],
    mentions: Sequence[Mention],
    known: Mapping[str, _Known],
    taken: Spans,
) -> Iterable[Mention]:
    starts = [s.start for s in sentences]

    def sentence_of(position: int) -> int:
        return bisect_right(starts, position)

    last: dict[str, int] = {}
    upcoming = 0
    possible = _possible_epithets(known)
    for phrase in _EPITHET.finditer(text):
        # Nearly all phrases end here.
        if possible.isdisjoint(_uninflected(phrase[1])):
            continue
        while upcoming < len(mentions) and mentions[upcoming].start < phrase.start():
            last[mentions[upcoming].actor.id] = sentence_of(mentions[upcoming].start)
            upcoming += 1
        start, end = phrase.span(1)
        if taken.overlap(start, end) or _names_another(text, end):
            continue
        here = sentence_of(start)
        fitting = [
            key for key, where in last.items() if here - where <= _REACH and _fits(phrase[1], known[key])
        ]
        if len(fitting) == 1:
            actor = known[fitting[0]].actor
            last[actor.id] = here
            yield Mention(actor, start, end, phrase[1], MentionKind.epithet)


def _names_another(text: str, end: int) -> bool:
    """ "der Minister Holm", "die Partei der Aufrechten", "der Präsident des Landtags": somebody else's."""
    return bool(re.match(r"\s(?:[A-ZÄÖÜ]|de[rs]\s|von\s|für\s|aus\s|in\s[A-ZÄÖÜ])|-", text[end : end + 12]))


def _fits(noun: str, known: _Known) -> bool:
    return any(_same_thing(form, known) for form in _uninflected(noun))


def _uninflected(noun: str) -> list[str]:
    lowered = noun.lower()
    forms = [lowered]
    if lowered.endswith(("s", "en")):
        forms += (lowered.removesuffix("s"), lowered.removesuffix("es"), lowered.removesuffix("en"))
    return [form for form in forms if len(form) >= _SHORTEST]


def _possible_epithets(known: Mapping[str, _Known]) -> frozenset[str]:
    """All that :func:`_same_thing` may say yes to: the nouns known, what they end with, general words."""
    nouns = {noun for one in known.values() for noun in one.nouns}
    ends = {
        noun[i:] for noun in nouns for i in range(max(0, len(noun) - _LONGEST_NOUN), len(noun) - _SHORTEST)
    }
    return frozenset(nouns | ends | _FIRM_WORDS | _LAND_WORDS | {"partei"} | _GENERAL.keys())


def _same_thing(form: str, known: _Known) -> bool:
    if any(n == form or (n.endswith(form) and len(form) > _SHORTEST) for n in known.nouns):
        return True
    if form in _FIRM_WORDS:
        return known.actor.kind is ActorKind.company or any(n.endswith(_FIRMS) for n in known.nouns)
    if form in _LAND_WORDS and known.actor.kind is ActorKind.state:
        return True
    if form == "partei" and known.actor.kind is ActorKind.party:
        return True
    ends = _GENERAL.get(form)
    return ends is not None and any(n.endswith(ends) for n in known.nouns)


def _find_pronouns(
    text: str, sentences: Sequence[Sentence], mentions: Sequence[Mention], known: Mapping[str, _Known]
) -> list[Mention]:
    """A pronoun stands for the one fitting person of its own sentence so far, else of the one before."""
    found: list[Mention] = []
    if not any(_is_personal(one) for one in known.values()):
        return found
    starts = [m.start for m in mentions]
    before: dict[str, Actor] = {}
    for sentence in sentences:
        upcoming = bisect_left(starts, sentence.start)
        last = bisect_left(starts, sentence.end, upcoming)
        # The persons of the sentence so far.
        own: dict[str, Actor] = {}
        for pronoun in _PRONOUN.finditer(text, sentence.start, sentence.end):
            start, end = pronoun.span(1)
            feminine = pronoun[1].lower() == "sie"
            if feminine and not _is_singular(text, start, end):
                continue
            while upcoming < last and mentions[upcoming].end <= start:
                _add_person(own, mentions[upcoming].actor, known)
                upcoming += 1
            actor = _only_person(own, known, feminine)
            if actor is None and not own:
                actor = _only_person(before, known, feminine)
            if actor:
                found.append(Mention(actor, start, end, pronoun[1], MentionKind.pronoun))
                own[actor.id] = actor
        for mention in mentions[upcoming:last]:
            _add_person(own, mention.actor, known)
        before = own
    return found


def _add_person(persons: dict[str, Actor], actor: Actor, known: Mapping[str, _Known]) -> None:
    if _is_personal(known[actor.id]):
        persons[actor.id] = actor


def _only_person(actors: Mapping[str, Actor], known: Mapping[str, _Known], feminine: bool) -> Actor | None:
    fitting = [a for key, a in actors.items() if known[key].feminine is feminine]
    if len(fitting) == 1 and len([k for k in actors if known[k].feminine is not (not feminine)]) == 1:
        return fitting[0]
    return None


_VERB_BEFORE = re.compile(r"(\w+)\s$")
_VERB_AFTER = re.compile(r"\s(\w+)")


def _is_singular(text: str, start: int, end: int) -> bool:
    """Whether a finite verb beside "sie" is singular, as far as it shows."""
    before, after = _VERB_BEFORE.search(text, max(0, start - 25), start), _VERB_AFTER.match(text, end)
    near = [found[1] for found in (after, before) if found]
    return any(word in _SINGULAR or (word.endswith("te") and word.islower()) for word in near)
