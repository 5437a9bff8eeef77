"""Predicted sets of objects matched with true ones, for losses."""

from __future__ import annotations

import torch
from torch import Tensor

from jepamine.manim.layout_model.boxes import giou
from jepamine.manim.layout_model.targets import NOTHING
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, LEAST_SIDE
from jepamine.protocols import Tensors


def match_sets(answer: Tensors, truth: Tensors) -> tuple[Tensor, Tensor, Tensor]:
    """(scene, place in the answer, place in the truth) of every true object, int64 (objects,) each.

    The assignment of each scene has the least cost: L1 and GIoU of the boxes less the type's probability, as
    in DETR (Carion et al. 2020, arXiv:2005.12872). `answer` has `boxes` (N, K, 4) in units and `types`
    (N, K, 20) logits.
    """
    from scipy.optimize import linear_sum_assignment

    with torch.no_grad():
        boxes, wanted = answer["boxes"][:, :, None], truth["boxes"][:, None]
        frame = boxes.new_tensor([FRAME_WIDTH, FRAME_HEIGHT, FRAME_WIDTH, FRAME_HEIGHT])
        kinds = answer["types"].softmax(dim=-1)
        columns = truth["types"].clamp(min=0)[:, None].expand(-1, kinds.shape[1], -1)
        cost = 5 * ((boxes - wanted) / frame).abs().sum(dim=-1) - kinds.gather(2, columns)
        cost = cost - 2 * giou(boxes, wanted, (LEAST_SIDE, LEAST_SIDE))
        # A training that diverges must get as far as the message that says so.
        costs = torch.nan_to_num(cost, 1e6, 1e6, -1e6).cpu().numpy()
    found: list[tuple[int, int, int]] = []
    for scene, there in enumerate((truth["types"] != NOTHING).cpu()):
        objects = torch.nonzero(there)[:, 0].numpy()
        rows, places = linear_sum_assignment(costs[scene][:, objects])
        found += [(scene, int(row), int(objects[place])) for row, place in zip(rows, places, strict=True)]
    table = torch.tensor(found, dtype=torch.int64, device=answer["boxes"].device).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]
