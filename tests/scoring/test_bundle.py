"""A model file holds data only."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import joblib
import numpy as np
import pytest

from stance.errors import BundleError, OutputError
from stance.records import Article
from stance.scoring.bundle import load_bundle, save_bundle
from stance.scoring.content import content_digest
from stance.scoring.scorer import Model

ARTICLE = Article("Moskau warnt. Russland lügt, die EU hilft.")


def test_a_loaded_model_predicts_the_same(model: Model, bundle: Path) -> None:
    assert load_bundle(bundle).predict(ARTICLE) == model.predict(ARTICLE)


def test_the_manifest_tells_where_the_model_comes_from(bundle: Path) -> None:
    manifest = load_bundle(bundle).manifest
    assert {"created", "corpus_digest", "git_commit", "metrics", "labels", "language"} <= set(manifest)


class _Evil:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("compress", [0, 3, ("gzip", 3), ("bz2", 3), ("lzma", 3)])
def test_no_code_of_a_file_runs(tmp_path: Path, compress: object) -> None:
    mark = tmp_path / "executed"
    file = tmp_path / "evil.joblib"
    joblib.dump({"magic": "stance-bundle", "blocks": [_Evil(mark)]}, file, compress=compress)
    with pytest.raises(BundleError):
        load_bundle(file)
    assert not mark.exists()


def test_code_hidden_in_an_array_does_not_run(tmp_path: Path) -> None:
    mark = tmp_path / "executed"
    file = tmp_path / "evil.joblib"
    joblib.dump({"a": np.array([_Evil(mark)], dtype=object)}, file)
    with pytest.raises(BundleError):
        load_bundle(file)
    assert not mark.exists()


def test_a_foreign_file_is_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "other.joblib"
    joblib.dump({"a": 1}, file)
    with pytest.raises(BundleError, match="no stance model"):
        load_bundle(file)
    file.write_text("hallo", encoding="utf-8")
    with pytest.raises(BundleError, match="no stance model"):
        load_bundle(file)
    with pytest.raises(BundleError, match="cannot be read"):
        load_bundle(tmp_path / "missing.joblib")


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_refused_in_one_line(bundle: Path, tmp_path: Path, keep: float) -> None:
    data = bundle.read_bytes()
    file = tmp_path / "cut.joblib"
    file.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(BundleError) as error:
        load_bundle(file)
    assert "\n" not in str(error.value)


def test_another_format_is_refused_with_its_number(bundle: Path, tmp_path: Path) -> None:
    data = joblib.load(bundle)
    data["format"] = 99
    joblib.dump(data, tmp_path / "new.joblib")
    with pytest.raises(BundleError, match="99"):
        load_bundle(tmp_path / "new.joblib")


def test_a_failed_save_leaves_the_old_model(
    bundle: Path, model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "m.joblib"
    target.write_bytes(bundle.read_bytes())

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("joblib.numpy_pickle.dump", fail)
    with pytest.raises(OutputError, match="disk full"):
        save_bundle(model, target)
    assert target.read_bytes() == bundle.read_bytes()
    assert [p.name for p in tmp_path.iterdir()] == ["m.joblib"]


def test_the_file_holds_no_class_of_ours(bundle: Path) -> None:
    class Seen(pickle.Unpickler):
        pass

    assert b"stance.records" not in bundle.read_bytes()
    assert b"sklearn" not in bundle.read_bytes().replace(b"scikit-learn", b"")


def test_a_dtype_that_hides_objects_is_refused(tmp_path: Path, bundle: Path) -> None:
    """Object pointers of the file's choosing, with the flag that says so cleared."""
    state = list(np.dtype([("a", "O")]).__reduce__()[2])
    state[-1] = 0
    hidden = np.dtype("V8")
    hidden.__setstate__(tuple(state))
    assert not hidden.hasobject
    array = np.frombuffer(b"A" * 24, dtype="V8").view(np.uint8).view(hidden)
    file = tmp_path / "evil.joblib"
    joblib.dump({"magic": "stance-bundle", "intercept": array}, file)
    with pytest.raises(BundleError):
        load_bundle(file)
    assert load_bundle(bundle).actors


def test_a_file_cannot_change_the_loader(tmp_path: Path, bundle: Path) -> None:
    file = tmp_path / "evil.joblib"
    file.write_bytes(b"\x80\x02cjoblib.numpy_pickle\nNumpyArrayWrapper\nN}X\x04\0\0\0readX\x01\0\0\0xs\x86b.")
    with pytest.raises(BundleError):
        load_bundle(file)
    assert load_bundle(bundle).actors


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("manifest", [1]),
        ("format", np.array([2.0, 2.0])),
        ("magic", np.array([1.0, 2.0])),
        ("intercept", "abc"),
        ("intercept", np.zeros(1)),
        ("intercept", np.array([np.nan, 0.0, 0.0])),
        ("decision", {"scale": "x"}),
        ("decision", {"prior": np.zeros(3)}),
        ("blocks", [{"block": {"kind": "words", "name": "w", "left": 0.0}}]),
        ("lexicon_role", "one row"),
    ],
)
def test_a_part_of_another_type_is_refused(tmp_path: Path, bundle: Path, key: str, value: object) -> None:
    data = joblib.load(bundle) | {key: value}
    del data["digest"]
    file = tmp_path / "odd.joblib"
    joblib.dump({**data, "digest": content_digest(data)}, file)
    with pytest.raises(BundleError, match=r"other labels|format of type|no stance model|do not fit together"):
        load_bundle(file)
