"""A run over many articles → a folder of Parquet parts; killed anywhere, it goes on where it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from itertools import chain
from pathlib import Path

import msgspec

from stance.errors import OutputError, StanceError, WorkerError
from stance.serving.judging import Options, judge, model_of
from stance.serving.manifest import (
    Counts,
    Manifest,
    count,
    finish,
    load_manifest,
    plan_run,
    require_same,
    save_manifest,
)
from stance.serving.partitions import PART_BYTES, cut_partitions, list_inputs, read_partition
from stance.serving.parts import (
    SLIPS,
    Slip,
    find_slip,
    part_path,
    read_refusals,
    require_parquet,
    slip_path,
    write_part,
    written_whole,
)
from stance.serving.pool import map_ordered
from stance.serving.tables import Judged

__all__ = ["REFUSED", "Runner", "run_here", "score_files", "score_partition"]

REFUSED = "_refused.jsonl"
_LOCK = "_lock"
# A part that a straggler of an abandoned run wrote over is written again, but not for ever.
_ROUNDS = 3

# Applies the work to each number of a partition and yields the slips as they come.
Runner = Callable[[Callable[[int], Slip], Sequence[int]], Iterable[Slip]]
Watch = Callable[[Counts, int], None]


def score_files(
    files: Sequence[str],
    folder: Path,
    options: Options,
    runner: Runner,
    *,
    restart: bool = False,
    part_bytes: int = PART_BYTES,
    watch: Watch = lambda _counts, _parts: None,
) -> tuple[Counts, Counts]:
    """Judge the articles of files into a folder of parts, or go on with what is missing there.

    Parameters
    ----------
    files : sequence of str
        Files and folders.
    folder : Path
        Made where it is missing; on a cluster it must be the same for all workers.
    options : Options
    runner : callable
        Where the work is done: :func:`run_here` or a cluster.
    restart : bool
        Throw away what an earlier run left in the folder.
    part_bytes : int
        Bytes of input for a part; a run that goes on keeps the parts it began with.
    watch : callable
        Told of the counts so far and of the number of all parts.

    Returns
    -------
    tuple of Counts
        Of the whole folder, and of what this call did for it.

    Raises
    ------
    OutputError
        Where the folder holds another run, is in use or cannot be written.
    ArticleError, UsageError, WorkerError, BundleError
    """
    require_parquet()
    folder = folder.absolute()
    with _locked(folder):
        manifest = _begin_or_go_on(files, folder, options, restart, part_bytes)
        done = {s.number: s for s in _slips(manifest, folder, thorough=True)}
        kept = set(done)
        for _ in range(_ROUNDS):
            watch(count(tuple(done.values())), len(manifest.partitions))
            missing = [p.number for p in manifest.partitions if p.number not in done]
            for slip in runner(partial(score_partition, str(folder), manifest.key), missing):
                done[slip.number] = slip
                watch(count(tuple(done.values())), len(manifest.partitions))
            done = {s.number: s for s in _slips(manifest, folder)}
            if len(done) == len(manifest.partitions):
                slips = tuple(done.values())
                new = count(tuple(s for s in slips if s.number not in kept))
                return _finish(manifest, folder, slips), new
        raise WorkerError("another run writes to the same folder", folder, "stop it and try again")


def score_partition(folder: str, key: str, number: int) -> Slip:
    """Judge one partition of the run in a folder and write its part; runs on a worker.

    Raises
    ------
    OutputError
        Where the folder meanwhile belongs to another run.
    WorkerError
        Where the worker has another version of stance.
    """
    manifest = load_manifest(Path(folder))
    if manifest is None or manifest.key != key:
        raise OutputError("now belongs to another run", folder)
    if manifest.versions["stance"] != version("stance"):
        raise WorkerError(f"a worker has stance {version('stance')}", hint="install the same everywhere")
    # A scheduler asks again for a part whose worker died with the slip in its hands.
    if slip := find_slip(Path(folder), number, key, thorough=True):
        return slip
    partition = manifest.partitions[number]
    for piece in partition.pieces:
        if "://" not in piece.path and not Path(piece.path).exists():
            raise WorkerError("a worker does not see it", piece.path, "inputs must be there for all workers")
    options = manifest.options
    model = model_of(options)

    def judged(report: Callable[[StanceError], None]) -> Iterator[Judged]:
        return judge(read_partition(partition, report, options.columns), model, options, report)

    return write_part(Path(folder), number, key, judged)


def run_here(workers: int) -> Runner:
    """Work in this process, or in several of this machine."""
    if workers == 1:
        return map
    return lambda work, numbers: map_ordered(work, numbers, workers) if numbers else ()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    try:
        (folder / SLIPS).mkdir(parents=True, exist_ok=True)
        with FileLock(folder / _LOCK, timeout=0):
            yield
    except Timeout:
        raise OutputError("another run is writing here", folder, "wait for it, or write elsewhere") from None
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", folder) from None


def _begin_or_go_on(
    files: Sequence[str], folder: Path, options: Options, restart: bool, part_bytes: int
) -> Manifest:
    inputs = list_inputs(files)
    begun = load_manifest(folder)
    if begun is None and next(folder.glob("part-*.parquet"), None):
        raise OutputError("holds parts without a manifest", folder, "write to another folder")
    if begun and not restart:
        require_same(begun, plan_run(inputs, options, ()), folder)
        return begun
    manifest = plan_run(inputs, options, tuple(cut_partitions(inputs, part_bytes)))
    # The manifest first: from here on a straggler of the old run may not write.
    save_manifest(manifest, folder)
    if begun:
        for partition in begun.partitions:
            part_path(folder, partition.number).unlink(missing_ok=True)
            slip_path(folder, partition.number).unlink(missing_ok=True)
        (folder / REFUSED).unlink(missing_ok=True)
    return manifest


def _slips(manifest: Manifest, folder: Path, thorough: bool = False) -> Iterator[Slip]:
    for partition in manifest.partitions:
        slip = find_slip(folder, partition.number, manifest.key, thorough)
        if slip:
            yield slip


def _finish(manifest: Manifest, folder: Path, slips: tuple[Slip, ...]) -> Counts:
    now = list_inputs(file.path for file in manifest.inputs)
    require_same(manifest, plan_run(now, manifest.options, ()), folder)
    refusals = chain.from_iterable(read_refusals(folder, slip.number) for slip in slips)
    with written_whole(folder / REFUSED) as temporary, temporary.open("wb") as stream:
        stream.writelines(msgspec.json.encode(refusal) + b"\n" for refusal in refusals)
    for left in chain(folder.glob(".part-*"), (folder / SLIPS).glob(".part-*"), folder.glob("._*")):
        left.unlink(missing_ok=True)
    save_manifest(finish(manifest, slips), folder)
    return count(slips)
