"""Which executed object stands for which of a layout, and how near it is."""

from __future__ import annotations

import pytest

from jepamine.errors import UserError
from jepamine.manim.layouts import Layout, Object
from jepamine.manim.validation.adherence import Adherence, Match, adherence, match


def layout(*objects):
    return Layout(
        tuple(
            Object(type=kind, x=float(x), y=float(y), z=z, width=1.0, height=1.0)
            for z, (kind, x, y) in enumerate(objects)
        )
    )


def boxes_of(objects):
    return {item.name: item.box for item in objects}


def test_types_decide_before_distances_do(found):
    objects = [found("square", (0, 0, 1, 1), type="square"), found("circle", (3, 0, 1, 1))]
    assert match(layout(("circle", 0, 0), ("square", 3, 0)), objects) == ["circle", "square"]


def test_of_the_same_type_the_sum_of_distances_is_least(found):
    objects = [found("a", (2, 0, 1, 1)), found("b", (0, 0, 1, 1)), found("c", (-3, 0, 1, 1))]
    assert match(layout(("circle", -2, 0), ("circle", 0.4, 0), ("circle", 2, 0)), objects) == ["c", "b", "a"]


def test_what_is_not_drawn_is_for_nothing(found):
    objects = [found("a", (0, 0, 1, 1), shown=False)]
    assert match(layout(("circle", 0, 0)), objects) == [None]
    assert match(layout(("circle", 0, 0)), []) == [None]


def test_names_that_are_given_decide_alone(found):
    objects = [found("a", (0, 0, 1, 1)), found("b", (3, 0, 1, 1))]
    assert match(layout(("circle", 0, 0), ("circle", 3, 0)), objects, {"a": 1, "b": 0}) == ["b", "a"]
    assert match(layout(("circle", 0, 0)), objects, {"other": 0}) == [None]


def test_a_name_for_an_object_that_the_layout_lacks_is_an_error(found):
    with pytest.raises(UserError, match="names: a refers to object 3 of a layout of 1 objects"):
        match(layout(("circle", 0, 0)), [found("a", (0, 0, 1, 1))], {"a": 3})


def test_adherence_counts_what_is_missing_and_leaves_it_out_of_the_mean(found):
    wanted = layout(("circle", 0, 0), ("circle", 3, 0), ("square", -3, 0), ("text", 0, 3))
    objects = [
        found("near", (0.03, 0.04, 1, 1)),
        found("far", (3, 0.4, 1, 1)),
        found("wrong", (-3, 1, 1, 1), type="square"),
        found("more", (5, 0, 1, 1), type="star"),
    ]
    chosen = ["near", "far", "wrong", None]
    assert adherence(wanted, boxes_of(objects), chosen, tops=["near", "more"]) == Adherence(
        within_half=0.5,
        within_tenth=0.25,
        mean_error=0.4833,
        matches=(Match(0, "near", 0.05), Match(1, "far", 0.4), Match(2, "wrong", 1.0), Match(3, None, None)),
        extra=("more",),
    )


def test_so_far_only_what_is_there_counts(found):
    wanted = layout(("circle", 0, 0), ("circle", 3, 0))
    kept = adherence(wanted, {"b": (3.0, 0.3, 1.0, 1.0)}, ["a", "b"], so_far=True)
    assert (kept.within_half, kept.within_tenth, kept.mean_error) == (1.0, 0.0, 0.3)
    assert kept.matches == (Match(1, "b", 0.3),)


def test_a_layout_of_nothing_is_kept_by_everything():
    assert adherence(Layout(()), {}, []) == Adherence(1.0, 1.0, None, (), ())
