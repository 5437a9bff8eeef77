"""Work on a manifest in parts of whole drives: finished parts are saved at once, missing ones computed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jepamine.cluster.tasks import FAILED, Cluster, connected, results
from jepamine.data.part_lines import Item, PartLines
from jepamine.errors import UserError
from jepamine.places import File
from jepamine.utils.files import sha256_file, write_atomic
from jepamine.utils.json_files import read_json, write_json
from jepamine.utils.locks import exclusive
from jepamine.utils.progress import notify, progress

# Parts unless the user names a number: enough for 64 workers to finish at about the same time.
PARTS = 256
PLAN = "plan.json"
RESUME = "--resume"


@dataclass(frozen=True)
class Job:
    """What to compute of a manifest.

    `function` runs on a worker: the JSON of `common` with manifest, `number`, `of` and the ranges of `lines`
    of a part in, its lines out. `items` yields one item for each line of the manifest, checking every one.
    `label` is the verb of the progress, `again` how to continue a stopped command.
    """

    label: str
    function: Callable[[str], bytes]
    manifest: File
    common: Mapping[str, Any]
    items: Callable[[], Iterable[Item]]
    again: str = RESUME


@contextmanager
def finished_parts(job: Job, cluster: Cluster, folder: Path) -> Iterator[list[Path]]:
    """Compute the parts of `job` that `folder` lacks; give the block the files of all, in order.

    `folder` is removed after the block; if that, or a part, fails, finished parts stay for `cluster.resume`.
    Raises UserError for an error on a worker, a cluster that is lost, and a folder that another process uses.
    """
    with exclusive(folder.with_suffix(".lock"), f"{folder}: another process computes these parts"):
        if folder.exists() and not cluster.resume:
            shutil.rmtree(folder)
        plan = PartLines(job.manifest, job.items(), _parts(folder, cluster))
        write_json(folder / PLAN, {"parts": plan.parts})
        paths = {number: folder / f"{number:06d}.jsonl" for number in range(1, plan.parts + 1)}
        try:
            _collect(job, cluster, paths, plan)
        except (UserError, KeyboardInterrupt) as error:
            saved = sum(path.exists() for path in paths.values())
            if not saved and job.again == RESUME:
                # Nothing to continue with: after a wrong address, for example.
                shutil.rmtree(folder)
                folder.with_suffix(".lock").unlink(missing_ok=True)
                raise
            hint = f"{saved} of {len(paths)} parts are finished and saved: continue with {job.again}"
            if isinstance(error, KeyboardInterrupt):
                notify(f"\ninterrupted; {hint}")
                raise
            raise UserError(f"{error}\n{hint}") from None
        yield list(paths.values())
        shutil.rmtree(folder)
    folder.with_suffix(".lock").unlink(missing_ok=True)


def _collect(job: Job, cluster: Cluster, paths: Mapping[int, Path], plan: PartLines) -> None:
    """Compute the parts that have no file in `paths` and write each result as it comes."""
    missing = [number for number, path in paths.items() if not path.exists()]
    if not missing:
        return
    common = {
        **job.common,
        "manifest": str(job.manifest),
        "manifest_sha256": sha256_file(job.manifest),
        "of": plan.parts,
    }
    tasks = {
        number: json.dumps(common | {"number": number, "lines": plan.ranges(number)}) for number in missing
    }
    count = sum(map(plan.lines, paths))
    done = count - sum(map(plan.lines, missing))
    with connected(cluster.address) as client, progress(job.label, count, "clips", done=done) as bar:
        for number, result in results(client, job.function, tasks, cluster.resources):
            if result.startswith(FAILED):
                raise UserError(result.removeprefix(FAILED).decode())
            write_atomic(paths[number], result)
            bar.step(plan.lines(number), f"part {number} of {plan.parts}")


def _parts(folder: Path, cluster: Cluster) -> int:
    """Return the wanted number of parts. Raises UserError if another number of them was begun."""
    if not (folder / PLAN).exists():
        return cluster.parts or PARTS
    begun = int(read_json(folder / PLAN)["parts"])
    if cluster.parts not in (None, begun):
        raise UserError(f"{folder} has {begun} parts: continue with --parts {begun}, or without --resume")
    return begun
