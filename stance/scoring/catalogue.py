"""The blocks there are, by name and with the options that did best; records ↔ blocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stance.errors import BundleError
from stance.scoring.blocks import Between, Block, Subwords, Words, Zones
from stance.scoring.lexicon_blocks import LexiconSums, Patterns

__all__ = ["CATALOGUE", "DEFAULT_BLOCKS", "block_from_record"]

_MOST = 10

_KINDS: dict[str, Callable[..., Block]] = {
    cls.kind: cls for cls in (Words, Zones, Between, Subwords, LexiconSums, Patterns)
}


def block_from_record(record: dict[str, Any]) -> Block:
    """Build a block from what :meth:`Block.to_record` wrote."""
    options = {key: tuple(v) if isinstance(v, list) else v for key, v in record.items()}
    kind = options.pop("kind", None)
    if kind not in _KINDS:
        raise BundleError(f"holds an unknown block {kind!r:.40}", hint="a newer version wrote it")
    block = _KINDS[kind](**options)
    counts = [getattr(block, name, 1) for name in ("ngrams", "most")]
    if not all(isinstance(x, float) and x > 0 for x in (block.left, block.right)) or not all(
        isinstance(x, int) and 0 < x < _MOST for x in counts
    ):
        raise ValueError(f"block {block.name!r} has impossible options")
    return block


_BLOCKS = (
    Words("words"),
    Words("sides", left=3.0, right=10.0, sides=True, ngrams=1),
    Zones("zones"),
    Between("between"),
    LexiconSums("lexicon"),
    Subwords("subwords"),
    Patterns("patterns"),
)
CATALOGUE: dict[str, Block] = {block.name: block for block in _BLOCKS}
"""Every kind of block with the options that did best, by name."""

DEFAULT_BLOCKS: tuple[Block, ...] = tuple(
    block for block in _BLOCKS if block.name not in ("between", "patterns")
)
