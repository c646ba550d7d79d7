"""The page: escaped, whole, honest, and usable in a real browser."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from stance.records import Part
from stance.serving.report.captions import CAPTIONS, Captions, Language
from stance.serving.report.charts import draw_charts
from stance.serving.report.marks import mark_text
from stance.serving.report.material import Material
from stance.serving.report.page import render_page
from stance.serving.results import Result, Voice

MATRIX = [[60, 5, 35], [5, 55, 40], [40, 20, 640]]
HOSTILE = "<script>alert(1)</script>\x1b[31m\u202e\"'><img src=x onerror=alert(2)> $x^$ {{ 7*7 }}"


def page_of(material: Material, language: Language = Language.de) -> str:
    captions = Captions(language)
    return render_page(material, draw_charts(material.figures, captions), captions)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def _tags(page: str) -> list[tuple[str, dict[str, str | None]]]:
    reader = _Reader()
    reader.feed(page)
    return reader.tags


def test_hostile_strings_stay_strings(make: Callable[..., Result], build: Callable[..., Material]) -> None:
    voices = (Voice(HOSTILE, -1.0, ((0, 10),)),)
    told = {"title": HOSTILE, "outlet": HOSTILE, "url": "javascript:alert(3)", "text": f"{HOSTILE} lügt."}
    results = [make(i, "against", HOSTILE, voices=voices, **told) for i in range(12)]
    material = replace(build(results), sources=[HOSTILE])
    page = page_of(material)
    tags = _tags(page)
    assert not [tag for tag, _ in tags if tag in ("script", "img", "iframe", "object")]
    assert not [a for _, attributes in tags for a in attributes if a.startswith("on")]
    assert "javascript:" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "&lt;script&gt;" in page
    assert "{{ 7*7 }}" in page


def test_the_page_asks_nothing_of_the_network(
    month_of_news: list[Result], build: Callable[..., Material]
) -> None:
    page = page_of(build(month_of_news, MATRIX))
    loading = [
        (t, a) for t, a in _tags(page) if t in ("link", "script", "img", "iframe", "source") or "src" in a
    ]
    assert loading == []
    assert not re.search(r"@import|url\((?!#)", page)


def test_ids_are_unique_and_every_inner_link_has_its_place(
    month_of_news: list[Result], build: Callable[..., Material]
) -> None:
    tags = _tags(page_of(build(month_of_news, MATRIX)))
    ids = [a["id"] for _, a in tags if a.get("id")]
    assert len(ids) == len(set(ids))
    links = {(a.get("href") or "")[1:] for t, a in tags if t == "a" and (a.get("href") or "").startswith("#")}
    assert len(links) > 10
    assert links <= set(ids)


def test_the_report_says_whether_it_is_corrected(
    month_of_news: list[Result], build: Callable[..., Material]
) -> None:
    assert "Nicht um Fehlklassifikation korrigiert: Es wurde kein Modell angegeben" in page_of(
        build(month_of_news)
    )
    corrected = page_of(build(month_of_news, MATRIX))
    assert "Nicht um Fehlklassifikation" not in corrected
    assert "Netto, korrigiert" in corrected


def test_few_articles_are_told_in_words(make: Callable[..., Result], build: Callable[..., Material]) -> None:
    page = page_of(build([make(i, "against") for i in range(4)]))
    assert "weniger als 10 Artikel" in page
    assert "by-outlet" not in page


def test_results_without_outlet_and_date_still_make_a_report(
    make: Callable[..., Result], build: Callable[..., Material]
) -> None:
    page = page_of(build([make(i, "favor", outlet=None, published=None, text=None) for i in range(12)]))
    assert "nennen kein Medium" in page
    assert "nennen kein Datum" in page
    assert "--with-text" in page


def test_mentions_carry_the_sign_of_their_stance(
    make: Callable[..., Result], build: Callable[..., Material]
) -> None:
    page = page_of(build([make(1, "against")]))
    assert re.search(r'<mark class="against"[^>]*>Reederei Ahlsen<sup>−</sup></mark>', page)
    assert re.search(r'class="ev against" tabindex="0".*spricht gegen Reederei Ahlsen: −1,50', page)


def test_overlapping_spans_lose_no_letter(make: Callable[..., Result]) -> None:
    text = make(1).article.text
    assert text
    voices = (Voice(None, 1.0, ((30, 60),)), Voice("Stadtrat", -1.0, ((40, 70),)))
    runs = mark_text(text, [make(1, voices=voices), make(1, actor="Stadtrat")], Part.TEXT, "Redaktion")
    assert "".join(piece.text for run in runs for piece in run.pieces) == text
    assert {"Redaktion", "Stadtrat"} <= {run.voice for run in runs}


def test_spans_outside_the_text_are_left_out(make: Callable[..., Result]) -> None:
    runs = mark_text(
        "Kurz.", [make(1, voices=(Voice("Amt", 1.0, ((3, 999), (-4, 2))),))], Part.TEXT, "Redaktion"
    )
    assert [run.voice for run in runs] == [None]


def test_both_languages_have_every_caption_and_the_same_gaps() -> None:
    german, english = CAPTIONS[Language.de], CAPTIONS[Language.en]
    assert set(german) == set(english)
    for key in german:
        assert set(re.findall(r"{(\w+)}", german[key])) == set(re.findall(r"{(\w+)}", english[key])), key


def test_english_writes_english_numbers(month_of_news: list[Result], build: Callable[..., Material]) -> None:
    page = page_of(build(month_of_news, MATRIX), Language.en)
    assert '<html lang="en">' in page
    assert "Net tonality" in page
    assert "−0.27" in page
    assert "Nettotonalität" not in page


@pytest.fixture
def browser() -> Iterator[Any]:
    driver = shutil.which("chromedriver")
    if not driver:
        pytest.skip("needs Debian's chromium-driver; .ci/run has it")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    for flag in ("headless", "no-sandbox", "disable-gpu", "disable-background-networking", "disable-sync"):
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    found = webdriver.Chrome(options=options, service=Service(driver))
    yield found
    found.quit()


@pytest.fixture
def opened(
    browser: Any,
    tmp_path: Path,
    make: Callable[..., Result],
    month_of_news: list[Result],
    build: Callable[..., Material],
) -> Any:
    long_name = "Arbeitsgemeinschaft der Hafenbetriebe und Binnenschifffahrtsgenossenschaften Nordostküste"
    voices = (Voice("Stadtrat Varnshagen", -1.0, ((22, 50),)),)
    more = [
        make(100 + i, "favor", long_name, title="Donaudampfschifffahrtsgesellschaft" * 4, voices=voices)
        for i in range(11)
    ]
    file = tmp_path / "bericht.html"
    file.write_text(page_of(build([*month_of_news, *more], MATRIX)), encoding="utf-8")
    browser.get(file.as_uri())
    return browser


def _resize(browser: Any, width: int) -> None:
    size = {"width": width, "height": 850, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390, 360])
def test_nothing_runs_out_of_the_window(opened: Any, width: int) -> None:
    _resize(opened, width)
    opened.refresh()
    opened.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert opened.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")
    assert opened.execute_script("return window.innerWidth") == width


@pytest.mark.slow
def test_a_link_opens_the_article_and_focus_shows_the_evidence(opened: Any) -> None:
    from selenium.webdriver.common.by import By

    opened.execute_script("document.documentElement.style.scrollBehavior = 'auto'")
    opened.find_element(By.CSS_SELECTOR, "a[href='#artikel-1']").click()
    assert opened.execute_script("return document.querySelector('#artikel-1').parentElement.open")
    evidence = opened.find_element(By.CSS_SELECTOR, "#artikel-1 .ev")
    opened.execute_script("arguments[0].focus()", evidence)
    tip = evidence.find_element(By.CSS_SELECTOR, ".tip")
    box = opened.execute_script(
        "const r = arguments[0].getBoundingClientRect(); return [r.width, r.bottom - innerHeight]", tip
    )
    assert box[0] > 100
    assert box[1] <= 0
    assert [entry for entry in opened.get_log("browser") if entry["level"] == "SEVERE"] == []


@pytest.mark.slow
def test_axe_finds_no_serious_fault(opened: Any) -> None:
    spec = find_spec("axe_core_python")
    if spec is None or spec.origin is None:
        pytest.skip("needs axe-core-python of the dev extra")
    opened.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    opened.execute_script((Path(spec.origin).parent / "axe.min.js").read_text(encoding="utf-8"))
    found = opened.execute_async_script(
        "const done = arguments[0]; axe.run().then(r => done([r.violations, r.passes.length]))"
    )
    faults, passes = found
    assert passes > 15
    assert [
        (v["id"], v["nodes"][0]["html"][:200]) for v in faults if v["impact"] in ("serious", "critical")
    ] == []
