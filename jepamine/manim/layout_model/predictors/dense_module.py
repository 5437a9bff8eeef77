"""The module behind the predictor `layout-dense`.

Each cell of a map predicts whether it is the centre of an object (a heat map, trained with the quality focal
loss) and the object's offset, size, type and position in the drawing order. With the encoder `pixels` a
second network refines each detected object twice from the pixels around it.

Shapes: N frames, K objects, a map of rows x columns cells of 8 or 4 pixels with C channels.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from jepamine.manim.layout_model.predictors.backbone import STRIDE, Backbone
from jepamine.manim.layout_model.predictors.dense_loss import map_loss, refinement_loss
from jepamine.manim.layout_model.predictors.peaks import decode
from jepamine.manim.layout_model.predictors.refinement import Refinement
from jepamine.manim.layout_model.targets import to_units
from jepamine.manim.layouts import LEAST_SIDE, MAX_OBJECTS, TYPES, Layout
from jepamine.protocols import Tensors

# Sides of exp(-3) to exp(5) cells: 0.02 to 66 units.
LOG_SIDES = (-3.0, 5.0)
# A pixel that differs by more than this from the background is not empty.
LIT = 0.15
TEMPERED = ("heat", "types")


def not_empty(pixels: Tensor, mask: Tensor, cell: int = STRIDE) -> Tensor:
    """Return which cells show more than the background: pixels (N, H, W, D), mask (N, H, W, 1), 1 if hidden
    -> bool (N, rows, columns) of cells of `cell` pixels. The background is the median of the visible
    pixels, one of 8 x 8 of them.
    """
    visible = mask < 0.5
    every = (slice(None), slice(None, None, STRIDE), slice(None, None, STRIDE))
    sample = torch.where(visible[every], pixels[every], torch.nan).flatten(1, 2)
    background = sample.nanmedian(dim=1).values.nan_to_num()[:, None, None]
    difference = (pixels - background).abs().amax(dim=3) * visible[..., 0]
    return F.max_pool2d(difference[:, None], cell)[:, 0] > LIT


class LayoutDense(nn.Module):
    """A `jepamine.manim.layout_model.layout_protocol.LayoutPredictor`."""

    temperature: Tensor

    def __init__(
        self,
        dim: int,
        grid: tuple[int, int],
        frame: tuple[int, int],
        channels: tuple[int, int, int],
        blocks: int,
        attention: int,
        second_look: int,
        max_objects: int = MAX_OBJECTS,
        cell: int = STRIDE,
    ) -> None:
        super().__init__()
        self.max_objects, self.cell = max_objects, cell
        # Runs with larger cells were not trained to reject what pixels propose.
        self.proposals = cell < STRIDE
        self.grid, self.cells = grid, (frame[0] // cell, frame[1] // cell)
        self.of_pixels = grid == frame
        self.body = Backbone(dim, grid, frame, channels, blocks, attention, cell)
        self.heat = nn.Conv2d(self.body.width, 1, 1)
        self.says = nn.Conv2d(self.body.width, 4 + 1 + len(TYPES), 1)
        # Start with no centres and boxes one cell large.
        nn.init.constant_(self.heat.bias, -4.6)  # type: ignore[arg-type]
        nn.init.normal_(self.says.weight, std=0.03)
        nn.init.zeros_(self.says.bias)  # type: ignore[arg-type]
        # Set by the trainer from scenes that it does not train on.
        self.register_buffer("temperature", torch.ones(()))
        second = self.of_pixels and second_look > 0
        self.second = Refinement(dim + 1, self.body.width, second_look) if second else None

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *arguments: Any) -> None:
        # Weights of earlier versions have no temperature.
        state_dict.setdefault(f"{prefix}temperature", torch.ones(()))
        super()._load_from_state_dict(state_dict, prefix, *arguments)

    def forward(self, tokens: Tensor, hidden: Tensor) -> Tensors:
        """Map tokens (N, L, D), hidden bool (N, rows, columns) to maps with one entry per cell.

        `features` (N, C, rows, columns), `heat` (N, rows, columns) logits, `boxes` (N, rows, columns, 4) in
        units, `types` (N, rows, columns, 20) logits, `depth` (N, rows, columns), `seen` bool (N, rows,
        columns) for cells that are not empty; `picture` (N, H, W, D + 1), the input of the refinement.
        """
        features = self.body(tokens, hidden)
        values = self.says(features).permute(0, 2, 3, 1)
        answer = {
            "features": features,
            "heat": self.heat(features)[:, 0],
            "boxes": self._boxes(values[..., :4]),
            "depth": values[..., 4],
            "types": values[..., 5:],
        }
        if not self.of_pixels:
            # Features do not show which cells are empty, so that all cells of a box predict its object.
            return answer | {"seen": torch.ones_like(answer["heat"], dtype=torch.bool)}
        rows, columns = self.grid
        pixels = tokens.view(len(tokens), rows, columns, -1)
        mask = F.interpolate(hidden[:, None].to(tokens.dtype), size=self.grid)[:, 0, :, :, None]
        return answer | {
            "seen": not_empty(pixels, mask, self.cell),
            "picture": torch.cat([pixels, mask], dim=3),
        }

    def _boxes(self, values: Tensor) -> Tensor:
        rows, columns = self.cells
        across = torch.arange(columns, device=values.device) + 0.5
        down = torch.arange(rows, device=values.device)[:, None] + 0.5
        sides = values[..., 2:].clamp(*LOG_SIDES).exp()
        centres = torch.stack([across + values[..., 0], down + values[..., 1]], dim=-1)
        return to_units(torch.cat([centres, sides], dim=-1), self.cells)

    def loss(self, answer: Tensors, truth: Tensors) -> Tensor:
        """Return the loss of the map plus that of the refinement."""
        loss = map_loss(answer, truth)
        if self.second is None:
            return loss
        return loss + refinement_loss(self.second, answer, truth, self.training, self.proposals)

    def layouts(self, answer: Tensors) -> list[Layout]:
        """Refine the hottest cells and keep the distinct objects; of more than `max_objects` the largest."""
        return decode(answer, self.second, self.max_objects, self.temperature, self.proposals)

    def set_temperature(self, value: float) -> None:
        """Divide the logits of all later confidences by `value`; the weights keep it."""
        self.temperature.fill_(value)

    def imitation(self, answer: Tensors, teacher: Tensors, temperature: float) -> Tensor:
        """Compare cell by cell: softened heat and types, and boxes, weighted by the teacher's heat."""
        warmth = torch.sigmoid(teacher["heat"])
        total = warmth.sum().clamp(min=1)
        heat = F.binary_cross_entropy_with_logits(
            answer["heat"] / temperature, torch.sigmoid(teacher["heat"] / temperature), reduction="sum"
        )
        soft = F.log_softmax(teacher["types"] / temperature, dim=-1)
        types = F.kl_div(
            F.log_softmax(answer["types"] / temperature, dim=-1), soft, log_target=True, reduction="none"
        ).sum(dim=-1)
        sides = teacher["boxes"][..., 2:].clamp(min=LEAST_SIDE).repeat(1, 1, 1, 2)
        boxes = ((answer["boxes"] - teacher["boxes"]).abs() / sides).sum(dim=-1)
        return (temperature**2 * heat + (warmth * (temperature**2 * types + boxes)).sum()) / total
