"""Runs over many articles, killed and started again: nothing is lost, nothing stands twice."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from long_runs import Pairs, finish, pairs_of, parts_of, wait_for

from stance.errors import OutputError
from stance.records import Article
from stance.serving.bulk import score_partition
from stance.serving.manifest import MANIFEST
from stance.serving.partitions import cut_partitions, list_inputs, read_partition
from stance.serving.parts import find_slip

pytestmark = pytest.mark.slow


def _workers_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    children = psutil.Process(process.pid).children()
    return [child for child in children if "spawn_main" in " ".join(child.cmdline())]


def test_a_killed_client_goes_on_where_it_was(start, tmp_path: Path, expected: Pairs) -> None:  # type: ignore[no-untyped-def]
    first = start(tmp_path, "--workers", "2")
    wait_for(lambda: len(parts_of(tmp_path)) >= 3)
    workers = _workers_of(first)
    first.kill()
    first.wait()
    wait_for(lambda: not any(worker.is_running() for worker in workers))
    before = {part: part.stat().st_mtime_ns for part in parts_of(tmp_path)}
    told = finish(start(tmp_path))
    after = {part: part.stat().st_mtime_ns for part in parts_of(tmp_path)}
    kept = [part for part in before if before[part] == after[part]]
    assert len(before) - 2 <= len(kept) < len(after)
    assert "were judged before" in told
    assert pairs_of(tmp_path) == expected
    assert not list(tmp_path.glob(".part-*"))


def test_a_killed_worker_is_told_in_one_line_and_loses_nothing(
    start, tmp_path: Path, expected: Pairs
) -> None:  # type: ignore[no-untyped-def]
    first = start(tmp_path, "--workers", "2")
    wait_for(lambda: len(parts_of(tmp_path)) >= 2)
    _workers_of(first)[0].send_signal(signal.SIGKILL)
    _, told = first.communicate(timeout=30)
    assert first.returncode == 2
    assert len(told.splitlines()) == 1
    assert "a worker was killed" in told
    finish(start(tmp_path))
    assert pairs_of(tmp_path) == expected


@pytest.fixture(scope="module")
def finished(start, tmp_path_factory: pytest.TempPathFactory) -> Path:  # type: ignore[no-untyped-def]
    folder = tmp_path_factory.mktemp("finished")
    finish(start(folder))
    return folder


def test_the_manifest_tells_what_went_in_and_what_came_out(
    finished: Path, articles: Path, expected: Pairs
) -> None:
    manifest = json.loads((finished / MANIFEST).read_bytes())
    assert [file["path"] for file in manifest["inputs"]] == [str(articles)]
    pieces = [piece for part in manifest["partitions"] for piece in part["pieces"]]
    assert [p["start"] for p in pieces[1:]] == [p["end"] for p in pieces[:-1]]
    assert pieces[-1]["end"] == articles.stat().st_size
    assert sum(part["articles"] for part in manifest["parts"]) == manifest["counts"]["articles"] == 960
    assert sum(part["pairs"] for part in manifest["parts"]) == len(expected)
    assert manifest["finished"]


def test_a_damaged_part_is_written_again(start, finished: Path, expected: Pairs) -> None:  # type: ignore[no-untyped-def]
    part = parts_of(finished)[1]
    whole = part.read_bytes()
    part.write_bytes(whole[:-9] + b"?" + whole[-8:])
    finish(start(finished))
    assert part.read_bytes() == whole
    assert pairs_of(finished) == expected


def test_another_question_is_refused_until_restarted(start, finished: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    _, told = start(finished, "--actor", "China").communicate()
    assert "was begun with other options" in told
    assert "--restart" in told
    assert len(told.splitlines()) == 1
    folder = tmp_path / "copy"
    few = tmp_path / "few.jsonl"
    few.write_text('{"id": "x", "text": "China droht."}\n{"id": "y"}\n', encoding="utf-8")
    start(folder, file=few).communicate()
    assert json.loads((folder / "_refused.jsonl").read_bytes())["where"] == f"{few}:2"
    few.write_text('{"id": "z", "text": "Moskau warnt."}\n', encoding="utf-8")
    _, told = start(folder, file=few).communicate()
    assert f"was begun with another state of {few}" in told
    assert pairs_of(folder) == [("x", "china")]
    finish(start(folder, "--restart", file=few))
    assert pairs_of(folder) == [("z", "russland")]


def test_two_clients_do_not_write_to_one_folder(start, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    first = start(tmp_path)
    wait_for(lambda: bool(parts_of(tmp_path)))
    first.send_signal(signal.SIGSTOP)
    _, told = start(tmp_path).communicate()
    assert "another run is writing here" in told
    assert len(told.splitlines()) == 1
    first.kill()


def test_several_workers_write_one_file_in_order(bundle: Path, articles: Path, tmp_path: Path) -> None:
    texts = []
    for workers in ("1", "2"):
        file = tmp_path / f"{workers}.jsonl"
        arguments = [
            "predict",
            articles,
            "--model",
            bundle,
            "--format",
            "jsonl",
            "-o",
            file,
            "--workers",
            workers,
        ]
        subprocess.run(
            [sys.executable, "-m", "stance", *map(str, arguments)], check=False, stderr=subprocess.DEVNULL
        )
        texts.append(file.read_bytes())
    assert texts[0] == texts[1]
    assert texts[0].count(b"\n") > 800


@pytest.mark.parametrize("size", [1, 60, 100, 1000])
def test_wherever_a_file_is_cut_each_line_is_read_once(tmp_path: Path, size: int) -> None:
    file = tmp_path / "b.jsonl"
    file.write_text('{"text": "Ähre"}\n\n{"text": "Öl"}\r\nkaputt\n{"text": "Überfluss"}', encoding="utf-8")
    errors: list[str] = []
    found: list[Article] = []
    for partition in cut_partitions(list_inputs([str(file)]), size):
        found.extend(read_partition(partition, lambda error: errors.append(str(error.where))))
    assert [(a.id, a.text) for a in found] == [("b:1", "Ähre"), ("b:3", "Öl"), ("b:5", "Überfluss")]
    assert errors == [f"{file}:4"]


def test_small_files_share_a_part(tmp_path: Path) -> None:
    for i in range(50):
        (tmp_path / f"{i:02}.txt").write_text("Moskau warnt.", encoding="utf-8")
    partitions = list(cut_partitions(list_inputs([str(tmp_path)]), 130))
    assert [len(p.pieces) for p in partitions] == [10] * 5
    assert Path(partitions[0].pieces[0].path).is_absolute()


def test_a_straggler_of_an_abandoned_run_neither_counts_nor_writes(finished: Path) -> None:
    key = json.loads((finished / MANIFEST).read_bytes())["key"]
    assert find_slip(finished, 0, key)
    assert find_slip(finished, 0, "another run") is None
    with pytest.raises(OutputError, match="belongs to another run"):
        score_partition(str(finished), "another run", 0)
