"""Compare a clip with the other clips of its scene: never with itself or with clips that overlap it.

Legend of shapes: M clips of a scene, D dimensions of an embedding.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from jepamine.mining.drive_clips import Row, decode_row, encode_row
from jepamine.mining.overlap import ExtentIndex
from jepamine.protocols import Extent
from jepamine.utils.spilled_groups import SpilledGroups

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jepamine.mining.bank import Bank
    from jepamine.protocols import ClipEmbeddings


@dataclass(frozen=True)
class Member:
    """A clip of a scene: `clean` float32 (tubelets, D), `content` a hash of its frames."""

    scene: str | None
    clean: np.ndarray
    content: bytes
    extent: Extent


Item = TypeVar("Item", contravariant=True)


class Context(Protocol[Item]):
    """What must read all clips before one of them can be compared with the others."""

    def start(self) -> None:
        """Forget the clips that were read before."""

    def add(self, item: Item, /) -> None:
        """Read a clip; each once."""

    def finish(self) -> None:
        """Prepare for comparisons."""


def read_together(contexts: Sequence[Context[Item]], items: Iterable[Item]) -> None:
    """Show all of `items` to each of `contexts`, in one pass over them."""
    for context in contexts:
        context.start()
    for item in items:
        for context in contexts:
            context.add(item)
    for context in contexts:
        context.finish()


class SceneContext:
    """Centred embeddings of all clips by scene: mean clean embeddings of unit length, less the bank's mean.

    Centred, because what all driving has in common would make every distance small. Takes 4 D bytes per
    clip: in memory of the scenes in use, else in a temporary file, see `SpilledGroups`.
    """

    def __init__(self, bank: Bank) -> None:
        self.centre = bank.unit.mean(axis=0)
        self.dim = bank.vectors.shape[1]
        self.start()

    def start(self) -> None:
        """Forget the clips that were read before."""
        self._scenes, self._without = SpilledGroups(_scene_of), 0

    def add(self, member: Member | ClipEmbeddings) -> None:
        """Read a clip; each once."""
        if member.scene is None:
            self._without += 1
        else:
            vector = self.centred(member.clean).astype("float32")
            self._scenes.add(member.scene, encode_row(Row(member.content, member.extent, "", [vector])))

    def finish(self) -> None:
        """Do nothing: a scene is made of its clips when it is asked for."""

    def centred(self, clean: np.ndarray) -> NDArray[np.float64]:
        """Return a clip's embedding, centred, float64 (D,)."""
        from jepamine.mining.distances import unit

        centred: NDArray[np.float64] = (unit(clean.mean(axis=0)[None])[0] - self.centre).astype("float64")
        return centred

    def mean(self, member: Member | ClipEmbeddings) -> NDArray[np.float64] | None:
        """Return the mean of its scene's clips that do not overlap it, float64 (D,); None without any."""
        scene = self._scenes.get(member.scene)
        return None if scene is None else scene.mean(member)

    def distance(self, member: Member | ClipEmbeddings) -> float:
        """Return the mean cosine distance to its scene's clips that do not overlap it; 0 if there are none.

        The mean of the distances, not the distance to the mean, which falls with the number of clips.
        """
        scene = self._scenes.get(member.scene)
        direction = None if scene is None else scene.mean_direction(member)
        return (
            0.0 if direction is None else max(1 - float(_unit(self.centred(member.clean)) @ direction), 0.0)
        )

    def alone(self) -> int:
        """Return the number of clips with nothing to be compared with."""
        return self._without + sum(scene.alone() for scene in self._scenes)


def _scene_of(rows: list[bytes]) -> _Scene:
    return _Scene([decode_row(row) for row in rows])


class _Scene:
    """The clips of one scene: `vectors` float32 (M, D)."""

    def __init__(self, clips: Sequence[Row]) -> None:
        import numpy as np

        self._contents = [clip.content for clip in clips]
        self._extents = [clip.extent for clip in clips]
        self._rows: dict[bytes, list[int]] = defaultdict(list)
        for row, content in enumerate(self._contents):
            self._rows[content].append(row)
        self._index = ExtentIndex(self._extents)
        self._vectors = np.stack([clip.vectors[0] for clip in clips])
        self._sum = self._vectors.sum(axis=0, dtype="float64")
        self._direction_sum = _unit(self._vectors.astype("float64")).sum(axis=0)

    def mean(self, member: Member | ClipEmbeddings) -> NDArray[np.float64] | None:
        rows = self._overlapping(member.content, member.extent)
        count = len(self._vectors) - len(rows)
        return (self._sum - self._vectors[rows].sum(axis=0, dtype="float64")) / count if count else None

    def mean_direction(self, member: Member | ClipEmbeddings) -> NDArray[np.float64] | None:
        rows = self._overlapping(member.content, member.extent)
        count = len(self._vectors) - len(rows)
        own = _unit(self._vectors[rows].astype("float64")).sum(axis=0)
        return (self._direction_sum - own) / count if count else None

    def _overlapping(self, content: bytes, extent: Extent) -> NDArray[np.int64]:
        """Return the rows that are the clip itself or overlap it."""
        import numpy as np

        own = np.array(self._rows.get(content, []), dtype=np.int64)
        return np.union1d(own, self._index.overlapping(extent))

    def alone(self) -> int:
        clips = zip(self._contents, self._extents, strict=True)
        return sum(len(self._overlapping(*clip)) == len(self._contents) for clip in clips)


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale rows to unit length, (D,) or (M, D); a row of zeros is unchanged."""
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: NDArray[np.float64] = vectors / np.where(lengths == 0, 1, lengths)
    return scaled
