"""Whatever a stranger puts into a model file: nothing of it runs, and one line says what is wrong."""

from __future__ import annotations

import builtins
import copyreg
import gzip
import json
import os
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest

from stance.errors import BundleError
from stance.records import Article
from stance.scoring.bundle import FORMAT, load_bundle
from stance.scoring.content import content_digest

FUZZER = Path(__file__).with_name("fuzz_bundle.py")
MARK = "executed"


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every payload leaves its mark in the working folder."""
    monkeypatch.chdir(tmp_path)


def refusal(content: bytes | Path) -> str:
    """What the loader says; it must say it soon, in one line, and nothing may have run."""
    path = content
    if isinstance(path, bytes):
        Path("strange.joblib").write_bytes(path)
        path = Path("strange.joblib")
    start = time.monotonic()
    with pytest.raises(BundleError) as error:
        load_bundle(path)
    assert time.monotonic() - start < 5
    told = str(error.value)
    assert told.isprintable()
    assert len(told) < 300
    assert str(path) in told
    assert not Path(MARK).exists()
    return told


def dumped(value: Any, compress: Any = 0) -> bytes:
    joblib.dump(value, "dumped", compress=compress)
    return Path("dumped").read_bytes()


def signed(bundle: Path, **changes: Any) -> bytes:
    """The bundle with other parts and a digest that fits them."""
    data = {**joblib.load(bundle), **changes}
    data.pop("digest")
    return dumped({**data, "digest": content_digest(data)})


class Call:
    """Pickled, it is a call."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple[Any, ...]:
        return self.call


CALLS = {
    "os.mkdir": Call(os.mkdir, MARK),
    "os.system": Call(os.system, f"mkdir {MARK}"),
    "eval": Call(builtins.eval, f"open({MARK!r}, 'w').close()"),
    "exec": Call(builtins.exec, f"open({MARK!r}, 'w').close()"),
    "subprocess": Call(subprocess.check_call, ["mkdir", MARK]),
    "numpy.savetxt": Call(np.savetxt, MARK, [1.0]),
    "numpy.memmap": Call(np.memmap, MARK, "f8", "w+", 0, (1,)),
    "numpy.testing": Call(np.testing.runstring, f"open({MARK!r}, 'w').close()", {}),
    "joblib.dump": Call(joblib.dump, 1, MARK),
}


@pytest.mark.parametrize("name", CALLS)
def test_no_call_in_a_file_is_made(name: str) -> None:
    content = dumped({"magic": "stance-bundle", "manifest": CALLS[name]})
    assert "refused: it names" in refusal(content)
    # The attack is a real one: the usual way of opening the file runs it.
    joblib.load("strange.joblib")
    assert Path(MARK).exists()


@pytest.mark.parametrize("compress", ["zlib", "gzip", "bz2", "lzma", "xz"])
def test_a_compressed_file_is_not_even_unpacked(compress: str) -> None:
    assert "no stance model" in refusal(dumped([CALLS["os.mkdir"]], (compress, 3)))


HIDDEN = {
    "in-a-list-in-a-mapping": {"manifest": {"labels": [{"x": (CALLS["os.mkdir"],)}]}},
    "as-a-key": {CALLS["os.mkdir"]: 1},
    "in-an-array-of-objects": np.array([CALLS["os.mkdir"]], dtype=object),
    "in-an-array-of-records": np.array([(1.0, CALLS["os.mkdir"])], dtype=[("a", "f8"), ("b", "O")]),
    "in-the-metadata-of-a-dtype": np.zeros(1, dtype=np.dtype("f8", metadata={"x": CALLS["os.mkdir"]})),
}


@pytest.mark.filterwarnings("ignore:metadata on a dtype")
@pytest.mark.parametrize("place", HIDDEN)
def test_a_hidden_call_is_not_made(place: str) -> None:
    refusal(dumped({"magic": "stance-bundle", "format": FORMAT, "x": HIDDEN[place]}))


def text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


MKDIR = b"cos\nmkdir\n"
NDARRAY, DTYPE = b"cnumpy\nndarray\n", b"cnumpy\ndtype\n"
RECORD = b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n"
BILLION = b"J\x00\xca\x9a\x3b"
DOUBLE = DTYPE + text("f8") + b"\x89\x88\x87R"


