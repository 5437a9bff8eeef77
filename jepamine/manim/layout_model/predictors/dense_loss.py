"""The losses of the predictor `layout-dense`, of its map and of its refinement, and their targets."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from jepamine.manim.layout_model.predictors.proposals import proposals
from jepamine.manim.layout_model.predictors.refinement import Refinement
from jepamine.manim.layout_model.targets import NOTHING, giou, iou, to_cells
from jepamine.manim.layouts import LEAST_SIDE, MAX_OBJECTS
from jepamine.protocols import Tensors

# The standard deviation of a centre's heat beyond its cell: in cells, or as a share of the box if larger.
REACH, REACH_OF_SIDE = 0.4, 0.09
# Cells with less heat do not predict the box.
WARM = 0.1
# The weight of non-empty cells off the centre in the loss, relative to those at the centre: they predict the
# object too, which gives many examples of each object instead of one or two.
SEEN_SHARE = 0.3


@dataclass(frozen=True)
class Assignment:
    """Cells assigned to objects: int64 (M,) each; `weight` (M,) sums to about 1 per object."""

    scene: Tensor
    row: Tensor
    column: Tensor
    object: Tensor
    weight: Tensor


def centre_heat(boxes: Tensor, present: Tensor, grid: tuple[int, int]) -> Tensor:
    """Return a heat map of each object's centre, 0 to 1: boxes (N, K, 4) -> (N, K, rows, columns).

    The heat is 1 in the centre's cell and falls off as a Gaussian, so that a centre near an edge is almost in
    both cells. It is 0 where `present`, bool (N, K), is False.
    """
    fall = []
    for length, centre, side in ((grid[0], 1, 3), (grid[1], 0, 2)):
        cells = torch.arange(length, device=boxes.device) + 0.5
        reach = (REACH_OF_SIDE * boxes[..., side]).clamp(min=REACH)[..., None]
        off = ((cells - boxes[..., centre, None]).abs() - 0.5).clamp(min=0)
        fall.append(torch.exp(-((off / reach) ** 2) / 2))
    return fall[0][..., :, None] * fall[1][..., None, :] * present[..., None, None]


def assign_cells(heat: Tensor, boxes: Tensor, present: Tensor, seen: Tensor) -> Assignment:
    """Assign cells to objects.

    Cells near a centre get the object with the most heat; other cells that are not empty, as `seen` bool (N,
    rows, columns) marks them, the smallest object whose box, widened by half a cell, contains them.
    """
    rows, columns = heat.shape[2:]
    warmth, nearest = heat.max(dim=1)
    across = torch.arange(columns, device=heat.device) + 0.5
    down = torch.arange(rows, device=heat.device)[:, None] + 0.5
    x, y, width, height = (part[..., None, None] for part in boxes.unbind(-1))
    inside = ((across - x).abs() < width / 2 + 0.5) & ((down - y).abs() < height / 2 + 0.5)
    area = torch.where(inside & present[..., None, None], width * height, torch.inf)
    least, smallest = area.min(dim=1)
    warm = warmth > WARM
    around = seen & ~warm & least.isfinite()
    scene, row, column = torch.nonzero(warm | around, as_tuple=True)
    off = around[scene, row, column]
    owner = torch.where(off, smallest[scene, row, column], nearest[scene, row, column])
    weight = torch.where(off, 1.0, warmth[scene, row, column])
    total = weight.new_zeros(*present.shape, 2).index_put_(
        (scene, owner, off.long()), weight, accumulate=True
    )
    weight = weight / total[scene, owner, off.long()] * torch.where(off, SEEN_SHARE, 1.0)
    return Assignment(scene, row, column, owner, weight)


# Sides are clamped to this before the logarithm; boxes are compared at LEAST_SIDE anyway.
SHORT = 0.1
# In training the refinement gets this share of the map's boxes whose GIoU is high enough, else the true box
# with jitter.
LEAST_GIOU, OWN_SHARE, JITTER = 0.2, 0.7, 0.3
# Of this many hottest cells of a scene the refinement gets so many more, to learn to reject false positives.
HOTTEST, EXTRA = 24, 4
# And so many of the boxes that pixels propose, of so many scenes of a batch: finding them takes time.
FROM_PIXELS, LOOKED_AT = 24, 1
# The confidence target rises from 0 to 1 between these IoUs with the best true object.
LOOSE, TIGHT = 0.3, 0.7


def map_loss(answer: Tensors, truth: Tensors) -> Tensor:
    """Return the loss of the map per true object: the quality focal loss of the heat (Li et al. 2020,
    arXiv:2006.04388), and for assigned cells GIoU, L1 of offset and size, cross-entropy of the type, and L1
    of the drawing order.
    """
    grid = answer["heat"].shape[1:]
    # Rows that no scene of the batch fills cost as much as others.
    filled = max(int((truth["types"] != NOTHING).sum(dim=1).max()), 1)
    truth = {name: truth[name][:, :filled] for name in ("types", "boxes", "z")}
    present = truth["types"] != NOTHING
    boxes = to_cells(truth["boxes"], (grid[0], grid[1]))
    heat = centre_heat(boxes, present, (grid[0], grid[1]))
    objects = present.sum().clamp(min=1)
    target, logits = heat.amax(dim=1), answer["heat"]
    focus = (target - torch.sigmoid(logits)) ** 2
    centres = (focus * F.binary_cross_entropy_with_logits(logits, target, reduction="none")).sum()
    assigned = assign_cells(heat, boxes, present, answer["seen"])
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
    each = types + 2 * (1 - giou(predicted, true)) + offset + size + 0.2 * depth
    return (centres + (each * assigned.weight).sum()) / objects


def refinement_loss(
    refinement: Refinement, answer: Tensors, truth: Tensors, jitter: bool, proposed: bool = False
) -> Tensor:
    """Return the loss of the refinement per true object: cross-entropy of the type, GIoU, L1 of the edges,
    the order of overlapping pairs; and for these boxes, some of the hottest cells', and if `proposed` some
    that pixels propose, the confidence.

    Without `jitter` the input boxes are the map's own or the true ones, and the hottest cells': the loss is
    deterministic.
    """
    scene, number = torch.nonzero(truth["types"] != NOTHING, as_tuple=True)
    if not len(scene):
        return answer["heat"].sum() * 0
    true, types = truth["boxes"][scene, number], truth["types"][scene, number]
    place = cells_of(true, answer["heat"].shape[1:])
    own = answer["boxes"][(scene, *place)].detach()
    near = giou(own, true) > LEAST_GIOU
    sides = true[:, 2:].clamp(min=LEAST_SIDE)
    inputs = true
    if jitter:
        inputs = _jittered(true, sides)
        near &= (torch.rand(len(true)) < OWN_SHARE).to(near.device)
    inputs = torch.where(near[:, None], own, inputs)
    hot = _hottest(answer["heat"], jitter)
    # The true objects first, then the hottest cells, then what pixels propose.
    where = [torch.cat(pair) for pair in zip((scene, *place), hot, strict=True)]
    boxes = torch.cat([inputs, answer["boxes"][hot].detach()])
    if proposed:
        own, more = _some_proposals(answer["picture"], jitter)
        shown = (own, *cells_of(more, answer["heat"].shape[1:]))
        where = [torch.cat(pair) for pair in zip(where, shown, strict=True)]
        boxes = torch.cat([boxes, more])
    refined = refinement(
        answer["picture"], where[0], boxes, answer["features"][where[0], :, where[1], where[2]]
    )
    better, count = refined["boxes"][: len(scene)], len(scene)
    kinds = F.cross_entropy(refined["types"][:count], types)
    overlap = (1 - giou(better, true)).mean()
    off = better - true
    low, high = off[:, :2] - off[:, 2:] / 2, off[:, :2] + off[:, 2:] / 2
    edges = ((low.abs() + high.abs()) / sides).sum(dim=1).mean()
    sure = F.binary_cross_entropy_with_logits(
        refined["sure"], _confidence(refined["boxes"].detach(), where[0], truth)
    )
    order = drawing_order_loss(refined["depth"][:count], true, scene, truth["z"][scene, number])
    loss: Tensor = kinds + 2 * overlap + 0.5 * edges + sure + 0.3 * order
    return loss


def cells_of(boxes: Tensor, grid: torch.Size) -> tuple[Tensor, Tensor]:
    """Return (row, column) of the cell with the centre of each box (M, 4) in units."""
    centres = to_cells(boxes, (grid[0], grid[1]))
    column = centres[:, 0].floor().long().clamp(0, grid[1] - 1)
    row = centres[:, 1].floor().long().clamp(0, grid[0] - 1)
    return row, column


def _hottest(heat: Tensor, drawn: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Return (scene, row, column) of `EXTRA` cells of each scene.

    The hottest, or `drawn` from the hottest.
    """
    count, _, columns = heat.shape
    ranks = torch.arange(EXTRA)
    if drawn:
        # Drawn on the CPU: checkpoints hold the state of that generator.
        ranks = torch.rand(count, HOTTEST).argsort(dim=1)[:, :EXTRA]
    hottest = heat.detach().flatten(1).topk(HOTTEST, dim=1).indices
    cells = hottest.gather(1, ranks.to(heat.device).expand(count, -1)).flatten()
    scene = torch.arange(count, device=heat.device).repeat_interleave(EXTRA)
    return scene, cells // columns, cells % columns


