"""How what was read is laid out."""

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jepamine.errors import UserError
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, Layout
from jepamine.manim.scenes.phrases import LARGE, NOUNS, PLACES, RELATIONS, SMALL
from jepamine.manim.text.parse import read
from jepamine.manim.text.solve.arrange import arrange


def laid(description):
    return arrange(read(description))


def test_one_object_is_in_the_middle():
    (circle,) = laid("a circle").objects
    assert (circle.x, circle.y, circle.z, circle.width, circle.height) == (0.0, 0.0, 0, 1.6, 1.6)


def test_things_of_which_no_place_is_said_are_side_by_side_as_they_were_named(truth):
    layout = laid("a circle, a square, a star")
    assert truth.holds(layout, ("row", 0, 1, 2))
    assert layout.objects[1].x == 0.0


def test_things_in_a_row_are_level_and_evenly_spaced():
    xs = [item.x for item in laid("a row of four circles at the top").objects]
    steps = {round(b - a, 2) for a, b in pairwise(xs)}
    assert len(steps) == 1
    assert sum(xs) == pytest.approx(0, abs=0.01)


def test_a_label_is_close_below_the_middle_of_its_figure():
    circle, label = laid("a circle labelled 'A'").objects
    assert label.x == circle.x
    gap = circle.y - circle.height / 2 - label.y - label.height / 2
    assert gap == pytest.approx(0.25, abs=0.02)


def test_a_title_is_at_the_top_where_nothing_else_is_said():
    title, circle = laid("a title 'Energy' and a circle").objects
    assert (title.x, title.y > 2) == (0.0, True)
    circle, title = laid("a circle at the top, a title 'Energy' below the circle").objects
    assert title.y < circle.y


def test_size_words_give_sizes():
    small, large, usual = laid("a small circle, a large square, a star").objects
    assert max(small.width, small.height) <= SMALL
    assert max(large.width, large.height) >= LARGE
    assert SMALL < usual.width < LARGE


def test_what_is_inside_another_is_drawn_after_it(truth):
    layout = laid("a dot inside a circle inside a square")
    assert [item.z for item in layout.objects] == [2, 1, 0]
    assert truth.holds(layout, ("inside", 0, 1))
    assert truth.holds(layout, ("inside", 1, 2))


def test_a_figure_grows_for_a_text_in_it(truth):
    layout = laid("a circle with the text 'quite a long text' in it")
    circle, text = layout.objects
    assert circle.width > 2
    # Its corners are in the circle, not only in the circle's box.
    assert (text.width / 2) ** 2 + (text.height / 2) ** 2 < (circle.width / 2) ** 2


def test_what_covers_another_meets_it_and_both_stick_out(truth):
    layout = laid("a red circle in front of a blue square, a star behind the blue square")
    assert truth.holds(layout, ("front", 0, 1))
    assert truth.holds(layout, ("behind", 2, 1))
    assert truth.overlapping(layout) == [(0, 1), (1, 2)]


def test_an_arrow_between_two_things_is_halfway():
    square, circle, arrow = laid("a square on the left, a circle on the right, an arrow between them").objects
    before = arrow.x - arrow.width / 2 - square.x - square.width / 2
    behind = circle.x - circle.width / 2 - arrow.x - arrow.width / 2
    assert before == pytest.approx(behind, abs=0.03)


def test_exact_places_are_kept():
    assert [(item.x, item.y) for item in laid("a dot at (2, 1.5) and a dot at (-3, -2)").objects] == [
        (2.0, 1.5),
        (-3.0, -2.0),
    ]


def test_ten_large_things_shrink_until_they_fit(truth):
    layout = laid("a 2 by 5 grid of large squares")
    assert len(layout.objects) == 10
    assert truth.overlapping(layout) == []
    assert truth.off_screen(layout) == []


def test_a_very_long_text_fits(truth):
    layout = laid(f"the text '{'wide words ' * 20}' above a circle")
    assert truth.off_screen(layout) == []


