"""Decode the map of the predictor `layout-dense` to layouts."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from jepamine.manim.layout_model.evaluation.matching import iou_matrix
from jepamine.manim.layout_model.layout_protocol import scaled
from jepamine.manim.layout_model.predictors.dense_loss import cells_of
from jepamine.manim.layout_model.predictors.proposals import proposals
from jepamine.manim.layout_model.predictors.refinement import Refinement
from jepamine.manim.layout_model.predictors.snapping import snapped
from jepamine.manim.layout_model.targets import to_layout
from jepamine.manim.layouts import TYPES, Layout
from jepamine.protocols import Tensors

# The least heat of a centre; with refinement, which decides itself, the threshold is low.
LEAST_HEAT, LEAST_HEAT_REFINED = 0.3, 0.1
# The least confidence of a refined object. On 700 scenes of an unused seed, values from 0.35 to 0.6 change
# F1 by 0.01 and the share within 0.5 units by as much in the other direction.
LEAST_CONFIDENCE = 0.5
# The hottest cells of a frame that are candidates.
CANDIDATES = 40
CANDIDATES_PER_OBJECT = 4
REFINEMENTS, LEAST_AT_FIRST = 2, 0.2
# Boxes are duplicates from these IoUs on: of the same type, of different types. On the same scenes, 0.35
# and 0.5 give F1 0.968 and 0.981 within 0.5 units; these values 0.963 and 0.985.
DUPLICATE_SAME_TYPE, DUPLICATE = 0.4, 0.55
# Of boxes that pixels propose: what lies in a text by this share is part of it, how much more a larger one
# counts, and the least product of the confidences in object and type. On 60 held-out scenes with half-trained
# weights F1 is 0.37 without these rules and 0.59 with them.
TEXT, PART, LARGER, LEAST_PRODUCT = TYPES.index("text"), 0.8, 0.3, 0.4


def decode(
    answer: Tensors, refinement: Refinement | None, limit: int, temperature: Tensor, proposed: bool = False
) -> list[Layout]:
    """Return the layout of each frame, with at most `limit` objects.

    `temperature` scales their confidence. If `proposed`, candidates are also boxes that pixels propose.
    """
    heat = torch.sigmoid(answer["heat"]).flatten(1)
    columns = answer["heat"].shape[2]
    count = min(max(CANDIDATES, CANDIDATES_PER_OBJECT * limit), heat.shape[1])
    warmth, cells = heat.topk(count, dim=1)
    least = LEAST_HEAT if refinement is None else LEAST_HEAT_REFINED
    scene, rank = torch.nonzero(warmth >= least, as_tuple=True)
    place = (scene, cells[scene, rank] // columns, cells[scene, rank] % columns)
    boxes, presence = answer["boxes"][place], warmth[scene, rank]
    if refinement is not None and proposed:
        own, more = proposals(answer["picture"])
        scene, boxes = torch.cat([scene, own]), torch.cat([boxes, more])
        place = (scene, *cells_of(boxes, answer["heat"].shape[1:]))
    types, depth = answer["types"][place], answer["depth"][place]
    if refinement is not None and len(scene):
        features = answer["features"][scene, :, place[1], place[2]]
        for _ in range(REFINEMENTS):
            refined = refinement(answer["picture"], scene, boxes, features)
            presence = torch.sigmoid(refined["sure"])
            # Most candidates are nothing at first sight.
            left = presence >= LEAST_AT_FIRST
            scene, features, presence = scene[left], features[left], presence[left]
            boxes, types, depth = (refined[name][left] for name in ("boxes", "types", "depth"))
    type_confidence, kinds = types.softmax(dim=1).max(dim=1)
    unscaled = presence * type_confidence
    confidence = scaled(unscaled, temperature)
    layouts = []
    for number in range(len(heat)):
        mine = torch.nonzero((scene == number) & (refinement is None or presence >= LEAST_CONFIDENCE))[:, 0]
        places = boxes[mine]
        if refinement is not None:
            places = snapped_to(answer["picture"][number], places, kinds[mine])
        if proposed:
            kept = whole_boxes(places, kinds[mine], unscaled[mine])
        else:
            kept = distinct_boxes(places, kinds[mine], confidence[mine])
        rest = mine[kept]
        layouts.append(to_layout(places[kept], kinds[rest], confidence[rest], depth[rest], limit))
    return layouts


def snapped_to(picture: Tensor, boxes: Tensor, kinds: Tensor) -> Tensor:
    """Return boxes (n, 4) in units snapped to the pixels of one picture, (H, W, 3 or more + mask)."""
    frame = picture.float().cpu().numpy()
    places = boxes.double().cpu().numpy()
    exact = snapped(frame[..., :3], frame[..., -1] > 0.5, places, kinds.cpu().numpy())
    return torch.from_numpy(exact).to(boxes)


def whole_boxes(boxes: Tensor, kinds: Tensor, confidence: Tensor) -> Tensor:
    """Return the indices, int64, of distinct boxes (n, 4) without those that are parts of a text.

    Pixels propose letters and words as well as lines: of alike confidence, the larger comes first.
    """
    areas = boxes[:, 2:].clamp(min=0).prod(dim=1)
    order = (confidence * (1 + LARGER * areas.log1p())).argsort(descending=True, stable=True)
    order = order[confidence[order] >= LEAST_PRODUCT]
    kept = order[distinct_boxes(boxes[order], kinds[order], -torch.arange(len(order)))]
    low, high = boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2
    shared = (torch.minimum(high[:, None], high[None]) - torch.maximum(low[:, None], low[None])).clamp(min=0)
    within = shared.prod(dim=2) > PART * areas[:, None].clamp(min=1e-6)
    chosen: list[int] = []
    for place in kept.tolist():
        if not any(within[place, other] and int(kinds[other]) == TEXT for other in chosen):
            chosen.append(place)
    return torch.tensor(chosen, dtype=torch.int64, device=boxes.device)


def distinct_boxes(boxes: Tensor, kinds: Tensor, confidence: Tensor) -> Tensor:
    """Return the indices, int64, of the most confident boxes (n, 4) without duplicates."""
    overlap = iou_matrix(boxes.double().cpu().numpy(), boxes.double().cpu().numpy())
    alike: NDArray[np.bool_] = (kinds[:, None] == kinds[None]).cpu().numpy()
    same = (overlap > DUPLICATE) | ((overlap > DUPLICATE_SAME_TYPE) & alike)
    kept: list[int] = []
    for place in confidence.argsort(descending=True, stable=True).tolist():
        if not same[place, kept].any():
            kept.append(place)
    return torch.tensor(kept, dtype=torch.int64, device=boxes.device)
