"""Search clips by example: clips, images or texts. Exact, streamed, in memory that does not grow with clips.

Legend of shapes: B clips of a block, Q examples, D dimensions of an embedding.
"""

from __future__ import annotations

import dataclasses
import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.cluster.tasks import Cluster
from jepamine.data.clips import Clip, read_clips
from jepamine.data.embedding_store import Store
from jepamine.data.embeddings import Embedded, Unreadable, embed_clips
from jepamine.data.encoding import encode
from jepamine.data.frames import Frame
from jepamine.data.run_manifest import own_line
from jepamine.errors import UserError, did_you_mean
from jepamine.mining.bank import BANK, load_bank
from jepamine.mining.distances import unit
from jepamine.mining.overlap import ExtentIndex, extent_of
from jepamine.mining.score_files import Scored
from jepamine.mining.selection import Choice, pick, pool_of
from jepamine.places import File
from jepamine.protocols import Encoder, Extent, PooledEncoder, Source, TextEncoder
from jepamine.runs.cluster_encoding import encoded
from jepamine.runs.loading import LoadedRun, require_clip_ranking
from jepamine.utils.files import write_atomic
from jepamine.utils.json_files import json_lines
from jepamine.utils.progress import notify, progress

# Clips whose similarities are computed at a time.
BLOCK = 256


@dataclass(frozen=True)
class Query:
    """What to search for: ids of clips that are alike and unlike, image files, or texts."""

    like: Sequence[str] = ()
    unlike: Sequence[str] = ()
    images: Sequence[Path] = ()
    texts: Sequence[str] = ()


@dataclass(frozen=True)
class Found:
    """The result of `search`: `searched` clips were compared, `left_out` overlap an example's clip."""

    choices: list[Choice]
    searched: int
    left_out: int
    unreadable: int


@dataclass(frozen=True)
class _Examples:
    """Unit vectors float32 (Q, D); a clip's score is its mean cosine to `alike`, less that to `unlike`."""

    alike: NDArray[np.float32]
    unlike: NDArray[np.float32]
    centre: NDArray[np.float32]  # (D,); zeros for texts
    extents: Sequence[Extent]

    def scores(self, means: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the scores of clips with mean embeddings (B, D), float64 (B,)."""
        vectors = unit(unit(means) - self.centre)
        scores: NDArray[np.float64] = (vectors @ self.alike.T).mean(axis=1, dtype=np.float64)
        if len(self.unlike):
            scores -= (vectors @ self.unlike.T).mean(axis=1, dtype=np.float64)
        return scores


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
    _require_examples(query)
    parts = dataclasses.replace(opened.parts, source=source)
    with encoded(parts, opened.folder, cluster, masked=False, stop=False) as ready:
        return _search(opened, ready.source, query, k, threshold, diversity)


def _search(
    opened: LoadedRun, source: Source, query: Query, k: int, threshold: float, diversity: float
) -> Found:
    centre = load_bank(opened.folder.path / BANK).unit.mean(axis=0)
    total = sum(1 for _ in read_clips(source))
    with Store(opened.parts.store) as store:
        examples = _examples(opened, source, query, centre, store)
        best: list[tuple[float, int, Scored, NDArray[np.float32]]] = []
        counts = {"searched": 0, "left_out": 0, "unreadable": 0}
        index = ExtentIndex(examples.extents)
        with progress("search", total, "clips") as bar:
            items = _embedded(opened, source, read_clips(source), store)
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
    examples: _Examples,
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


def _embedded(
    opened: LoadedRun, source: Source, clips: Iterator[Clip], store: Store
) -> Iterator[Embedded | Unreadable]:
    return embed_clips(clips, source, None, opened.parts.encoder, store)


def _require_examples(query: Query) -> None:
    if not (query.like or query.images or query.texts):
        raise UserError("nothing to search for: pass --like CLIP_ID, --image FILE or --text TEXT")
    if query.texts and (query.like or query.unlike or query.images):
        raise UserError(
            "--text cannot be combined with --like, --unlike or --image: cosines to texts and to images have "
            "different scales; search twice"
        )


def _examples(
    opened: LoadedRun, source: Source, query: Query, centre: NDArray[np.float32], store: Store
) -> _Examples:
    encoder = opened.parts.encoder
    nothing = np.empty((0, len(centre)), dtype=np.float32)
    if query.texts:
        return _Examples(unit(_text_features(encoder, query.texts)), nothing, np.zeros_like(centre), ())
    names = dict.fromkeys([*query.like, *query.unlike])
    clips = _example_clips(opened, source, list(names), store) if names else {}
    vectors = {name: item.clean.mean(axis=0) for name, item in clips.items()}
    images = [_image_vector(encoder, path, source) for path in query.images]
    alike = np.stack([*(vectors[name] for name in query.like), *images])
    unlike = np.stack([vectors[name] for name in query.unlike]) if query.unlike else nothing
    extents = [extent_of(item.clip, item.digests) for item in clips.values()]
    return _Examples(unit(unit(alike) - centre), unit(unit(unlike) - centre), centre, extents)


def _example_clips(opened: LoadedRun, source: Source, names: list[str], store: Store) -> dict[str, Embedded]:
    """Return the embeddings of the clips with these ids."""
    places: dict[str, tuple[Clip, Source]] = {}
    sources = [source] if source.manifest == opened.parts.source.manifest else [source, opened.parts.source]
    for candidate in sources:
        for clip in read_clips(candidate):
            if clip.clip_id in names:
                places.setdefault(clip.clip_id, (clip, candidate))
    for name in names:
        if name not in places:
            known = (clip.clip_id for candidate in sources for clip in read_clips(candidate))
            listed = " and ".join(str(candidate.manifest) for candidate in sources)
            raise UserError(f"no clip '{name}' in {listed}{did_you_mean(name, known)}")
    result: dict[str, Embedded] = {}
    for name, (clip, candidate) in places.items():
        (item,) = _embedded(opened, candidate, iter([clip]), store)
        if isinstance(item, Unreadable):
            raise item.error
        result[name] = item
    return result


def _image_vector(encoder: Encoder, path: Path, source: Source) -> NDArray[np.float32]:
    """Return the embedding of an image, (D,), as that of a tubelet that shows it all the time."""
    pixels = Frame(path, source.image_size).pixels()
    # (H, W, 3) -> (1, T, H, W, 3)
    tubelet = np.repeat(pixels[None], source.tubelet_size, axis=0)[None]
    (vector,) = encode(encoder, tubelet)
    return np.asarray(vector)


def _text_features(encoder: Encoder, texts: Sequence[str]) -> NDArray[np.float32]:
    """Return the features of texts, (Q, D). Raises UserError if the embeddings are in another space."""
    hint = (
        'train a run with encoder={plugin="hf", weights="google/siglip2-base-patch16-224", output="pooled"}'
    )
    if not isinstance(encoder, TextEncoder):
        raise UserError(f"the run's encoder '{encoder.name}' has no texts; {hint}")
    if isinstance(encoder, PooledEncoder) and not encoder.pooled:
        raise UserError(
            f"the embeddings of the run's encoder '{encoder.name}' are means over patches, which are not in "
            f"the space of texts; {hint}"
        )
    features: NDArray[np.float32] = encoder.text(texts).float().cpu().numpy()
    return features


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
