"""Boxes that pixels propose, with what found them."""

from __future__ import annotations

import numpy as np
import pytest

from jepamine.manim.layout_model.predictors.proposal_boxes import MARKS, MOST, exact_edges, propose
from jepamine.manim.layout_model.predictors.proposals import contrast_from_ground

WHITE, RED = (1, 1, 1), (1, 0, 0)
NOTHING_HIDDEN = np.zeros((144, 256), bool)


def frame(*rectangles):
    pixels = np.zeros((144, 256, 3), np.float32)
    for left, top, right, bottom, colour in rectangles:
        pixels[top:bottom, left:right] = colour
    return pixels


def proposed(pixels, hidden=NOTHING_HIDDEN):
    return propose(pixels, *contrast_from_ground(pixels, hidden))


def edges(pixels, hidden=NOTHING_HIDDEN):
    return {tuple(map(int, box)) for box in proposed(pixels, hidden)[0]}


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
    boxes, marks = proposed(frame((20, 60, 40, 80, RED)))
    assert marks.shape == (len(boxes), MARKS)
    (row,) = np.flatnonzero((boxes == (20, 60, 40, 80)).all(axis=1))
    # Seven gaps, bright pixels, four gaps without lines, and blobs; nothing is enclosed, and one colour is
    # none of several.
    assert np.flatnonzero(marks[row]).tolist() == [*range(8), *range(10, 14), MARKS - 4]


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
    boxes, _ = proposed(frame(*dots, (5, 5, 60, 60, WHITE)))
    assert len(boxes) == MOST
    assert (boxes[:, 2:] - boxes[:, :2]).max() > 50


def test_lines_that_cross_have_a_box_each():
    assert edges(frame((20, 60, 200, 62, WHITE), (100, 20, 102, 120, WHITE))) >= {
        (20, 60, 200, 62),
        (100, 20, 102, 120),
    }


def test_a_text_in_the_cell_of_a_table_and_one_on_a_figure_have_boxes():
    digits = [(30, 26, 32, 34), (35, 26, 37, 34), (40, 26, 42, 34)]
    table = [(10, y, 121, y + 1, WHITE) for y in (20, 40)] + [(60, 10, 61, 50, WHITE)]
    # The last digit touches a line.
    touching = frame(*table, *((*each, WHITE) for each in digits), (30, 30, 31, 40, WHITE))
    assert any(abs(np.array(box) - (30, 26, 42, 40)).max() <= 1 for box in edges(touching))
    filled = frame((10, 10, 80, 60, (0.6, 0, 0)), *((*each, RED) for each in digits))
    assert any(abs(np.array(box) - (30, 26, 42, 34)).max() <= 1 for box in edges(filled))


def test_edges_are_exact_to_a_fraction_of_a_pixel():
    pixels = frame((20, 60, 40, 80, WHITE))
    pixels[60:80, 40] = 0.25
    boxes, _ = proposed(pixels)
    assert (boxes == (20, 60, 40.25, 80)).all(axis=1).any()


def exact(lit, *edges):
    return exact_edges(lit, 0.08, np.array(edges, float)).tolist()


def shaded(shades, top=10, bottom=20):
    """Columns from 30 on with these shades, over rows that are fully covered."""
    frame = np.zeros((40, 60), np.float32)
    frame[top:bottom, 30 : 30 + len(shades)] = shades
    return frame


def test_a_pixel_that_is_covered_by_a_quarter_counts_a_quarter():
    assert exact(shaded([0.25, 1, 1, 0.5]), (30, 10, 34, 20)) == [[30.75, 10, 33.5, 20]]


def test_a_faded_object_is_compared_with_itself():
    assert exact(shaded([0.1, 0.4, 0.4, 0.2]), (30, 10, 34, 20)) == [pytest.approx([30.75, 10, 33.5, 20])]


def test_a_box_shrinks_to_what_is_lit_in_it():
    assert exact(shaded([1, 1, 1]), (25, 4, 40, 26)) == [[30, 10, 33, 20]]


def test_a_box_beyond_the_frame_and_one_without_light():
    frame = shaded([1, 1, 1])
    assert exact(frame, (-3, -2, 70, 50), (0, 0, 5, 5)) == [[30, 10, 33, 20], [0, 0, 5, 5]]
