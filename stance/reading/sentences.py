"""Text → sentence spans, by a boundary rule that knows abbreviations, ordinals and quotes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from stance.records import Sentence

__all__ = ["ENGLISH", "GERMAN", "SentenceRules", "split_sentences"]

# What Punkt cannot learn from a corpus of a few megabytes, since each occurs there a few times.
_ABBREVIATIONS = """
abb abs abschn abt allg anm art aufl az bd bes betr bspw bsp bzgl bzw ca dgl dipl dipl-ing dr dres
ebd ehem eigtl einschl etc evtl exkl ff fr frhr gde gebr ges ggf hl hrsg hr ing inkl insb jr jun kap
kgl kl lfd lic lt mag max mill min mind mio mrd mtl nachf nr o od op orig österr pfr phil pos priv
prof proz publ rd s sen sog sogen spez st stellv std str tel tsd u usf usw v verf vgl vors
vs wg z zt zw zzgl geb gest tägl co fa präs med vorm nachm wöchtl dt engl frz ital jan feb febr apr
aug sep sept okt nov dez mo di mi do sa so
""".split()

# An ordinal or an initial before one of these ends its sentence after all.
_STARTERS = """
Aber Ab Allerdings Alle Als Am An Auch Auf Aus Außerdem Bei Beide Bereits Bis Da Dabei Dafür Dagegen
Daher Damit Danach Dann Darauf Darüber Das Dass Dazu Dem Den Denn Der Des Deshalb Die Dies Diese
Dieser Dieses Doch Dort Durch Ein Eine Einen Einer Er Erst Es Für Gegen Gestern Heute Hier Ich Ihr
Ihre Im Immer In Insgesamt Ist Jetzt Man Mehr Mit Nach Nachdem Nicht Noch Nun Nur Ob Obwohl Ohne
Schon Sein Seine Seit Seitdem So Sie Später Trotz Trotzdem Über Um Und Unter Viele Vom Von Vor
Während Was Weil Weiter Wenn Wer Wie Wir Wo Zu Zudem Zuletzt Zum Zunächst Zur Zwar Zwei
""".split()

# Abbreviations that often end a sentence; before a starter they do.
_MAY_END = frozenset(
    "usw etc ff usf mio mrd std min sek mo di mi do fr sa so co inc ltd corp a.m p.m u.s u.k d.c".split()
)

_BOUNDARY = re.compile(
    # A set of characters first: the regex engine leaps from one to the next.
    r"[\n.!?…](?:(?<=\n)(?P<blank>[ \t\r]*\n\s*)"
    r"|(?<!\n)(?<![.!?…].)(?P<stop>[.!?…]*)(?P<close>[\"'“”»«’)\]›‹]*)(?P<gap>\s+)"
    r"(?=[\"'„“”»«‚‘›‹(\[–-]*\s?[\w]))"
)
_LAST_WORD = re.compile(r"[\w-]+$")
_NEXT_WORD = re.compile(r"[\"'„“”»«‚‘›‹(\[–-]*\s?([\w-]+)")


@dataclass(frozen=True)
class SentenceRules:
    """What a language writes before a full stop that ends no sentence.

    Parameters
    ----------
    abbreviations : frozenset of str
        Lower case, without the final stop; inner stops as written (``z.b``).
    starters : frozenset of str
        Words that begin a sentence even after an ordinal or an initial.
    """

    abbreviations: frozenset[str]
    starters: frozenset[str]

    def extended(self, abbreviations: Iterable[str], starters: Iterable[str] = ()) -> SentenceRules:
        """Return these rules with what Punkt has learned added."""
        return SentenceRules(self.abbreviations | set(abbreviations), self.starters | set(starters))


GERMAN = SentenceRules(frozenset(_ABBREVIATIONS), frozenset(_STARTERS))

ENGLISH = SentenceRules(
    frozenset(
        """mr mrs ms dr prof st sr jr gen lt col sgt capt cmdr adm maj brig hon rev gov sen rep pres messrs
        inc ltd co corp bros llc plc no vs v etc al est dept univ assn ave blvd rd jan feb mar apr jun jul
        aug sep sept oct nov dec mon tue wed thu fri sat sun a.m p.m u.s u.k u.n e.g i.e d.c ph.d fig vol
        ed eds pp approx""".split()
    ),
    frozenset(
        """The A An This That These Those He She It They We I You His Her Its Their In On At But And Or So
        As If When While After Before Since There Here What Who Why How Now Then For By With""".split()
    ),
)


def split_sentences(text: str, title_end: int = 0, rules: SentenceRules = GERMAN) -> list[Sentence]:
    """Split a text into sentences that cover every character but white space between them.

    Parameters
    ----------
    text : str
    title_end : int, default=0
        Where a headline ends; it is a sentence of its own.
    rules : SentenceRules

    Returns
    -------
    list of Sentence
        In reading order, none empty.
    """
    cuts = [title_end] if title_end else []
    for found in _BOUNDARY.finditer(text):
        if found["blank"] is not None or _ends_sentence(text, found, rules):
            cuts.append(found.start() if found["stop"] is None else found.end("close"))
    sentences, start = [], 0
    for cut in [*sorted(set(cuts)), len(text)]:
        piece = text[start:cut]
        stripped = piece.strip()
        if stripped:
            begin = start + len(piece) - len(piece.lstrip())
            sentences.append(Sentence(begin, begin + len(stripped)))
        start = max(cut, start)
    return sentences


def _ends_sentence(text: str, found: re.Match[str], rules: SentenceRules) -> bool:
    following = _NEXT_WORD.match(text, found.end("gap"))
    word = following[1] if following else ""
    if word[:1].islower():
        return False
    if text[found.start() : found.end("stop")] != "." or found["close"]:
        # „Genug!“ Venn ging. – but: „Genug!“, sagte Venn (no gap) and „Genug!“ sagte Venn (lower case)
        return True
    before = _LAST_WORD.search(text, max(0, found.start() - 40), found.start())
    last = before[0].lstrip("-") if before else ""
    if last.lower() in rules.abbreviations or _is_inner_abbreviation(text, found.start(), last):
        return word in rules.starters and last.lower() in _MAY_END
    if (last.isdigit() and len(last) <= 2) or (len(last) == 1 and last.isalpha()):
        return word in rules.starters
    return True


def _is_inner_abbreviation(text: str, stop: int, last: str) -> bool:
    """``z. B.``, ``u.a.``, ``i. d. R.``: a single letter that itself follows a stop."""
    start = stop - len(last)
    return len(last) == 1 and start >= 2 and text[max(0, start - 9) : start].rstrip().endswith(".")
