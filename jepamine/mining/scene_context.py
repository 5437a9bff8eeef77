"""Compare a clip with the other clips of its scene.

Legend of shapes: D dimensions of an embedding.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from jepamine.mining.bank import Bank


class SceneContext:
    """Mean clean embeddings of unit length, centred on the training clips' mean, and their scenes' means.

    Centred, because what all driving has in common would make every distance small. A clip is given by its
    scene's name, or None, and its clean embeddings, float32 (N, D).
    """

    def __init__(self, bank: Bank) -> None:
        from jepamine.mining.bank import unit

        self.centre = unit(bank.vectors).mean(axis=0)
        self.sums: dict[str, np.ndarray] = {}
        self.counts: dict[str, int] = {}
        # Clips without a scene.
        self.without = 0

    def look_through(self, clips: Iterable[tuple[str | None, np.ndarray]]) -> None:
        """Read the clips of every scene, once each; forgets earlier ones."""
        self.sums, self.counts, self.without = {}, {}, 0
        for scene, clean in clips:
            self.without += scene is None
            if scene is not None:
                # float64, so that the order of the clips does not matter
                self.sums[scene] = self.sums.get(scene, 0) + self.centred(clean)
                self.counts[scene] = self.counts.get(scene, 0) + 1

    def centred(self, clean: np.ndarray) -> np.ndarray:
        """Return a clip's embedding, centred, float64 (D,)."""
        from jepamine.mining.bank import unit

        centred: np.ndarray = (unit(clean.mean(axis=0)[None])[0] - self.centre).astype("float64")
        return centred

    def mean(self, scene: str | None, clean: np.ndarray) -> np.ndarray:
        """Return the scene's mean, float64 (D,); the clip's own embedding if its scene is unknown."""
        if scene is None or scene not in self.sums:
            return self.centred(clean)
        mean: np.ndarray = self.sums[scene] / self.counts[scene]
        return mean
