"""Match predicted objects with true ones, and compare them in tables of objects, predictions and pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from jepamine.manim.layout_model.targets import iou
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, LEAST_SIDE, LIMIT, Layout, largest

Floats = NDArray[np.float64]
#: The IoU from which an object counts as found.
FOUND_IOU = 0.5
#: Centres nearer than this along an axis, in units, have no relation (left, above) along it.
LEVEL = 0.25


def boxes_of(layout: Layout) -> Floats:
    """Return the boxes of a layout, float64 (objects, 4): x, y, width, height in units."""
    return np.array([item.box for item in layout.objects], dtype=np.float64).reshape(-1, 4)


def iou_matrix(a: Floats, b: Floats) -> Floats:
    """Return the IoU of each box of `a` (n, 4) with each of `b` (m, 4): (n, m)."""
    overlaps: Floats = iou(torch.from_numpy(a)[:, None], torch.from_numpy(b)[None]).numpy()
    return overlaps


def match(true: Floats, predicted: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Match boxes one to one with the largest sum of IoUs, regardless of types.

    Returns (index in `predicted` or -1, IoU or 0) for each true box. Disjoint boxes do not match.
    """
    from scipy.optimize import linear_sum_assignment

    place = np.full(len(true), -1, np.int64)
    overlap = np.zeros(len(true))
    table = iou_matrix(true, predicted)
    for row, column in zip(*linear_sum_assignment(table, maximize=True), strict=True):
        if table[row, column] > 0:
            place[row], overlap[row] = column, table[row, column]
    return place, overlap


def visible_shares(boxes: Floats, hidden: NDArray[np.bool_]) -> Floats:
    """Return the share of each box's area within the frame that is in visible cells.

    Shapes: boxes (n, 4) in units, `hidden` (rows, columns) over the whole frame -> (n,). Sides are at least
    `LEAST_SIDE`, so that a line has an area. The share of a box outside the frame is 0.
    """
    rows, columns = hidden.shape
    across = _covered(boxes[:, 0] + FRAME_WIDTH / 2, boxes[:, 2], FRAME_WIDTH, columns)
    down = _covered(FRAME_HEIGHT / 2 - boxes[:, 1], boxes[:, 3], FRAME_HEIGHT, rows)
    # (n, rows, columns): the box's area in each cell
    area = down[:, :, None] * across[:, None, :]
    whole = area.sum(axis=(1, 2))
    shares: Floats = (area * ~hidden).sum(axis=(1, 2)) / np.where(whole > 0, whole, 1)
    return shares


def _covered(centres: Floats, sides: Floats, length: float, cells: int) -> Floats:
    """Return the length that intervals cover of each of `cells` equal parts of 0 .. length: (n, cells)."""
    half = np.maximum(sides, LEAST_SIDE) / 2
    edges = np.linspace(0, length, cells + 1)
    high = np.minimum((centres + half)[:, None], edges[None, 1:])
    low = np.maximum((centres - half)[:, None], edges[None, :-1])
    covered: Floats = np.maximum(high - low, 0)
    return covered


#: Arrays of one length by name; `scene` int64 is the number of each row's scene, from 0.
Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Comparison:
    """The comparison of `scenes` scenes.

    `objects`, one row per true object: `type` (name), `visible` (share not covered by other objects), `seen`
    (share of its box in visible patches), `iou` (0 if unmatched), `matched`, `found` (`iou` >= FOUND_IOU),
    `type_right` (matched, of the right type), `error` (distance of the centres in units, nan if unmatched).
    `predictions`, one row per predicted object: `confidence`, `found`, `right` (found, of the right type).
    `pairs`, one row per pair of matched objects and relation: `relation` ("left", "above", "drawn_first"),
    `right`. Pairs with centres within `LEVEL` along the axis are left out, and for "drawn_first" pairs of
    disjoint boxes. `more_right` (scenes,) tells whether the flag `more` of the prediction is right.
    """

    scenes: int
    objects: Columns
    predictions: Columns
    pairs: Columns
    more_right: NDArray[np.bool_]


