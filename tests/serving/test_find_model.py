"""Which model is used when the user names none."""

from __future__ import annotations

from pathlib import Path

import pytest

from stance.errors import BundleError
from stance.serving import find_model as module
from stance.serving.find_model import find_model


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STANCE_MODEL", raising=False)
    cached = tmp_path / "cache" / "default.joblib"
    monkeypatch.setattr(module, "cached_model_path", lambda: cached)
    return cached


def _touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def _train(path: Path) -> Path:
    return _touch(path)


def _never(path: Path) -> Path:
    raise AssertionError(f"trained {path} needlessly")


def test_the_order_is_option_environment_folder_cache(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_model(None, _train) == cache
    assert find_model(None, _never) == cache
    local = _touch(Path("models/stance.joblib"))
    assert find_model(None, _never) == local
    from_environment = _touch(Path("env.joblib"))
    monkeypatch.setenv("STANCE_MODEL", "env.joblib")
    assert find_model(None, _never) == from_environment
    asked = _touch(Path("asked.joblib"))
    assert find_model("asked.joblib", _never) == asked


@pytest.mark.usefixtures("cache")
def test_a_model_asked_for_must_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BundleError, match="--model"):
        find_model("fehlt", _never)
    monkeypatch.setenv("STANCE_MODEL", "fehlt")
    with pytest.raises(BundleError, match="STANCE_MODEL"):
        find_model(None, _never)
