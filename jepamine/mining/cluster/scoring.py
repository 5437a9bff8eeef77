"""Score a manifest on a Dask cluster: parts of whole drives, saved as they come, then merged."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jepamine.data.clips import read_clips, read_clips_or_errors
from jepamine.errors import UserError
from jepamine.mining.cluster.client import connected, results
from jepamine.mining.cluster.worker import FAILED, identity, score_part
from jepamine.mining.score_parts import completion_path, merge_parts
from jepamine.mining.scoring import OnError
from jepamine.mining.shards import dealt
from jepamine.mining.task import require_clip_ranking
from jepamine.runs.hardware import hardware
from jepamine.runs.loading import LoadedRun
from jepamine.utils.files import check_output, read_json, sha256_file, write_atomic, write_json
from jepamine.utils.locks import exclusive
from jepamine.utils.progress import notify, progress

# Parts unless the user names a number: enough for 64 workers to finish at about the same time.
PARTS = 256
PLAN = "plan.json"


@dataclass(frozen=True)
class Cluster:
    """A Dask cluster: the scheduler's address or file, the resources that a task needs, parts (None: 256)."""

    address: str
    resources: Mapping[str, float]
    parts: int | None = None


def score_on_cluster(
    opened: LoadedRun,
    output: Path,
    cluster: Cluster,
    *,
    scorer: str | None,
    on_error: OnError,
    resume: bool,
) -> dict[str, int]:
    """Score the clips of `opened.parts.source` into `output`, byte-identical to one process.

    Finished parts are kept in a folder beside `output`, for `resume`, until all are there. Returns {"clips":
    lines written, "errors": those with an error}. Raises UserError as `score_manifest` does, and for a
    cluster that is lost.
    """
    source = opened.parts.source
    require_clip_ranking(opened)
    check_output(output, source.manifest)
    folder = _folder(opened, output, scorer, on_error)
    with exclusive(folder.with_suffix(".lock"), f"{output}: another process is scoring into it"):
        if folder.exists() and not resume:
            shutil.rmtree(folder)
        totals = _totals(opened, on_error, _parts(folder, cluster))
        write_json(folder / PLAN, {"parts": len(totals)})
        paths = {number: folder / f"{number:06d}.jsonl" for number in totals}
        finished = [number for number, path in paths.items() if path.exists()]
        common = _common(opened, scorer, on_error)
        tasks = {
            number: json.dumps(common | {"number": number, "of": len(totals), "total": total})
            for number, total in totals.items()
            if number not in finished
        }
        try:
            _collect(cluster, tasks, paths, totals)
        except (UserError, KeyboardInterrupt) as error:
            saved = sum(path.exists() for path in paths.values())
            hint = f"{saved} of {len(paths)} parts are scored and saved: continue with --resume"
            if isinstance(error, KeyboardInterrupt):
                notify(f"\ninterrupted; {hint}")
                raise
            raise UserError(f"{error}\n{hint}") from None
        counts = merge_parts(list(paths.values()), source.manifest, output)
        completion_path(output).unlink(missing_ok=True)
        shutil.rmtree(folder)
    folder.with_suffix(".lock").unlink(missing_ok=True)
    return counts


def _collect(
    cluster: Cluster, tasks: Mapping[int, str], paths: Mapping[int, Path], totals: Mapping[int, int]
) -> None:
    """Run `tasks` and write each result into its file as it comes."""
    done = sum(totals.values()) - sum(totals[number] for number in tasks)
    if not tasks:
        return
    with (
        connected(cluster.address) as client,
        progress("score", sum(totals.values()), "clips", done=done) as bar,
    ):
        for number, result in results(client, score_part, tasks, cluster.resources):
            if result.startswith(FAILED):
                raise UserError(result.removeprefix(FAILED).decode())
            write_atomic(paths[number], result)
            bar.step(totals[number], f"part {number} of {len(totals)}")


def _folder(opened: LoadedRun, output: Path, scorer: str | None, on_error: OnError) -> Path:
    """Return the folder of finished parts; its name separates what must not be mixed."""
    digest = hashlib.sha256(json.dumps([identity(opened), scorer, on_error]).encode()).hexdigest()[:8]
    return output.with_name(f"{output.name}.{digest}.parts")


def _parts(folder: Path, cluster: Cluster) -> int:
    """Return the wanted number of parts. Raises UserError if another number of them was begun."""
    if not (folder / PLAN).exists():
        return cluster.parts or PARTS
    begun = int(read_json(folder / PLAN)["parts"])
    if cluster.parts not in (None, begun):
        raise UserError(f"{folder} has {begun} parts: continue with --parts {begun}, or without --resume")
    return begun


def _totals(opened: LoadedRun, on_error: OnError, parts: int) -> dict[int, int]:
    """Return part -> clips, checking every line; no more parts than drives."""
    read = read_clips if on_error == "stop" else read_clips_or_errors
    drives: Counter[int] = Counter()
    for place, _ in dealt(read(opened.parts.source)):
        drives[place] += 1
    parts = min(parts, len(drives))
    totals: Counter[int] = Counter()
    for place, clips in drives.items():
        totals[place % parts + 1] += clips
    return dict(sorted(totals.items()))


def _common(opened: LoadedRun, scorer: str | None, on_error: OnError) -> dict[str, Any]:
    """Return what the tasks of all parts have in common."""
    source = opened.parts.source
    return {
        "experiments": str(opened.folder.path.parent),
        "run": opened.folder.name,
        "manifest": str(source.manifest),
        "root": str(source.root) if source.root else None,
        "scorer": scorer,
        "on_error": on_error,
        "device": hardware().device,
        "identity": identity(opened),
        "manifest_sha256": sha256_file(source.manifest),
        "trust_changes": bool(opened.changed),
    }