def _some_proposals(picture: Tensor, drawn: bool) -> tuple[Tensor, Tensor]:
    """Return (scene, boxes) of `FROM_PIXELS` proposals of each of the first `LOOKED_AT` pictures.

    The largest, or `drawn` from all of them.
    """
    scene, boxes = proposals(picture[:LOOKED_AT].detach())
    kept = []
    for number in range(LOOKED_AT):
        own = torch.nonzero(scene == number)[:, 0]
        order = torch.randperm(len(own)) if drawn else torch.arange(len(own) - 1, -1, -1)
        kept.append(own[order[:FROM_PIXELS].to(own.device)])
    chosen = torch.cat(kept)
    return scene[chosen], boxes[chosen]


def _confidence(boxes: Tensor, scene: Tensor, truth: Tensors) -> Tensor:
    """Return the confidence target of each box (M, 4): 0 up to a best IoU of 0.3, 1 from 0.7."""
    overlap = iou(boxes[:, None], truth["boxes"][scene])
    best = torch.where(truth["types"][scene] != NOTHING, overlap, 0.0).amax(dim=1)
    return ((best - LOOSE) / (TIGHT - LOOSE)).clamp(0, 1)


def drawing_order_loss(depth: Tensor, boxes: Tensor, scene: Tensor, z: Tensor) -> Tensor:
    """Return a loss that gives the later drawn of two overlapping objects the greater depth."""
    distance = (boxes[:, None, :2] - boxes[None, :, :2]).abs()
    overlapping = (distance < (boxes[:, None, 2:] + boxes[None, :, 2:]) / 2).all(dim=2)
    first, later = torch.nonzero(
        overlapping & (scene[:, None] == scene[None]) & (z[:, None] < z[None]), as_tuple=True
    )
    if not len(first):
        return depth.sum() * 0
    return F.softplus(depth[first] - depth[later]).mean()


def _jittered(boxes: Tensor, sides: Tensor) -> Tensor:
    """Move and stretch boxes by random shares of their sides, some boxes more than others."""
    # Drawn on the CPU: checkpoints hold the state of that generator.
    strength = JITTER * torch.rand(len(boxes), 1)
    moved = (torch.randn(len(boxes), 2) * strength * 0.7).to(boxes.device)
    stretched = (torch.randn(len(boxes), 2) * strength).to(boxes.device)
    return torch.cat([boxes[:, :2] + moved * sides, sides * stretched.exp()], dim=1)
