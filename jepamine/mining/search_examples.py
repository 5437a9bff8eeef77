"""The examples of a search: clips, images or texts, as vectors.

Legend of shapes: B clips of a block, Q examples, D dimensions of an embedding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jepamine.data.clips import Clip, read_clips
from jepamine.data.embedding_store import Store
from jepamine.data.embeddings import Embedded, Unreadable, embed_clips
from jepamine.data.encoding import encode
from jepamine.data.frames import Frame
from jepamine.errors import UserError, did_you_mean
from jepamine.mining.distances import unit
from jepamine.mining.overlap import extent_of
from jepamine.protocols import Encoder, Extent, PooledEncoder, Source, TextEncoder
from jepamine.runs.loading import LoadedRun


@dataclass(frozen=True)
class Query:
    """What to search for: ids of clips that are alike and unlike, image files, or texts."""

    like: Sequence[str] = ()
    unlike: Sequence[str] = ()
    images: Sequence[Path] = ()
    texts: Sequence[str] = ()


@dataclass(frozen=True)
class Examples:
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


def embedded_clips(
    opened: LoadedRun, source: Source, clips: Iterator[Clip], store: Store
) -> Iterator[Embedded | Unreadable]:
    return embed_clips(clips, source, None, opened.parts.encoder, store)


def require_examples(query: Query) -> None:
    if not (query.like or query.images or query.texts):
        raise UserError("nothing to search for: pass --like CLIP_ID, --image FILE or --text TEXT")
    if query.texts and (query.like or query.unlike or query.images):
        raise UserError(
            "--text cannot be combined with --like, --unlike or --image: cosines to texts and to images have "
            "different scales; search twice"
        )


def examples_of(
    opened: LoadedRun, source: Source, query: Query, centre: NDArray[np.float32], store: Store
) -> Examples:
    encoder = opened.parts.encoder
    nothing = np.empty((0, len(centre)), dtype=np.float32)
    if query.texts:
        return Examples(unit(_text_features(encoder, query.texts)), nothing, np.zeros_like(centre), ())
    names = dict.fromkeys([*query.like, *query.unlike])
    clips = _example_clips(opened, source, list(names), store) if names else {}
    vectors = {name: item.clean.mean(axis=0) for name, item in clips.items()}
    images = [_image_vector(encoder, path, source) for path in query.images]
    alike = np.stack([*(vectors[name] for name in query.like), *images])
    unlike = np.stack([vectors[name] for name in query.unlike]) if query.unlike else nothing
    extents = [extent_of(item.clip, item.digests) for item in clips.values()]
    return Examples(unit(unit(alike) - centre), unit(unit(unlike) - centre), centre, extents)


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
        (item,) = embedded_clips(opened, candidate, iter([clip]), store)
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
