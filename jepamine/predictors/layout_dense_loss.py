"""The losses of the predictor `layout-dense`: of its map, and of its second look."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from jepamine.layout_task.boxes import giou, to_cells
from jepamine.layout_task.truth import NOTHING
from jepamine.layouts import LEAST_SIDE, MAX_OBJECTS
from jepamine.predictors.layout_second_look import SecondLook
from jepamine.predictors.layout_targets import centre_heat, taught
from jepamine.protocols import Tensors

LEAST = (LEAST_SIDE, LEAST_SIDE)
# Below this a side's logarithm is not asked for; boxes are compared at LEAST_SIDE anyway.
SHORT = 0.1
# What the second look is shown in training: what the map said where that is near enough, else the true box,
# shaken.
NEAR_ENOUGH, OWN_SHARE, SHAKEN = 0.2, 0.7, 0.3


def first_loss(answer: Tensors, truth: Tensors) -> Tensor:
    """Per true object: heat by the quality focal loss (Li et al. 2020, arXiv:2006.04388), and for the cells
    that are told an object GIoU, L1 of offset and size, cross-entropy of the type, L1 of the drawing order.
    """
    grid = answer["heat"].shape[1:]
    there = truth["types"] != NOTHING
    boxes = to_cells(truth["boxes"], (grid[0], grid[1]))
    heat = centre_heat(boxes, there, (grid[0], grid[1]))
    objects = there.sum().clamp(min=1)
    wanted, logits = heat.amax(dim=1), answer["heat"]
    focus = (wanted - torch.sigmoid(logits)) ** 2
    centres = (focus * F.binary_cross_entropy_with_logits(logits, wanted, reduction="none")).sum()
    told = taught(heat, boxes, there, answer["seen"])
    place = (told.scene, told.row, told.column)
    true = truth["boxes"][told.scene, told.object]
    said = answer["boxes"][place]
    types = F.cross_entropy(answer["types"][place], truth["types"][told.scene, told.object], reduction="none")
    depth = (answer["depth"][place] - truth["z"][told.scene, told.object] / MAX_OBJECTS).abs()
    sides, short = true[:, 2:].clamp(min=LEAST_SIDE), (said[:, 2:], true[:, 2:])
    size = (short[0].log() - short[1].clamp(min=SHORT).log()).abs().sum(dim=1)
    offset = ((said[:, :2] - true[:, :2]).abs() / sides).sum(dim=1)
    each = types + 2 * (1 - giou(said, true, LEAST)) + offset + size + 0.2 * depth
    return (centres + (each * told.weight).sum()) / objects


def second_loss(second: SecondLook, answer: Tensors, truth: Tensors, shaken: bool) -> Tensor:
    """Per true object: cross-entropy of the type, GIoU, L1 of the edges, L1 of the drawing order.

    Without `shaken` the boxes shown are the map's own or the true ones: the loss is no matter of luck then.
    """
    scene, number = torch.nonzero(truth["types"] != NOTHING, as_tuple=True)
    if not len(scene):
        return answer["heat"].sum() * 0
    true, types = truth["boxes"][scene, number], truth["types"][scene, number]
    grid = answer["heat"].shape[1:]
    centres = to_cells(true, (grid[0], grid[1]))
    column = centres[:, 0].floor().long().clamp(0, grid[1] - 1)
    row = centres[:, 1].floor().long().clamp(0, grid[0] - 1)
    own = answer["boxes"][scene, row, column].detach()
    near = giou(own, true, LEAST) > NEAR_ENOUGH
    sides = true[:, 2:].clamp(min=LEAST_SIDE)
    shown = true
    if shaken:
        shown = _shaken(true, sides)
        near &= (torch.rand(len(true)) < OWN_SHARE).to(near.device)
    shown = torch.where(near[:, None], own, shown)
    said = second(answer["picture"], scene, shown, answer["features"][scene, :, row, column])
    kinds = F.cross_entropy(said["types"], types)
    overlap = (1 - giou(said["boxes"], true, LEAST)).mean()
    off = said["boxes"] - true
    low, high = off[:, :2] - off[:, 2:] / 2, off[:, :2] + off[:, 2:] / 2
    edges = ((low.abs() + high.abs()) / sides).sum(dim=1).mean()
    depth = (said["depth"] - truth["z"][scene, number] / MAX_OBJECTS).abs().mean()
    loss: Tensor = kinds + 2 * overlap + 0.5 * edges + 0.2 * depth
    return loss


def _shaken(boxes: Tensor, sides: Tensor) -> Tensor:
    """Boxes moved and stretched by some of their sides, some boxes more than others."""
    # Drawn on the CPU, by the generator whose state checkpoints hold.
    strength = SHAKEN * torch.rand(len(boxes), 1)
    moved = (torch.randn(len(boxes), 2) * strength * 0.7).to(boxes.device)
    stretched = (torch.randn(len(boxes), 2) * strength).to(boxes.device)
    return torch.cat([boxes[:, :2] + moved * sides, sides * stretched.exp()], dim=1)
