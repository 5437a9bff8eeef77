"""Scores of clips of several cameras: each camera by itself, and all of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from jepamine.data.clips import views
from jepamine.data.embeddings import Embedded
from jepamine.data.prepared_clips import content_key
from jepamine.protocols import Source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Together = Literal["max", "mean"]


def embedded_views(item: Embedded, source: Source) -> list[Embedded]:
    """Return the embeddings of each camera of a clip of several; of any other clip the item alone."""
    clips = views(item.clip)
    if len(clips) == 1 and clips[0] is item.clip:
        return [item]
    parts = []
    for number, clip in enumerate(clips):
        own = slice(number * clip.tubelets, (number + 1) * clip.tubelets)
        digests = item.digests[number * len(clip.frames) : (number + 1) * len(clip.frames)]

        def frames(own: slice = own) -> NDArray[np.uint8]:
            return item.frames()[own]

        parts.append(
            replace(
                item,
                clip=clip,
                clean=item.clean[own],
                masked=item.masked[own],
                fraction=item.fraction[own],
                content=content_key(source, digests),
                digests=digests,
                frames=frames,
            )
        )
    return parts


def together(means: Sequence[dict[str, float]], how: Together) -> dict[str, float]:
    """Return each scorer's score of the whole clip: the highest or the mean of its cameras' scores."""
    columns = {name: [scores[name] for scores in means] for name in means[0]}
    return {
        name: max(values) if how == "max" else sum(values) / len(values) for name, values in columns.items()
    }


def camera_scores(
    parts: Sequence[Embedded], means: Sequence[dict[str, float]], headline: str
) -> dict[str, Any]:
    """Return what a score line has of each camera: {camera: {"score", "scores"}}."""
    return {
        str(part.clip.camera): {"score": scores[headline], "scores": scores}
        for part, scores in zip(parts, means, strict=True)
    }
