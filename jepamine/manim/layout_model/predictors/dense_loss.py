"""The losses of the predictor `layout-dense`: of its map, and of its second look."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from jepamine.manim.layout_model.boxes import giou, iou, to_cells
from jepamine.manim.layout_model.predictors.refinement import SecondLook
from jepamine.manim.layout_model.predictors.targets import assign, centre_heat
from jepamine.manim.layout_model.targets import NOTHING
from jepamine.manim.layouts import LEAST_SIDE, MAX_OBJECTS
from jepamine.protocols import Tensors

LEAST = (LEAST_SIDE, LEAST_SIDE)
# A side is not trained below this; boxes are compared at LEAST_SIDE anyway.
SHORT = 0.1
# Boxes that the second look is shown in training: the map's if near enough, else the true box, jittered.
NEAR_ENOUGH, OWN_SHARE, SHAKEN = 0.2, 0.7, 0.3
# Of this many of the warmest cells of a scene, this many are looked at, to learn which are not objects.
WARMEST, LOOKED_AT = 24, 4
# Up to the first IoU with any object a box is not one, from the second on it is.
LOOSE, TIGHT = 0.3, 0.7


def first_loss(answer: Tensors, truth: Tensors) -> Tensor:
    """Return the map's loss per true object.

    Heat by the quality focal loss (Li et al. 2020, arXiv:2006.04388); for the cells assigned to an object
    GIoU, L1 of offset and size, cross-entropy of the type, L1 of the drawing order.
    """
    grid = answer["heat"].shape[1:]
    there = truth["types"] != NOTHING
    boxes = to_cells(truth["boxes"], (grid[0], grid[1]))
    heat = centre_heat(boxes, there, (grid[0], grid[1]))
    objects = there.sum().clamp(min=1)
    target, logits = heat.amax(dim=1), answer["heat"]
    focus = (target - torch.sigmoid(logits)) ** 2
    centres = (focus * F.binary_cross_entropy_with_logits(logits, target, reduction="none")).sum()
    assigned = assign(heat, boxes, there, answer["seen"])
    place = (assigned.scene, assigned.row, assigned.column)
    true = truth["boxes"][assigned.scene, assigned.object]
    predicted = answer["boxes"][place]
    types = F.cross_entropy(
        answer["types"][place], truth["types"][assigned.scene, assigned.object], reduction="none"
    )
    depth = (answer["depth"][place] - truth["z"][assigned.scene, assigned.object] / MAX_OBJECTS).abs()
    sides, short = true[:, 2:].clamp(min=LEAST_SIDE), (predicted[:, 2:], true[:, 2:])
    size = (short[0].log() - short[1].clamp(min=SHORT).log()).abs().sum(dim=1)
    offset = ((predicted[:, :2] - true[:, :2]).abs() / sides).sum(dim=1)
    each = types + 2 * (1 - giou(predicted, true, LEAST)) + offset + size + 0.2 * depth
    return (centres + (each * assigned.weight).sum()) / objects


def second_loss(second: SecondLook, answer: Tensors, truth: Tensors, shaken: bool) -> Tensor:
    """Return the second look's loss per true object.

    Cross-entropy of the type, GIoU, L1 of the edges; for two objects of which one may cover the other,
    which one does; and for these boxes and some of the map's warmest, whether there is an object that fills
    them. Without `shaken` the boxes are the map's own or the true ones, and the warmest, so that the loss
    is deterministic.
    """
    scene, number = torch.nonzero(truth["types"] != NOTHING, as_tuple=True)
    if not len(scene):
        return answer["heat"].sum() * 0
    true, types = truth["boxes"][scene, number], truth["types"][scene, number]
    place = _cells(true, answer["heat"].shape[1:])
    is_own = answer["boxes"][(scene, *place)].detach()
    near = giou(is_own, true, LEAST) > NEAR_ENOUGH
    sides = true[:, 2:].clamp(min=LEAST_SIDE)
    boxes_shown = true
    if shaken:
        boxes_shown = _shaken(true, sides)
        near &= (torch.rand(len(true)) < OWN_SHARE).to(near.device)
    boxes_shown = torch.where(near[:, None], is_own, boxes_shown)
    warm = _warmest(answer["heat"], shaken)
    # All boxes shown: the true objects first, then the warmest cells' boxes.
    where = [
        torch.cat([mine, second_index]) for mine, second_index in zip((scene, *place), warm, strict=True)
    ]
    boxes = torch.cat([boxes_shown, answer["boxes"][warm].detach()])
    predicted = second(
        answer["picture"], where[0], boxes, answer["features"][where[0], :, where[1], where[2]]
    )
    better, count = predicted["boxes"][: len(scene)], len(scene)
    kinds = F.cross_entropy(predicted["types"][:count], types)
    overlap = (1 - giou(better, true, LEAST)).mean()
    off = better - true
    low, high = off[:, :2] - off[:, 2:] / 2, off[:, :2] + off[:, 2:] / 2
    edges = ((low.abs() + high.abs()) / sides).sum(dim=1).mean()
    sure = F.binary_cross_entropy_with_logits(
        predicted["sure"], _filled(predicted["boxes"].detach(), where[0], truth)
    )
    order = _order(predicted["depth"][:count], true, scene, truth["z"][scene, number])
    loss: Tensor = kinds + 2 * overlap + 0.5 * edges + sure + 0.3 * order
    return loss


def _cells(boxes: Tensor, grid: torch.Size) -> tuple[Tensor, Tensor]:
    """Return (row, column) of the cell that contains the centre of each box (M, 4) in units."""
    centres = to_cells(boxes, (grid[0], grid[1]))
    column = centres[:, 0].floor().long().clamp(0, grid[1] - 1)
    row = centres[:, 1].floor().long().clamp(0, grid[0] - 1)
    return row, column


def _warmest(heat: Tensor, drawn: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Return (scene, row, column) of `LOOKED_AT` cells of each scene: the warmest, or drawn from them."""
    count, _, columns = heat.shape
    ranks = torch.arange(LOOKED_AT)
    if drawn:
        # Drawn on the CPU, by the generator whose state checkpoints hold.
        ranks = torch.rand(count, WARMEST).argsort(dim=1)[:, :LOOKED_AT]
    warmest = heat.detach().flatten(1).topk(WARMEST, dim=1).indices
    cells = warmest.gather(1, ranks.to(heat.device).expand(count, -1)).flatten()
    scene = torch.arange(count, device=heat.device).repeat_interleave(LOOKED_AT)
    return scene, cells // columns, cells % columns


