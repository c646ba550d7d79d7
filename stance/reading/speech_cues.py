"""The words that give somebody else the word: verbs of saying and judging, "laut", Konjunktiv forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from ahocorasick_rs import AhoCorasick, MatchKind

__all__ = ["CUES", "Cue", "CueKind", "SpeechCues", "find_cues"]


class CueKind(Enum):
    """What a cue word says about who speaks."""

    SAY = "say"  # "sagte": what it introduces is the speaker's
    JUDGE = "judge"  # "warf", "lobte": the whole clause is the speaker's judgement
    PREPOSITION = "preposition"  # "laut", "zufolge", "according"
    OPINION = "opinion"  # "nach Angaben von"
    SUBJUNCTIVE = "subjunctive"  # Konjunktiv I
    SUBSTITUTE = "substitute"  # Konjunktiv II that may stand for it
    AUXILIARY = "auxiliary"  # before a participle: "hatte … erklärt"


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue word in a text; ``particle`` must follow for it to count ("warf … vor")."""

    start: int
    end: int
    kind: CueKind
    particle: str = ""
    participle: bool = False


Meaning = tuple[CueKind, str, bool]


@dataclass(frozen=True)
class SpeechCues:
    """The cue words of a language.

    Parameters
    ----------
    meanings : mapping of str to (CueKind, particle, is participle)
        By lower-case form.
    spellings : tuple of str
        The forms as they are looked for, some with a capital.
    """

    meanings: Mapping[str, Meaning]
    spellings: tuple[str, ...]

    @cached_property
    def automaton(self) -> AhoCorasick:
        """Finds all forms in one pass; each begins with the blank before the word."""
        return AhoCorasick([f" {form}" for form in self.spellings], matchkind=MatchKind.LeftmostLongest)


# "Das Geld reiche bis März", but "das einst reiche Land".
_ADJECTIVES = frozenset(("reiche", "weise", "schade"))


def find_cues(text: str, cues: SpeechCues) -> Iterator[Cue]:
    """Yield the cue words of a text in reading order."""
    padded = " " + text.replace("\n", " ") + " "
    for number, start, end in cues.automaton.find_matches_as_indexes(padded):
        if not (padded[end].isalnum() or padded[end] == "-"):
            kind, particle, participle = cues.meanings[cues.spellings[number].lower()]
            if padded[start + 1 : end] in _ADJECTIVES and padded[end + 1 : end + 2].isupper():
                continue
            yield Cue(start, end - 1, kind, particle, participle)


