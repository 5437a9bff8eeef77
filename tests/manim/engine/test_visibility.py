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


pytestmark = [pytest.mark.manim, pytest.mark.usefixtures("manim_there")]


def order(*shown):
    """The fill colours of the objects that a scene shows, from the back, with what is visible of each."""
    from manim import Scene, tempconfig

    from jepamine.manim.annotate.snapshot import look

    with tempconfig({"pixel_width": 128, "pixel_height": 72, "dry_run": True, "verbosity": "ERROR"}):
        scene = Scene()
        scene.add(*shown)
        objects = look(scene).layout.objects
    return [(item.type, round(item.visible, 1)) for item in objects]


def shapes():
    from manim import Circle, Square, Triangle

    options = {"fill_opacity": 1, "stroke_width": 0}
    return Square(2, **options), Circle(1, **options), Triangle(**options)


def test_a_member_of_a_nested_group_is_painted_by_its_own_z_index():
    from manim import VGroup

    square, circle, _ = shapes()
    assert order(VGroup(VGroup(square.set_z_index(3)), circle)) == [("square", 1.0)]
    square, circle, _ = shapes()
    assert order(VGroup(VGroup(square), circle.set_z_index(3))) == [("square", 0.2), ("circle", 1.0)]


def test_a_member_lies_between_two_members_of_another_group():
    from manim import VGroup

    square, circle, triangle = shapes()
    group = VGroup(square, triangle.set_z_index(2))
    assert [kind for kind, _ in order(group, circle.set_z_index(1))] == ["square", "circle", "triangle"]


def test_members_of_equal_z_index_are_painted_in_the_order_of_the_groups():
    from manim import VGroup

    square, circle, triangle = shapes()
    assert [kind for kind, _ in order(VGroup(circle, triangle), square.scale(0.2))] == [
        "circle",
        "triangle",
        "square",
    ]


def test_foreground_objects_are_painted_last():
    from manim import Scene, tempconfig

    from jepamine.manim.annotate.snapshot import look

    square, circle, _ = shapes()
    with tempconfig({"pixel_width": 128, "pixel_height": 72, "dry_run": True, "verbosity": "ERROR"}):
        scene = Scene()
        scene.add_foreground_mobject(circle)
        scene.add(square)
        assert [item.type for item in look(scene).layout.objects] == ["square", "circle"]


def test_an_object_painted_in_two_runs_is_hidden_by_what_lies_between():
    left, right = np.zeros((2, 4), np.float32), np.zeros((2, 4), np.float32)
    left[:, :2], right[:, 2:] = 1, 1
    everything = np.ones((2, 4), np.float32)
    # The left half below all, the right half on top of it.
    (split, _), (cover, _) = visible_shares([left, everything, right], owners=[0, 1, 0])
    assert (split, cover) == (0.5, 0.5)
    # Its own parts hide nothing of it.
    assert visible_shares([left, everything, everything], owners=[1, 0, 0])[0] == (1.0, None)
