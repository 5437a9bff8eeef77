"""Read layouts from images, or from CLIP features of descriptions, with a trained layout run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from jepamine.errors import UserError
from jepamine.manim.layout_model.layout_protocol import LayoutPredictor
from jepamine.manim.layout_model.predictors.transformer_module import LayoutTransformer
from jepamine.manim.layouts import Layout
from jepamine.protocols import TextEncoder
from jepamine.runs.loading import LoadedRun, load_run

_HINT = "name a run of the trainer 'layout' or 'distill'; train one with jepamine run recipes/manim.toml"


class LayoutRun:
    """The layout predictor of the run called `name`; its frames are `size` (H, W). Create it with `load`."""

    def __init__(self, name: str, loaded: LoadedRun) -> None:
        self.name, self.size = name, loaded.parts.source.image_size
        self._encoder, self.predictor = loaded.parts.encoder, loaded.predictor
        rows_columns = loaded.parts.mask("", 0, 0).shape[1:]
        self._patches: tuple[int, int] = (rows_columns[0], rows_columns[1])

    def read_frames(self, frames: Sequence[NDArray[np.uint8]]) -> list[Layout]:
        """Return the layouts of frames, each RGB uint8 (H, W, 3)."""
        # (N, H, W, 3) -> (N, T = 1, H, W, 3)
        batch = torch.from_numpy(np.stack(frames))[:, None]
        parts = torch.split(batch, self._encoder.batch_size)
        with torch.inference_mode():
            return self._layouts(torch.cat([self._encoder(part) for part in parts]), hidden=False)

    def read_texts(self, descriptions: Sequence[str]) -> list[Layout]:
        """Return the layouts that a run over CLIP predicts from the text features of descriptions.

        The text's feature replaces the frame's pooled feature, which is in the same space; every patch is
        hidden. Raises UserError if the run's encoder has no text features.
        """
        encoder = self._encoder
        if not isinstance(encoder, TextEncoder) or not isinstance(self.predictor, LayoutTransformer):
            raise UserError(
                f"run '{self.name}' cannot read text: 'clip-text' needs a run of the encoder 'clip' and the "
                "predictor 'layout-transformer'"
            )
        with torch.inference_mode():
            # (N, D) -> (N, 1 + rows * columns, D): the pooled token, then masked patches
            pooled = encoder.text(descriptions)[:, None]
            tokens = torch.cat(
                [pooled, pooled.new_zeros(len(pooled), self._places(), pooled.shape[-1])], dim=1
            )
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


def load(experiments: Path, name: str, int8: bool = False) -> LayoutRun:
    """Load the layout run called `name`. Raises UserError like `load_run`, and if it predicts no layouts."""
    loaded = load_run(experiments, name, int8=int8)
    if not isinstance(loaded.predictor, LayoutPredictor):
        raise UserError(f"run '{name}' predicts no layouts; {_HINT}")
    return LayoutRun(name, loaded)
