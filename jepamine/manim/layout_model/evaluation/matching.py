"""Predicted layouts held against true ones: a row an object, a row a prediction, a row a pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.manim.layout_model.evaluation.matching_ import boxes_of, iou_matrix, match
from jepamine.manim.layout_model.evaluation.seen import seen_shares
from jepamine.manim.layouts import Layout

#: The IoU from which on an object counts as found.
FOUND = 0.5
#: Centres nearer than this along an axis, in units, are neither left nor right (above nor below) of another.
LEVEL = 0.25


@dataclass(frozen=True)
class Columns:
    """Arrays of one length by name; `scene` int64 says to which scene, from 0, a row belongs."""

    columns: dict[str, NDArray[Any]]

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.columns[name]

    def __len__(self) -> int:
        return len(self.columns["scene"])


@dataclass(frozen=True)
class Judged:
    """What became of `scenes` scenes.

    `objects`, a row a true object: `type` (name), `visible` (share that no other object covers), `seen`
    (share of its box that no patch hides), `iou` (0 where unmatched), `matched`, `found` (`iou` from FOUND),
    `type_right` (of a matched one), `error` (distance of the centres in units, nan where unmatched).
    `predictions`, a row a predicted object: `confidence`, `found`, `right` (found, and of the right type).
    `pairs`, a row a pair of matched objects and a relation: `relation` ("left", "above", "drawn_first"),
    `right`. Pairs whose centres are within `LEVEL` along the axis have no row, nor have, for "drawn_first",
    pairs whose boxes do not meet.
    """

    scenes: int
    objects: Columns
    predictions: Columns
    pairs: Columns


def judge(
    true: Sequence[Layout], predicted: Sequence[Layout], hidden: Sequence[NDArray[np.bool_]] | None = None
) -> Judged:
    """Match each scene's objects and hold them against one another.

    `hidden` are the masks (rows, columns) under which the frames were seen, None where nothing was hidden.
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
            other = answer.objects[place[row]] if matched else None
            objects.append(
                {
                    "scene": scene,
                    "type": item.type,
                    "visible": item.visible,
                    "seen": seen[row],
                    "iou": overlap[row],
                    "matched": matched,
                    "found": overlap[row] >= FOUND,
                    "type_right": other is not None and other.type == item.type,
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
