"""Which strings count as an actor; brackets mark what must be found, and nothing else may be."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from stance.reading.actors import actor_from_option
from stance.reading.mentions import MentionFinder, find_mentions
from stance.records import Article, MentionKind


def _unmark(marked: str) -> tuple[str, list[str]]:
    return re.sub(r"[\[\]]", "", marked), re.findall(r"\[(.*?)\]", marked)


def _found(finder: MentionFinder, text: str, actor: str) -> list[str]:
    return [m.form for m in finder.find(Article(text)) if m.actor.id == actor]


@pytest.mark.parametrize(
    ("actor", "marked"),
    [
        # names and genitives
        ("nicolas-maduro", "[Maduros] Rücktritt fordern viele, [Nicolás Maduro] lehnt ab."),
        ("nicolas-maduro", "Mit [Nicolas Maduro] sprach niemand."),
        ("russland", "[Russlands] Vorgehen überrascht [Russland] selbst."),
        ("russland", "Die Macht [des Kremls] schwindet.".replace("[des Kremls]", "des [Kremls]")),
        ("olaf-scholz", "[Scholz'] Rede war lang, die von [Scholz] selbst."),
        ("usa", "Die [USA] und das [Weiße Haus] schweigen."),
        # adjectives with an acting noun
        ("russland", "Die [russische Regierung] warnt."),
        ("russland", "[Russischer Außenminister] reist ab."),
        ("russland", "Ein Band russischer Literatur erscheint in russischer Sprache."),
        ("russland", "Der russische Präsident Wladimir Putin sprach."),
        # metonyms act, or are places
        ("russland", "[Moskau] warnt den Westen."),
        ("russland", "Am Dienstag warf [Moskau] dem Westen Wortbruch vor."),
        ("russland", "Der Streit mit [Moskau] dauert an."),
        ("russland", "Bei einem Treffen in Moskau sprachen sie."),
        ("russland", "Er reiste nach Moskau und kehrte aus Moskau zurück."),
        ("russland", "MOSKAU (dpa) - Ein Zug ist entgleist."),
        ("russland", "Moskaus Straßen sind leer."),
        ("russland", "[Moskaus] Außenpolitik ist starr."),
        ("russland", "Die [Moskauer Führung] schweigt."),
        ("venezuela", "Die [Regierung in Caracas] lehnt ab."),
        ("venezuela", "CARACAS (dpa) - Das Land steckt in der Krise."),
        ("oesterreich", "Wien – Die Inflation sinkt."),
        ("eu", "Aus [Brüssel] kommt Kritik.".replace("[Brüssel]", "Brüssel")),
        ("eu", "[Brüssel] droht mit einer Klage."),
        # compounds
        ("nicolas-maduro", "Die [Maduro-Regierung] wankt."),
        ("wladimir-putin", "Ein Putin-Kritiker sitzt in Haft, Putin-Versteher reden."),
        ("venezuela", "Die Venezuela-Krise belastet alle."),
        ("spd", "Die [SPD-Fraktion] stimmt zu, die [SPD] nicht."),
        ("deutschland", "[Berlin] und Paris einigen sich auf einen Plan."),
        ("oesterreich", "Prag, [Wien] und Berlin fordern mehr Geld."),
        ("grossbritannien", "[London] prüfe den Text, hieß es."),
        ("israel", "[Tel Aviv] schwieg."),
        ("deutschland", "Berlin hat 3,7 Millionen Einwohner."),
        ("usa", "Die [US-Regierung] zögert, der US-Präsident Donald Trump nicht."),
        ("usa", "[Amerikas] Wähler zögern in Südamerika nicht."),
        ("eu", "Das MUSEU zeigt Bilder, die Anti-EU schweigt, die [EU] auch."),
        # exclusions and longest match
        ("angela-merkel", "Jens Merkel wartet, Kanzlerin [Merkel] nicht."),
        ("olaf-scholz", "Anna Scholz wartet."),
        ("russland", "Viele Russlanddeutsche leben hier."),
        ("deutschland", "Die Deutsche Bank und die Deutsche Bahn melden Verluste."),
        ("joe-biden", "Jill Biden eröffnete die Schau."),
    ],
)
def test_only_what_is_in_brackets_counts(finder: MentionFinder, actor: str, marked: str) -> None:
    text, expected = _unmark(marked)
    assert _found(finder, text, actor) == expected


def test_a_common_surname_counts_only_after_the_full_name(finder: MentionFinder) -> None:
    assert _found(finder, "Merz kommt. Der März auch.", "friedrich-merz") in ([], ["Merz"])
    text = "Sebastian Kurz sprach kurz. Kurz ging."
    assert _found(finder, text, "sebastian-kurz") == ["Sebastian Kurz", "Kurz"]
    assert _found(finder, "Kurz gesagt: nein. Kurz ging.", "sebastian-kurz") == []


def test_full_name_may_stand_after_a_headline_with_the_surname(finder: MentionFinder) -> None:
    text = "Kurz geht\n\nSebastian Kurz tritt ab."
    assert _found(finder, text, "sebastian-kurz") == ["Kurz", "Sebastian Kurz"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Maduro spricht.", MentionKind.name),
        ("Maduros Rede war lang.", MentionKind.inflected),
        ("Die venezolanische Regierung spricht.", MentionKind.adjective),
        ("Caracas warnt.", MentionKind.metonym),
        ("Die Maduro-Regierung spricht.", MentionKind.compound),
        ("Der Kremlchef schweigt.", MentionKind.epithet),
    ],
)
def test_every_mention_records_its_rule(finder: MentionFinder, text: str, kind: MentionKind) -> None:
    assert [m.kind for m in finder.find(Article(text))] == [kind]


def test_offsets_slice_to_the_form(finder: MentionFinder) -> None:
    article = Article(
        "Moskau warnt.\nWladimir\nPutin nickt, die\u00a0russische Regierung auch.", title="Putin"
    )
    mentions = finder.find(article)
    assert len(mentions) == 4
    for mention in mentions:
        assert article.full_text[mention.start : mention.end] == mention.form


def test_mentions_do_not_overlap_and_stand_in_reading_order(finder: MentionFinder) -> None:
    text = "Der Kremlsprecher Dmitri Peskow und US-Präsident Donald Trump, die EU-Kommission und die EU."
    mentions = finder.find(Article(text))
    spans = [(m.start, m.end) for m in mentions]
    assert spans == sorted(spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert [m.form for m in mentions if m.actor.id == "dmitri-peskow"] == ["Kremlsprecher Dmitri Peskow"]


def test_any_actor_can_be_asked_for() -> None:
    article = Article("Die Werft Holm Nord liefert. Holms Kräne stehen. Der Holm-Konzern auch.")
    actor = actor_from_option("Holm Nord=Holm Nord|Holm")
    forms = [m.form for m in find_mentions(article, [actor])]
    assert forms == ["Holm Nord", "Holms", "Holm-Konzern"]


def test_declined_first_word_of_an_institution(finder: MentionFinder) -> None:
    text = "Beim Europäischen Gerichtshof, dem Europäischen Parlament und der Deutschen Bank."
    assert {m.actor.id for m in finder.find(Article(text))} == {
        "eugh",
        "europaeisches-parlament",
        "deutsche-bank",
    }
