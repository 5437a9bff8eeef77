"""The module of the predictor `mlp`; a file of its own, so that recipes are checked without torch."""

from __future__ import annotations

import torch
from torch import Tensor, nn


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
