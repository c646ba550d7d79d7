"""What the reader must know of a language: sentence ends, negation, clauses, passive, possession."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stance.reading.sentences import ENGLISH as ENGLISH_SENTENCES
from stance.reading.sentences import GERMAN as GERMAN_SENTENCES
from stance.reading.sentences import SentenceRules

__all__ = ["ENGLISH", "GERMAN", "PROFILES", "LanguageProfile"]


@dataclass(frozen=True)
class LanguageProfile:
    """The closed word classes of a language.

    Parameters
    ----------
    code : str
        ISO 639-1.
    name : str
        In English, for messages.
    sentences : SentenceRules
    negators : frozenset of str
        Turn the sign of an entry behind them.
    conjunctions : frozenset of str
        End the reach of a negation, as punctuation does.
    passive : frozenset of str
        Forms of the auxiliaries with which the object of a verb becomes its subject.
    capital_nouns : bool
        Whether nouns, and only they, are written with a capital.
    verb_last : bool
        Whether an expression of the lexicon ends with its verb ("den Rücken stärken").
    function_words : frozenset of str
        Frequent words that hardly occur in another language: a text full of them is in this one.
    """

    code: str
    name: str
    sentences: SentenceRules
    negators: frozenset[str]
    conjunctions: frozenset[str]
    passive: frozenset[str]
    capital_nouns: bool
    verb_last: bool
    function_words: frozenset[str]


GERMAN = LanguageProfile(
    code="de",
    name="German",
    sentences=GERMAN_SENTENCES,
    negators=frozenset(
        """nicht kein keine keinen keinem keiner keines nie niemals nichts ohne kaum weder
        keineswegs""".split()
    ),
    conjunctions=frozenset("und oder aber sondern".split()),
    passive=frozenset(
        """werden werde wird wirst wurde wurden wurdest würde würden worden geworden sein ist sind war
        waren wäre wären sei seien gewesen bin""".split()
    ),
    capital_nouns=True,
    verb_last=True,
    function_words=frozenset(
        """der die das den dem des und ein eine einen einem einer nicht ist sind mit auf für von zu im
        sich auch wird werden hat haben bei nach wie aus aber noch nur oder über wurde dass als war zum
        zur um vor durch gegen sei habe""".split()
    ),
)

ENGLISH = LanguageProfile(
    code="en",
    name="English",
    sentences=ENGLISH_SENTENCES,
    negators=frozenset(
        """not no never nothing without hardly barely scarcely neither nor none nobody cannot n't t
        lack lacks lacked fails failed refuse refuses refused denied denies""".split()
    ),
    conjunctions=frozenset("and or but while because although though".split()),
    passive=frozenset("is are was were be been being am gets got get".split()),
    capital_nouns=False,
    verb_last=False,
    function_words=frozenset(
        """the of and to in that is was for it with as his on be at by he this had not are but from or
        have an they which you were her she there would their will when who has more if no been its said
        after about than against""".split()
    ),
)

PROFILES: Mapping[str, LanguageProfile] = {p.code: p for p in (GERMAN, ENGLISH)}
