"""Files of every format → articles."""

from __future__ import annotations

import gzip
import io
import json
import sys
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from stance.errors import ArticleError, UsageError
from stance.reading.article_records import parse_columns
from stance.reading.articles import list_sources, read_article, read_articles, read_source
from stance.reading.sources import Meter
from stance.reading.web_pages import strip_markup

TEXT = "Die Ministerin Salka Venn räumte „Fehler“ ein."
LINES = b'{"text": "eins"}\n{"text": "zwei"}\n'
PAGE = f"""<!DOCTYPE html><html lang="de"><head><title>Venn tritt zurück | Fernauer Bote</title>
<meta property="og:title" content="Venn tritt zurück"><meta property="og:site_name" content="Fernauer Bote">
<meta property="article:published_time" content="2024-05-03T08:00:00+02:00">
<link rel="canonical" href="https://bote.example/venn"></head>
<body><nav><a href="/">Startseite</a> <a href="/abo">Jetzt abonnieren</a></nav>
<article><h1>Venn tritt zurück</h1><p>{TEXT} {"Sie sprach am Freitag vor der Presse in Fernau. " * 5}</p>
<p>{"Die Opposition nannte den Schritt überfällig. " * 5}</p></article>
<footer>Impressum</footer></body></html>"""


def _zst(data: bytes) -> bytes:
    import zstandard

    return zstandard.ZstdCompressor().compress(data)