def array(shape: bytes, dtype: bytes = DOUBLE, subclass: bytes = NDARRAY) -> bytes:
    """joblib's record of an array."""
    state = text("subclass") + subclass + text("shape") + shape + text("order") + text("C")
    return RECORD + b")\x81}(" + state + text("dtype") + dtype + text("allow_mmap") + b"\x89ub"


OPCODES = {
    "GLOBAL-and-REDUCE": MKDIR + text(MARK) + b"\x85R",
    "STACK_GLOBAL": text("os") + text("mkdir") + b"\x93" + text(MARK) + b"\x85R",
    "a-path-through-a-known-name": text("joblib.numpy_pickle") + text("os.mkdir") + b"\x93",
    "INST": b"(" + text(MARK) + b"ios\nmkdir\n",
    "INST-of-a-known-name": b"(" + BILLION + b"inumpy\nndarray\n",
    "OBJ": b"(" + MKDIR + text(MARK) + b"o",
    "OBJ-of-a-known-name": b"(" + NDARRAY + BILLION + b"o",
    "NEWOBJ": NDARRAY + BILLION + b"\x85\x85\x81",
    "NEWOBJ_EX": NDARRAY + BILLION + b"\x85\x85}\x92",
    "EXT1": b"\x82\xee" + text(MARK) + b"\x85R",
    "EXT2": b"\x83\xee\x00" + text(MARK) + b"\x85R",
    "EXT4": b"\x84\xee\x00\x00\x00" + text(MARK) + b"\x85R",
    "PERSID": b"Pmodel\n",
    "BINPERSID": text("model") + b"Q",
    "a-gigabyte-of-nothing": NDARRAY + BILLION + b"\x85\x85R",
    "objects-at-addresses-of-its-choice": NDARRAY + b"K\x01\x85" + text("O") + b"C\x08AAAAAAAA\x87R",
    "a-dtype-of-objects": DTYPE + text("O") + b"\x85R",
    "a-dtype-from-a-class": DTYPE + NDARRAY + b"\x85R",
    "the-call-of-a-string": text("mkdir") + text(MARK) + b"\x85R",
    "state-of-a-class": RECORD + b"}" + text("read") + text("x") + b"sb",
    "state-of-ndarray": NDARRAY + b"}" + text("shape") + text("x") + b"sb",
    "state-of-a-list": b"]}" + text("append") + text("x") + b"sb",
    "state-in-slots": b"]N}" + text("append") + text("x") + b"s\x86b",
    "state-of-a-dtype": DOUBLE + b"(K\x03" + text(">") + b"NN}J\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb",
    "a-dtype-turned-into-objects": DOUBLE + b"(K\x03" + text("|") + b"NNNK\x08K\x08K?tb",
    "objects-as-an-array": array(b"K\x01\x85", DTYPE + text("O8") + b"\x89\x88\x87R"),
    "an-array-of-a-subclass": array(b"K\x01\x85", subclass=b"cnumpy\nmemmap\n"),
    "an-array-of-a-record": array(b"K\x01\x85", subclass=RECORD),
    "an-array-typed-by-a-text": array(b"K\x01\x85", text("O")),
    "ten-gigabytes-in-one-axis": array(BILLION + b"\x85"),
    "more-than-fits-a-machine-word": array(b"\x8a\x0a" + b"\xff" * 9 + b"\x00\x85"),
    "ten-gigabytes-in-two-axes": array(b"J\x00\x00\x01\x00J\x00\x00\x01\x00\x86"),
    "nothing-times-a-billion": array(b"K\x00" + BILLION + b"\x86"),
    "a-negative-shape": array(b"J\xff\xff\xff\xff\x85"),
    "a-shape-of-truths": array(b"\x88\x85"),
    "a-thousand-axes": array(b"(" + b"K\x01" * 1000 + b"t"),
    "a-shape-that-is-a-list": array(b"]K\x01a"),
    "a-memo-never-made": b"h\x07",
    "a-memo-of-a-name": RECORD + b"q\x010h\x01" + b"N\x81",
    "a-mark-never-set": b"t",
    "nothing-on-the-stack": b"a",
    "a-list-in-itself": b"]\x94h\x00a",
    "a-mapping-in-itself": b"}\x94" + text("magic") + b"h\x00s",
    "a-mapping-that-is-its-key": b"}\x94h\x00Ns",
    "a-hundred-thousand-lists-deep": b"]" * 100_000 + b"a" * 99_999,
    "a-hundred-thousand-tuples-deep": b")" + b"\x85" * 100_000,
    "half-a-million-lists": b"(" + b"]" * 500_000 + b"t",
    "a-key-hashed-for-ever": b"})" + b"".join(b"\x94h" + bytes([k]) + b"\x86" for k in range(60)) + b"Ns",
    "a-text-of-a-terabyte": b"\x8d" + struct.pack("<Q", 1 << 40) + b"x",
    "a-text-larger-than-memory": b"\x8d" + struct.pack("<Q", (1 << 64) - 1) + b"x",
    "bytes-of-a-terabyte": b"\x8e" + struct.pack("<Q", 1 << 40) + b"x",
    "a-bytearray-of-a-terabyte": b"\x96" + struct.pack("<Q", 1 << 40) + b"x",
    "a-frame-of-a-terabyte": b"\x95" + struct.pack("<Q", 1 << 40) + b"N",
    "a-frame-of-more": b"\x95" + struct.pack("<Q", (1 << 64) - 1) + b"N",
    "a-number-of-a-gigabyte": b"\x8b" + struct.pack("<i", 1 << 30) + b"x",
    "a-number-of-less-than-nothing": b"\x8b" + struct.pack("<i", -1),
    "digits-for-ever": b"I" + b"9" * 100_000 + b"\n",
    "half-a-length": b"X\x01",
    "a-protocol-of-the-future": b"\x80\xff",
    "a-text-that-is-no-text": b"X\x02\x00\x00\x00\xff\xfe",
    "an-unknown-opcode": b"\xfe",
    "a-buffer-from-outside": b"\x97",
}


