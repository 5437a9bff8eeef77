"""Search clips by example: clips, images or texts. Exact, streamed, in memory that does not grow with clips.

Legend of shapes: B clips of a block, Q examples, D dimensions of an embedding.
"""

from __future__ import annotations

import dataclasses
import heapq
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.cluster.tasks import Cluster
from jepamine.data.clips import read_clips
from jepamine.data.embedding_store import Store
from jepamine.data.embeddings import Embedded, Unreadable
from jepamine.data.run_manifest import own_line
from jepamine.errors import UserError
from jepamine.mining.bank import BANK, load_bank
from jepamine.mining.distances import unit
from jepamine.mining.overlap import ExtentIndex, extent_of
from jepamine.mining.score_files import Scored
from jepamine.mining.search_examples import (
    Examples,
    Query,
    embedded_clips,
    examples_of,
    require_examples,
)
from jepamine.mining.selection import Choice, pick, pool_of
from jepamine.places import File
from jepamine.protocols import Source
from jepamine.runs.cluster_encoding import encoded
from jepamine.runs.loading import LoadedRun, require_clip_ranking
from jepamine.utils.files import write_atomic
from jepamine.utils.json_files import json_lines
from jepamine.utils.progress import notify, progress

# Clips whose similarities are computed at a time.
BLOCK = 256


@dataclass(frozen=True)
class Found:
    """The result of `search`: `searched` clips were compared, `left_out` overlap an example's clip."""

    choices: list[Choice]
    searched: int
    left_out: int
    unreadable: int


def search(
    opened: LoadedRun,
    source: Source,
    query: Query,
    k: int,
    threshold: float,
    diversity: float,
    cluster: Cluster | None = None,
) -> Found:
    """Return up to `k` clips of `source` that are most like the query, without near-duplicates.

    A clip's score is the mean cosine of its embedding to those of `like` and of `images`, less the mean to
    `unlike`, of clean embeddings less the training clips' mean; for texts the cosine to their features. Clips
    that are examples, or share frames or time with one, are left out. Choosing from the best is that of
    `choose`. With a `cluster` its workers encode the clips. Raises UserError for unknown ids (looked up in
    `source`, then in the run's own manifest), images that cannot be read, texts for an encoder without them,
    and if no clip can be read.
    """
    require_clip_ranking(opened)
    require_examples(query)
    parts = dataclasses.replace(opened.parts, source=source)
    with encoded(parts, opened.folder, cluster, masked=False, stop=False) as ready:
        return _search(opened, ready.source, query, k, threshold, diversity)


def _search(
    opened: LoadedRun, source: Source, query: Query, k: int, threshold: float, diversity: float
) -> Found:
    centre = load_bank(opened.folder.path / BANK).unit.mean(axis=0)
    total = sum(1 for _ in read_clips(source))
    with Store(opened.parts.store) as store:
        examples = examples_of(opened, source, query, centre, store)
        best: list[tuple[float, int, Scored, NDArray[np.float32]]] = []
        counts = {"searched": 0, "left_out": 0, "unreadable": 0}
        index = ExtentIndex(examples.extents)
        with progress("search", total, "clips") as bar:
            items = embedded_clips(opened, source, read_clips(source), store)
            for block in iter(lambda: list(islice(items, BLOCK)), []):
                _search_block(block, examples, index, source, best, pool_of(k), counts)
                bar.step(len(block))
    if not best:
        raise UserError(f"{source.manifest}: none of its {total} clips can be compared with the examples")
    best.sort(key=lambda entry: (-entry[0], entry[2].clip.clip_id))
    vectors = unit(unit(np.stack([vector for *_, vector in best])) - centre)
    choices = pick([scored for _, _, scored, _ in best], vectors, k, threshold, diversity)
    return Found(choices, **counts)


def _search_block(
    block: list[Embedded | Unreadable],
    examples: Examples,
    index: ExtentIndex,
    source: Source,
    best: list[tuple[float, int, Scored, NDArray[np.float32]]],
    keep: int,
    counts: dict[str, int],
) -> None:
    """Merge a block's clips into the heap `best` of the `keep` highest scores."""
    compared = []
    for item in block:
        if isinstance(item, Unreadable):
            counts["unreadable"] += 1
            notify(f"warning: skipped: {item.error}")
        elif len(index.overlapping(extent_of(item.clip, item.digests))):
            counts["left_out"] += 1
        else:
            compared.append(item)
    counts["searched"] += len(compared)
    if not compared:
        return
    means = np.stack([item.clean.mean(axis=0) for item in compared])
    for item, mean, score in zip(compared, means, examples.scores(means).tolist(), strict=True):
        # Earlier clips first if scores are equal, so that the block size does not matter.
        rank = (score, -item.clip.first_tubelet)
        if len(best) == keep and rank <= best[0][:2]:
            continue
        entry = (
            *rank,
            Scored({"clip_id": item.clip.clip_id, "score": score}, item.clip, source),
            mean.copy(),
        )
        heapq.heappush(best, entry) if len(best) < keep else heapq.heappushpop(best, entry)


def found_lines(found: Found) -> list[dict[str, Any]]:
    """Return the chosen clips as lines that are both of a manifest and of a score file, best first."""
    lines = []
    for choice in found.choices:
        source = choice.scored.source
        where: dict[str, Any] = {"manifest": str(source.manifest.absolute())}
        where |= {"root": str(source.root.absolute())} if source.root else {}
        score = choice.scored.score
        lines.append(
            own_line(choice.scored.clip)
            | {"score": score, "scores": {"search": score}, "tubelet_scores": []}
            | {"stands_for": [duplicate.clip.clip_id for duplicate in choice.stands_for]}
            | where
        )
    return lines


def write_found(found: Found, output: Path) -> None:
    """Write `found_lines` to a JSONL file."""
    write_atomic(output, json_lines(found_lines(found)))


def searched_source(opened: LoadedRun, manifest: File | None) -> Source:
    """Return the source of the clips to search: `manifest`, else the run's own."""
    own = opened.parts.source
    return own if manifest is None else dataclasses.replace(own, manifest=manifest.absolute(), root=None)