def _filled(boxes: Tensor, scene: Tensor, truth: Tensors) -> Tensor:
    """Return how much each box (M, 4) is one of its scene's objects: 0 up to an IoU of 0.3, 1 from 0.7 on."""
    overlap = iou(boxes[:, None], truth["boxes"][scene], LEAST)
    best = torch.where(truth["types"][scene] != NOTHING, overlap, 0.0).amax(dim=1)
    return ((best - LOOSE) / (TIGHT - LOOSE)).clamp(0, 1)


def _order(depth: Tensor, boxes: Tensor, scene: Tensor, z: Tensor) -> Tensor:
    """Return the order loss: of two objects whose boxes meet the later drawn one has the greater depth."""
    apart = (boxes[:, None, :2] - boxes[None, :, :2]).abs()
    meet = (apart < (boxes[:, None, 2:] + boxes[None, :, 2:]) / 2).all(dim=2)
    first, later = torch.nonzero(
        meet & (scene[:, None] == scene[None]) & (z[:, None] < z[None]), as_tuple=True
    )
    if not len(first):
        return depth.sum() * 0
    return F.softplus(depth[first] - depth[later]).mean()


def _shaken(boxes: Tensor, sides: Tensor) -> Tensor:
    """Move and stretch boxes by a share of their sides, some boxes more than others."""
    # Drawn on the CPU, by the generator whose state checkpoints hold.
    strength = SHAKEN * torch.rand(len(boxes), 1)
    moved = (torch.randn(len(boxes), 2) * strength * 0.7).to(boxes.device)
    stretched = (torch.randn(len(boxes), 2) * strength).to(boxes.device)
    return torch.cat([boxes[:, :2] + moved * sides, sides * stretched.exp()], dim=1)
