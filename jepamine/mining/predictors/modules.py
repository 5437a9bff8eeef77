"""The modules of the predictors and their use; apart, so that recipes are checked without torch."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from jepamine.data.embeddings import Embedded


class Mlp(nn.Module):
    """Two layers from a masked embedding and the share of hidden patches to the clean embedding."""

    def __init__(self, dim: int, hidden_dim: int, dropout: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.hidden = nn.Linear(dim + 1, hidden_dim)
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Linear(hidden_dim, dim)

    def forward(self, masked: Tensor, fraction: Tensor) -> Tensor:
        """Map masked (N, D), fraction (N, 1) to (N, D)."""
        joined = torch.cat([self.norm(masked), fraction], dim=1)
        out: Tensor = self.out(self.dropout(nn.functional.gelu(self.hidden(joined))))
        return out


class Temporal(nn.Module):
    """A spatial head from masked embeddings, a temporal one from the clean embeddings of tubelets before."""

    def __init__(self, dim: int, hidden_dim: int, dropout: float, context: int) -> None:
        super().__init__()
        self.context = context
        # First, so that its initial weights are those of the predictor `mlp` with the same seed.
        self.spatial = Mlp(dim, hidden_dim, dropout)
        self.change = nn.Sequential(
            nn.LayerNorm(context * dim),
            nn.Linear(context * dim, hidden_dim),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(hidden_dim, dim),
        )
        # The first prediction is persistence: training can only add to it.
        last = self.change[-1]
        assert isinstance(last, nn.Linear)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)

    def forward(self, masked: Tensor, fraction: Tensor) -> Tensor:
        """Map masked (N, D), fraction (N, 1) to (N, D)."""
        out: Tensor = self.spatial(masked, fraction)
        return out

    def next(self, before: Tensor) -> Tensor:
        """Map the embeddings before, (N, context, D) at unit length, to the next, (N, D)."""
        out: Tensor = before[:, -1] + self.change(before.flatten(1))
        return torch.nn.functional.normalize(out, dim=1)


def predict(predictor: torch.nn.Module, item: Embedded) -> NDArray[np.float32]:
    """Return the predicted embeddings of a clip, float32 (N, D); the predictor must be in eval mode."""
    device = next(predictor.parameters()).device
    with torch.inference_mode():
        masked = torch.from_numpy(item.masked.copy()).to(device)
        fraction = torch.from_numpy(item.fraction[:, None].copy()).to(device)
        predicted: NDArray[np.float32] = predictor(masked, fraction).cpu().numpy()
        return predicted
