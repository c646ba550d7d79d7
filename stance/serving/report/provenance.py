"""A model file → what a report says about the model: digests, known errors, threshold."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stance.data_files import data_file
from stance.errors import StanceError
from stance.scoring.bundle import load_bundle

__all__ = ["Provenance", "read_provenance"]


@dataclass(frozen=True)
class Provenance:
    """What the manifest of a model tells; empty where no model was given.

    Attributes
    ----------
    confusion : sequence of sequence of int, optional
        Out-of-fold counts on natural texts, true label by called, in the order of ``LABELS``.
    metrics : mapping of str to mapping of str to float
        Set of pairs → figure → value.
    floor : mapping of str to mapping of str to float
        The pinned floor, where it was pinned for the corpus of this model.
    """

    name: str = ""
    digest: str = ""
    corpus_digest: str = ""
    created: str = ""
    pairs: int = 0
    articles: int = 0
    threshold: float | None = None
    confusion: Sequence[Sequence[int]] | None = None
    agreement: Mapping[str, float] = field(default_factory=dict)
    metrics: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    floor: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def read_provenance(path: Path) -> Provenance:
    """Read the manifest of a model.

    Raises
    ------
    BundleError
        Where the file is no model.
    """
    model = load_bundle(path)
    manifest: Mapping[str, Any] = model.manifest
    corpus = str(manifest.get("corpus_digest", ""))
    return Provenance(
        name=path.name,
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
        corpus_digest=corpus,
        created=str(manifest.get("created", "")),
        pairs=int(manifest.get("pairs", 0)),
        articles=int(manifest.get("articles", 0)),
        threshold=model.decision.threshold,
        confusion=manifest.get("confusion", {}).get("natural"),
        agreement=manifest.get("agreement", {}),
        metrics=manifest.get("metrics", {}),
        floor=_read_floor(corpus),
    )


def _read_floor(corpus: str) -> Mapping[str, Mapping[str, float]]:
    try:
        pinned = json.loads(data_file("floor.json").read_text(encoding="utf-8"))
    except StanceError:
        # An installed package ships without it.
        return {}
    found: Mapping[str, Mapping[str, float]] = pinned["floor"] if pinned["corpus_digest"] == corpus else {}
    return found
