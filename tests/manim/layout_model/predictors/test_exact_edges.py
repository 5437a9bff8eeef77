"""Edges to a fraction of a pixel."""

from __future__ import annotations

import numpy as np
import pytest

from jepamine.manim.layout_model.predictors.exact_edges import exact_edges


def found(lit, *edges):
    return exact_edges(lit, 0.08, np.array(edges, float)).tolist()


def lit(shades, top=10, bottom=20):
    """Columns from 30 on with these shades, over rows that are fully covered."""
    frame = np.zeros((40, 60), np.float32)
    frame[top:bottom, 30 : 30 + len(shades)] = shades
    return frame


def test_a_pixel_that_is_covered_by_a_quarter_counts_a_quarter():
    assert found(lit([0.25, 1, 1, 0.5]), (30, 10, 34, 20)) == [[30.75, 10, 33.5, 20]]


def test_a_faded_object_is_compared_with_itself():
    assert found(lit([0.1, 0.4, 0.4, 0.2]), (30, 10, 34, 20)) == [pytest.approx([30.75, 10, 33.5, 20])]


def test_a_box_shrinks_to_what_is_lit_in_it():
    assert found(lit([1, 1, 1]), (25, 4, 40, 26)) == [[30, 10, 33, 20]]


def test_a_box_beyond_the_frame_and_one_without_light():
    frame = lit([1, 1, 1])
    assert found(frame, (-3, -2, 70, 50), (0, 0, 5, 5)) == [[30, 10, 33, 20], [0, 0, 5, 5]]
