"""The German words that tell an acting state, party or company from a mere place or topic."""

from __future__ import annotations

import re

__all__ = ["ACTING_NOUN", "COMPOUND_HEAD", "GOVERNING_NOUN", "acts_here"]

# Bodies and office-holders that act for whom the adjective names: "die russische Regierung".
_BODIES = r"""
regierung\w* führung staatsführung regime machthaber\w* militär\w* armee streitkräfte\w* truppen
marine luftwaffe geheimdienst\w* nachrichtendienst\w* justiz behörden? botschaft diplomat\w*
delegation seite unterhändler\w* zentralbank notenbank parlament verwaltung administration staat\w*
(?:\w*außen|\w*innen|\w*aussen)?amt kabinett generalstab grenzschutz sicherheitskräfte\w* kräfte
""".split()
_OFFICES = r"""
\w*präsident(?:en|in)? \w*minister(?:s|n|in|ium|iums|ien)? \w*kanzler(?:s|in)?
premier(?:s|ministers?|ministerin)? staatschef(?:s|in)? regierungschef(?:s|in)? staatsoberhaupt\w*
botschafter(?:s|in)? \w*sprecher(?:s|in)? \w*beauftragte[rn]? \w*sekretär(?:s|in)? könig(?:s|in)?
""".split()
ACTING_NOUN = re.compile(rf"(?:{'|'.join(_BODIES + _OFFICES)})\b", re.IGNORECASE)

# Heads of a hyphen compound that still mean the first part itself: "Maduro-Regierung", "SPD-Fraktion".
_HEADS = r"""
fraktion\w* spitze parteispitze führung\w* vorstand\w* konzern\w* management mutter zentrale
aufsichtsrat\w* partei\w* chefs? chefin vize\w* vorsitzende[rn]? kandidat\w* lager\w* team\w*
mannschaft\w* elf gruppe \w*kommissar(?:s|in)? mission rat\w* spitzen? leute konzernchef\w* bank
""".split()
COMPOUND_HEAD = re.compile(rf"(?:\w*(?:{'|'.join(_BODIES)})|{'|'.join(_OFFICES + _HEADS)})$", re.IGNORECASE)

# "die Regierung in Caracas", "die Moskauer Führung".
GOVERNING_NOUN = re.compile(
    r"(?:Regierung|Führung|Machthabern?|Regime|Staatsführung|Zentralregierung|Regierenden|Kabinett|Militärjunta|Junta)\b"
)

