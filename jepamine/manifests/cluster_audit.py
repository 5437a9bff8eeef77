"""Read the frames of a manifest on a Dask cluster, for its audit."""

from __future__ import annotations

import hashlib
import json
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import jepamine
from jepamine.cluster.saved_parts import Job, finished_parts
from jepamine.cluster.tasks import Cluster, answer
from jepamine.data.part_lines import Item, lines_in
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
    job = Job("look at frames", look_part, manifest, common, partial(_items, entries))
    # A bucket's are in the current folder.
    beside = manifest if isinstance(manifest, Path) else Path(manifest.name).absolute()
    folder = beside.with_name(f"{manifest.name}.{digest}.parts")
    with finished_parts(job, cluster, folder) as parts:
        numbers = array("q", (entry.number for entry in entries))
        for part in parts:
            for _, line in read_jsonl(part):
                entry = entries[bisect_left(numbers, line["line"]) + line["camera"]]
                contents.add(
                    entry.frames,
                    Look(
                        tuple(line["cuts"]),
                        tuple((place, (width, height)) for place, (width, height) in line["sizes"]),
                        [digest and bytes.fromhex(digest) for digest in line["digests"]],
                        {int(at): (kind, why) for at, (kind, why) in line["problems"].items()},
                    ),
                )


def _items(entries: Sequence[Entry]) -> Iterator[Item]:
    """Yield the item of each line; one of several cameras has an entry for each."""
    for _, cameras in groupby(entries, lambda entry: entry.number):
        yield Item(next(cameras).drive)


def look_part(task: str) -> bytes:
    """Read the frames of one part of a manifest on a worker, as the JSON object `task` describes it.

    Returns a line for each clip: the number of its line and of its camera there, its hard cuts, the hashes of
    its frames, and those that cannot be read.
    """
    return answer(task, _look)


def _look(wanted: dict[str, Any]) -> bytes:
    if wanted["version"] != jepamine.__version__:
        raise UserError(f"this worker has jepamine {jepamine.__version__}, the client {wanted['version']}")
    manifest = file_of(wanted["manifest"])
    table = FrameTable(file_of(wanted["root"]) if wanted["root"] else manifest.parent)
    contents = Contents(table)
    ranges = lines_in(manifest, wanted["lines"])
    own = (line for _, lines in ranges for line in lines)
    entries = read_entries(numbered_lines(own, manifest), manifest, table)
    contents.look(entries)
    lines = []
    for number, cameras in groupby(entries, lambda entry: entry.number):
        for camera, entry in enumerate(cameras):
            seen = contents.seen(entry.frames)
            line = {
                "line": number,
                "camera": camera,
                "cuts": seen.cuts,
                "sizes": seen.sizes,
                "digests": [digest and digest.hex() for digest in seen.digests],
                "problems": seen.problems,
            }
            lines.append(json.dumps(line).encode() + b"\n")
    return b"".join(lines)
