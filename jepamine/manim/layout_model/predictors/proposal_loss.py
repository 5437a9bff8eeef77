"""The loss of the predictor `layout-proposals`, and which proposal is trained to be which object.

Shapes: N frames, K proposals, M assigned pairs.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from jepamine.manim.layout_model.predictors.dense_loss import drawing_order_loss
from jepamine.manim.layout_model.targets import NOTHING, giou, iou
from jepamine.manim.layouts import LEAST_SIDE
from jepamine.protocols import Tensors

# Overlaps are those of boxes wider by this many units on all sides, so that a dot that is a pixel off has
# one; the least overlap of a proposal with its object.
PADDING, LEAST_OVERLAP = 0.15, 0.35
# Proposals that overlap an object by this much are trained to be of its type and to move to its edges, and
# weigh this much of the assigned one; from the second overlap on they are as good as that.
NEAR, OF_NEAR, ALIKE = 0.55, 0.3, 0.8
# Types are smoothed, as people's objects are not always what they look like.
SMOOTHED = 0.03
# Proposals that are no objects count from a half to once, by how confident the network is of them.
LEAST_WEIGHT = 0.5


def padded_iou(a: Tensor, b: Tensor) -> Tensor:
    """Return the IoU of boxes (..., 4) in units, each `PADDING` wider on all sides."""
    wider = a.new_tensor([0, 0, 2 * PADDING, 2 * PADDING])
    return iou(a + wider, b + wider)


def assigned(places: Tensor, present: Tensor, truth: Tensors) -> tuple[Tensor, Tensor, Tensor]:
    """Return (frame, proposal, object) int64 (M,): pairs one to one with the largest sum of overlaps.

    Shapes: places (N, K, 4) in units, present bool (N, K); `truth` as of `target_tensors`.
    """
    from scipy.optimize import linear_sum_assignment

    pairs: list[np.ndarray[tuple[int, int], np.dtype[np.int64]]] = [np.empty((0, 3), np.int64)]
    for frame in range(len(places)):
        rows = torch.nonzero(present[frame])[:, 0]
        objects = torch.nonzero(truth["types"][frame] != NOTHING)[:, 0]
        overlap = padded_iou(places[frame, rows][:, None], truth["boxes"][frame, objects][None])
        table = torch.where(overlap >= LEAST_OVERLAP, overlap, 0.0).cpu().numpy()
        first, second = linear_sum_assignment(table, maximize=True)
        near = table[first, second] > 0
        own = rows.cpu().numpy()[first[near]], objects.cpu().numpy()[second[near]]
        pairs.append(np.stack([np.full(near.sum(), frame), *own], axis=1))
    frames, proposals, numbers = torch.from_numpy(np.concatenate(pairs)).to(places.device).unbind(1)
    return frames, proposals, numbers


def near(places: Tensor, present: Tensor, truth: Tensors) -> tuple[Tensor, Tensor]:
    """Return (overlap (N, K), object int64 (N, K)): that of the object that each proposal overlaps most."""
    overlap = padded_iou(places[:, :, None], truth["boxes"][:, None])
    real = (truth["types"] != NOTHING)[:, None] & present[:, :, None]
    most, number = overlap.masked_fill(~real, 0.0).max(dim=2)
    return most, number


def proposal_loss(answer: Tensors, truth: Tensors) -> Tensor:
    """Return the loss per assigned object: cross-entropies of being one and of its type, GIoU, L1 of the
    edges, and the order of overlapping pairs.
    """
    # `truth` may hold the weights (N, K) of its objects' types.
    frame, row, number = assigned(answer["places"], answer["present"], truth)
    overlap, nearest = near(answer["places"], answer["present"], truth)
    target = torch.zeros_like(answer["sure"])
    target[frame, row] = 1
    # Which of two boxes that are nearly the same is assigned is chance.
    alike = (overlap >= ALIKE) & (target == 0)
    each = F.binary_cross_entropy_with_logits(
        answer["sure"], torch.where(alike, 1.0, target), reduction="none"
    )
    wrong = LEAST_WEIGHT + (1 - LEAST_WEIGHT) * torch.sigmoid(answer["sure"].detach())
    weight = torch.where(target > 0, 1.0, torch.where(alike, OF_NEAR, wrong)) * answer["present"]
    sure = (each * weight).sum() / max(len(frame), 1)
    if not len(frame):
        return sure
    order = drawing_order_loss(
        answer["depth"][frame, row], truth["boxes"][frame, number], frame, truth["z"][frame, number]
    )
    nearest[frame, row] = number
    worth = torch.where(target > 0, 1.0, OF_NEAR * (overlap >= NEAR))
    frame, row = torch.nonzero(worth, as_tuple=True)
    number, worth = nearest[frame, row], worth[frame, row]
    true, kinds = truth["boxes"][frame, number], truth["types"][frame, number]
    each = F.cross_entropy(answer["types"][frame, row], kinds, reduction="none", label_smoothing=SMOOTHED)
    share = worth * truth["weights"][frame, number] if "weights" in truth else worth
    types = (each * share).sum() / share.sum()
    boxes = answer["boxes"][frame, row]
    off = boxes - true
    low, high = off[:, :2] - off[:, 2:] / 2, off[:, :2] + off[:, 2:] / 2
    edges = ((low.abs() + high.abs()) / true[:, 2:].clamp(min=LEAST_SIDE)).clamp(max=2).sum(dim=1)
    moved = (worth * (2 * (1 - giou(boxes, true)) + 0.3 * edges)).sum() / worth.sum()
    loss: Tensor = sure + types + moved + 0.3 * order
    return loss