def _texts(*files: object) -> list[str]:
    return [article.text for article in read_articles([str(f) for f in files])]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", LINES),
        ("a.ndjson", b"\xef\xbb\xbf" + LINES),
        ("a.jsonl.gz", gzip.compress(LINES, mtime=0)),
        pytest.param(
            "b.jsonl.gz",
            gzip.compress(LINES[:17], mtime=0) + gzip.compress(LINES[17:], mtime=0),
            id="two-members",
        ),
        ("a.jsonl.zst", _zst(LINES)),
        pytest.param("b.jsonl.zst", _zst(LINES[:17]) + _zst(LINES[17:]), id="two-frames"),
        ("a.json", b'[{"text": "eins"}, {"text": "zwei"}]'),
        pytest.param("b.json", b'{"articles": [{"text": "eins"}, {"text": "zwei"}]}', id="under-a-name"),
        ("a.csv.gz", gzip.compress(b"text\neins\nzwei\n", mtime=0)),
        ("a.tsv", b"id\ttext\n1\teins\n2\tzwei\n"),
        pytest.param("feed", LINES, id="no-suffix"),
    ],
)
def test_every_packing_holds_the_same_articles(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert _texts(tmp_path / name) == ["eins", "zwei"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_table_of_any_german_office_is_read(tmp_path: Path, delimiter: str, encoding: str) -> None:
    rows = [
        ["Quelle", "Überschrift", "Veröffentlichungsdatum", "URL", "ID", "Artikeltext"],
        ["Fernauer Bote", "Größe", "03.05.2024", "https://bote.example/1", "17", f'"{TEXT}\nSie geht."'],
    ]
    content = "\r\n".join(delimiter.join(row) for row in rows)
    (tmp_path / "a.csv").write_bytes(content.encode(encoding))
    [article] = read_articles([tmp_path / "a.csv"])
    assert article.text == f"{TEXT}\nSie geht."
    assert (article.title, article.outlet, article.id) == ("Größe", "Fernauer Bote", "17")
    assert (article.published, article.url) == ("03.05.2024", "https://bote.example/1")


def test_the_first_umlaut_may_stand_behind_a_long_plain_head(tmp_path: Path) -> None:
    rows = ["text", *("Venn tritt ab" for _ in range(8000)), "Größe"]
    for encoding in ("cp1252", "utf-8"):
        (tmp_path / "a.csv").write_bytes("\n".join(rows).encode(encoding))
        assert _texts(tmp_path / "a.csv")[-1] == "Größe"


def test_one_bad_row_does_not_stop_the_others(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("id;text\n1;eins\n2;zu;viel\n3;\n4;n\0l\n5;fünf\n", encoding="utf-8")
    faults: list[ArticleError] = []
    assert [a.id for a in read_articles([file], on_error=faults.append)] == ["1", "5"]
    assert [f"row {n}" in str(fault) for n, fault in zip((3, 4, 5), faults, strict=True)] == [True] * 3


def test_a_missing_column_is_told_with_those_there_are(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("Nr;Fliess\n1;eins\n", encoding="utf-8")
    with pytest.raises(ArticleError, match=r"'Nr', 'Fliess'.*--columns"):
        list(read_articles([file]))
    named = read_articles([file], columns=parse_columns("text=fliess, id=Nr"))
    assert [(a.id, a.text) for a in named] == [("1", "eins")]
    with pytest.raises(UsageError, match="not understood"):
        parse_columns("txt=Fliess")


def test_sheets_and_parquet_are_read_by_their_headers(tmp_path: Path) -> None:
    import openpyxl
    import pyarrow as pa
    from pyarrow import parquet

    book = openpyxl.Workbook()
    book.active.append(["Notizen", "keine Artikel"])
    sheet = book.create_sheet("Presse")
    sheet.append(["ID", "Titel", "Volltext"])
    sheet.append([17, 2024, TEXT])
    book.save(tmp_path / "a.xlsx")
    table = pa.table({"id": [17], "Titel": ["2024"], "Volltext": [TEXT], "noch": [[1]]})
    parquet.write_table(table, tmp_path / "a.parquet")
    for name in ("a.xlsx", "a.parquet"):
        [article] = read_articles([tmp_path / name])
        assert (article.id, article.title, article.text) == ("17", "2024", TEXT)


@pytest.mark.parametrize(
    ("record", "outlet"),
    [
        pytest.param(
            {"maintext": TEXT, "text": None, "title": "Venn geht", "date_publish": "2024-05-03",
             "source_domain": "bote.example", "url": "https://bote.example/1"},
            "bote.example", id="news-please",
        ),
        pytest.param(
            {"Fernauer Bote": [{"title": "Venn geht", "publishing_date": "2024-05-03",
             "html": {"requested_url": "https://bote.example/1"},
             "body": {"summary": [], "sections": [{"headline": [], "paragraphs": [TEXT]}]}}]},
            "Fernauer Bote", id="fundus",
        ),
        pytest.param(
            {"uri": "https://bote.example/1", "versioncreated": "2024-05-03", "headline": "Venn geht",
             "body_xhtml": f"<p>{TEXT}</p>"},
            None, id="ninjs-1",
        ),
        pytest.param(
            {"uri": "https://bote.example/1", "versionCreated": "2024-05-03",
             "headlines": [{"role": "short", "value": "Ach"}, {"role": "main", "value": "Venn geht"}],
             "bodies": [{"contentType": "text/html", "value": f"<section><p>{TEXT}</p></section>"}]},
            None, id="ninjs-3",
        ),
    ],
)  # fmt: skip
def test_exports_of_crawlers_and_agencies_are_understood(
    tmp_path: Path, record: object, outlet: str | None
) -> None:
    file = tmp_path / "a.json"
    file.write_text(json.dumps(record, indent=2), encoding="utf-8")
    [article] = read_articles([file])
    assert (article.text, article.title, article.published) == (TEXT, "Venn geht", "2024-05-03")
    assert (article.url, article.outlet) == ("https://bote.example/1", outlet)


def test_a_web_page_gives_its_article_and_no_menu(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    article = read_article(tmp_path / "a.html")
    assert TEXT in article.text
    assert "abonnieren" not in article.text
    assert (article.title, article.outlet) == ("Venn tritt zurück", "Fernauer Bote")
    assert (article.published, article.url) == ("2024-05-03", "https://bote.example/venn")


def test_markup_of_a_fragment_is_taken_off() -> None:
    assert strip_markup("<p>Eins &amp;<br>zwei</p><script>x</script><p>drei</p>") == "Eins &\n\nzwei\n\ndrei"


def _bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (30 << 20))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("tief.html", b"<div>" * 100_000 + TEXT.encode() + b"</div>" * 100_000, "without an article"),
        ("leer.html", b"<html></html>", "without an article"),
        ("tief.json", b"[" * 1_000_000, "nested too deep"),
        ("tief.jsonl", b'{"text":' + b"[" * 1_000_000, "tief.jsonl:1"),
        ("kaputt.json", b'{"text": ', "broken JSON"),
        ("zahl.json", b"7", "not a JSON object"),
        ("bombe.xlsx", _bomb(), "would unpack"),
        ("kein.xlsx", b"PK nein", "no Excel file"),
        ("alt.xlsx", b"\xd0\xcf\x11\xe0" + b"x" * 600, "protected"),
        ("kein.parquet", b"PAR1 nein PAR1", "Parquet"),
        ("binaer.csv", b"text\n" + bytes(range(256)), "binary"),
        ("leer.csv", b"\n\n", "empty"),
        ("abgerissen.jsonl.gz", gzip.compress(LINES * 500, mtime=0)[:40], "cannot be read"),
        ("kein.jsonl.zst", b"nein nein nein", "cannot be read"),
        ("a.pdf", b"%PDF", "not read yet"),
        ("fehlt-*.jsonl", None, "no file matches"),
        ("fehlt.csv", None, "no such file"),
    ],
)
def test_what_is_damaged_or_malicious_is_one_line(
    tmp_path: Path, name: str, content: bytes | None, says: str, capfd: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    faults: list[ArticleError] = []
    assert not list(read_articles([tmp_path / name], on_error=faults.append))
    assert says in str(faults[0])
    assert [name in str(fault) and "\n" not in str(fault) for fault in faults] == [True]
    assert capfd.readouterr().err == ""


def test_globs_and_folders_are_listed_in_order_and_none_twice(tmp_path: Path) -> None:
    for name in ("b.jsonl.gz", "a.jsonl.gz", "sub/c.csv", "sub/~$c.xlsx", "bild.png", "x[1].txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"1234")

    def listed(*files: str) -> list[str]:
        return [s.address.removeprefix(f"{tmp_path}/") for s in list_sources([tmp_path / f for f in files])]

    assert listed("*.jsonl.gz") == ["a.jsonl.gz", "b.jsonl.gz"]
    assert listed("**/*.csv", "sub", "x[1].txt") == ["sub/c.csv", "x[1].txt"]
    assert listed(".") == ["a.jsonl.gz", "b.jsonl.gz", "sub/c.csv", "x[1].txt"]
    assert list_sources([tmp_path / "a.jsonl.gz"])[0].size == 4


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        (b"\n" + LINES, ["eins", "zwei"]),
        (b'{\n "text": "eins"\n}\n', ["eins"]),
        (b"China droht.", ["China droht."]),
        (b"[Update] China droht.", ["[Update] China droht."]),
    ],
    ids=["lines", "a-document", "text", "brackets"],
)
def test_stdin_is_told_by_its_first_bytes(
    monkeypatch: pytest.MonkeyPatch, content: bytes, texts: list[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert _texts("-") == texts


def test_a_meter_counts_the_bytes_on_the_disk(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(LINES * 100, mtime=0))
    [source] = list_sources([tmp_path / "a.jsonl.gz"])
    meter = Meter()
    assert len(list(read_source(source, meter=meter))) == 200
    assert meter.count == source.size


def test_a_long_file_is_not_held_in_memory(tmp_path: Path) -> None:
    import tracemalloc

    line = json.dumps({"text": "Venn tritt ab. " * 200}).encode() + b"\n"
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(line * 10_000, 1, mtime=0))
    tracemalloc.start()
    count = sum(1 for _ in read_articles([tmp_path / "a.jsonl.gz"]))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (count, peak < 5 << 20) == (10_000, True)


def test_a_store_is_read_like_a_folder() -> None:
    import fsspec

    files = fsspec.filesystem("memory")
    files.pipe(
        {"/presse/b.jsonl": b'{"text": "zwei"}', "/presse/a.csv": b"text\neins\n", "/presse/c.png": b""}
    )
    assert _texts("memory://presse") == ["eins", "zwei"]
    assert _texts("memory://presse/*.jsonl") == ["zwei"]
    [source] = list_sources(["memory://presse/*.csv"])
    assert source.size == 10
    for wrong in ("memory://presse/fehlt.txt", "memory://presse/*.xlsx", "gibtsnicht://a/b.txt"):
        with pytest.raises(ArticleError, match=wrong.rsplit("/", 1)[1].replace("*", r"\*")):
            _texts(wrong)


@pytest.mark.slow
def test_a_page_and_a_table_are_fetched_from_a_server(tmp_path: Path) -> None:
    import openpyxl

    (tmp_path / "venn").write_text(PAGE, encoding="utf-8")
    book = openpyxl.Workbook()
    book.active.append(["text"])
    book.active.append(["eins"])
    book.save(tmp_path / "a.xlsx")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    root = f"http://127.0.0.1:{server.server_port}"
    try:
        assert TEXT in _texts(f"{root}/venn?seite=1")[0]
        assert _texts(f"{root}/a.xlsx") == ["eins"]
        with pytest.raises(ArticleError, match="no such file"):
            _texts(f"{root}/fehlt.jsonl")
    finally:
        server.shutdown()
        server.server_close()
