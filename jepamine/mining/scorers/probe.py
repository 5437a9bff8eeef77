"""The scorer `probe`: a logistic head on frozen clean embeddings, fitted to labels by `jepamine probe`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jepamine.errors import UserError
from jepamine.mining.scene_context import Member, SceneContext

if TYPE_CHECKING:
    import numpy as np

    from jepamine.protocols import ClipEmbeddings

FILE = "probe.safetensors"
# Weight of the deviation from its scene beside the clip itself. On 400 drawn clips with 40 events, recall
# at 10 % in cross-validation: the clip alone 0.65, its deviation alone 0.85, both at weight 1 0.78. The clip
# itself stays in, as a label like rain depends on nothing else.
DEVIATION = 2.0


class Probe:
    """The calibrated probability that a clip is labelled 1, by the head in the run's `probe.safetensors`.

    `base_rate` is the share of positives that it was calibrated for (0.5: a probe of an older version).
    `fitted_on` names the scenes whose labels the head was fitted to: ranking them proves nothing.
    """

    def __init__(self, scenes: SceneContext, folder: Path) -> None:
        from jepamine.utils.tensors import load_tensors

        path = folder / FILE
        if not path.is_file():
            raise UserError(
                f"run '{folder.name}' has no probe yet: "
                f"jepamine probe --run {folder.name} --labels LABELS.jsonl"
            )
        tensors, metadata = load_tensors(path)
        size = 2 * scenes.dim
        if {name: tuple(tensor.shape) for name, tensor in tensors.items()} != {"weight": (size,), "bias": ()}:
            raise UserError(f"{path}: not a probe of this run")
        self.weight, self.bias = tensors["weight"].numpy(), float(tensors["bias"])
        self.fitted_on: frozenset[str] = frozenset(metadata.get("scenes", ()))
        self.base_rate = float(metadata.get("base_rate", 0.5))
        self.context = scenes

    def __call__(self, clips: Sequence[ClipEmbeddings]) -> Sequence[np.ndarray]:
        from scipy.special import expit

        rows = [features(self.context, clip) for clip in clips]
        return [expit(row @ self.weight + self.bias) for row in rows]


def features(context: SceneContext, member: Member | ClipEmbeddings) -> np.ndarray:
    """Return the head's features, float64 (2 D,).

    The centred embedding, and its deviation from the mean of its scene's other clips; 0 if there are none.
    """
    import numpy as np

    centred = context.centred(member.clean)
    mean = context.mean(member)
    return np.concatenate([centred, DEVIATION * (centred - (centred if mean is None else mean))])
