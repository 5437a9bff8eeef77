"""Match predicted layouts with true ones: one row per object, per prediction and per pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, LEAST_SIDE, Layout


def seen_shares(boxes: Floats, hidden: NDArray[np.bool_]) -> Floats:
    """Return the share of each box's area, within the frame, in cells that are not hidden.

    Shapes: boxes (n, 4) in units, `hidden` (rows, columns) over the whole frame -> (n,). Sides are widened
    to `LEAST_SIDE`, so that a line has an area. A box outside the frame has the share 0.
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
    """Return what intervals cover of each of `cells` equal parts of 0 .. length: (n, cells)."""
    half = np.maximum(sides, LEAST_SIDE) / 2
    edges = np.linspace(0, length, cells + 1)
    high = np.minimum((centres + half)[:, None], edges[None, 1:])
    low = np.maximum((centres - half)[:, None], edges[None, :-1])
    covered: Floats = np.maximum(high - low, 0)
    return covered


Floats = NDArray[np.float64]


def boxes_of(layout: Layout) -> Floats:
    """Return the boxes of a layout: float64 (objects, 4), x, y, width, height in units."""
    return np.array([item.box for item in layout.objects], dtype=np.float64).reshape(-1, 4)


def iou_matrix(a: Floats, b: Floats, least: float = LEAST_SIDE) -> Floats:
    """Return the IoU of each box of `a` (n, 4) with each of `b` (m, 4): (n, m); `layouts.iou` vectorised."""
    common, areas = np.ones((len(a), len(b))), [np.ones(len(a)), np.ones(len(b))]
    for centre, side in ((0, 2), (1, 3)):
        long_a, long_b = np.maximum(a[:, side], least), np.maximum(b[:, side], least)
        high = np.minimum((a[:, centre] + long_a / 2)[:, None], (b[:, centre] + long_b / 2)[None])
        low = np.maximum((a[:, centre] - long_a / 2)[:, None], (b[:, centre] - long_b / 2)[None])
        common *= np.maximum(high - low, 0)
        areas = [areas[0] * long_a, areas[1] * long_b]
    ious: Floats = common / (areas[0][:, None] + areas[1][None] - common)
    return ious


def match(true: Floats, predicted: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Match one to one, so that the sum of IoUs is largest.

    Returns (index in `predicted` or -1, IoU or 0) of each true box. Boxes that do not meet never match.
    Types of objects do not matter.
    """
    from scipy.optimize import linear_sum_assignment

    place = np.full(len(true), -1, np.int64)
    overlap = np.zeros(len(true))
    table = iou_matrix(true, predicted)
    for row, column in zip(*linear_sum_assignment(table, maximize=True), strict=True):
        if table[row, column] > 0:
            place[row], overlap[row] = column, table[row, column]
    return place, overlap


#: The smallest IoU of an object that counts as found.
FOUND = 0.5
#: Centres nearer than this along an axis, in units, are neither left nor right (above nor below) of another.
LEVEL = 0.25


@dataclass(frozen=True)
class Columns:
    """Arrays of one length by name; `scene` int64 is the index, from 0, of a row's scene."""

    columns: dict[str, NDArray[Any]]

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.columns[name]

    def __len__(self) -> int:
        return len(self.columns["scene"])


@dataclass(frozen=True)
class Judged:
    """The matched objects of `scenes` scenes.

    `objects`, one row per true object: `type` (name), `visible` (share that no other object covers), `seen`
    (share of its box that no patch hides), `iou` (0 if unmatched), `matched`, `found` (`iou` from FOUND),
    `type_right` (of a matched one), `error` (distance of the centres in units, nan if unmatched).
    `predictions`, one row per predicted object: `confidence`, `found`, `right` (found, and of the right
    type). `pairs`, one row per pair of matched objects and relation: `relation` ("left", "above",
    "drawn_first"), `right`. Pairs whose centres are within `LEVEL` along the axis have no row, nor have,
    for "drawn_first", pairs whose boxes do not meet.
    """

    scenes: int
    objects: Columns
    predictions: Columns
    pairs: Columns


def judge(
    true: Sequence[Layout], predicted: Sequence[Layout], hidden: Sequence[NDArray[np.bool_]] | None = None
) -> Judged:
    """Match each scene's objects and compare them.

    `hidden` are the masks (rows, columns) of the frames, None if nothing was hidden.
    """
    objects: list[dict[str, Any]] = []
    predictions: list[dict[str, Any]] = []
    pairs: list[dict[str, Any]] = []
    for scene, (truth, answer) in enumerate(zip(true, predicted, strict=True)):
        boxes, others = boxes_of(truth), boxes_of(answer)
        place, overlap = match(boxes, others)
        seen = np.ones(len(boxes)) if hidden is None else seen_shares(boxes, hidden[scene])
        won = dict(zip(place[overlap >= FOUND].tolist(), np.flatnonzero(overlap >= FOUND), strict=True))
        for row, item in enumerate(truth.objects):
            matched = place[row] >= 0
            index = answer.objects[place[row]] if matched else None
            objects.append(
                {
                    "scene": scene,
                    "type": item.type,
                    "visible": item.visible,
                    "seen": seen[row],
                    "iou": overlap[row],
                    "matched": matched,
                    "found": overlap[row] >= FOUND,
                    "type_right": index is not None and index.type == item.type,
                    "error": np.hypot(*(boxes[row, :2] - others[place[row], :2])) if matched else np.nan,
                }
            )
        for row, guess in enumerate(answer.objects):
            right = row in won and truth.objects[won[row]].type == guess.type
            predictions.append(
                {"scene": scene, "confidence": guess.confidence, "found": row in won, "right": right}
            )
        pairs += _relations(scene, truth, answer, place)
    return Judged(
        len(true),
        _columns(objects, ("scene", *_OBJECT)),
        _columns(predictions, ("scene", "confidence", "found", "right")),
        _columns(pairs, ("scene", "relation", "right")),
    )


_OBJECT = ("type", "visible", "seen", "iou", "matched", "found", "type_right", "error")
_KINDS = {"scene": np.int64, "type": np.str_, "relation": np.str_} | dict.fromkeys(
    ("matched", "found", "type_right", "right"), np.bool_
)


def _columns(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> Columns:
    return Columns({name: np.array([row[name] for row in rows], _KINDS.get(name, float)) for name in names})


def _relations(scene: int, truth: Layout, answer: Layout, place: NDArray[np.int64]) -> list[dict[str, Any]]:
    boxes = boxes_of(truth)
    meet = iou_matrix(boxes, boxes) > 0
    rows = []
    for a, b in combinations(np.flatnonzero(place >= 0), 2):
        one, two = truth.objects[a], truth.objects[b]
        first, second = answer.objects[place[a]], answer.objects[place[b]]
        if abs(one.x - two.x) > LEVEL:
            rows.append(("left", (one.x < two.x) == (first.x < second.x)))
        if abs(one.y - two.y) > LEVEL:
            rows.append(("above", (one.y > two.y) == (first.y > second.y)))
        if meet[a, b]:
            rows.append(("drawn_first", (one.z < two.z) == (first.z < second.z)))
    return [{"scene": scene, "relation": relation, "right": right} for relation, right in rows]