def compare(
    true: Sequence[Layout],
    predicted: Sequence[Layout],
    hidden: Sequence[NDArray[np.bool_]] | None = None,
    limit: int = LIMIT,
) -> Comparison:
    """Match and compare each scene's objects.

    `hidden` holds the masks (rows, columns) of the frames, None for clean frames. Of each scene the `limit`
    largest objects are expected; a prediction of a smaller one is neither right nor wrong, nor is an
    unmatched prediction in a scene whose true layout leaves objects out.
    """
    objects: list[dict[str, Any]] = []
    predictions: list[dict[str, Any]] = []
    pairs: list[dict[str, Any]] = []
    more_right: list[bool] = []
    for scene, (truth, answer) in enumerate(zip(true, predicted, strict=True)):
        boxes, predicted_boxes = boxes_of(truth), boxes_of(answer)
        place, overlap = match(boxes, predicted_boxes)
        seen = np.ones(len(boxes)) if hidden is None else visible_shares(boxes, hidden[scene])
        found = overlap >= FOUND_IOU
        expected = np.isin(np.arange(len(boxes)), largest(truth.objects, limit))
        row_of = dict(zip(place[found].tolist(), np.flatnonzero(found), strict=True))
        for row, item in enumerate(truth.objects):
            if not expected[row]:
                continue
            matched = place[row] >= 0
            prediction = answer.objects[place[row]] if matched else None
            objects.append(
                {
                    "scene": scene,
                    "type": item.type,
                    "visible": item.visible,
                    "seen": seen[row],
                    "iou": overlap[row],
                    "matched": matched,
                    "found": found[row],
                    "type_right": prediction is not None and prediction.type == item.type,
                    "error": np.hypot(*(boxes[row, :2] - predicted_boxes[place[row], :2]))
                    if matched
                    else np.nan,
                }
            )
        for row, prediction in enumerate(answer.objects):
            if not expected[row_of[row]] if row in row_of else truth.more:
                continue
            right = row in row_of and truth.objects[row_of[row]].type == prediction.type
            predictions.append(
                {"scene": scene, "confidence": prediction.confidence, "found": row in row_of, "right": right}
            )
        pairs += _relations(scene, truth, answer, np.where(expected, place, -1))
        more_right.append(answer.more == (truth.more or not expected.all()))
    return Comparison(
        len(true),
        _columns(objects, ("scene", *_OBJECT)),
        _columns(predictions, ("scene", "confidence", "found", "right")),
        _columns(pairs, ("scene", "relation", "right")),
        np.array(more_right, bool),
    )


_OBJECT = ("type", "visible", "seen", "iou", "matched", "found", "type_right", "error")
_KINDS = {"scene": np.int64, "type": np.str_, "relation": np.str_} | dict.fromkeys(
    ("matched", "found", "type_right", "right"), np.bool_
)


def _columns(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> Columns:
    return {name: np.array([row[name] for row in rows], _KINDS.get(name, float)) for name in names}


def _relations(scene: int, truth: Layout, answer: Layout, place: NDArray[np.int64]) -> list[dict[str, Any]]:
    boxes = boxes_of(truth)
    meet = iou_matrix(boxes, boxes) > 0
    rows = []
    for a, b in combinations(np.flatnonzero(place >= 0), 2):
        true_a, true_b = truth.objects[a], truth.objects[b]
        guess_a, guess_b = answer.objects[place[a]], answer.objects[place[b]]
        if abs(true_a.x - true_b.x) > LEVEL:
            rows.append(("left", (true_a.x < true_b.x) == (guess_a.x < guess_b.x)))
        if abs(true_a.y - true_b.y) > LEVEL:
            rows.append(("above", (true_a.y > true_b.y) == (guess_a.y > guess_b.y)))
        if meet[a, b]:
            rows.append(("drawn_first", (true_a.z < true_b.z) == (guess_a.z < guess_b.z)))
    return [{"scene": scene, "relation": relation, "right": right} for relation, right in rows]
