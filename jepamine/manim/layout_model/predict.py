"""Layouts predicted for scenes, as they are and under the recipe's mask."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from jepamine.data.clips import Clip
from jepamine.manim.layout_model.examples import encode_views, loaded, masks_of
from jepamine.manim.layouts import Layout
from jepamine.protocols import Parts


def predict(
    predictor: torch.nn.Module, parts: Parts, clips: list[Clip]
) -> tuple[list[Layout], list[Layout], list[NDArray[np.bool_]]]:
    """(layouts of clean frames, of masked ones, masks bool (rows, columns)), one entry a clip.

    The predictor, a `LayoutPredictor`, must be in eval mode. A scene goes through by itself: what its
    neighbours are changes nothing. Raises UserError for a frame that cannot be read.
    """
    device = next(predictor.parameters()).device
    clean, masked, masks = [], [], []
    for clip, pixels in loaded(parts, clips, "predict layouts"):
        mask = masks_of(parts, clip, 1)
        hidden = np.concatenate([np.zeros_like(mask), mask])
        tokens = encode_views(parts, pixels, hidden).to(device)
        with torch.inference_mode():
            answer = predictor(tokens, torch.from_numpy(hidden).to(device))
        first, second = predictor.layouts(answer)  # type: ignore[operator]
        clean.append(first)
        masked.append(second)
        masks.append(mask[0])
    return clean, masked, masks
