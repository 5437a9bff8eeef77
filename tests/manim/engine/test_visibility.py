import numpy as np
import pytest

from jepamine.manim.engine.visibility import visible_shares


def painted(rows: slice, columns: slice, opacity: float = 1.0) -> np.ndarray:
    covered = np.zeros((9, 16), dtype=np.float32)
    covered[rows, columns] = opacity
    return covered


def test_what_nothing_is_on_is_all_visible():
    apart = [painted(slice(0, 4), slice(0, 4)), painted(slice(5, 9), slice(8, 16))]
    assert visible_shares(apart) == [(1.0, None), (1.0, None)]


def test_what_is_drawn_later_covers_what_was_drawn_before():
    below, above = painted(slice(0, 4), slice(0, 8)), painted(slice(0, 9), slice(4, 16))
    (share, box), top = visible_shares([below, above])
    assert share == pytest.approx(0.5)
    # What is left: columns 0 to 3 of 16, rows 0 to 3 of 9, in a frame of 14.222 x 8 units.
    assert box == pytest.approx((-16 / 3, 20 / 9, 32 / 9, 32 / 9), abs=1e-3)
    assert top == (1.0, None)


def test_half_opaque_paint_hides_half():
    below, above = painted(slice(0, 4), slice(0, 8)), painted(slice(0, 9), slice(0, 16), 0.5)
    assert visible_shares([below, above])[0][0] == pytest.approx(0.5)


def test_what_is_below_everything_is_not_visible():
    everything = painted(slice(0, 9), slice(0, 16))
    assert visible_shares([painted(slice(2, 3), slice(2, 3)), everything]) == [(0.0, None), (1.0, None)]


def test_an_empty_frame_has_no_shares():
    assert visible_shares([]) == []
