"""Read layouts from the map of the predictor `layout-dense`."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from jepamine.manim.layout_model.evaluation.matching import iou_matrix
from jepamine.manim.layout_model.predictors.refinement import SecondLook
from jepamine.manim.layout_model.targets import to_layout
from jepamine.manim.layouts import MAX_OBJECTS, Layout
from jepamine.protocols import Tensors

# Cooler cells are not centres; if a second look decides, hardly any is dropped before it.
LEAST_HEAT, LEAST_HEAT_LOOKED_AT = 0.3, 0.1
# Less sure predictions are not objects. On 700 scenes of a seed that nothing was trained on, 0.35 to 0.6
# change F1 by 0.01 and the share within 0.5 units by as much the other way.
LEAST_SURE = 0.5
# The number of a frame's warmest cells that are considered.
CANDIDATES = 40
LOOKS = 2
# Two boxes of one type that overlap more than this are one object; of two types, more than that. On the same
# scenes: at 0.35 and 0.5 F1 is 0.968 and 0.981 lie within 0.5 units, here 0.963 and 0.985.
SAME, SAME_PLACE = 0.4, 0.55


def read(answer: Tensors, second: SecondLook | None) -> list[Layout]:
    """Return the layout of each frame."""
    heat = torch.sigmoid(answer["heat"]).flatten(1)
    columns = answer["heat"].shape[2]
    count = min(CANDIDATES, heat.shape[1])
    warmth, cells = heat.topk(count, dim=1)
    least = LEAST_HEAT if second is None else LEAST_HEAT_LOOKED_AT
    scene, rank = torch.nonzero(warmth >= least, as_tuple=True)
    place = (scene, cells[scene, rank] // columns, cells[scene, rank] % columns)
    boxes, types, depth = answer["boxes"][place], answer["types"][place], answer["depth"][place]
    present = warmth[scene, rank]
    if second is not None and len(scene):
        features = answer["features"][scene, :, place[1], place[2]]
        for _ in range(LOOKS):
            refined = second(answer["picture"], scene, boxes, features)
            boxes, types, depth = refined["boxes"], refined["types"], refined["depth"]
        present = torch.sigmoid(refined["sure"])
    sure, kinds = types.softmax(dim=1).max(dim=1)
    confidence = present * sure
    layouts = []
    for number in range(len(heat)):
        mine = torch.nonzero((scene == number) & (second is None or present >= LEAST_SURE))[:, 0]
        kept_cells = mine[distinct(boxes[mine], kinds[mine], confidence[mine])]
        layouts.append(
            to_layout(boxes[kept_cells], kinds[kept_cells], confidence[kept_cells], depth[kept_cells])
        )
    return layouts


def distinct(boxes: Tensor, kinds: Tensor, confidence: Tensor) -> Tensor:
    """Return the indices of the surest boxes (n, 4), at most 10, no two of the same object: int64."""
    overlap = iou_matrix(boxes.double().cpu().numpy(), boxes.double().cpu().numpy())
    alike: NDArray[np.bool_] = (kinds[:, None] == kinds[None]).cpu().numpy()
    same = (overlap > SAME_PLACE) | ((overlap > SAME) & alike)
    chosen: list[int] = []
    for place in confidence.argsort(descending=True, stable=True).tolist():
        if len(chosen) < MAX_OBJECTS and not same[place, chosen].any():
            chosen.append(place)
    return torch.tensor(chosen, dtype=torch.int64, device=boxes.device)
