"""Text → the mentions of every actor, in one Aho-Corasick pass."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ahocorasick_rs import AhoCorasick, MatchKind

from stance.errors import ArticleError
from stance.reading.acting import ACTING_NOUN, COMPOUND_HEAD, GOVERNING_NOUN, acts_here
from stance.reading.given_names import GIVEN_NAMES
from stance.reading.spans import Spans
from stance.records import Actor, ActorKind, Article, Mention, MentionKind

__all__ = ["MentionFinder", "find_mentions"]


@dataclass(frozen=True)
class _Pattern:
    """A string to look for, and what it says about whom."""

    string: str
    actor: Actor
    role: str  # form | surname | adjective | prefix | metonym | epithet | exclusion


@dataclass(frozen=True)
class _Candidate:
    actor: Actor
    start: int
    end: int
    kind: MentionKind
    role: str
    is_office: bool = False


_MENDED = "text.encode('utf-16', 'surrogatepass').decode('utf-16', 'replace') mends it"
_BLANKS = "\n\t\u00a0\u202f"
_COMPOUND_TAIL = re.compile(r"-((?:[\w]+-)*)(\w+)")
_CLOSED_TAIL = re.compile(r"[a-zäöüß]+")
_APOSTROPHES = "'’"
_ADJECTIVE_TAIL = re.compile(r"(?:e[nrms]?)\s(?:([a-zäöüß]+e[nrms]?)\s)?")
_CITY_ADJECTIVE_TAIL = re.compile(r"er\s")
_GOVERNING_BEFORE = re.compile(
    r"((?:Regierung|Führung|Machthabern?|Regime|Staatsführung|Regierenden|Junta)\s(?:in|von)\s)$"
)
# "CARACAS (dpa) -", "Kabul/Berlin (AFP/dpa) –": a place and a source, neither an actor.
_SOURCE_CREDIT = re.compile(r"^.{0,200}?[A-ZÄÖÜ][\w./, -]{1,60}\([\w/, -]{2,30}\)\s?[-–—]\s", re.DOTALL)
_GIVEN_NAME_BEFORE = re.compile(r"([A-ZÄÖÜ][\w-]+)\s$")


class MentionFinder:
    """Find the mentions of many actors; built once, used for every article.

    Parameters
    ----------
    actors : iterable of Actor
        Where two share a form, the one named first has it.
    """

    def __init__(self, actors: Iterable[Actor]) -> None:
        self.actors = tuple(actors)
        self._order = {actor.id: number for number, actor in enumerate(self.actors)}
        self._patterns = [p for actor in self.actors for p in _patterns_of(actor)]
        persons = (a.name.split() for a in self.actors if a.kind is ActorKind.person)
        self._given_names = GIVEN_NAMES.union(words[0] for words in persons if len(words) > 1)

    @cached_property
    def _automaton(self) -> AhoCorasick:
        return AhoCorasick([p.string for p in self._patterns], matchkind=MatchKind.Standard)

    def find(self, article: Article) -> list[Mention]:
        """Return the mentions of all actors, in reading order, none overlapping another.

        Offsets count characters of ``article.full_text``.
        """
        if not self._patterns:
            return []
        text = lines = article.full_text
        for blank in _BLANKS:  # A hundred times as fast as str.translate.
            text = text.replace(blank, " ")
        candidates: list[_Candidate] = []
        exclusions: list[_Candidate] = []
        for index, start, end in self._matches(article, text):
            pattern = self._patterns[index]
            if _glued_left(text, start):
                continue
            if pattern.role == "exclusion":
                exclusions.append(_Candidate(pattern.actor, start, end, MentionKind.name, "exclusion"))
            else:
                candidates.extend(_apply_rules(pattern, text, lines, start, end))
        if not candidates:
            return []
        candidates = self._drop_unfit(candidates, exclusions, text)
        return [
            Mention(c.actor, c.start, c.end, article.full_text[c.start : c.end], c.kind)
            for c in _join_titles(_longest_first(candidates, self._order))
        ]

    def _matches(self, article: Article, text: str) -> list[tuple[int, int, int]]:
        try:
            return self._automaton.find_matches_as_indexes(text, overlapping=True)
        except UnicodeEncodeError as error:
            told = f"text holds half of a character (a lone surrogate) at {error.start}"
            raise ArticleError(told, article.path or article.id, _MENDED) from None

    def _drop_unfit(
        self, candidates: list[_Candidate], exclusions: list[_Candidate], text: str
    ) -> list[_Candidate]:
        named = {c.actor.id for c in candidates if c.role in ("form", "epithet")}
        starts = {
            c.start for c in candidates if c.actor.kind is ActorKind.person and c.role in ("form", "surname")
        }
        spans: dict[Actor, list[tuple[int, int]]] = {}
        for x in exclusions:
            spans.setdefault(x.actor, []).append((x.start, x.end))
        excluded = {actor: Spans(own) for actor, own in spans.items()}
        kept = []
        credit = _SOURCE_CREDIT.search(text)
        for c in candidates:
            if credit and credit.start() <= c.start < credit.end():
                continue
            if c.role == "surname" and c.actor.id not in named:
                continue
            if c.actor.kind is ActorKind.person and not self._is_own_surname(c, text):
                continue
            if c.is_office and c.end + 1 in starts:
                # "der russische Präsident Putin": the office is an apposition to the person.
                continue
            if excluded and c.actor in excluded and excluded[c.actor].overlap(c.start, c.start + 1):
                continue
            kept.append(c)
        return kept

    def _is_own_surname(self, candidate: _Candidate, text: str) -> bool:
        found = _GIVEN_NAME_BEFORE.search(text, max(0, candidate.start - 30), candidate.start)
        return not found or found[1] not in self._given_names or found[1] in candidate.actor.name


def find_mentions(article: Article, actors: Iterable[Actor]) -> list[Mention]:
    """Find the mentions of a few actors in one article."""
    return MentionFinder(actors).find(article)


def _patterns_of(actor: Actor) -> Iterator[_Pattern]:
    groups: tuple[tuple[str, Sequence[str]], ...] = (
        ("form", (actor.name, *actor.forms)),
        ("surname", (actor.surname,) if actor.surname else ()),
        ("prefix", actor.prefixes),
        ("metonym", actor.metonyms),
        ("epithet", actor.epithets),
        ("exclusion", actor.exclusions),
    )
    for role, strings in groups:
        spelled = {v for s in strings for v in _spellings(s, declines=actor.kind not in _UNDECLINED)}
        yield from (_Pattern(s, actor, role) for s in sorted(spelled) if s)
    if actor.adjective:
        for string in (actor.adjective, actor.adjective.capitalize()):
            yield _Pattern(string, actor, "adjective")


_UNDECLINED = (ActorKind.person, ActorKind.state)


def _spellings(form: str, declines: bool) -> Iterator[str]:
    """The form, its Swiss and accentless spellings, and its first adjective in every case."""
    forms = [form]
    first, blank, rest = form.partition(" ")
    ending = re.search(r"(?<=[a-zß])(e[nrsm]?)$", first)
    if declines and blank and ending and len(first) > 5 and first[0].isupper():
        forms = [first[: ending.start()] + e + " " + rest for e in ("e", "en", "er", "es", "em")]
    for f in forms:
        yield f
        yield f.replace("ß", "ss")
        yield _without_accents(f)


def _without_accents(form: str) -> str:
    """ "Guaidó" → "Guaido", but umlauts stay."""
    if form.isascii():
        return form
    kept = []
    for character in form:
        parts = unicodedata.normalize("NFD", character)
        is_umlaut = parts[1:] == "\u0308" and parts[0] in "aouAOU"
        kept.append(character if is_umlaut else parts[0])
    return "".join(kept)


def _glued_left(text: str, start: int) -> bool:
    """True inside a word or behind a hyphen: "Nicht-EU", "Müller-Venn"."""
    left = text[start - 1 : start]
    return left.isalnum() or left == "_" or (left == "-" and start > 1 and text[start - 2].isalnum())


def _glued_right(text: str, end: int) -> bool:
    right = text[end : end + 2]
    return right[:1].isalnum() or right[:1] == "_" or (right[:1] == "-" and right[1:].isalpha())


def _apply_rules(p: _Pattern, text: str, lines: str, start: int, end: int) -> Iterator[_Candidate]:
    if p.role == "adjective":
        yield from _read_adjective(p, text, start, end)
        return
    if p.role == "metonym":
        yield from _read_metonym(p, text, lines, start, end)
        return
    base = MentionKind.epithet if p.role == "epithet" else MentionKind.name
    tail = _inflection_end(p, text, end)
    if tail is not None and p.role != "prefix":
        inflected = tail > end and base is MentionKind.name
        yield _Candidate(p.actor, start, tail, MentionKind.inflected if inflected else base, p.role)
    else:
        yield from _read_compound(p, text, start, end)


def _inflection_end(p: _Pattern, text: str, end: int) -> int | None:
    """Where the word ends that begins as the form: at once, after a genitive ending, or nowhere."""
    if not _glued_right(text, end):
        sibilant = p.string[-1] in "sxzß"
        if text[end : end + 1] in _APOSTROPHES and text[end : end + 1]:
            if sibilant and not text[end + 1 : end + 2].isalnum():
                return end + 1
            if text[end + 1 : end + 2] == "s" and not _glued_right(text, end + 2):
                return end + 2
        return end
    endings = ("s",) if p.actor.kind in _UNDECLINED else ("s", "es")
    for ending in endings:
        fits = ending == "es" or p.string[-1] not in "sxzß"
        if fits and text.startswith(ending, end) and not _glued_right(text, end + len(ending)):
            return end + len(ending)
    return None


def _read_compound(p: _Pattern, text: str, start: int, end: int) -> Iterator[_Candidate]:
    """ "Maduro-Regierung" and "Kremlsprecher" count; "Putin-Kritiker" and "Venezuela-Krise" do not."""
    hyphened = _COMPOUND_TAIL.match(text, end)
    closed = _CLOSED_TAIL.match(text, end) if p.role == "metonym" else None
    found, head = (hyphened, hyphened[2]) if hyphened else (closed, closed[0] if closed else "")
    if found and COMPOUND_HEAD.match(head) and not _glued_right(text, found.end()):
        yield _Candidate(p.actor, start, found.end(), MentionKind.compound, p.role, is_office=True)


def _read_adjective(p: _Pattern, text: str, start: int, end: int) -> Iterator[_Candidate]:
    """ "die russische Regierung", "russischer Außenminister"; never "russische Literatur"."""
    tail = _ADJECTIVE_TAIL.match(text, end)
    if not tail:
        return
    noun = ACTING_NOUN.match(text, tail.end())
    if noun and noun[0][:1].isupper():
        yield _Candidate(p.actor, start, noun.end(), MentionKind.adjective, p.role, is_office=True)


def _read_metonym(p: _Pattern, text: str, lines: str, start: int, end: int) -> Iterator[_Candidate]:
    city = _CITY_ADJECTIVE_TAIL.match(text, end)
    if city:
        noun = GOVERNING_NOUN.match(text, city.end())
        if noun:
            yield _Candidate(p.actor, start, noun.end(), MentionKind.adjective, p.role)
        return
    tail = _inflection_end(p, text, end)
    if tail is None:
        yield from _read_compound(p, text, start, end)
        return
    governing = _GOVERNING_BEFORE.search(text, max(0, start - 30), start)
    if governing:
        yield _Candidate(p.actor, governing.start(), tail, MentionKind.metonym, p.role)
    elif acts_here(lines, start, end):
        yield _Candidate(p.actor, start, tail, MentionKind.metonym, p.role)


def _longest_first(candidates: list[_Candidate], order: Mapping[str, int]) -> list[_Candidate]:
    """Of overlapping candidates keep the longest; of equal ones a form before an epithet or surname.

    Between two actors with the same form the one given first has it.
    """
    rank = {"form": 0, "epithet": 1, "surname": 2, "metonym": 3, "prefix": 4, "adjective": 5}
    kept: list[_Candidate] = []
    taken = bytearray(max((c.end for c in candidates), default=0))  # by character
    for c in sorted(candidates, key=lambda c: (c.start - c.end, c.start, rank[c.role], order[c.actor.id])):
        if taken.find(1, c.start, c.end) < 0:
            kept.append(c)
            taken[c.start : c.end] = b"\1" * (c.end - c.start)
    return sorted(kept, key=lambda c: c.start)


def _join_titles(candidates: list[_Candidate]) -> list[_Candidate]:
    """ "Kremlsprecher Dmitri Peskow" is one mention, not two."""
    joined: list[_Candidate] = []
    for c in candidates:
        last = joined[-1] if joined else None
        if last and last.actor == c.actor and last.kind is MentionKind.epithet and c.start == last.end + 1:
            joined[-1] = replace(c, start=last.start)
        else:
            joined.append(c)
    return joined
