"""Overlaps and what leaves the frame."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from jepamine.manim.validation.placement import Outside, Overlap, common_share, outside, overlaps


@pytest.mark.parametrize(
    ("a", "b", "share"),
    [
        ((0, 0, 2, 2), (1, 0, 2, 2), 0.5),
        ((0, 0, 4, 4), (1, 1, 1, 1), 1.0),
        ((0, 0, 2, 2), (2, 0, 2, 2), 0.0),
        ((0, 0, 2, 2), (1.96, 0, 2, 2), 0.0),
        ((0, 0, 2, 2), (1.9, 0, 2, 2), 0.05),
        ((0, 0, 2, 2), (5, 5, 2, 2), 0.0),
        ((0, 0, 2, 2), (0, 0, 8, 0), 0.25),
    ],
    ids=["half", "inside", "beside", "touching", "a little", "far", "level line"],
)
def test_the_share_of_the_smaller_box_that_two_have_in_common(a, b, share):
    assert common_share(a, b) == pytest.approx(share)
    assert common_share(b, a) == pytest.approx(share)


def test_overlaps_are_reported_from_the_largest_and_not_of_parts_with_their_group():
    boxes = {"a": (0, 0, 2, 2), "b": (1, 0, 2, 2), "c": (0, 0, 1, 1), "group": (0.5, 0, 3, 2)}
    parts_of = {"a": ["group"], "b": ["group"]}
    assert overlaps(boxes, parts_of) == (
        Overlap("a", "c", 1.0),
        Overlap("a", "b", 0.5),
        Overlap("b", "c", 0.5),
    )


def test_the_sweep_finds_what_all_pairs_find():
    rng = np.random.default_rng(0)
    for _ in range(40):
        sides = [rng.integers(-6, 7, (30, 2)) * 0.5, rng.integers(0, 5, (30, 2)) * 0.3]
        boxes = {f"b{number}": tuple(map(float, box)) for number, box in enumerate(np.hstack(sides))}
        pairs = combinations(boxes, 2)
        shares = {pair: round(common_share(boxes[pair[0]], boxes[pair[1]]), 4) for pair in pairs}
        wanted = sorted((pair for pair in shares.items() if pair[1] > 0), key=lambda pair: -pair[1])
        assert [((one.first, one.second), one.share) for one in overlaps(boxes, {})] == wanted


def test_a_group_whose_parts_have_no_names_overlaps_by_itself():
    boxes = {"a": (-1, 0, 1, 1), "c": (1, 0, 1, 1), "group": (0, 0, 3, 1)}
    assert overlaps(boxes, {"a": ["group"]}) == (Overlap("c", "group", 1.0),)


def test_what_is_between_the_parts_of_a_group_overlaps_nothing():
    boxes = {"left": (-2, 0, 1, 1), "right": (2, 0, 1, 1), "between": (0, 0, 1, 1), "group": (0, 0, 5, 1)}
    assert overlaps(boxes, {"left": ["group"], "right": ["group"]}) == ()


def test_what_reaches_out_of_the_frame_is_reported_with_share_and_distance():
    boxes = {
        "inside": (0, 0, 14.2, 8),
        "half out": (0, 4, 2, 2),
        "gone": (20, 0, 2, 2),
        "level line": (7, 0, 2, 0),
    }
    assert outside(boxes) == (
        Outside("gone", 1.0, 13.8889),
        Outside("half out", 0.5, 1.0),
        Outside("level line", 0.4444, 0.8889),
    )
