"""Layouts read from images, straightened: what was drawn -> what is meant."""

from __future__ import annotations

import pytest

from jepamine.manim.generation.tidy import DRAWN, RENDERED, tidy
from jepamine.manim.layouts import Layout, Object


def boxes(kinds, drawn, reach=DRAWN):
    layout = Layout(
        tuple(
            Object(kind, *box[:2], z, *box[2:])
            for z, (kind, box) in enumerate(zip(kinds, drawn, strict=True))
        )
    )
    return [tuple(round(value, 3) for value in item.box) for item in tidy(layout, reach).objects]


def test_three_boxes_of_a_row_get_one_size_one_height_and_equal_gaps():
    drawn = [(-3.0, 0.1, 1.9, 1.0), (0.1, -0.1, 2.0, 1.1), (3.0, 0.0, 2.1, 0.9)]
    assert boxes(["rectangle"] * 3, drawn) == [(-3.0, 0, 2.0, 1.0), (0, 0, 2.0, 1.0), (3.0, 0, 2.0, 1.0)]


def test_a_circle_is_as_wide_as_high_and_an_ellipse_is_not():
    assert boxes(["circle", "ellipse"], [(-3, 1, 2.0, 2.2), (3, -1, 2.0, 1.2)]) == [
        (-3, 1, 2.1, 2.1),
        (3, -1, 2.0, 1.2),
    ]


def test_sizes_that_differ_by_more_than_a_fifth_and_places_apart_are_kept():
    drawn = [(-3.0, 1.0, 1.0, 1.0), (2.0, -0.5, 1.5, 1.5)]
    assert boxes(["square"] * 2, drawn) == drawn


def test_an_almost_level_arrow_is_level_on_the_line_of_what_it_joins_and_a_slanted_one_stays():
    drawn = [(-3, 0.1, 1, 1), (3, -0.1, 1, 1), (0, 0.06, 4, 0.2), (0, 2, 4, 1)]
    assert boxes(["circle", "square", "arrow", "arrow"], drawn) == [
        (-3, 0.02, 1, 1),
        (3, 0.02, 1, 1),
        (0, 0.02, 4, 0),
        (0, 2, 4, 1),
    ]


def test_the_head_of_a_short_arrow_does_not_make_it_slanted():
    drawn = [(2, 0, 1.7, 0.61), (-2, 0, 1.7, 1.0), (0, 2, 1.7, 0.61)]
    assert boxes(["arrow", "arrow", "line"], drawn) == [(2, 0, 1.7, 0), (-2, 0, 1.7, 1.0), (0, 2, 1.7, 0.61)]


def test_lines_of_text_are_spaced_evenly_whatever_their_widths():
    drawn = [(0.1, 1.0, 4.0, 0.5), (-0.1, 0.1, 2.0, 0.5), (0.0, -1.0, 3.0, 0.5)]
    assert boxes(["text"] * 3, drawn) == [(0, 1.0, 4.0, 0.5), (0, 0.0, 2.0, 0.5), (0, -1.0, 3.0, 0.5)]


def test_on_rendered_frames_only_the_predictors_own_error_is_taken_away():
    drawn = [(-2.0, 0.02, 1.0, 1.0), (2.0, 0.0, 1.02, 1.02), (0.0, -0.2, 1.2, 1.2)]
    assert boxes(["square"] * 3, drawn, RENDERED) == [
        (-2.0, 0.01, 1.01, 1.01),
        (2.0, 0.01, 1.01, 1.01),
        (0.0, -0.2, 1.2, 1.2),
    ]


@pytest.mark.parametrize("reach", [RENDERED, DRAWN])
def test_straightening_twice_changes_nothing_more(reach):
    drawn = [(-3.0, 0.1, 1.9, 1.0), (0.1, -0.1, 2.0, 1.1), (3.0, 0.0, 2.1, 0.9), (3.2, 2.0, 0.5, 0.5)]
    once = boxes(["rectangle"] * 4, drawn, reach)
    twice = boxes(["rectangle"] * 4, once, reach)
    assert sum(twice, ()) == pytest.approx(sum(once, ()))


def test_an_empty_layout_stays_empty():
    assert tidy(Layout(()), DRAWN) == Layout(())
