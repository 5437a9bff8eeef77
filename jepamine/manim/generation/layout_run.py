"""A trained layout run as a layout reader: layouts of images, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from jepamine.errors import UserError
from jepamine.manim.layout_model.predictors.transformer_module import LayoutTransformer
from jepamine.manim.layout_model.protocol import LayoutPredictor
from jepamine.manim.layouts import Layout
from jepamine.protocols import TextEncoder
from jepamine.runs.loading import LoadedRun, load_run

_KIND = "use a run of the trainer 'layout' or 'distill', as from jepamine run recipes/manim.toml"


class LayoutRun:
    """Predicts layouts with the run called `name`; frames are `size` (H, W). Made by `load_layout_run`."""

    def __init__(self, name: str, opened: LoadedRun) -> None:
        self.name, self.size = name, opened.parts.source.image_size
        self._encoder, self.predictor = opened.parts.encoder, opened.predictor
        rows_columns = opened.parts.mask("", 0, 0).shape[1:]
        self._patches: tuple[int, int] = (rows_columns[0], rows_columns[1])

    def see(self, frames: Sequence[NDArray[np.uint8]]) -> list[Layout]:
        """Predict the layouts of frames, each RGB uint8 (H, W, 3)."""
        # (N, H, W, 3) -> (N, T = 1, H, W, 3)
        batch = torch.from_numpy(np.stack(frames))[:, None]
        parts = torch.split(batch, self._encoder.batch_size)
        with torch.inference_mode():
            return self._layouts(torch.cat([self._encoder(part) for part in parts]), hidden=False)

    def imagine(self, descriptions: Sequence[str]) -> list[Layout]:
        """Predict layouts from the text features of descriptions, with a run over CLIP.

        The text's feature takes the place of the pooled feature of a frame in training, in the same space;
        every patch is hidden. Raises UserError if the run's encoder cannot encode text.
        """
        encoder = self._encoder
        if not isinstance(encoder, TextEncoder) or not isinstance(self.predictor, LayoutTransformer):
            raise UserError(
                f"run '{self.name}' cannot encode text: 'clip-text' requires a run of the encoder "
                "'clip' and the predictor 'layout-transformer'"
            )
        with torch.inference_mode():
            # (N, D) -> (N, 1 + rows * columns, D): the pooled token, then patches that are never used
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


def load_layout_run(experiments: Path, name: str, int8: bool = False) -> LayoutRun:
    """Load the run called `name`. Raises UserError as `load_run`, and if it does not predict layouts."""
    opened = load_run(experiments, name, int8=int8)
    if not isinstance(opened.predictor, LayoutPredictor):
        raise UserError(f"run '{name}' does not predict layouts; {_KIND}")
    return LayoutRun(name, opened)
