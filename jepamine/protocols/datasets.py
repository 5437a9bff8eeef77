"""What factories of datasets, maskings and readers return: frames, and which parts are hidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from jepamine.errors import UserError
from jepamine.places import File

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image


class Recording(Protocol):
    """A stream of a video or log: what a `reader` gives for its `path`, `stream` and `name` (in errors).

    `times`: when frames begin, microseconds, rising; `end`: when the last one ends. After `close`, `image`
    opens the file again; it raises UserError for a frame that cannot be decoded, and after `end`.
    """

    times: Sequence[int]
    end: int

    def image(self, microseconds: int) -> Image.Image: ...  # the frame shown then, RGB, upright

    def close(self) -> None: ...


@dataclass(frozen=True)
class Source:
    """A manifest and how its frames are read; returned by dataset plugins.

    `manifest` is a JSONL file whose frame paths are relative to `root`, or to the manifest's folder where
    `root` is None. Frames are resized to `image_size`, (height, width) in pixels, in `threads` threads
    (0: one per core). `known` is a folder of frames' hashes that other machines have written (see
    `jepamine.data.known_content`): a frame whose embeddings are stored is then not read.
    """

    manifest: File
    root: File | None = None
    labels: Path | None = None
    tubelet_size: int = 2
    image_size: tuple[int, int] = (224, 224)
    threads: int = 0
    known: Path | None = None

    def __post_init__(self) -> None:
        if type(self.tubelet_size) is not int or self.tubelet_size < 1:
            raise UserError(f"{self.manifest}: tubelet_size must be 1 or more, not {self.tubelet_size!r}")
        size = self.image_size
        if not isinstance(size, tuple) or len(size) != 2 or any(type(n) is not int or n < 1 for n in size):
            raise UserError(f"{self.manifest}: image_size must be (height, width) in pixels, not {size!r}")


class Dataset(Protocol):
    """The factory of a dataset: creates or finds a manifest on disk and returns its location."""

    def __call__(self, data_dir: Path, **settings: Any) -> Source: ...


class Mask(Protocol):
    """The return value of a masking factory (`shape` = (T, H, W) -> Mask)."""

    def __call__(self, clip_id: str, tubelet: int, running: int) -> np.ndarray:
        """Return the mask of one tubelet: bool (T, rows, columns), True = hidden; the grid tiles H, W.

        `tubelet` is the index in the clip, `running` the index in the whole manifest, both from 0.
        """
