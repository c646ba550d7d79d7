"""The strings of a report, in German and English."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

__all__ = ["CAPTIONS", "Captions", "Language"]


class Language(StrEnum):
    """In which language a report is written."""

    de = "de"
    en = "en"


class Captions:
    """Captions of one language, by attribute; numbers as that language writes them."""

    def __init__(self, language: Language = Language.de) -> None:
        self.language = language
        self._strings = CAPTIONS[language]

    def __getattr__(self, name: str) -> str:
        try:
            return self._strings[name]
        except KeyError:
            raise AttributeError(name) from None

    def say(self, name: str, /, **values: Any) -> str:
        """Fill the values of a caption; whole numbers get separators of thousands."""
        told = {k: self.count(v) if isinstance(v, int) else v for k, v in values.items()}
        return self._strings[name].format(**told)

    def count(self, number: int) -> str:
        """A whole number, thousands apart."""
        return f"{number:,}".replace(",", self.thousands)

    def number(self, value: float, digits: int = 2) -> str:
        """A number without a sign where it is positive."""
        return f"{value:.{digits}f}".replace("-", "−").replace(".", self.decimal)

    def signed(self, value: float, digits: int = 2) -> str:
        """A number with its sign; none before what rounds to 0."""
        text = f"{value:+.{digits}f}"
        text = text[1:] if float(text) == 0 else text
        return text.replace("-", "−").replace(".", self.decimal)

    def percent(self, share: float, digits: int = 0) -> str:
        """A share in percent."""
        return f"{share * 100:.{digits}f}{self.percent_sign}".replace(".", self.decimal)

    def month(self, month: str) -> str:
        """``2026-03`` as people write it."""
        if not month:
            return self.no_month
        return f"{self.months.split()[int(month[5:7]) - 1]} {month[:4]}"

    def day(self, day: str) -> str:
        """``2026-03-14`` as people write it."""
        if self.language is Language.de:
            return f"{int(day[8:10])}.{int(day[5:7])}.{day[:4]}"
        return f"{int(day[8:10])} {self.months.split()[int(day[5:7]) - 1]} {day[:4]}"


_DE = {
    "lang": "de",
    "decimal": ",",
    "thousands": "\u202f",
    "percent_sign": "\u202f%",
    "months": "Jan. Feb. März April Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
    "title": "Tonalitätsbericht",
    "subtitle": "Welche Haltung Artikel gegenüber den genannten Akteuren vermitteln",
    "contents": "Inhalt",
    "skip": "Zum Inhalt springen",
    "favor": "positiv",
    "neutral": "neutral",
    "against": "kritisch",
    "ambivalent": "ambivalent",
    "unsure": "unsicher",
    "no_outlet": "ohne Angabe des Mediums",
    "no_month": "ohne Datum",
    "no_title": "ohne Titel",
    "articles": "Artikel",
    "actors": "Akteure",
    "outlets": "Medien",
    "period": "Zeitraum",
    "no_period": "ohne Datumsangaben",
    "pairs": "Bewertungen",
    "glance": "Auf einen Blick",
    "glance_voice": "Am häufigsten genannt: {actor} in {n} von {articles} Artikeln ({share} aller Bewertungen).",
    "glance_high": "Beste Nettotonalität: {actor} mit {net}.",
    "glance_low": "Schlechteste Nettotonalität: {actor} mit {net}.",
    "glance_neutral": "{neutral} aller Bewertungen sind neutral, {favor} positiv, {against} kritisch (wie gezählt).",
    "glance_unsure": "Bei {n} von {pairs} Bewertungen ist das Modell unsicher; sie stehen unter „Zur Durchsicht“.",
    "glance_few": "Zu keinem Akteur liegen mindestens {fewest} Artikel vor; Tonalität wird deshalb nicht ausgewiesen.",
    "legend": "Lesehilfe",
    "legend_label": "Haltung",
    "share": "Präsenz",
    "share_long": "Share of Voice",
    "share_text": "Anteil eines Akteurs an allen Bewertungen (Artikel × Akteur). Linien: 95-%-Intervall.",
    "mentions": "Nennungen",
    "tonality": "Tonalität je Akteur",
    "stances": "Gezählte Haltungen",
    "stances_text": "Wie viele Artikel das Modell je Haltung zählt; unsichere zählen mit ihrer wahrscheinlichsten Haltung.",
    "net": "Nettotonalität",
    "net_short": "Netto",
    "net_text": "(positiv − kritisch) / alle Artikel, von −1 bis +1. Punkte mit 95-%-Intervall.",
    "balance": "Tonalitätssaldo",
    "balance_short": "Saldo",
    "test_natural": "Testteil, natürliche Texte",
    "natural": "natürliche Texte",
    "balance_text": "(positiv − kritisch) / (positiv + kritisch); neutrale Artikel bleiben außer Betracht.",
    "counted": "gezählt",
    "adjusted": "korrigiert",
    "interval": "95-%-Intervall",
    "uncorrected_note": "Nicht um Fehlklassifikation korrigiert: {why}",
    "why_no_model": "Es wurde kein Modell angegeben (--model).",
    "why_no_matrix": "Die Modelldatei nennt keine Konfusionsmatrix; neu trainierte Modelle tun es.",
    "why_unfit": "Die Konfusionsmatrix des Modells beruht auf zu wenigen Fällen oder trennt die Haltungen zu schlecht.",
    "corrected_note": "Um Fehlklassifikation korrigiert (adjusted count); der gezählte Wert steht daneben.",
    "too_few": "weniger als {fewest} Artikel",
    "too_few_poles": "zu wenige wertende Artikel",
    "few_actors": "Weitere {n} Akteure haben weniger als {fewest} Artikel und damit keine belastbare Tonalität: {names}.",
    "more_actors": "Die Abbildungen zeigen die {n} häufigsten Akteure, die Arbeitsmappe (-o report.xlsx) zeigt alle.",
    "and_more": "und {n} weitere",
    "by_outlet": "Nach Medium",
    "by_outlet_text": "Nettotonalität der häufigsten Akteure je Medium.",
    "by_month": "Verlauf",
    "by_month_text": "Nettotonalität der häufigsten Akteure je Monat.",
    "by_both": "Akteur × Medium × Monat",
    "by_both_text": "Jede Zelle mit mindestens {fewest} Artikeln. Darunter ist das Intervall breiter als ±0,35, "
    "und ein einzelner Artikel verschiebt den Wert um mehr als ein Zehntel.",
    "hidden_cells": "{cells} weitere Zellen mit weniger als {fewest} Artikeln (zusammen {n} Artikel) sind nicht ausgewiesen.",
    "cut_cells": "Gezeigt sind die {n} größten Zellen; alle stehen in der Arbeitsmappe.",
    "no_outlets": "Die Ergebnisse nennen kein Medium; eine Aufschlüsselung nach Medium ist nicht möglich.",
    "no_months": "Die Ergebnisse nennen kein Datum; ein Verlauf ist nicht möglich.",
    "no_cells": "Keine Zelle hat {fewest} oder mehr Artikel; die Werte wären Zufall.",
    "actor": "Akteur",
    "outlet": "Medium",
    "col_month": "Monat",
    "n": "Artikel",
    "extremes": "Auffällige Artikel",
    "extremes_text": "Je Akteur die Artikel, bei denen das Modell am sichersten eine positive oder kritische Haltung erkennt.",
    "most_favorable": "Am positivsten",
    "most_critical": "Am kritischsten",
    "none": "keine",
    "review": "Zur Durchsicht",
    "review_text": "Diese Bewertungen sollte ein Mensch lesen: zuerst unsichere, dann ambivalente, dann die mit "
    "der geringsten Sicherheit. {shown} von {n} gezeigt.",
    "why": "Grund",
    "low_confidence": "geringe Sicherheit",
    "confidence": "Sicherheit",
    "proposal": "Vorschlag",
    "article_pages": "Artikel mit Belegstellen",
    "article_pages_text": "Die {shown} aussagekräftigsten von {n} Artikeln. Nennungen tragen das Zeichen der Haltung des "
    "Artikels zum Akteur; unterstrichene Sätze sind Belege (mit Zeiger oder Tabulatortaste: ihr Beitrag).",
    "evidence": "Belege",
    "no_evidence": "Die Ergebnisdatei nennt keinen Beleg.",
    "no_text": "Ohne Artikeltext; „stance predict --format jsonl --with-text“ gibt ihn mit.",
    "cut_text": "Text gekürzt.",
    "speaks_for": "spricht für {actor}",
    "speaks_against": "spricht gegen {actor}",
    "evidence_for": "Beleg zu {actor}",
    "voice": "Stimme: {holder}",
    "author": "Redaktion",
    "source": "Original öffnen",
    "to_article": "zum Artikel",
    "methods": "Methodik",
    "methods_text": "Angaben nach den Barcelona Principles der AMEC: Quelle, Verfahren, Skala, Fehler.",
    "files": "Ergebnisdateien",
    "model": "Modell",
    "model_none": "nicht angegeben",
    "model_digest": "SHA-256 des Modells",
    "corpus_digest": "Prüfsumme des Trainingskorpus",
    "trained": "Trainiert am",
    "trained_on": "{pairs} Paare in {articles} Artikeln",
    "training": "Trainingsmaterial",
    "procedure": "Verfahren",
    "procedure_text": "Vollautomatisch: ein lineares Modell über Wörter rund um den Akteur, trainiert an "
    "von einem Sprachmodell verfassten deutschen Pressetexten. Keine Bewertung wurde von Hand geändert.",
    "scale": "Skala",
    "scale_text": "positiv (+1), neutral (0), kritisch (−1): die Haltung, die der Artikel gegenüber dem Akteur vermittelt, nicht ob das "
    "Ereignis gut oder schlecht ist. Nicht genannt ist nicht neutral: gezählt wird nur, wer vorkommt.",
    "threshold": "Schwelle",
    "threshold_text": "Unter {threshold} Wahrscheinlichkeit gilt eine Haltung als unsicher, sofern bei der Vorhersage keine andere "
    "Schwelle verlangt war (Ziel: höchstens 10 % Fehler unter den sicheren). In Anteilen zählt sie trotzdem mit, sonst wären schwierige "
    "Texte untervertreten.",
    "agreement": "Übereinstimmung der Codierer",
    "agreement_text": "Krippendorffs Alpha {alpha} über {pairs} Paare des Trainingskorpus. Codierer waren Instanzen eines "
    "Sprachmodells; Menschen stimmen vermutlich seltener überein.",
    "errors": "Bekannte Fehler",
    "errors_text": "Was von 100 Paaren einer wahren Haltung wie genannt wird (natürliche Texte, außerhalb des Trainings "
    "vorhergesagt):",
    "truly": "in Wahrheit",
    "called": "genannt",
    "quality": "Güte",
    "quality_text": "Macro-F1 {macro} [{low}; {high}]; je Haltung:",
    "floor_text": "Gepinnter Mindestwert: {floor}.",
    "limits": "Grenzen",
    "limits_text": "Ironie, Anspielungen und Weltwissen erkennt das Modell kaum. An echter Presse ist es schwächer als am eigenen "
    "Korpus, und seine Wahrscheinlichkeiten sind dort zu sicher. Die Korrektur setzt voraus, dass es hier dieselben Fehler macht wie "
    "an natürlichen Korpustexten und mit der natürlichen Klassenmischung vorhersagte (--prior natural).",
    "intervals": "Intervalle",
    "intervals_text": "95-%-Perzentilintervalle aus {resamples} Bootstrap-Ziehungen ganzer Artikel mit Zurücklegen (Startwert {seed}: "
    "dieselben Daten ergeben dieselben Zahlen). Kommt eine Haltung in einer Zelle nicht vor, gilt die Dreierregel (bis 3/n übersehen). "
    "Unter {fewest} Artikeln wird nichts ausgewiesen: das Intervall wäre breiter als ±0,35.",
    "correction": "Korrektur",
    "correction_text": "Adjusted count (Forman 2008; vgl. Saerens u. a. 2002): gesucht sind die Anteile, die mit der Konfusionsmatrix des "
    "Modells am nächsten an die gezählten kommen, per kleinster Quadrate auf dem Simplex (Hopkins und King 2010). Jede Ziehung zieht auch "
    "die Matrix neu (Dirichlet), die Intervalle enthalten also die Unsicherheit der Korrektur. Gezählte Werte stehen stets daneben.",
    "created": "Erstellt am",
    "by": "mit stance {version}",
    "sheet_articles": "Artikel",
    "sheet_overview": "Übersicht",
    "sheet_methods": "Methodik",
    "col_id": "ID",
    "col_title": "Titel",
    "col_outlet": "Quelle",
    "col_medium": "Mediengattung",
    "col_published": "Veröffentlichungsdatum",
    "col_url": "URL",
    "col_topic": "Thema",
    "col_tonality": "Tonalität",
    "col_label": "Haltung",
    "col_abstained": "Unsicher",
    "col_ambivalent": "Ambivalent",
    "col_evidence": "Stärkster Beleg",
    "col_low": "von",
    "col_high": "bis",
    "all": "alle",
    "yes": "ja",
    "no": "nein",
}

_EN = {
    "lang": "en",
    "decimal": ".",
    "thousands": ",",
    "percent_sign": "%",
    "months": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "title": "Tonality report",
    "subtitle": "Which stance articles convey toward the actors they name",
    "contents": "Contents",
    "skip": "Skip to content",
    "favor": "favourable",
    "neutral": "neutral",
    "against": "critical",
    "ambivalent": "ambivalent",
    "unsure": "unsure",
    "no_outlet": "outlet not given",
    "no_month": "no date",
    "no_title": "untitled",
    "articles": "articles",
    "actors": "actors",
    "outlets": "outlets",
    "period": "period",
    "no_period": "no dates given",
    "pairs": "verdicts",
    "glance": "At a glance",
    "glance_voice": "Named most often: {actor}, in {n} of {articles} articles ({share} of all verdicts).",
    "glance_high": "Best net tonality: {actor} with {net}.",
    "glance_low": "Worst net tonality: {actor} with {net}.",
    "glance_neutral": "{neutral} of all verdicts are neutral, {favor} favourable, {against} critical (as counted).",
    "glance_unsure": "The model is unsure of {n} of {pairs} verdicts; they stand under “For review”.",
    "glance_few": "No actor has {fewest} articles or more, so no tonality is shown.",
    "legend": "How to read this",
    "legend_label": "Stance",
    "share": "Presence",
    "share_long": "Share of voice",
    "share_text": "An actor's share of all verdicts (article × actor). Lines: 95% interval.",
    "mentions": "Mentions",
    "tonality": "Tonality by actor",
    "stances": "Stances as counted",
    "stances_text": "Articles per stance as the model counts them; unsure ones count with their likeliest stance.",
    "net": "Net tonality",
    "net_short": "Net",
    "net_text": "(favourable − critical) / all articles, from −1 to +1. Dots with 95% intervals.",
    "balance": "Tonality balance",
    "balance_short": "Balance",
    "test_natural": "test split, natural texts",
    "natural": "natural texts",
    "balance_text": "(favourable − critical) / (favourable + critical); neutral articles are left out.",
    "counted": "counted",
    "adjusted": "corrected",
    "interval": "95% interval",
    "uncorrected_note": "Not corrected for misclassification: {why}",
    "why_no_model": "no model was given (--model).",
    "why_no_matrix": "the model file holds no confusion matrix; models trained anew do.",
    "why_unfit": "the model's confusion matrix rests on too few cases or tells the stances apart too badly.",
    "corrected_note": "Corrected for misclassification (adjusted count); the counted figure stands beside it.",
    "too_few": "fewer than {fewest} articles",
    "too_few_poles": "too few judging articles",
    "few_actors": "{n} more actors have fewer than {fewest} articles and so no reliable tonality: {names}.",
    "more_actors": "The charts show the {n} most frequent actors, the workbook (-o report.xlsx) shows all.",
    "and_more": "and {n} more",
    "by_outlet": "By outlet",
    "by_outlet_text": "Net tonality of the most frequent actors by outlet.",
    "by_month": "Over time",
    "by_month_text": "Net tonality of the most frequent actors by month.",
    "by_both": "Actor × outlet × month",
    "by_both_text": "Every cell of at least {fewest} articles. Below that the interval is wider than ±0.35, and "
    "a single article moves the figure by more than a tenth.",
    "hidden_cells": "{cells} more cells of fewer than {fewest} articles ({n} articles in all) are not shown.",
    "cut_cells": "The {n} largest cells are shown; the workbook holds all.",
    "no_outlets": "The results name no outlet, so nothing can be broken down by outlet.",
    "no_months": "The results name no date, so nothing can be shown over time.",
    "no_cells": "No cell has {fewest} articles or more; the figures would be chance.",
    "actor": "Actor",
    "outlet": "Outlet",
    "col_month": "Month",
    "n": "Articles",
    "extremes": "Telling articles",
    "extremes_text": "For each actor the articles in which the model is surest of a favourable or critical stance.",
    "most_favorable": "Most favourable",
    "most_critical": "Most critical",
    "none": "none",
    "review": "For review",
    "review_text": "A person should read these verdicts: the unsure first, then the ambivalent, then the least sure. "
    "{shown} of {n} shown.",
    "why": "Reason",
    "low_confidence": "low confidence",
    "confidence": "Confidence",
    "proposal": "Proposal",
    "article_pages": "Articles with evidence",
    "article_pages_text": "The {shown} most telling of {n} articles. Mentions carry the sign of the article's stance toward "
    "the actor; underlined sentences are evidence (point or tab to them for their contribution).",
    "evidence": "Evidence",
    "no_evidence": "The result file names no evidence.",
    "no_text": "Without the article's text; “stance predict --format jsonl --with-text” includes it.",
    "cut_text": "Text cut.",
    "speaks_for": "speaks for {actor}",
    "speaks_against": "speaks against {actor}",
    "evidence_for": "evidence on {actor}",
    "voice": "Voice: {holder}",
    "author": "the author",
    "source": "Open the original",
    "to_article": "to the article",
    "methods": "Methods",
    "methods_text": "What AMEC's Barcelona Principles ask for: source, procedure, scale, error.",
    "files": "Result files",
    "model": "Model",
    "model_none": "not given",
    "model_digest": "SHA-256 of the model",
    "corpus_digest": "Digest of the training corpus",
    "trained": "Trained",
    "trained_on": "{pairs} pairs in {articles} articles",
    "training": "Training material",
    "procedure": "Procedure",
    "procedure_text": "Fully automated: a linear model over the words around the actor, trained on German news texts composed "
    "by a language model. No verdict was changed by hand.",
    "scale": "Scale",
    "scale_text": "favourable (+1), neutral (0), critical (−1): the stance that the article conveys toward the actor, not whether "
    "the event is good or bad. Not named is not neutral: only who occurs is counted.",
    "threshold": "Threshold",
    "threshold_text": "Below a probability of {threshold} a stance is marked unsure, unless predicting was asked for another "
    "threshold (aim: at most 10% errors among the sure). It still counts in shares, or difficult texts would be missing.",
    "agreement": "Agreement of the coders",
    "agreement_text": "Krippendorff's alpha {alpha} over {pairs} pairs of the training corpus. The coders were instances of a "
    "language model; people will probably agree less.",
    "errors": "Known errors",
    "errors_text": "What 100 pairs of a true stance are called (natural texts, predicted outside training):",
    "truly": "truly",
    "called": "called",
    "quality": "Quality",
    "quality_text": "Macro-F1 {macro} [{low}; {high}]; by stance:",
    "floor_text": "Pinned floor: {floor}.",
    "limits": "Limits",
    "limits_text": "The model hardly sees irony, allusion and what only the world knows. On real press it is weaker than on its own "
    "corpus, and its probabilities are too sure there. The correction assumes the same errors here as on natural texts of the corpus, "
    "and predictions with the natural class mix (--prior natural).",
    "intervals": "Intervals",
    "intervals_text": "95% percentile intervals of {resamples} bootstrap resamples of whole articles with replacement (seed {seed}: "
    "equal data give equal figures). Where a stance does not occur in a cell the rule of three holds (up to 3/n missed). Below "
    "{fewest} articles nothing is shown: the interval would be wider than ±0.35.",
    "correction": "Correction",
    "correction_text": "Adjusted count (Forman 2008; cf. Saerens et al. 2002): the shares that come nearest to the counted ones through "
    "the model's confusion matrix, by least squares on the simplex (Hopkins and King 2010). Every resample draws the matrix anew, too "
    "(Dirichlet), so the intervals hold the correction's own uncertainty. Counted figures always stand beside.",
    "created": "Created",
    "by": "with stance {version}",
    "sheet_articles": "Articles",
    "sheet_overview": "Overview",
    "sheet_methods": "Methods",
    "col_id": "ID",
    "col_title": "Title",
    "col_outlet": "Source",
    "col_medium": "Media type",
    "col_published": "Published",
    "col_url": "URL",
    "col_topic": "Topic",
    "col_tonality": "Tonality",
    "col_label": "Stance",
    "col_abstained": "Unsure",
    "col_ambivalent": "Ambivalent",
    "col_evidence": "Strongest evidence",
    "col_low": "from",
    "col_high": "to",
    "all": "all",
    "yes": "yes",
    "no": "no",
}

CAPTIONS: Mapping[Language, Mapping[str, str]] = {Language.de: _DE, Language.en: _EN}
