"""The scorer `scene`: how much a clip differs from its own scene."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from jepamine.mining.scene_context import SceneContext
    from jepamine.protocols import ClipEmbeddings


class Scene:
    """Mean cosine distance of a clip's centred mean clean embedding to the other clips of its scene.

    The clip itself and clips that share frames or time with it are left out, so that the mean score does not
    depend on the number of clips in a scene. A clip without others to compare with scores 0.
    """

    def __init__(self, scenes: SceneContext) -> None:
        self.context = scenes

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

        return [np.asarray(self.context.distance(clip)) for clip in clips]
