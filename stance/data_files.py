"""Where the project's own data lies: in the source tree, or inside the installed package."""

from __future__ import annotations

from pathlib import Path

from stance.errors import StanceError

__all__ = ["data_file"]

_PACKAGE = Path(__file__).parent


def data_file(name: str) -> Path:
    """Return the path of a file or folder of ``data/``."""
    for root in (_PACKAGE / "data", _PACKAGE.parent / "data"):
        if (root / name).exists():
            return root / name
    raise StanceError(f"data/{name} is missing from this installation", hint="install stance again")