# Weak verbs, by infinitive; their four finite forms and the participle are built.
_SAYING = """
sagen erklären antworten äußern beteuern betonen berichten meinen melden fragen behaupten versichern
erzählen erläutern ergänzen erwidern entgegnen kommentieren bekräftigen bestätigen wiederholen
verkünden vermelden schildern bilanzieren resümieren urteilen mutmaßen vermuten glauben fürchten
befürchten hoffen prophezeien folgern schlussfolgern argumentieren begründen konstatieren notieren
bekunden bemerken versichern verlauten verraten warnen mahnen klagen spotten wettern schimpfen
schwärmen jubeln flüstern murmeln raunen rufen knurren brummen seufzen stöhnen lachen höhnen giften
ätzen poltern prahlen tönen scherzen frotzeln witzeln unken orakeln beharren erinnern twittern posten
funken signalisieren präzisieren referieren dozieren diktieren texten schreien predigen säuseln
schluchzen stammeln donnern bedauern feixen staunen zürnen rechtfertigen schwören kontern
prognostizieren rechnen erwarten bezweifeln leugnen dementieren suggerieren formulieren
zitieren kalauern raunzen jammern
""".split()
_JUDGING = """
kritisieren loben rügen tadeln bemängeln monieren beanstanden beklagen fordern verlangen begrüßen
würdigen rühmen preisen attackieren geißeln beschuldigen bezichtigen verspotten
ermahnen verurteilen attestieren warnen beschimpfen anprangern bedauern
missbilligen bejubeln verdächtigen kritteln
bezeichnen verhöhnen
""".split()
_SAYING_FORMS = """
sprach sprachen schrieb schrieben schreibt schreiben geschrieben rief riefen ruft rufen gerufen befand
befanden befindet befinden befunden fand findet finden fanden versprach verspricht versprachen
versprochen bestritt bestreitet bestritten bestreiten verriet verrät schwor schworen denkt dachte wisse
widersprach widerspricht schrie gestand gesteht gestanden eingestand bat
betont heißt hieß heisst hiess steht stand mitteilte mitteilten mitteilt mitgeteilt hinzufügte
hinzugefügt ankündigte angekündigt einräumte eingeräumt hervorhob hervorgehoben ausführte ausgeführt
klarstellte klargestellt feststellte festgestellt zugab zugegeben darlegte dargelegt angab angegeben
ausgesagt aussagte nachwies hinwies hingewiesen beschied bescheidet erfuhr verweist verwies verwiesen
lautet lautete bekannte bekennt mitteilen wissen gelassen
""".split()
_JUDGING_FORMS = """
vorwirft vorwarf vorwarfen vorgeworfen vorwerfen vorhält vorhielt vorgehalten nannte nennt nannten
nennen genannt bescheinigt bescheinigte bescheinigten bescheinigen spricht sprechen
sprach sprachen gesprochen empfiehlt empfahl empfahlen empfohlen anprangerte
wirft warf werfen warfen
""".split()
# Verbs that say something only with their particle.
_SEPARABLE: Mapping[str, tuple[str, CueKind]] = {
    **dict.fromkeys(("teilte", "teilten", "teilt", "teilen"), ("mit", CueKind.SAY)),
    **dict.fromkeys(("fügte", "fügten", "fügt"), ("hinzu|an", CueKind.SAY)),
    **dict.fromkeys(("kündigte", "kündigten", "kündigt", "merkte", "merkt"), ("an", CueKind.SAY)),
    **dict.fromkeys(("räumte", "räumten", "räumt", "wandte", "wendete", "wendet"), ("ein", CueKind.SAY)),
    **dict.fromkeys(("gab", "gaben", "gibt", "geben"), ("zu|an|bekannt", CueKind.SAY)),
    **dict.fromkeys(("stellte", "stellten", "stellt"), ("fest|klar|in Aussicht", CueKind.SAY)),
    **dict.fromkeys(("hob", "hebt", "hoben"), ("hervor", CueKind.SAY)),
    **dict.fromkeys(("führte", "führt", "führten", "sagte"), ("aus", CueKind.SAY)),
    **dict.fromkeys(("legte", "legt", "legten"), ("dar|nach", CueKind.SAY)),
    **dict.fromkeys(("wies", "weist", "wiesen", "weisen"), ("hin|zurück", CueKind.SAY)),
    **dict.fromkeys(("geht", "ging"), ("hervor", CueKind.SAY)),
    **dict.fromkeys(("ließ", "ließen", "liess", "lässt"), ("wissen|mitteilen|ausrichten", CueKind.SAY)),
    **dict.fromkeys(("wirft", "werfen", "warf", "warfen"), ("vor|vor allem", CueKind.JUDGE)),
    **dict.fromkeys(("hält", "halten", "hielt", "hielten"), ("vor|für|zugute|entgegen", CueKind.JUDGE)),
    **dict.fromkeys(("prangert", "prangerte", "prangern", "klagt", "griff"), ("an", CueKind.JUDGE)),
    **dict.fromkeys(("bezeichnet", "bezeichnete", "bezeichneten", "bezeichnen"), ("als", CueKind.JUDGE)),
    **dict.fromkeys(("spricht", "sprach", "sprachen", "sprechen"), ("von|vom", CueKind.JUDGE)),
    **dict.fromkeys(("rief", "ruft", "rufen", "riefen"), ("auf|dazu", CueKind.JUDGE)),
    **dict.fromkeys(
        ("macht", "machte", "machen", "machten"), ("verantwortlich|mitverantwortlich", CueKind.JUDGE)
    ),
}
_OPINIONS = """
Angaben Ansicht Worten Einschätzung Meinung Auskunft Auffassung Überzeugung Darstellung Aussage Aussagen
Informationen Schätzung Schätzungen Erkenntnissen Recherchen Urteil Lesart
""".split()
# Third person singular of Konjunktiv I, where it differs from every other form and from adjectives.
_SUBJUNCTIVES = """
sei seien habe werde könne müsse solle wolle dürfe möge gebe gehe komme bleibe stehe lasse liege nehme
trage lebe koste reiche kenne tauge beleidige handle handele halte bringe sehe spreche führe zeige
gehöre brauche bedeute diene drohe erwarte fehle finde folge gelte gefährde genüge helfe lüge
mache schade scheine setze stelle stimme trete treffe tue verfüge verdiene verliere verstehe verschweige
versuche verstoße vertrete wisse zahle ziehe zwinge arbeite bestehe bezahle betreffe biete fordere
funktioniere gefalle gewinne greife hoffe interessiere laufe leide leiste rechne richte sorge steige
suche tauche unterstütze verhalte verkaufe verletze verweigere wachse warte werfe wirke wünsche
ändere überlege übernehme entstehe entspreche ermögliche erfülle erlaube enthalte ergebe ignoriere
beruhe beginne bekomme belaste betreibe beteilige begrüße bedauere bedaure bereite verhindere verlange
verlasse verrate vergesse vermute verharmlose widerspreche höre schütze spiele sitze schaffe
schicke schulde schulte schule werbe bezwecke betrage weise rede treibe verspiele zerstöre
missbrauche profitiere existiere plane prüfe
""".split()
_SUBSTITUTES = """
hätten würden wären könnten müssten sollten wollten dürften hätte würde wäre könnte müsste dürfte
käme kämen gäbe gäben ließen ließe liefe läge lägen stünde stünden ginge gingen
""".split()