def test_words_that_contradict_others_are_an_error_that_quotes_them():
    with pytest.raises(UserError) as raised:
        laid("a circle above a square. The square is above the circle.")
    assert str(raised.value) == (
        "description, character 40: 'above the circle' contradicts what comes before it; leave "
        "one of the two out"
    )
    with pytest.raises(UserError, match="'at the bottom' contradicts"):
        laid("a circle at the top at the bottom")


def test_covering_in_a_circle_is_an_error():
    with pytest.raises(UserError, match="each of two objects on the other"):
        laid("a red circle in front of a blue square, the blue square is in front of the red circle")


def test_more_than_fits_is_an_error():
    with pytest.raises(UserError, match=r"^the 2 objects of the description do not fit into the frame"):
        laid("a dot at (0, 0) and a square at (0, 0)")


def test_an_empty_frame_is_an_empty_layout():
    assert laid("nothing") == Layout(())


def sentences():
    """Descriptions of two to seven things at places or beside one another, true or not."""
    nouns = [one for names in NOUNS.values() for one, _ in names if one != "text"]
    new = st.builds("{} {}".format, st.sampled_from(["a red", "a large blue", "a"]), st.sampled_from(nouns))
    places = [words for names in PLACES.values() for words in names]
    ways = [words for names in RELATIONS.values() for words in names]
    clause = st.one_of(
        st.builds("{} {}".format, new, st.sampled_from(places)),
        st.builds("{} {} {}".format, new, st.sampled_from(ways), new),
        st.builds("{} {} it".format, new, st.sampled_from(ways)),
    )
    return st.lists(clause, min_size=1, max_size=4).map(", ".join)


@settings(max_examples=60, deadline=None)
@given(sentences())
@example("a red circle inside a red circle, a red circle inside it, a red circle inside it")
@example("a red line at the top left, a red dot inside it")
def test_whatever_is_laid_out_is_in_the_frame_and_overlaps_only_where_it_was_said(truth, description):
    reading = read(description)
    try:
        layout = arrange(reading)
    except UserError:
        return
    facts = [(part.how, part.subject[0], part.other[0]) for part in reading.relations]
    parts = [(place, item.measure("part")) for place, item in enumerate(reading.items)]
    facts += [("inside", place, part[0]) for place, part in parts if part is not None]
    assert set(truth.overlapping(layout)) <= truth.asked_for(facts)
    assert truth.off_screen(layout) == []
    for item in layout.objects:
        assert (item.width, item.height) < (FRAME_WIDTH, FRAME_HEIGHT)


def test_labels_of_a_row_are_in_a_row():
    found = laid("four dots in a row labelled 'Monday', 'Tuesday', 'Wednesday' and 'Thursday'").objects
    assert len({item.y for item in found[4:]}) == 1
    assert [round(label.x - dot.x, 1) for dot, label in zip(found[:4], found[4:], strict=True)] == [
        0,
        0,
        0,
        0,
    ]


def test_a_brace_is_as_long_as_what_it_holds():
    brace, *squares = laid("a brace below three squares in a row").objects
    assert brace.width == pytest.approx(squares[2].x - squares[0].x + squares[0].width, abs=0.02)


def test_dots_lie_on_a_line_between_its_ends():
    line, *dots = laid("a horizontal line with three dots on it").objects
    assert {dot.y for dot in dots} == {line.y}
    assert all(abs(dot.x - line.x) <= (line.width - dot.width) / 2 + 0.01 for dot in dots)
    line, dot = laid("a vertical line with a dot on it").objects
    assert dot.x == line.x
    assert abs(dot.y - line.y) <= line.height / 2


@pytest.mark.parametrize(
    "description",
    [
        "a box sits on the floor",
        "a ball on a line",
        "a line with a triangle on it",
        "the word 'hi' on a line",
    ],
)
def test_what_is_on_a_level_line_rests_on_it(description):
    ground, other = sorted(laid(description).objects, key=lambda item: item.type != "line")
    assert other.y - other.height / 2 == pytest.approx(ground.y + ground.height / 2, abs=0.011)
    assert abs(other.x - ground.x) < 0.01
