"""The scorer `scene`: how much a clip differs from its own scene."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from jepamine.mining.scene_context import SceneContext

if TYPE_CHECKING:
    import numpy as np

    from jepamine.mining.bank import Bank
    from jepamine.protocols import ClipEmbeddings


class Scene:
    """Cosine distance of a clip's centred mean clean embedding to its scene's mean.

    A clip that is its whole scene, or has none, scores 0: there is nothing to compare it with.
    """

    def __init__(self, bank: Bank) -> None:
        self.context = SceneContext(bank)

    def prepare(self, clips: Iterable[ClipEmbeddings]) -> None:
        """Read all clips that are going to be scored, once each."""
        self.context.look_through((clip.scene, clip.clean) for clip in clips)

    def warning(self) -> str:
        """Return a warning with the number of clips alone in their scene or without one; else empty."""
        alone = sum(count == 1 for count in self.context.counts.values()) + self.context.without
        if not alone:
            return ""
        return (
            f"{alone} clips are alone in their scene or have none: the scorer 'scene' has nothing to compare "
            "them with and scores them 0"
        )

    def __call__(self, clips: Sequence[ClipEmbeddings]) -> Sequence[np.ndarray]:
        import numpy as np

        from jepamine.mining.scorers.cosine import cosine

        scores = []
        for clip in clips:
            own, mean = self.context.centred(clip.clean), self.context.mean(clip.scene, clip.clean)
            scores.append(np.maximum(1 - cosine(own[None], mean[None])[0], 0.0))
        return scores
