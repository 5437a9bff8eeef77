"""Boxes of scenes that are proposed before the first epoch."""

from __future__ import annotations

import numpy as np
import torch

from jepamine.manim.layout_model import proposed_scenes
from jepamine.manim.layout_model.proposed_scenes import (
    drawn,
    drawn_candidates,
    masked_views,
    whole_scenes,
)
from jepamine.manim.layout_model.targets import NOTHING
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH


def scenes(count):
    """Frames (54, 96) with a white square of 12 pixels and three lines, hidden on the left if masked."""
    frames = torch.zeros(count, 54, 96, 3, dtype=torch.uint8)
    frames[:, 21:33, 42:54] = 255
    for row in (4, 9, 46):
        frames[:, row, 60:90] = 255
    hidden = torch.zeros(count, 2, 6, 12, dtype=torch.bool)
    hidden[:, 1, :, :6] = True
    box = torch.tensor([0.0, 0, FRAME_WIDTH / 8, 12 / 54 * FRAME_HEIGHT])
    truth = {
        "boxes": box.expand(count, 1, 4), "z": torch.zeros(count, 1),
        "types": torch.zeros(count, 1, dtype=torch.int64),
    }  # fmt: skip
    return truth | {"frames": frames, "hidden": hidden}


def truth_of(train):
    return {name: train[name] for name in ("boxes", "types", "z")}


def test_the_share_of_scenes_is_masked_and_always_the_same_ones():
    train = scenes(200)
    views = masked_views(train, 0.25, seed=3)
    masked = [bool(views(row)[1].any()) for row in range(200)]
    assert 0.15 < np.mean(masked) < 0.35
    again = masked_views(train, 0.25, seed=3)
    assert masked == [bool(again(row)[1].any()) for row in range(200)]
    row = masked.index(True)
    pixels, hidden = views(row)
    assert hidden[:, :48].all()
    assert not hidden[:, 48:].any()
    assert not pixels[:, :48].any()
    assert pixels.max() == 255


def test_the_first_scenes_have_all_of_their_boxes_and_their_truth():
    train = scenes(4)
    whole = whole_scenes(masked_views(train, 0.0, 0), truth_of(train), most=3, threads=1)
    assert len(whole) == 3
    given, truth = whole[0]
    assert given["present"].all()
    assert given["present"].shape[1] >= 4
    assert truth["boxes"].shape == (1, 1, 4)


def test_of_too_many_boxes_those_of_objects_are_drawn():
    train = scenes(2)
    given = drawn_candidates(masked_views(train, 0.0, 0), truth_of(train), most=2, seed=0, threads=1)
    assert given["present"].tolist() == [[True, True]] * 2
    assert given["lit"].shape == (2, 54, 96)
    nearest = (given["places"][0] - train["boxes"][0]).abs().amax(dim=1).min()
    assert nearest.item() < 0.2


def test_processes_propose_the_same_as_one_thread(monkeypatch):
    train, found = scenes(6), []
    for worth in (150, 3):
        monkeypatch.setattr(proposed_scenes, "WORTH_A_PROCESS", worth)
        found.append(
            drawn_candidates(masked_views(train, 0.5, 0), truth_of(train), most=3, seed=0, threads=2)
        )
    assert all(torch.equal(found[0][name], found[1][name]) for name in found[0])


def test_hard_boxes_are_drawn_before_easy_ones():
    own, hard = [0.0, 0, 2, 2], [0.5, 0, 2, 2]
    boxes = np.array([own, hard, *([9.0, side, 1, 1] for side in range(20))], np.float32)
    truth = {"boxes": torch.tensor([[own]]), "types": torch.tensor([[0]]), "z": torch.zeros(1, 1)}
    rows = drawn(boxes, truth, 8, np.random.default_rng(0))
    assert rows[:2].tolist() == [0, 1]
    assert len(set(rows.tolist())) == 8
    nothing = truth | {"types": torch.tensor([[NOTHING]])}
    assert len(drawn(boxes, nothing, 8, np.random.default_rng(0))) == 8
