"""Work on a manifest in parts of whole drives: finished parts are saved at once, missing ones computed."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jepamine.cluster.connection import Cluster, connected, results
from jepamine.cluster.worker import FAILED
from jepamine.data.shards import dealt
from jepamine.errors import UserError
from jepamine.places import File
from jepamine.utils.files import sha256_file, write_atomic
from jepamine.utils.json_files import read_json, write_json
from jepamine.utils.locks import exclusive
from jepamine.utils.progress import notify, progress

# Parts unless the user names a number: enough for 64 workers to finish at about the same time.
PARTS = 256
PLAN = "plan.json"


@dataclass(frozen=True)
class Job:
    """What to compute of a manifest.

    `function` runs on a worker: the JSON of `common` with manifest, `number` and `of` of a part in, its lines
    out. `drives` yields the drive of each item of the manifest, None without one, checking every line.
    `label` is the verb of the progress, `again` how to continue a stopped command.
    """

    label: str
    function: Callable[[str], bytes]
    manifest: File
    common: Mapping[str, Any]
    drives: Callable[[], Iterable[str | None]]
    again: str = "--resume"


@contextmanager
def finished_parts(job: Job, cluster: Cluster, folder: Path) -> Iterator[list[Path]]:
    """Compute the parts of `job` that `folder` lacks; give the block the files of all, in order.

    `folder` is removed after the block; if that, or a part, fails, finished parts stay for `cluster.resume`.
    Raises UserError for an error on a worker, a cluster that is lost, and a folder that another process uses.
    """
    with exclusive(folder.with_suffix(".lock"), f"{folder}: another process computes these parts"):
        if folder.exists() and not cluster.resume:
            shutil.rmtree(folder)
        totals = _totals(job, _parts(folder, cluster))
        write_json(folder / PLAN, {"parts": len(totals)})
        paths = {number: folder / f"{number:06d}.jsonl" for number in totals}
        missing = [number for number, path in paths.items() if not path.exists()]
        try:
            _collect(job, cluster, missing, paths, totals)
        except (UserError, KeyboardInterrupt) as error:
            saved = sum(path.exists() for path in paths.values())
            hint = f"{saved} of {len(paths)} parts are finished and saved: continue with {job.again}"
            if isinstance(error, KeyboardInterrupt):
                notify(f"\ninterrupted; {hint}")
                raise
            raise UserError(f"{error}\n{hint}") from None
        yield list(paths.values())
        shutil.rmtree(folder)
    folder.with_suffix(".lock").unlink(missing_ok=True)


def _collect(
    job: Job, cluster: Cluster, missing: list[int], paths: Mapping[int, Path], totals: Mapping[int, int]
) -> None:
    """Compute the parts `missing` and write each result into its file as it comes."""
    if not missing:
        return
    common = {
        **job.common,
        "manifest": str(job.manifest),
        "manifest_sha256": sha256_file(job.manifest),
        "of": len(totals),
    }
    tasks = {number: json.dumps(common | {"number": number, "total": totals[number]}) for number in missing}
    count = sum(totals.values())
    done = count - sum(totals[number] for number in missing)
    with connected(cluster.address) as client, progress(job.label, count, "clips", done=done) as bar:
        for number, result in results(client, job.function, tasks, cluster.resources):
            if result.startswith(FAILED):
                raise UserError(result.removeprefix(FAILED).decode())
            write_atomic(paths[number], result)
            bar.step(totals[number], f"part {number} of {len(totals)}")


def _parts(folder: Path, cluster: Cluster) -> int:
    """Return the wanted number of parts. Raises UserError if another number of them was begun."""
    if not (folder / PLAN).exists():
        return cluster.parts or PARTS
    begun = int(read_json(folder / PLAN)["parts"])
    if cluster.parts not in (None, begun):
        raise UserError(f"{folder} has {begun} parts: continue with --parts {begun}, or without --resume")
    return begun


def _totals(job: Job, parts: int) -> dict[int, int]:
    """Return part -> items, checking every line; no more parts than drives."""
    drives = Counter(place for place, _ in dealt(job.drives(), _itself))
    parts = min(parts, len(drives))
    totals: Counter[int] = Counter()
    for place, items in drives.items():
        totals[place % parts + 1] += items
    return dict(sorted(totals.items()))


def _itself(drive: str | None) -> str | None:
    return drive
