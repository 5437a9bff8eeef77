"""The scorer `scene`: how much a clip differs from its own scene."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from jepamine.mining.scene_context import Member, SceneContext

if TYPE_CHECKING:
    import numpy as np

    from jepamine.mining.bank import Bank
    from jepamine.protocols import ClipEmbeddings


class Scene:
    """Mean cosine distance of a clip's centred mean clean embedding to the other clips of its scene.

    The clip itself and clips that share frames or time with it are left out, so that the mean score does not
    depend on the number of clips in a scene. A clip without others to compare with scores 0.
    """

    def __init__(self, bank: Bank) -> None:
        self.context = SceneContext(bank)

    def prepare(self, clips: Iterable[ClipEmbeddings]) -> None:
        """Read all clips that are going to be scored, once each."""
        self.context.read(map(member_of, clips))

    def warning(self) -> str:
        """Return a warning with the number of clips that have nothing to be compared with; else empty."""
        alone = self.context.alone()
        if not alone:
            return ""
        return (
            f"{alone} clips have no scene, or no other clip in it that does not overlap them: the scorer "
            "'scene' has nothing to compare them with and scores them 0"
        )

    def __call__(self, clips: Sequence[ClipEmbeddings]) -> Sequence[np.ndarray]:
        import numpy as np

        return [np.asarray(self.context.distance(member_of(clip))) for clip in clips]


def member_of(clip: ClipEmbeddings) -> Member:
    """Return a clip as its scene's context takes it."""
    return Member(clip.scene, clip.clean, clip.content, clip.extent)
