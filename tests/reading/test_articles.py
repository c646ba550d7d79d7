"""Files → articles."""

from __future__ import annotations

from pathlib import Path

import pytest

from stance.errors import ArticleError
from stance.reading.articles import read_article, read_articles

TEXT = "Größe zeigt, wer „Fehler“ zugibt. Das gelang der Ministerin – spät."


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"],
)
def test_every_encoding_of_a_newsroom_is_recognised(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(TEXT.encode(encoding))
    assert read_article(file).text == TEXT


@pytest.mark.parametrize(
    ("text", "title"),
    [
        pytest.param("Venn tritt zurück\n\nDie Ministerin geht.", "Venn tritt zurück", id="headline"),
        pytest.param("Dr. Venn tritt ab\nDie Ministerin geht.", "Dr. Venn tritt ab", id="abbreviation"),
        pytest.param("Was bleibt von Venn?\nNicht viel.", "Was bleibt von Venn?", id="question"),
        pytest.param("Venn ging. Und nun?\nNichts.", None, id="a-full-stop"),
        pytest.param("Venn tritt zurück", None, id="nothing-follows"),
        pytest.param("Venn " * 40 + "\nDie Ministerin geht.", None, id="too-long"),
    ],
)
def test_a_short_first_line_without_a_full_stop_is_the_title(
    tmp_path: Path, text: str, title: str | None
) -> None:
    file = tmp_path / "a.txt"
    file.write_text(text, encoding="utf-8")
    assert read_article(file).title == title


def test_offsets_count_the_text_with_its_title_line(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("Venn tritt zurück\n\nDie Ministerin geht.", encoding="utf-8")
    article = read_article(file)
    assert article.full_text == article.text
    assert article.text[: article.title_end] == "Venn tritt zurück"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        pytest.param("leer.txt", b"  \n ", "empty", id="empty"),
        pytest.param("bom.txt", b"\xef\xbb\xbf", "empty", id="only-a-mark"),
        pytest.param("bild.txt", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "", id="binary"),
        pytest.param("a.jsonl", b'{"text": "x"', "a.jsonl:1", id="broken-json"),
        pytest.param("a.jsonl", b'{"text": "gut"}\n{"titel": "x"}', "a.jsonl:2", id="no-text"),
        pytest.param("a.jsonl", b'\n["x"]', "a.jsonl:2", id="no-object"),
        pytest.param("a.jsonl", b'{"text": "gut", "title": 7}', "title", id="wrong-type"),
    ],
)
def test_bad_input_says_what_and_where(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(ArticleError) as error:
        list(read_articles([file]))
    assert says in str(error.value)
    assert name in str(error.value)
    assert "\n" not in str(error.value)


def test_one_bad_line_does_not_stop_the_others(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"text": "eins", "id": 1}\n{kaputt\n\n{"text": "zwei"}\n', encoding="utf-8")
    faults: list[ArticleError] = []
    articles = list(read_articles([file, tmp_path / "fehlt.txt"], on_error=faults.append))
    assert [(a.id, a.text) for a in articles] == [("1", "eins"), ("a:4", "zwei")]
    assert ["a.jsonl:2" in str(faults[0]), "fehlt.txt" in str(faults[1])] == [True, True]


def test_a_folder_is_read_in_order_of_names(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("zwei", encoding="utf-8")
    (tmp_path / "a.txt").write_text("eins", encoding="utf-8")
    (tmp_path / "c.png").write_bytes(b"\x89PNG")
    assert [a.text for a in read_articles([tmp_path])] == ["eins", "zwei"]


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match="holds no"):
        list(read_articles([tmp_path]))
