"""The scorer `surprise`: V-JEPA 2's own prediction of a clip's future, without leaks."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from jepamine.errors import UserError
from jepamine.protocols import ModelEncoder

if TYPE_CHECKING:
    import numpy as np
    import torch
    from torch import Tensor

    from jepamine.data.embedding_store import Store
    from jepamine.protocols import ClipEmbeddings, Encoder, Scorer


def surprise(encoder: Encoder, store: Store, *, context: Annotated[float, Field(gt=0, lt=1)] = 0.5) -> Scorer:
    """Score the L1 distance of predicted and true tokens of the clip's last frames, after its first share
    `context`.

    The encoder sees the context frames only (transformers' `context_mask` hides tokens after the encoder
    has seen all frames, which leaks); the checkpoint's own predictor predicts the tokens of the following
    frames; their targets are the encoder's tokens of the whole clip, layer-normalised as in V-JEPA's
    training. It takes one more pass over a clip's frames, kept in the store. Raises UserError for another
    encoder than `vjepa2` and for clips of a single tubelet.
    """
    import numpy as np

    model = encoder.model if isinstance(encoder, ModelEncoder) else None
    if not hasattr(model, "get_vision_features") or not hasattr(model, "predictor"):
        raise UserError(
            "the scorer 'surprise' requires the encoder vjepa2: it uses that checkpoint's predictor"
        )

    def score(clip: ClipEmbeddings) -> np.ndarray:
        words = f"surprise\n{context}\n".encode() + clip.content
        key = hashlib.sha256(words).digest()
        stored = store.get(key)
        if stored is None:
            stored = np.array([[_surprise(encoder, clip, context)]], dtype=np.float32)
            store.put(key, stored)
        return np.float64(stored[0, 0])  # type: ignore[return-value]

    return lambda clips: [score(clip) for clip in clips]


def _surprise(encoder: Any, clip: ClipEmbeddings, context: float) -> float:
    import torch

    if len(clip.clean) < 2:
        raise UserError(f"clip '{clip.clip_id}': 'surprise' requires at least two tubelets")
    frames = torch.from_numpy(clip.frames()).flatten(0, 1)  # (frames, H, W, 3)
    tubelet_size = encoder.model.config.tubelet_size
    pairs = len(frames) // tubelet_size
    seen = min(max(round(context * pairs), 1), pairs - 1)
    with torch.inference_mode():
        predicted, target = predict_future(encoder, frames, seen * tubelet_size)
        return float((predicted - target).abs().mean())


def predict_future(encoder: Any, frames: Tensor, seen: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return (predicted, target) tokens float32 (L', D) of frames[seen:], predicted from frames[:seen] alone.

    `frames` is uint8 (T, H, W, 3); `seen` and T are whole tubelets.
    """
    import torch
    from torch.nn.functional import layer_norm

    context = context_tokens(encoder, frames[:seen])
    targets = encoder(frames[None])
    count, total = context.shape[1], targets.shape[1]
    positions = torch.arange(total, device=context.device)[None]
    predicted = encoder.model.predictor(
        encoder_hidden_states=context,
        context_mask=[positions[:, :count]],
        target_mask=[positions[:, count:]],
    ).last_hidden_state
    target = layer_norm(targets[:, count:], (targets.shape[2],))
    return predicted[0], target[0]


def context_tokens(encoder: Any, frames: Tensor) -> torch.Tensor:
    """Return tokens (1, L, D) of the context frames uint8 (T, H, W, 3), the encoder's only input."""
    tokens: torch.Tensor = encoder(frames[None])
    return tokens
