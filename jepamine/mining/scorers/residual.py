"""The scorer `residual`: how a predictor's error differs from its usual error in the same drive."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

if TYPE_CHECKING:
    import numpy as np
    import torch

    from jepamine.data.embedding_store import Store
    from jepamine.mining.drive_context import DriveContext
    from jepamine.protocols import ClipEmbeddings, Encoder, Mask


class Residual:
    """Length of (clean - predicted) less the mean of that vector over the drive's other clips.

    Embeddings at unit length, a tubelet's prediction the mean over `masks` masks, each of which is encoded
    once and stored. Masks differ from clip to clip, so the drive's mean is under other masks; clips that
    share frames or time with the clip are left out of it. One value per tubelet; 0 for a clip without others.
    """

    def __init__(
        self,
        drives: DriveContext,
        predictor: torch.nn.Module,
        mask: Mask,
        encoder: Encoder,
        store: Store,
        *,
        masks: Annotated[int, Field(ge=1)] = 3,
    ) -> None:
        self.drives, self.predictor, self.mask = drives, predictor, mask
        self.encoder, self.store, self.masks = encoder, store, masks
        drives.columns["residual"] = lambda clip: self.vectors(clip).mean(axis=0)

    def __call__(self, clips: Sequence[ClipEmbeddings]) -> Sequence[np.ndarray]:
        return [self._score(clip) for clip in clips]

    def _score(self, clip: ClipEmbeddings) -> np.ndarray:
        import numpy as np

        mean = self.drives.mean("residual", clip)
        if mean is None:
            return np.zeros(len(clip.clean))
        lengths: np.ndarray = np.linalg.norm(self.vectors(clip).astype(np.float64) - mean, axis=1)
        return lengths

    def vectors(self, clip: ClipEmbeddings) -> np.ndarray:
        """Return clean - predicted of each tubelet, at unit length, mean over masks: float32 (N, D)."""
        import numpy as np

        from jepamine.mining.distances import unit

        predictions = [clip.predicted, *(self._predicted(clip, number) for number in range(1, self.masks))]
        mean = np.mean([unit(predicted) for predicted in predictions], axis=0)
        vectors: np.ndarray = unit(clip.clean) - mean
        return vectors

    def _predicted(self, clip: ClipEmbeddings, number: int) -> np.ndarray:
        """Return the prediction under another mask, float32 (N, D)."""
        import numpy as np
        import torch

        seed = hashlib.sha256(f"mask {number}\n".encode() + clip.content).digest()
        # Differs from tubelet to tubelet where masks are drawn by the running index, too.
        running = int.from_bytes(seed[:4], "little")
        drawn = np.stack(
            [
                self.mask(f"{clip.clip_id}\nmask {number}", tubelet, running + tubelet)
                for tubelet in range(len(clip.clean))
            ]
        )
        masked = self._masked(clip, drawn)
        fraction = drawn.reshape(len(drawn), -1).mean(axis=1, dtype=np.float32)[:, None]
        device = next(self.predictor.parameters()).device
        with torch.inference_mode():
            inputs = torch.from_numpy(masked.copy()).to(device), torch.from_numpy(fraction).to(device)
            predicted: np.ndarray = self.predictor(*inputs).cpu().numpy()
        return predicted

    def _masked(self, clip: ClipEmbeddings, drawn: np.ndarray) -> np.ndarray:
        """Return the embeddings of the clip under the mask `drawn` (N, T, rows, columns), from the store."""
        import numpy as np

        from jepamine.data.encoding import encode
        from jepamine.data.frames import hide

        cells = str(drawn.shape).encode() + np.packbits(drawn).tobytes()
        key = hashlib.sha256(b"masked again\n" + clip.content + cells).digest()
        stored = self.store.get(key)
        if stored is None:
            stored = encode(self.encoder, hide(clip.frames(), drawn))
            self.store.put(key, stored)
        return stored
