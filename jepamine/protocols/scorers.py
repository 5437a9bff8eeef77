"""What a scorer factory returns, the clips that it scores, and the abilities that a scorer may have."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Extent:
    """What a clip covers, to find the clips that overlap it.

    `frames`: the first 8 bytes of each frame's hash, joined. `timeline`: its video, or its drive if that has
    timestamps (None: times unknown); `start`, `end`: its first and last frame's times on it in microseconds.
    """

    frames: bytes = b""
    timeline: str | None = None
    start: float = 0.0
    end: float = 0.0


class Deferred:
    """A field that may be set to a function, which is called when the field is first read."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: object | None, owner: type) -> np.ndarray:
        if instance is None:
            raise AttributeError(self.name)  # no default for the dataclass
        value: np.ndarray | Callable[[], np.ndarray] = vars(instance)[self.name]
        if callable(value):
            value = vars(instance)[self.name] = value()
        return value

    def __set__(self, instance: object, value: np.ndarray | Callable[[], np.ndarray]) -> None:
        vars(instance)[self.name] = value


@dataclass(frozen=True)
class ClipEmbeddings:
    """One clip for a scorer: embeddings float32 (N, D) each.

    `content` is a hash of the clip's frames; `frames()` returns them, uint8 RGB (N, T, H, W, 3).
    `order` sorts the clips of a drive whose times are unknown. `predicted` may be set to what computes it.
    """

    clip_id: str
    scene: str | None
    clean: np.ndarray
    masked: np.ndarray
    if TYPE_CHECKING:
        predicted: np.ndarray
    else:
        predicted: np.ndarray = Deferred()
    content: bytes
    frames: Callable[[], np.ndarray]
    extent: Extent = Extent()
    drive: str | None = None
    order: str = ""
    camera: str | None = None


class Scorer(Protocol):
    """The return value of a scorer factory; it may have the abilities below, too."""

    def __call__(self, clips: Sequence[ClipEmbeddings]) -> Sequence[np.ndarray]:
        """Return each clip's novelty, higher is more novel: float (N,), one per tubelet, or () per clip.

        A clip's score is the mean. It must not depend on the other clips in `clips`.
        """


@runtime_checkable
class TubeletScorer(Protocol):
    """A scorer of whole clips that can score their tubelets, too."""

    def tubelets(self, clips: Sequence[ClipEmbeddings]) -> Sequence[np.ndarray]:
        """Return each tubelet's novelty, float (N,); the mean need not be the clip's score."""
        ...


@runtime_checkable
class PreparedScorer(Protocol):
    """A scorer that must see all clips before it can score one."""

    def prepare(self, clips: Iterable[ClipEmbeddings]) -> None:
        """Read all clips that are going to be scored, once each; forgets earlier ones."""
        ...


@runtime_checkable
class WarningScorer(Protocol):
    """A scorer that cannot rank some of the clips it was prepared with."""

    def warning(self) -> str:
        """Return what to warn of after `prepare`; empty for nothing."""
        ...


@runtime_checkable
class FittedScorer(Protocol):
    """A scorer fitted to labels: ranking clips of the scenes in `fitted_on` proves nothing."""

    fitted_on: Collection[str]


class Panel(Protocol):
    """A run's scorers, for a scorer that combines others."""

    def scorer(self, name: str) -> Scorer:
        """Return the scorer called `name`, with the recipe's settings."""

    def scores(self, name: str, clips: Sequence[ClipEmbeddings]) -> Sequence[np.ndarray]:
        """Return what the scorer called `name` gives for a batch, computed once for the whole panel."""

    def reference(self, names: Sequence[str], parts: Sequence[str] = ("val",)) -> dict[str, np.ndarray]:
        """Return each scorer's scores of the run's clips of `parts`, sorted, float64 (clips,)."""


@runtime_checkable
class NamingScorer(Protocol):
    """A scorer that can name what it finds in a clip."""

    def findings(self, clips: Sequence[ClipEmbeddings]) -> Sequence[str]:
        """Return what each clip has, such as "frozen frames"; empty for nothing unusual."""
        ...
