"""The 230 descriptions: what is read of them, and how they are laid out."""

import pytest

from jepamine.manim.engine.palette import colour_word
from jepamine.manim.text.parse import read
from jepamine.manim.text.solve.arrange import arrange


@pytest.fixture(scope="module")
def readings(cases):
    return [read(case.text) for case in cases]


@pytest.fixture(scope="module")
def layouts(readings):
    return [arrange(reading) for reading in readings]


def test_the_descriptions_name_one_to_eight_objects_and_say_some_hundreds_of_things(cases):
    assert {len(case.objects) for case in cases} == set(range(1, 9))
    assert len({case.text for case in cases}) == 230
    assert sum(len(case.facts) for case in cases) > 500


def test_every_word_is_understood(readings):
    assert [
        (reading.description, reading.not_understood) for reading in readings if reading.not_understood
    ] == []


def test_every_object_comes_back_with_its_type_text_and_colour(cases, readings):
    for case, reading in zip(cases, readings, strict=True):
        found = [(item.type, item.text, item.color and colour_word(item.color)) for item in reading.items]
        assert found == case.objects, case.text


def test_at_least_98_percent_of_what_is_said_is_true_of_the_layout(cases, layouts, truth):
    told = [(case, layout, fact) for case, layout in zip(cases, layouts, strict=True) for fact in case.facts]
    untrue = [(case.text, fact) for case, layout, fact in told if not truth.holds(layout, fact)]
    assert len(untrue) <= 0.02 * len(told), untrue


def test_nothing_overlaps_that_was_not_asked_to_and_nothing_is_off_screen(cases, layouts, truth):
    for case, layout in zip(cases, layouts, strict=True):
        assert set(truth.overlapping(layout)) <= truth.asked_for(case.facts), case.text
        assert truth.off_screen(layout) == [], case.text
        assert sorted(item.z for item in layout.objects) == list(range(len(layout.objects)))


def test_the_same_description_gives_the_same_layout(cases, layouts):
    for case, layout in list(zip(cases, layouts, strict=True))[::10]:
        assert arrange(read(case.text)) == layout
