"""Boxes that pixels propose, with what found them."""

from __future__ import annotations

import numpy as np

from jepamine.manim.layout_model.predictors.proposal_boxes import MARKS, MOST, propose

WHITE, RED = (1, 1, 1), (1, 0, 0)
NOTHING_HIDDEN = np.zeros((144, 256), bool)


def frame(*rectangles):
    pixels = np.zeros((144, 256, 3), np.float32)
    for left, top, right, bottom, colour in rectangles:
        pixels[top:bottom, left:right] = colour
    return pixels


def edges(pixels, hidden=NOTHING_HIDDEN):
    return {tuple(map(int, box)) for box in propose(pixels, hidden)[0]}


def test_a_blob_and_the_stroke_that_joins_it_are_proposed_apart():
    joined = frame((20, 60, 30, 70, WHITE), (30, 64, 80, 66, WHITE))
    assert edges(joined) >= {(20, 60, 80, 70), (20, 60, 30, 70), (31, 64, 80, 66)}


def test_the_cells_of_a_table_and_its_lines_are_proposed():
    lines = [(20, y, 121, y + 1, WHITE) for y in (20, 40, 60)] + [
        (x, 20, x + 1, 61, WHITE) for x in (20, 70, 120)
    ]
    found = edges(frame(*lines))
    assert {(20, 20, 71, 41), (70, 20, 121, 41), (20, 40, 71, 61), (70, 40, 121, 61)} <= found
    assert {(20, 40, 121, 41), (70, 20, 71, 61)} <= found


def test_a_box_is_proposed_once_with_every_mark_that_it_has():
    boxes, marks = propose(frame((20, 60, 40, 80, RED)), NOTHING_HIDDEN)
    assert marks.shape == (len(boxes), MARKS)
    (row,) = np.flatnonzero((boxes == (20, 60, 40, 80)).all(axis=1))
    # All seven gaps, bright pixels, and blobs; nothing is enclosed, and one colour is none of several.
    assert np.flatnonzero(marks[row]).tolist() == [*range(8), MARKS - 2]


def test_what_is_hidden_is_not_proposed():
    hidden = np.zeros((144, 256), bool)
    hidden[:, 100:] = True
    both = frame((20, 60, 40, 80, WHITE), (120, 60, 140, 80, WHITE))
    assert edges(both, hidden) == {(20, 60, 40, 80)}
    assert edges(frame()) == set()
    assert edges(both, np.ones((144, 256), bool)) == set()


def test_of_a_crowd_the_large_boxes_are_kept():
    rng = np.random.default_rng(0)
    dots = [(x, y, x + 2, y + 2, WHITE) for x, y in rng.integers(0, (250, 140), (700, 2)).tolist()]
    boxes, _ = propose(frame(*dots, (5, 5, 60, 60, WHITE)), NOTHING_HIDDEN)
    assert len(boxes) == MOST
    assert (boxes[:, 2:] - boxes[:, :2]).max() > 50
