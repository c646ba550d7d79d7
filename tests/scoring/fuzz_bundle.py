"""A model file and a number → that many damaged copies, and what the loader made of each, as JSON.

Run by hand: ``python tests/scoring/fuzz_bundle.py tiny.joblib 10000``.
"""

from __future__ import annotations

import json
import random
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from stance.errors import BundleError
from stance.scoring.bundle import load_bundle

SECONDS = 5
GIGABYTE = 1 << 30
_FORBIDDEN = ("os.", "subprocess.", "socket.", "ctypes.", "shutil.", "exec", "compile", "pickle.", "import")


class Watch:
    """Writes down and stops whatever is more than reading."""

    def __init__(self) -> None:
        self.violations: list[str] = []
        self.on = False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.on:
            return
        writes = event == "open" and (set("wax+") & set(str(arguments[1] or "r")))
        if writes or event.startswith(_FORBIDDEN):
            self.violations.append(f"{event} {arguments!r:.100}")
            raise SystemError(event)


def mutate(data: bytes, rng: random.Random) -> bytes:
    """Damage a file once, seldom up to four times."""
    found = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 1, 1, 2, 3, 4))):
        at, to = rng.randrange(len(found)), rng.randrange(len(found))
        length = rng.choice((1, 1, 2, 4, 8, 32, 200))
        match rng.choice(("flip", "flip", "byte", "insert", "delete", "double", "splice", "swap", "cut")):
            case "flip":
                found[at] ^= 1 << rng.randrange(8)
            case "byte":
                found[at] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, *b".()]}0cRbQP\x81\x82\x92\x93\x94"))
            case "insert":
                found[at:at] = rng.randbytes(length)
            case "delete":
                del found[at : at + length]
            case "double":
                found[at:at] = found[at : at + length]
            case "splice":
                found[to:to] = found[at : at + length]
            case "swap":
                found[at], found[to] = found[to], found[at]
            case _:
                del found[max(at, 1) :]
        found = found or bytearray(b"\x80")
    return bytes(found)


def _late(*_: object) -> None:
    raise SystemError("hangs")


def judge(path: Path, wanted: tuple[str, object] | None) -> str:
    """Load a copy; say what came of it."""
    try:
        model = load_bundle(path)
    except BundleError as error:
        told = str(error)
        return "refused" if "\n" not in told and len(told) < 300 + len(str(path)) else f"long: {told!r}"
    # What escapes is what is looked for.
    except BaseException as error:
        return f"escaped: {type(error).__name__}: {error}"
    if wanted is None:
        return "loaded"
    return "identical" if (model.scorer.digest(), model.manifest) == wanted else "another model"


def fuzz(source: Path, count: int, *, seed: int = 6) -> dict[str, Any]:
    """Load ``count`` damaged copies; a file with a digest must come back as it was or not at all."""
    data, rng = source.read_bytes(), random.Random(seed)
    whole = load_bundle(source)
    wanted = (whole.scorer.digest(), whole.manifest) if b"digest" in data else None
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    watch = Watch()
    sys.addaudithook(watch)
    signal.signal(signal.SIGALRM, _late)
    with tempfile.NamedTemporaryFile(suffix=".joblib") as handle:
        for number in range(count):
            copy = mutate(data, rng)
            handle.seek(0)
            handle.truncate()
            handle.write(copy)
            handle.flush()
            signal.setitimer(signal.ITIMER_REAL, SECONDS)
            watch.on, start = True, time.perf_counter()
            outcome = judge(Path(handle.name), wanted)
            watch.on = False
            signal.setitimer(signal.ITIMER_REAL, 0)
            slowest = max(slowest, time.perf_counter() - start)
            if outcome == "identical" and copy == data:
                outcome = "unchanged"
            if outcome not in ("refused", "identical", "unchanged", "loaded"):
                outcome = f"{outcome} (mutation {number})"
            outcomes[outcome] += 1
    return {
        "outcomes": dict(outcomes),
        "violations": watch.violations,
        "slowest_s": round(slowest, 3),
        "peak_mb": _peak_kb() // 1024,
    }


def _peak_kb() -> int:
    """The most memory this process has held; getrusage would count what its parent held at the fork."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1])


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (2 * GIGABYTE, 2 * GIGABYTE))
    print(json.dumps(fuzz(Path(sys.argv[1]), int(sys.argv[2]))))