def _forms_of(infinitive: str) -> Iterator[tuple[str, bool]]:
    stem = infinitive[:-2] if infinitive.endswith("en") else infinitive[:-1]
    link = "e" if stem[-1] in "dt" else ""
    for ending in ("t", "te", "ten"):
        yield stem + link + ending, False
    yield infinitive, False
    if not infinitive.endswith("ieren") and not stem.startswith(("be", "er", "ver", "ent", "wieder")):
        yield "ge" + stem + link + "t", True


def _german() -> dict[str, Meaning]:
    meanings: dict[str, Meaning] = {}
    for verbs, kind in ((_SAYING, CueKind.SAY), (_JUDGING, CueKind.JUDGE)):
        meanings |= {f: (kind, "", part) for verb in verbs for f, part in _forms_of(verb)}
    meanings |= {f: (CueKind.SAY, "", f.startswith("ge") or "ge" in f[2:6]) for f in _SAYING_FORMS}
    meanings |= {f: (CueKind.JUDGE, "", f.startswith("ge") or "ge" in f[2:6]) for f in _JUDGING_FORMS}
    meanings |= {f: (kind, particle, False) for f, (particle, kind) in _SEPARABLE.items() if f != "sagte"}
    meanings |= {f.lower(): (CueKind.OPINION, "", False) for f in _OPINIONS}
    meanings |= {"laut": (CueKind.PREPOSITION, "", False), "zufolge": (CueKind.PREPOSITION, "behind", False)}
    meanings |= dict.fromkeys(_SUBJUNCTIVES, (CueKind.SUBJUNCTIVE, "", False))
    meanings |= dict.fromkeys(_SUBSTITUTES, (CueKind.SUBSTITUTE, "", False))
    return meanings


_ENGLISH_SAYING = """
said says say told tells added adds wrote writes replied replies answered asked argued argues
claimed claims insisted insists explained explains noted notes stated states announced recalled recalls
declared maintained believes believed thinks suggested suggests admitted admits acknowledged
denied denies reported confirmed shouted warned warns joked testified tweeted posted predicted
concluded complained remarked vowed pledged
""".split()
_ENGLISH_JUDGING = """
accused accuses accuse criticised criticized criticises criticizes criticise criticize praised praises
praise condemned condemns condemn blamed blames blame demanded demands demand urged urges urge hailed hails
denounced denounces slammed slams lauded lauds rebuked rebukes lambasted welcomed
""".split()


def _english() -> dict[str, Meaning]:
    meanings: dict[str, Meaning] = dict.fromkeys(_ENGLISH_SAYING, (CueKind.SAY, "", False))
    meanings |= dict.fromkeys(_ENGLISH_JUDGING, (CueKind.JUDGE, "", False))
    meanings |= dict.fromkeys(("called", "calls", "call"), (CueKind.JUDGE, "for|on", False))
    meanings |= dict.fromkeys(("described", "describes"), (CueKind.JUDGE, "as", False))
    return meanings | {"according": (CueKind.PREPOSITION, "to", False)}


def _cues(meanings: Mapping[str, Meaning]) -> SpeechCues:
    forms = set(meanings)
    nouns = {f for f in forms if meanings[f][0] is CueKind.OPINION}
    capitals = {f.capitalize() for f in forms if meanings[f][0] in (CueKind.OPINION, CueKind.PREPOSITION)}
    verbs = {f.capitalize() for f in forms - nouns if meanings[f][0] in (CueKind.SAY, CueKind.JUDGE)}
    return SpeechCues(meanings, tuple(sorted((forms - nouns) | capitals | verbs)))


CUES: Mapping[str, SpeechCues] = {"de": _cues(_german()), "en": _cues(_english())}
