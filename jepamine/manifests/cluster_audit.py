"""Read the frames of a manifest on a Dask cluster, for its audit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jepamine
from jepamine.cluster.connection import Cluster
from jepamine.cluster.saved_parts import Job, finished_parts
from jepamine.cluster.worker import answer
from jepamine.data.clips import text_of
from jepamine.data.drives import drive_in
from jepamine.data.shards import Shard
from jepamine.errors import UserError
from jepamine.manifests.findings.contents import Contents, Look
from jepamine.manifests.findings.entries import Entry, numbered_lines, read_entries
from jepamine.manifests.findings.frame_table import FrameTable
from jepamine.places import file_of
from jepamine.protocols import Source
from jepamine.utils.files import sha256_file
from jepamine.utils.json_files import read_jsonl


def look_on_cluster(contents: Contents, entries: Sequence[Entry], source: Source, cluster: Cluster) -> None:
    """Fill `contents` with what the frames of `entries`, those of `source`, contain.

    Finished parts are kept in a folder beside the manifest until all are there; if that is in a store, in the
    current folder. Raises UserError for a cluster that is lost.
    """
    manifest = source.manifest.absolute()
    common = {"root": str(source.root.absolute()) if source.root else None, "version": jepamine.__version__}
    words = json.dumps([common, sha256_file(manifest)])
    digest = hashlib.sha256(words.encode()).hexdigest()[:8]
    job = Job("look at frames", look_part, manifest, common, lambda: (entry.drive for entry in entries))
    # A bucket's are in the current folder.
    beside = manifest if isinstance(manifest, Path) else Path(manifest.name).absolute()
    folder = beside.with_name(f"{manifest.name}.{digest}.parts")
    with finished_parts(job, cluster, folder) as parts:
        for number, part in enumerate(parts, 1):
            own = Shard(number, len(parts)).part_by(entries, lambda entry: entry.drive)
            for entry, (_, line) in zip(own, read_jsonl(part), strict=True):
                contents.add(
                    entry.frames,
                    Look(
                        tuple(line["cuts"]),
                        [digest and bytes.fromhex(digest) for digest in line["digests"]],
                        {int(at): (kind, why) for at, (kind, why) in line["problems"].items()},
                    ),
                )


def look_part(task: str) -> bytes:
    """Read the frames of one part of a manifest on a worker, as the JSON object `task` describes it.

    Returns a line for each clip: its hard cuts, the hashes of its frames, and those that cannot be read.
    """
    return answer(task, _look)


def _look(wanted: dict[str, Any]) -> bytes:
    if wanted["version"] != jepamine.__version__:
        raise UserError(f"this worker has jepamine {jepamine.__version__}, the client {wanted['version']}")
    manifest = file_of(wanted["manifest"])
    table = FrameTable(file_of(wanted["root"]) if wanted["root"] else manifest.parent)
    contents = Contents(table)
    shard = Shard(wanted["number"], wanted["of"])
    entries = read_entries(shard.part_by(numbered_lines(manifest), _drive), manifest, table)
    contents.look(entry.frames for entry in entries)
    lines = []
    for entry in entries:
        seen = contents.seen(entry.frames)
        line = {
            "cuts": seen.cuts,
            "digests": [digest and digest.hex() for digest in seen.digests],
            "problems": seen.problems,
        }
        lines.append(json.dumps(line).encode() + b"\n")
    return b"".join(lines)


def _drive(item: tuple[int, dict[str, Any] | UserError]) -> str | None:
    number, line = item
    if isinstance(line, UserError):
        return None
    return drive_in(line, text_of(line, f"line {number}", "scene", "scene_id"))
