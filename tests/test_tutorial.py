"""The tutorial does what it says: every block of it is run, on a part of the corpus."""

from __future__ import annotations

import re
import shlex
import shutil
from itertools import islice
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stance.cli import app
from stance.data_files import data_file

TUTORIAL = Path(__file__).parent.parent / "docs" / "tutorial.md"


def test_every_block_of_the_tutorial_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data" / "corpus").mkdir(parents=True)
    shutil.copytree(data_file("samples"), tmp_path / "data" / "samples")
    with (data_file("corpus") / "pilot.jsonl").open(encoding="utf-8") as lines:
        part = "".join(islice(lines, 90))
    (tmp_path / "data" / "corpus" / "pilot.jsonl").write_text(part, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```(bash|python)\n(.*?)```", TUTORIAL.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 4
    for language, block in blocks:
        if language == "python":
            exec(compile(block, str(TUTORIAL), "exec"), {})
            continue
        for line in block.strip().splitlines():
            name, *arguments = shlex.split(line)
            result = CliRunner().invoke(app, arguments)
            assert name == "stance"
            assert result.exit_code == 0, f"{line}\n{result.output}"
    assert re.search(r"[+-]\d\.\d\d ", capsys.readouterr().out)
    assert "Russland" in Path("woche.html").read_text(encoding="utf-8")
    assert {"woche.xlsx", "bilder", "models"} <= {path.name for path in Path().iterdir()}
