"""What scorers are given: the arguments that they ask for, each made when asked for, and clips."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch

from jepamine.data.clips import Clip, as_written, read_clips
from jepamine.data.drives import drive_of, order_of
from jepamine.data.embeddings import Embedded
from jepamine.data.splits import chosen
from jepamine.mining.overlap import extent_of
from jepamine.mining.predictors.modules import predict
from jepamine.protocols import ClipEmbeddings, Source


class Offers(Mapping[str, Any]):
    """What scorers are offered, each made when a scorer asks for it."""

    def __init__(self, **makers: Callable[[], Any]) -> None:
        self._makers = makers

    def __getitem__(self, name: str) -> Any:
        return self._makers[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)

    def __contains__(self, name: object) -> bool:
        # Mapping's own would build the value to see whether it exists.
        return name in self._makers


def clip_embeddings(predictor: torch.nn.Module, item: Embedded) -> ClipEmbeddings:
    """Convert an embedded clip to what scorers take, with its predictions."""
    clip = item.clip
    return ClipEmbeddings(
        clip.clip_id,
        clip.scene,
        item.clean,
        item.masked,
        # Computed where it is read: not every pass and not every scorer does.
        cast("np.ndarray", functools.partial(predict, predictor, item)),
        item.content,
        item.frames,
        extent_of(clip, item.digests),
        drive_of(clip),
        order_of(clip),
        clip.camera,
    )


def trained_clips(source: Source) -> set[tuple[str, str]]:
    """Return the `identity` of each clip of a run's own manifest that the run was trained on."""
    return {identity(clip) for clip in read_clips(source) if chosen(clip, "train").any()}


def identity(clip: Clip) -> tuple[str, str]:
    """Return what a clip is known by in any manifest: its id and the name of its first frame."""
    # Not the whole path: a run's own manifest has it absolute.
    return clip.clip_id, Path(as_written(clip.line)[0]).name
