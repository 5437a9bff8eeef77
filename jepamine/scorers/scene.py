"""The scorer `scene`: what stands out within its own drive."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from jepamine.bank import Bank
    from jepamine.protocols import ClipEmbeddings


class Scene:
    """Cosine distance of a clip's mean clean embedding to its scene's mean, after centring.

    Both are centred on the training clips' mean: what all driving has in common would make every distance
    small. A clip that is its whole scene, or has none, scores 0: nothing is known to stand out from.
    """

    def __init__(self, bank: Bank) -> None:
        from jepamine.bank import unit

        self.centre = unit(bank.vectors).mean(axis=0)
        self.sums: dict[str, np.ndarray] = {}

    def prepare(self, clips: Iterable[ClipEmbeddings]) -> None:
        """Sum up the clips of every scene; all that are going to be scored, once each."""
        self.sums = {}
        for clip in clips:
            if clip.scene is not None:
                # float64, so that the order of the clips does not show
                self.sums[clip.scene] = self.sums.get(clip.scene, 0) + self._centred(clip)

    def __call__(self, clips: Sequence[ClipEmbeddings]) -> Sequence[np.ndarray]:
        import numpy as np

        from jepamine.scorers.cosine import cosine

        scores = []
        for clip in clips:
            own = self._centred(clip)
            mean = own if clip.scene is None else self.sums.get(clip.scene, own)
            scores.append(np.maximum(1 - cosine(own[None], mean[None])[0], 0.0))
        return scores

    def _centred(self, clip: ClipEmbeddings) -> np.ndarray:
        from jepamine.bank import unit

        centred: np.ndarray = (unit(clip.clean.mean(axis=0)[None])[0] - self.centre).astype("float64")
        return centred
