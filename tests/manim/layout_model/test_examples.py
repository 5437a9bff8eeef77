"""Frames varied in training."""

from __future__ import annotations

import torch

from jepamine.manim.layout_model.examples import moved, recolored, varied
from jepamine.manim.layout_model.targets import to_cells


def batch(count=8):
    frames = torch.zeros(count, 144, 256, 3, dtype=torch.uint8)
    frames[:, 60:80, 100:120, 0] = 200
    # Edges of the lit pixels, in units.
    box = torch.tensor([110 / 18 - 64 / 9, 4 - 70 / 18, 20 / 18, 20 / 18])
    boxes = torch.zeros(count, 10, 4)
    boxes[:, 0] = box
    types = torch.full((count, 10), -1)
    types[:, 0] = 3
    return {"frames": frames, "boxes": boxes, "types": types}


def test_boxes_move_with_their_pixels_and_stay_in_the_frame():
    torch.manual_seed(0)
    given = batch()
    frames, boxes = moved(given["frames"], given["boxes"], given["types"] >= 0, 1.0)
    places = set()
    for frame, box in zip(frames, boxes[:, 0], strict=True):
        lit = frame[..., 0].nonzero()
        top, left = lit.amin(dim=0).tolist()
        bottom, right = (lit.amax(dim=0) + 1).tolist()
        x, y, width, height = to_cells(box, (144, 256)).tolist()
        assert [round(v, 2) for v in (x - width / 2, y - height / 2, x + width / 2, y + height / 2)] == [
            left,
            top,
            right,
            bottom,
        ]
        assert len(lit) == 400
        places.add((left, top))
    assert len(places) > 4


def test_other_colours_keep_what_is_lit():
    torch.manual_seed(0)
    frames = recolored(batch(32)["frames"], 1.0)
    assert len({tuple(frame[70, 110].tolist()) for frame in frames}) > 10
    for frame in frames:
        assert (frame != frame[0, 0]).any(dim=-1).sum() == 400


def test_nothing_changes_without_a_share_or_without_frames():
    given = batch()
    assert varied(given, 0.0) is given
    tokens = {"boxes": given["boxes"], "types": given["types"]}
    assert varied(tokens, 1.0) is tokens
