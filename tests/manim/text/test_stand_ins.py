"""Things that Manim has no shape for: each name is an object of its own, whatever it is drawn as."""

from __future__ import annotations

import pytest

from jepamine.manim.text.parse import read


def said(description):
    """Return what the objects stand for, and what happens to which."""
    reading = read(description)
    names = [item.measure("stands_for") for item in reading.items]
    return names, [(event.verb, event.subject, event.other) for event in reading.events]


@pytest.mark.parametrize(
    ("description", "names", "events"),
    [
        ("the Earth orbits the Sun", ["earth", "sun"], [("orbit", (0,), (1,))]),
        (
            "a yellow sun in the center, a blue earth orbits the sun, a gray moon orbits the earth",
            ["sun", "earth", "moon"],
            [("orbit", (1,), (0,)), ("orbit", (2,), (1,))],
        ),
        (
            "Earth orbits the Sun, then Earth turns blue",
            ["earth", "sun"],
            [("orbit", (0,), (1,)), ("recolor", (0,), ())],
        ),
        ("a car and a truck. The car moves right", ["car", "truck"], [("move", (0,), ())]),
        ("two cars on a road. The cars move right", ["car", "car", "road"], [("move", (0, 1), ())]),
        ("a sun and a circle. The circle moves up", ["sun", None], [("move", (1,), ())]),
        ("a lamp. The circle turns red", ["lamp"], [("recolor", (0,), ())]),
    ],
)
def test_each_name_is_an_object_of_its_own(description, names, events):
    assert said(description) == (names, events)


def test_what_a_thing_is_drawn_as_is_noted_once():
    missed = read("Earth orbits the Sun, then Earth turns blue").not_understood
    assert [(one.text, one.reason) for one in missed] == [
        ("Earth", "drawn as a circle"),
        ("Sun", "drawn as a circle"),
    ]


def test_a_way_on_a_thing_is_noted():
    missed = read("a ball rolls down a ramp").not_understood
    assert [(one.text, one.reason) for one in missed] == [
        ("down", "only the way to it is shown"),
        ("ramp", "drawn as a triangle"),
    ]
