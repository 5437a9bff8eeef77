import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jepamine.errors import UserError
from jepamine.manim.layouts import (
    FRAME_WIDTH,
    MAX_OBJECTS,
    TYPES,
    Layout,
    Object,
    from_json,
    iou,
    largest,
    to_json,
    without_copies,
)

CIRCLE = {"type": "circle", "x": 1.0, "y": -2.0, "z": 0, "width": 1.5, "height": 1.5}


def objects() -> st.SearchStrategy[Object]:
    lengths = st.integers(0, 140_000).map(lambda value: value / 10_000)
    return st.builds(
        Object,
        type=st.sampled_from(TYPES),
        x=lengths,
        y=lengths,
        z=st.integers(0, 9),
        width=lengths,
        height=lengths,
        confidence=st.sampled_from([0.0, 0.25, 1.0]),
        text=st.none() | st.text(),
        color=st.none() | st.just("#FC6255"),
        visible=st.sampled_from([0.5, 1.0]),
        visible_box=st.none() | st.tuples(lengths, lengths, lengths, lengths),
    )


@given(st.lists(objects(), max_size=MAX_OBJECTS))
def test_a_layout_comes_back_from_its_json(items):
    layout = Layout(tuple(items))
    assert from_json(json.loads(json.dumps(to_json(layout)))) == layout


def test_what_is_not_known_is_left_out_of_the_json():
    assert to_json(from_json({"objects": [CIRCLE]})) == {"objects": [CIRCLE | {"confidence": 1.0}]}


def test_there_are_twenty_types_and_a_frame_of_16_to_9():
    assert (len(TYPES), TYPES[0], TYPES[-1], round(FRAME_WIDTH, 3)) == (20, "circle", "brace", 14.222)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], "m.jsonl:3: layout: input should be an object, found []"),
        ({}, "m.jsonl:3: layout.objects: missing"),
        ({"objects": 5}, "m.jsonl:3: layout.objects: input should be a valid array, found 5"),
        ({"objects": [], "frame": 1}, "m.jsonl:3: layout.frame: unknown key"),
        ({"objects": [CIRCLE] * 41}, "m.jsonl:3: layout.objects: a layout holds at most 40 objects, not 41"),
        ({"objects": [CIRCLE, CIRCLE | {"colour": 1}]}, "m.jsonl:3: layout.objects[1].colour: unknown key"),
        (
            {"objects": [CIRCLE | {"x": "1"}]},
            "m.jsonl:3: layout.objects[0].x: input should be a valid number, found '1'",
        ),
        (
            {"objects": [CIRCLE | {"y": float("nan")}]},
            "m.jsonl:3: layout.objects[0].y: input should be a finite number, found nan",
        ),
        (
            {"objects": [CIRCLE | {"width": -1}]},
            "m.jsonl:3: layout.objects[0].width: input should be greater than or equal to 0, found -1",
        ),
        ({"objects": [{"type": "circle"}]}, "m.jsonl:3: layout.objects[0].x: missing"),
    ],
)
def test_an_error_names_the_key(value, message):
    with pytest.raises(UserError) as told:
        from_json(value, "m.jsonl:3: layout")
    assert str(told.value) == message


def test_an_unknown_type_gets_the_nearest_spelling():
    with pytest.raises(UserError, match=r"objects\[0\]\.type: unknown type 'cirlce' \(did you mean 'circle'"):
        from_json({"objects": [CIRCLE | {"type": "cirlce"}]})


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ((0, 0, 2, 2), (0, 0, 2, 2), 1.0),
        ((0, 0, 2, 2), (1, 0, 2, 2), 1 / 3),
        ((0, 0, 2, 2), (2, 0, 2, 2), 0.0),
        ((0, 0, 2, 2), (5, 5, 1, 1), 0.0),
        # Two level lines a tenth apart: boxes of 0.2 that share half of their height.
        ((0, 0, 4, 0), (0, 0.1, 4, 0), 1 / 3),
        ((0, 0, 0, 0), (0, 0, 0.2, 0.2), 1.0),
    ],
)
def test_iou_widens_what_has_no_height(a, b, expected):
    assert iou(a, b) == pytest.approx(expected)
    assert iou(b, a) == pytest.approx(expected)


def test_the_flag_for_more_objects_is_written_only_if_set():
    layout = Layout((Object("dot", 0.0, 0.0, 0, 0.2, 0.2),), more=True)
    assert to_json(layout)["more"] is True
    assert from_json(to_json(layout)) == layout
    assert "more" not in to_json(Layout(()))


def test_the_largest_objects_keep_their_order():
    sides = [0.5, 3.0, 0.1, 2.0]
    items = [Object("square", 0.0, 0.0, z, side, side) for z, side in enumerate(sides)]
    assert largest(items, 2) == [1, 3]
    assert largest(items, 9) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("lower", "upper", "kept"),
    [
        ({"type": "text", "text": "a"}, {"type": "text", "text": "a"}, 1),
        ({"type": "text", "text": "a"}, {"type": "text", "text": "b"}, 2),
        ({"type": "dot", "color": "#FFFFFF"}, {"type": "dot", "color": "#FF862F"}, 1),
        ({"type": "dot"}, {"type": "circle"}, 2),
        ({"type": "dot"}, {"type": "dot", "x": 1.02}, 2),
        ({"type": "line", "visible": 0.97}, {"type": "line"}, 2),
        ({"type": "triangle"}, {"type": "triangle"}, 2),
    ],
    ids=["text", "words", "colours", "types", "places", "crossing lines", "two triangles of a star"],
)
def test_an_object_under_its_copy_is_left_out(lower, upper, kept):
    first, second, third = (
        Object(**{"x": 1.0, "y": 2.0, "width": 0.5, "height": 0.5, "z": z} | values)
        for z, values in enumerate([{"visible": 0.3} | lower, {"type": "star", "x": 0.0}, upper])
    )
    left = without_copies((third, first, second))
    assert [item.type for item in left] == ([first.type] if kept == 2 else []) + ["star", third.type]
    assert [item.z for item in left] == list(range(kept + 1))