_PLACE_WORDS = frozenset(
    """
in im aus nach bei um über ab bis nahe rund ins nähe raum großraum flughafen stadt hauptstadt
innenstadt metropole bahnhof richtung nördlich südlich östlich westlich vor hinter unweit zuständig
wohnhaft standort sitz universität uni stadtteil bezirk stadtrand zentrum durch innerhalb außerhalb
bistum landgericht amtsgericht oberlandesgericht polizei staatsanwaltschaft messe hotel fc borussia
hertha sparta zsm dynamo austria rapid young grasshoppers
""".split()
)
_ACTING_PREPOSITIONS = frozenset(
    """
mit gegen für zwischen gegenüber seitens ohne von an auf laut zufolge und oder
""".split()
)
_SUBJUNCTIONS = frozenset(
    """
dass daß weil ob wenn während nachdem bevor obwohl solange sobald da damit indem wie was wo doch
denn auch selbst nur sogar so sondern
""".split()
)
_ARTICLES = frozenset(
    """
der des dem den das die vom zum beim
""".split()
)
_AUXILIARIES = frozenset(
    """
ist sei war wäre hat habe hatte hätte wird werde wurde würde will wolle wollte soll solle sollte
kann könne konnte könnte muss müsse musste müsste darf dürfe durfte mag möchte lässt ließ gibt gab
nimmt nahm sieht sah hält hielt weist wies wirft warf bleibt blieb steht stand geht ging kommt kam
spricht sprach ruft rief zieht zog schickt schließt schloss tritt trat verspricht versprach sowie
haben hatten sind waren wollen sollen müssen können werden
""".split()
)
_FINITE = re.compile(r"[a-zäöüß]{2,}(?:t|te|ten)$")
_NOT_FINITE = frozenset(
    """
mit seit nicht jetzt laut samt statt erst fast selbst weit bereits heute gestern bekannt entfernt
gebürtig direkt offiziell statt nachts stets gesamt halt damit somit sonst überhaupt dicht acht
letzten ersten zweiten dritten vierten nächsten besten guten alten rechten lebt lebte wohnt wohnte
liegt lag findet fand stattfindet landete landet reiste reist erreichte erreicht verließ besuchte
besucht stammt stammte gastiert gastierte statt tagt tagte
""".split()
)
_URBAN_NOUN = re.compile(
    r"\s+(?:\w+e[nrs]?\s+)?(?:\w*straßen?|\w*strassen?|bürgermeister\w*|oberbürgermeister\w*|innenstadt|altstadt|norden|süden|osten|westen|"
    r"zentrum|flughafen|\w*viertel|\w*bezirk\w*|bewohner\w*|einwohner\w*|museen|theater|u-bahn|metro|bahnhof\w*|vororte?n?|dächer\w*|parks?)\b",
    re.IGNORECASE,
)
_DATELINE_TAIL = re.compile(r"(?:[/,]\s?[\w.-]+){0,3}\s*(?:\([\w /]{2,20}\)|[-–—]\s|\.\s|:\s)")
_WORDS_BEFORE = re.compile(r"[\w-]+|[^\w\s]")
_NEXT_WORD = re.compile(r"\s([a-zäöüß]+)")
# "Prag, Wien und Berlin fordern"
_COORDINATED = re.compile(r"(?:,\s[A-ZÄÖÜ][\w ]{2,14})*\s(?:und|sowie)\s[A-ZÄÖÜ]\w+\s([a-zäöüß]+)")
# "Berlin hat 3,7 Millionen Einwohner", "Wien liegt an der Donau": the city, not the state.
_SAYS_WHAT_IT_IS = re.compile(
    r"\s(?:hat\s(?:rund\s|etwa\s)?\d|liegt|lag|zählt\s\d|gilt\sals|ist\s(?:eine?|die|der|das)\s)"
)
_NO_VERB = frozenset(
    """in im aus nach bei um über ab bis nahe mit von für und oder als wie sowie statt ohne gegen zwischen an
    am auf unter vor hinter neben seit während wegen trotz zum zur vom beim""".split()
)


def acts_here(text: str, start: int, end: int) -> bool:
    """Say whether a capital or seat of government acts where it stands.

    "Moskau warnt", "mit Moskau", "wirft Moskau vor" act; "in Moskau", "MOSKAU (dpa) -" and "Moskau, die
    Stadt" do not. Without a sign of acting the answer is no: precision before recall.
    """
    before = _WORDS_BEFORE.findall(text[max(0, start - 60) : start].rpartition("\n\n")[2])
    if _opens_line(text, start) and _DATELINE_TAIL.match(text, end):
        return False
    last = before[-1].lower() if before else ""
    if last in _ARTICLES:
        earlier = before[-2].lower() if len(before) > 1 else ""
        return earlier not in _PLACE_WORDS
    if last in _PLACE_WORDS:
        return False
    if text.startswith("s", end):
        return not _URBAN_NOUN.match(text, end + 1)
    if last in _ACTING_PREPOSITIONS:
        return not _is_journey(text, last, end)
    if last in _SUBJUNCTIONS or _is_finite(last, before):
        return True
    opens = not before or before[-1] in '.!?:;,»«„“"–-('
    following = _COORDINATED.match(text, end) or _NEXT_WORD.match(text, end)
    return opens and not _SAYS_WHAT_IT_IS.match(text, end) and _may_be_verb(following)


def _may_be_verb(following: re.Match[str] | None) -> bool:
    """The lower-case word behind a sentence's first word is its verb, unless it is one of a small list."""
    return following is not None and following[1] not in _NO_VERB


def _opens_line(text: str, start: int) -> bool:
    line = text.rfind("\n", 0, start) + 1
    return start - line < 30 and not re.search(
        r"[a-zäöüß]{2,} |[.!?] ", text[line:start].rsplit(". ", maxsplit=1)[-1]
    )


def _is_journey(text: str, preposition: str, end: int) -> bool:
    """ "von Moskau nach Minsk" travels; "von Moskau gefordert" acts."""
    return preposition in ("von", "und", "oder", "auf") and bool(
        re.match(r"\s+(?:nach|bis|aus|entfernt|über|am|im)\b", text[end : end + 12])
    )


def _is_finite(word: str, before: list[str]) -> bool:
    if word in _AUXILIARIES:
        return True
    if before and not before[-1].islower():
        return False
    return bool(_FINITE.match(word)) and word not in _NOT_FINITE
