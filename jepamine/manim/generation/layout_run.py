"""A trained layout run as eyes: layouts of images, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from jepamine.errors import UserError
from jepamine.manim.layouts import Layout
from jepamine.runs.loading import LoadedRun, load_run

_KIND = "name a run of the trainer 'layout' or 'distill', such as jepamine run recipes/manim.toml makes"


class Sight:
    """Sees layouts with the run called `name`; frames are `size` (H, W). Make it with `open_sight`."""

    def __init__(self, name: str, opened: LoadedRun) -> None:
        self.name, self.size = name, opened.parts.source.image_size
        self._encoder, self.predictor = opened.parts.encoder, opened.predictor
        rows_columns = opened.parts.mask("", 0, 0).shape[1:]
        self._patches: tuple[int, int] = (rows_columns[0], rows_columns[1])

    def see(self, frames: Sequence[NDArray[np.uint8]]) -> list[Layout]:
        """The layouts of frames, each RGB uint8 (H, W, 3)."""
        # (N, H, W, 3) -> (N, T = 1, H, W, 3)
        batch = torch.from_numpy(np.stack(frames))[:, None]
        parts = torch.split(batch, self._encoder.batch_size)
        with torch.inference_mode():
            return self._layouts(torch.cat([self._encoder(part) for part in parts]), hidden=False)

    def imagine(self, descriptions: Sequence[str]) -> list[Layout]:
        """The layouts that a run over CLIP predicts from the text features of descriptions.

        The text's feature stands where the pooled feature of a frame stood in training, in the same space;
        every patch is hidden. Raises UserError where the run's encoder knows no text.
        """
        encoder: Any = self._encoder
        if not hasattr(encoder, "text") or not getattr(self.predictor, "reads_pooled", False):
            raise UserError(
                f"run '{self.name}' cannot read: 'clip-text' needs a run of the encoder 'clip' and the "
                "predictor 'layout-transformer'"
            )
        with torch.inference_mode():
            # (N, D) -> (N, 1 + rows * columns, D): the pooled token, then patches that nobody looks at
            pooled = encoder.text(descriptions)[:, None]
            tokens = torch.cat([pooled, pooled.new_zeros(len(pooled), self._places(), encoder.dim)], dim=1)
            return self._layouts(tokens, hidden=True)

    def _places(self) -> int:
        rows, columns = self.predictor.grid  # type: ignore[misc]
        return int(rows) * int(columns)

    def _layouts(self, tokens: torch.Tensor, hidden: bool) -> list[Layout]:
        device = next(self.predictor.parameters()).device
        mask = torch.full((len(tokens), *self._patches), hidden, device=device)
        found: list[Layout] = self.predictor.layouts(  # type: ignore[operator]
            self.predictor(tokens.to(device), mask)
        )
        return found


def open_sight(experiments: Path, name: str, int8: bool = False) -> Sight:
    """The eyes of the run called `name`. Raises UserError as `load_run`, and where it predicts no layouts."""
    opened = load_run(experiments, name, int8=int8)
    if not hasattr(opened.predictor, "layouts"):
        raise UserError(f"run '{name}' predicts no layouts; {_KIND}")
    return Sight(name, opened)
