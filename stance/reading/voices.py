"""An article, its sentences and mentions → the voices in it: who speaks from where to where.

What no voice covers is the author's. A verb of saying behind or before a quotation stays with the
author ("…", *sagte Venn*); a verb that judges belongs to the judgement (*Venn warf ihm Wortbruch vor*).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import zip_longest

from stance.reading.nesting import flatten_voices
from stance.reading.quotations import Quotation, find_quotations
from stance.reading.reported_speech import Report, read_report
from stance.reading.speakers import Holder, Speakers
from stance.reading.speech_cues import CUES, Cue, CueKind, find_cues
from stance.reading.turns import find_headline, find_turns
from stance.records import Article, Mention, Sentence, Voice, VoiceKind

__all__ = ["find_voices", "holder_of_tokens"]

_AFTER = re.compile(r"[.,!?]?\s{0,2}[,–-]?\s+(?P<verb>[a-zäöüß]+)\b")
_AFTER_SUBJECT = re.compile(
    r"\s+(?P<subject>[^,.;:“”\"]{2,60}?)\s(?P<verb>said|says|told|added|recalled|replied"
    r"|wrote|insisted|argued|claimed)\b"
)
_FINITE = re.compile(
    r"(?:[a-zäöüß]{3,}(?:t|te|ten)|so|rief|riefen|befand|fand|schrieb|schreiben|sagen|sprach"
    r"|schrie|schwor)$"
)
_NOT_SAYING = frozenset(
    """mit seit nicht ist hat erst fast weit selbst sonst damit somit statt jetzt hatte sollte wollte
    konnte nennt""".split()
)
_STOP = re.compile(r"[.!?]\s|\n")
_CUT = re.compile(r"[,:;]\s+")
_PARTICIPLE = re.compile(r"\s(?:ge\w+(?:t|en)|\w+iert|(?:er|be|ver)\w+t)\b")
_EXCEPTION = re.compile(
    r"\b(?:[Ss]ei\ses|[Ee]s\ssei\sdenn|Gott\ssei\sDank|dem\sauch\ssei|[Mm]an\snehme|[Ii]ch)\b"
)
_COLON = re.compile(r":\s*$")
_ENGLISH_BEFORE = re.compile(r"[a-z],\s*$")
_SHORT_NAME = re.compile(r"[„“\"«»]([A-ZÄÖÜ][^“”\"«»]{2,40})[“”\"«»]")
_WORK = re.compile(
    r"(?:[Rr]oman\w*|\w*[Ff]ilms?|Buch\w*|Lied|Titel|Zeitschrift|Studie|Magazin|Serie|Motto"
    r"|Ausstellung|Aufschrift|Stück|Album|Zeitung|novel|film|book|song)\s$"
)
_FEWEST_WORDS = 4  # Fewer words in quotation marks inside a sentence are scare quotes or a term.


def find_voices(
    article: Article, sentences: Sequence[Sentence], mentions: Sequence[Mention], language: str = "de"
) -> tuple[Voice, ...]:
    """Find the voices of an article, sorted and non-overlapping; of nested ones the innermost counts.

    Parameters
    ----------
    article : Article
    sentences : sequence of Sentence
    mentions : sequence of Mention
        In reading order; with epithets and pronouns resolved holders are found more often.
    language : str, default="de"
    """
    return flatten_voices(_VoiceReader(article, sentences, mentions, language).read())


def holder_of_tokens(voices: Sequence[Voice], starts: Sequence[int]) -> list[int]:
    """Map sorted token starts to the index of their voice, -1 where the author speaks."""
    owners = [-1] * len(starts)
    for number, voice in enumerate(voices):
        first = bisect_left(starts, voice.start)
        last = bisect_left(starts, voice.end, first)
        owners[first:last] = [number] * (last - first)
    return owners


class _VoiceReader:
    """One pass over the sentences of an article, carrying who spoke last."""

    def __init__(
        self, article: Article, sentences: Sequence[Sentence], mentions: Sequence[Mention], language: str
    ) -> None:
        self.text = article.full_text
        self.article = article
        self.sentences = sentences
        self.language = language
        self.speakers = Speakers(self.text, mentions, language)
        self.quotes = find_quotations(self.text, sentences, article.title_end)
        self.outer = [q for q in self.quotes if not q.inner]
        self.cues = list(find_cues(self.text, CUES[language]))
        self.found: list[Voice] = []
        self.carried: tuple[Holder, VoiceKind] | None = None  # the voice of the sentence before

    def read(self) -> list[Voice]:
        turns = find_turns(self.text, self.article.title_end)
        self.found.extend(turns)
        quote = cue = turn = 0
        covered = 0
        for number, sentence in enumerate(self.sentences):
            while turn < len(turns) and turns[turn].end <= sentence.start:
                turn += 1
            inside = []
            while quote < len(self.outer) and self.outer[quote].start < sentence.end:
                inside.append(self.outer[quote])
                quote += 1
            start = max(sentence.start, covered)
            own, cue = self._cues_within(cue, start, sentence.end, inside)
            if inside:
                covered = max(covered, *(q.end for q in inside))
            if (turn < len(turns) and turns[turn].start < sentence.end) or start >= sentence.end:
                continue
            if number and "\n\n" in self.text[self.sentences[number - 1].end : sentence.start]:
                self.carried = None
            if sentence.end <= self.article.title_end and self._read_headline(sentence):
                continue
            self._read_sentence(start, sentence.end, number, own, inside)
        self._read_inner()
        return self.found

    def _cues_within(
        self, cue: int, start: int, end: int, inside: Sequence[Quotation]
    ) -> tuple[list[Cue], int]:
        own: list[Cue] = []
        quote = 0
        while cue < len(self.cues) and self.cues[cue].start < end:
            found = self.cues[cue]
            while quote < len(inside) and inside[quote].end <= found.start:
                quote += 1
            quoted = quote < len(inside) and inside[quote].start < found.start
            if found.start >= start and not quoted:
                own.append(found)
            cue += 1
        return own, cue

    def _read_headline(self, sentence: Sentence) -> bool:
        headline = find_headline(self.text, sentence, self.speakers)
        if headline:
            self.found.append(headline)
        return headline is not None

    def _read_sentence(
        self, start: int, end: int, number: int, cues: Sequence[Cue], quotes: Sequence[Quotation]
    ) -> None:
        if not (cues or quotes) and self.text.find(", so ", start, end) < 0:
            self.carried = None
            self.speakers.note_subject(start, end)
            return
        report = read_report(self.text, start, end, cues, self.speakers)
        report = report or self._read_carried(start, end, cues)
        carried, self.carried = self.carried, None
        if report:
            self._keep(report, end)
        spoken = self._read_quotes(start, end, quotes, report, carried)
        if report and report.spans:
            self.carried = (report.holder, report.spans[-1][2])
        elif spoken is not None:
            self.carried = (spoken, VoiceKind.direct)
        elif report:
            self.carried = (report.holder, VoiceKind.attributed)
        elif not quotes:
            self.speakers.note_subject(start, end)

    def _keep(self, report: Report, end: int) -> None:
        self.speakers.remember(report.holder, end)
        self.found.extend(Voice(s, e, report.holder, kind) for s, e, kind in report.spans if s < e)

    def _read_carried(self, start: int, end: int, cues: Sequence[Cue]) -> Report | None:
        """A sentence in Konjunktiv without a verb of saying goes on in the voice before it."""
        mood = next((c for c in cues if c.kind is CueKind.SUBJUNCTIVE), None)
        if mood is None:
            substitute = any(c.kind is CueKind.SUBSTITUTE for c in cues)
            if not (substitute and self.carried and self.carried[1] is VoiceKind.indirect):
                return None
        elif _EXCEPTION.search(self.text, max(start, mood.start - 120), min(end, mood.end + 12)):
            return None
        begin = start
        main = None
        if mood:
            cut = _last_cut(self.text, start, mood.start)
            if cut is not None and not any(c.kind is CueKind.SUBJUNCTIVE and c.start < cut for c in cues):
                begin = cut
                main = self.speakers.subject(start, begin)
        if self.carried and begin == start:
            return Report(self.carried[0], ((begin, end, VoiceKind.indirect),))
        if begin > start:
            holder = main if main is not None else self.carried[0] if self.carried else self._nearest()
        else:
            holder = self._nearest()
        return Report(holder, ((begin, end, VoiceKind.indirect),))

    def _nearest(self) -> Holder:
        return self.speakers.nearest()

    def _read_quotes(
        self,
        start: int,
        end: int,
        quotes: Sequence[Quotation],
        report: Report | None,
        carried: tuple[Holder, VoiceKind] | None,
    ) -> Holder | None:
        spoken: Holder | None = None
        upcoming = [q.start for q in quotes[1:]]
        for quote, following in zip_longest(quotes, upcoming):
            holder = self._attributed(quote, start, following, report)
            if holder is None and spoken is not None and quote.start > start:
                holder = spoken if self._is_speech(quote) else None
            if holder is None and self._is_speech(quote):
                if report and report.holder != "":
                    holder = report.holder
                elif quote.start <= start + 1:
                    holder = carried[0] if carried else self._nearest()
            if holder is not None:
                self.found.append(Voice(quote.start, quote.end, holder, VoiceKind.direct))
                spoken = self.speakers.remember(holder, quote.end)
        return spoken

    def _attributed(
        self, quote: Quotation, start: int, following: int | None, report: Report | None
    ) -> Holder | None:
        """The holder whom a verb behind the quotation or a colon before it names."""
        text = self.text
        limit = min(len(text), quote.end + 200)
        if following is not None:
            limit = min(limit, max(quote.end, following))
        stop = _STOP.search(text, quote.end + 1, limit)
        limit = stop.start() + 1 if stop else limit
        if self.language == "en":
            named = _AFTER_SUBJECT.match(text, quote.end, limit)
            if named:
                return self.speakers.subject(named.start("subject"), named.end("subject"))
        behind = _AFTER.match(text, quote.end, limit)
        if (
            behind
            and behind["verb"] in ("hatte", "hat")
            and self._introduces(quote, behind)
            and _PARTICIPLE.search(text, behind.end(), limit)
        ):
            return self.speakers.after(behind.end() + 1, limit)
        if (
            behind
            and _FINITE.match(behind["verb"])
            and behind["verb"] not in _NOT_SAYING
            and self._introduces(quote, behind)
        ):
            return self.speakers.after(behind.end() + 1, limit)
        window = max(start, quote.start - 300)
        before = text[window : quote.start]
        if _COLON.search(before) or (self.language == "en" and _ENGLISH_BEFORE.search(before) and report):
            outlets = list(_SHORT_NAME.finditer(text, window, quote.start))
            if outlets and self.language == "de":
                return outlets[-1][1]
            if report and report.holder != "":
                return report.holder
            return self.speakers.subject(window, quote.start) or self._nearest()
        return None

    def _introduces(self, quote: Quotation, behind: re.Match[str]) -> bool:
        """Behind a comma, or behind a whole sentence in quotation marks."""
        gap = self.text[quote.end : behind.start("verb")]
        inside = self.text[max(quote.start, quote.end - 3) : quote.end]
        return "," in gap or any(mark in inside for mark in ".,!?…")

    def _is_speech(self, quote: Quotation) -> bool:
        words = self.text.count(" ", quote.start, quote.end) + 1
        return words >= _FEWEST_WORDS and not _WORK.search(self.text, max(0, quote.start - 30), quote.start)

    def _read_inner(self) -> None:
        """A quotation within a quotation has its own holder where a colon gives it one."""
        outer = 0
        for quote in self.quotes:
            if not quote.inner:
                outer = quote.start
                continue
            if not self._is_speech(quote) or not _COLON.search(
                self.text, max(outer, quote.start - 4), quote.start
            ):
                continue
            window = max(outer, quote.start - 120)
            stop = max(self.text.rfind(mark, window, quote.start) for mark in (". ", "! ", "? ")) + 2
            holder = self.speakers.subject(max(window, stop), quote.start)
            if holder:
                self.found.append(Voice(quote.start, quote.end, holder, VoiceKind.direct))


def _last_cut(text: str, start: int, before: int) -> int | None:
    """Where the clause before a Konjunktiv begins, behind the first comma, colon or semicolon."""
    window = max(start, before - 300)
    cut = _CUT.search(text, window, before)
    return cut.end() if cut else None