@pytest.mark.parametrize("name", OPCODES)
def test_an_opcode_out_of_place_is_refused(name: str) -> None:
    copyreg.add_extension("os", "mkdir", 0xEE)
    try:
        attack = OPCODES[name]
        refusal(b"\x80\x04" + attack + b".")
        # The same inside what looks like a model.
        refusal(b"\x80\x04}" + text("magic") + text("stance-bundle") + b"s" + text("x") + attack + b"s.")
    finally:
        copyreg.remove_extension("os", "mkdir", 0xEE)
    assert np.dtype("f8") == np.dtype("=f8")
    assert np.dtype("f8").isnative


def test_a_name_moves_no_cursor_and_breaks_no_line() -> None:
    told = refusal(b"\x80\x04" + text("os\n\x1b[2J") + text("mkdir" * 1000) + b"\x93.")
    assert "os??[2J" in told


@pytest.mark.parametrize("part", ["format", "magic", "manifest", "labels", "blocks", "language", "actors"])
def test_a_kilobyte_that_stands_for_a_quintillion_parts_is_refused_at_once(part: str, tiny: Path) -> None:
    laugh: list[Any] = []
    for _ in range(60):
        laugh = [laugh, laugh]
    data = joblib.load(tiny)
    changed = {"manifest": {**data["manifest"], "labels": laugh}} if part == "labels" else {part: laugh}
    refusal(dumped({**data, **changed}))


def test_a_text_repeated_into_a_terabyte_is_refused_at_once(tiny: Path) -> None:
    refusal(dumped({**joblib.load(tiny), "manifest": ["x" * 10_000_000] * 100_000}))


def test_numbers_chosen_to_collide_are_no_keys() -> None:
    prime = (1 << 61) - 1
    refusal(dumped({"magic": "stance-bundle", **{k * prime: 0 for k in range(1000)}}))  # type: ignore[dict-item]


def test_what_follows_the_end_is_not_read(tiny: Path) -> None:
    path = Path("longer.joblib")
    path.write_bytes(tiny.read_bytes() + dumped(CALLS["os.mkdir"]))
    assert load_bundle(path).scorer.digest() == load_bundle(tiny).scorer.digest()
    assert not Path(MARK).exists()


def test_a_file_cut_at_any_length_is_refused(tiny: Path) -> None:
    data = tiny.read_bytes()
    for length in range(len(data)):
        refusal(data[:length])


def test_another_coefficient_is_told_by_the_digest(tiny: Path) -> None:
    data = tiny.read_bytes()
    number = load_bundle(tiny).scorer.blocks[0].coefficients.tobytes()
    assert data.count(number) == 1
    at = data.index(number)
    changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
    assert "content does not fit its digest" in refusal(changed)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"format": 1}, f"has format 1, this version reads formats 2 to {FORMAT} (train it again"),
        ({"format": 99}, f"has format 99, this version reads formats 2 to {FORMAT} (install a newer"),
        ({"format": True}, "has format of type bool"),
        ({"format": 3}, "is damaged"),
        ({"language": "nds"}, "reads the language 'nds'; known: de, en"),
        ({"language": 1}, "reads the language 1"),
        ({"actors": '[{"id": 1, "name": ""}]'}, "do not fit together"),
        ({"actors": "[" * 100_000}, "do not fit together"),
        ({"abbreviations": [1]}, "do not fit together"),
        ({"starters": "der"}, "do not fit together"),
        ({"lexicon_polarity": "9" * 10_000}, "do not fit together"),
        ({"lemma_forms": "a\nb"}, "do not fit together"),
        ({"blocks": [{"block": {"kind": "x" * 1000}}]}, "do not fit together"),
        ({"blocks": None}, "do not fit together"),
        ({"manifest": {"labels": ["against", "favor"]}}, "other labels"),
        ({"manifest": {"labels": None}}, "other labels"),
        ({"manifest": {}}, "other labels"),
    ],
)
def test_a_model_that_is_signed_but_not_ours_is_told_what_it_lacks(
    changes: dict[str, Any], told: str, tiny: Path
) -> None:
    assert told in refusal(signed(tiny, **changes))


@pytest.mark.parametrize("size", [0, 2])
def test_a_feature_stands_once_and_has_its_number(size: int, tiny: Path) -> None:
    block = joblib.load(tiny)["blocks"][0]
    refusal(signed(tiny, blocks=[{**block, "vocabulary": "\n".join(["hilft"] * size)}]))
    refusal(signed(tiny, blocks=[{**block, "vocabulary": "\n" * 10_000_000}]))


def test_format_3_had_no_digest_and_is_read(tiny: Path) -> None:
    data = joblib.load(tiny)
    del data["digest"]
    Path("three.joblib").write_bytes(dumped({**data, "format": 3}))
    loaded = load_bundle("three.joblib")
    assert loaded.scorer.digest() == load_bundle(tiny).scorer.digest()
    assert loaded.predict(Article("Salka Venn hilft."))[0].actor.id == "venn"
    del data["format"]
    assert "has format of type NoneType" in refusal(dumped(data))


def test_format_4_without_its_digest_is_refused(tiny: Path) -> None:
    data = joblib.load(tiny)
    del data["digest"]
    assert "does not fit its digest" in refusal(dumped(data))


def test_a_bundle_in_gzip_is_not_unpacked(tiny: Path) -> None:
    assert "no stance model" in refusal(gzip.compress(tiny.read_bytes() + bytes(50_000_000)))


def test_a_foreign_model_is_told_by_its_name() -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    assert "it names sklearn.pipeline.Pipeline," in refusal(dumped(make_pipeline(LogisticRegression())))


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo("pipe")
    Path("loop").symlink_to("loop")
    Path("empty").touch()
    Path("holes").touch()
    os.truncate("holes", 10 << 30)
    with Path("holes").open("r+b") as handle:
        handle.write(b"\x80")
    assert "is no file" in refusal(Path("pipe"))
    assert "is no file" in refusal(tmp_path)
    assert "is no file" in refusal(Path("/dev/zero"))
    assert "cannot be read" in refusal(Path("loop"))
    assert "no stance model" in refusal(Path("empty"))
    assert "too large" in refusal(Path("holes"))


def _fuzz(file: Path, count: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(FUZZER), str(file), str(count)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    assert answer["violations"] == []
    assert answer["peak_mb"] < 1000
    assert sum(answer["outcomes"].values()) == count
    return answer


def test_two_thousand_damaged_copies_are_the_same_model_or_refused(tiny: Path) -> None:
    assert set(_fuzz(tiny, 2000)["outcomes"]) <= {"refused", "identical", "unchanged"}


def test_a_thousand_damaged_copies_without_a_digest_do_no_harm(tiny: Path) -> None:
    data = joblib.load(tiny)
    del data["digest"]
    Path("three.joblib").write_bytes(dumped({**data, "format": 3}))
    assert set(_fuzz(Path("three.joblib"), 1000)["outcomes"]) <= {"refused", "loaded"}
