"""What is read of single sentences."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jepamine.errors import UserError
from jepamine.manim.engine.palette import PALETTE
from jepamine.manim.layouts import LIMIT
from jepamine.manim.text.lexicon import lexicon
from jepamine.manim.text.parse import LONGEST, read

RED, BLUE = PALETTE["RED"][0], PALETTE["BLUE"][0]


def things(description):
    """The type and text of each object."""
    return [f"{item.type} {item.text or ''}".strip() for item in read(description).items]


def said(description):
    """The relations as (subject, how, other)."""
    return [(part.subject, part.how, part.other) for part in read(description).relations]


def missed(description):
    return [(part.text, part.reason) for part in read(description).not_understood]


def test_an_object_has_its_type_colour_and_traits():
    (item,) = read("a large, filled red circle").items
    assert (item.type, item.color, item.traits) == ("circle", RED, {"large", "filled"})


@pytest.mark.parametrize(
    ("words", "type_"),
    [
        ("an oval", "ellipse"),
        ("a coordinate system", "axes"),
        ("a double-headed arrow", "double_arrow"),
        ("a hexagon", "polygon"),
        ("a number line", "number_line"),
        ("a coordinate grid", "number_plane"),
        ("a dotted line", "dashed_line"),
    ],
)
def test_other_names_mean_the_same_types(words, type_):
    assert things(words) == [type_]


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("gray", "#888888"),
        ("light blue", "#C7E9F1"),
        ("dark red", "#CF5044"),
        ("BLUE_E", "#236B8E"),
        ("navy", "#000080"),
        ("#ff8800", "#FF8800"),
    ],
)
def test_colours_are_manims_and_those_of_css(words, value):
    assert read(f"a {words} circle").items[0].color == value


@pytest.mark.parametrize("quotes", ["''", '""', "``", "\u201c\u201d", "\u2018\u2019"])
def test_a_text_is_in_any_quotes(quotes):
    assert things(f"the text {quotes[0]}two words{quotes[1]} at the top") == ["text two words"]


def test_an_apostrophe_does_not_end_a_text():
    assert things("the text 'it's here' above the word \"Newton's law\"") == [
        "text it's here",
        "text Newton's law",
    ]


def test_a_single_word_needs_no_quotes():
    assert things("a circle labelled A and the title Energy") == ["circle", "text A", "text Energy"]


def test_a_number_before_a_noun_is_that_many():
    assert things("three dots") == ["dot"] * 3
    assert things("a pair of stars and 2 arcs") == ["star", "star", "arc", "arc"]


@pytest.mark.parametrize(
    ("words", "shape"),
    [
        ("a row of four dots", (1, 4)),
        ("four dots in a row", (1, 4)),
        ("a column of four dots", (4, 1)),
        ("a 2 by 3 grid of dots", (2, 3)),
        ("a 2x3 grid of dots", (2, 3)),
        ("six dots in two rows of three", (2, 3)),
        ("three columns of two dots", (2, 3)),
        ("a grid of six dots", (2, 3)),
        ("a circle, a square and a star side by side", (1, 3)),
        ("from top to bottom: a circle, a square, a star", (3, 1)),
        ("a row of a circle, a square and a star", (1, 3)),
    ],
)
def test_rows_columns_and_grids_are_groups(words, shape):
    (group,) = read(words).groups
    assert (group.rows, group.columns) == shape
    assert group.members == tuple(range(shape[0] * shape[1]))


def test_a_list_of_colours_is_given_out_in_order():
    assert [item.color for item in read("two dots coloured red and blue").items] == [RED, BLUE]
    assert [item.color for item in read("two dots, one red and one blue").items] == [RED, BLUE]
    assert [item.color for item in read("a red and a blue dot").items] == [RED, BLUE]


def test_a_definite_noun_is_the_one_that_was_named():
    assert said("a red circle and a blue circle. a dot above the red circle") == [((2,), "above", (0,))]
    assert said("two circles. a dot above the second circle") == [((2,), "above", (1,))]
    assert said("a circle and a square. a dot above the other circle")[0][0] == (2,)


def test_a_definite_noun_that_was_not_named_is_a_new_object():
    assert things("the red circle above the blue circle") == ["circle", "circle"]


@pytest.mark.parametrize(
    "words",
    [
        "a circle on the left and a square to its right",
        "a circle. To the right of it is a square",
        "a circle. A square is right of the circle",
        "a circle with a square to its right",
        "a circle, and right of the circle a square",
        "a circle has a square to the right of it",
    ],
)
def test_a_relation_is_read_however_it_is_said(words):
    assert things(words) == ["circle", "square"]
    assert said(words) == [((1,), "right", (0,))]


@pytest.mark.parametrize(
    ("words", "how"),
    [
        ("a dot inside a circle", "inside"),
        ("a dot in the middle of a circle", "inside"),
        ("a dot on the axes", "inside"),
        ("a dot in front of a circle", "front"),
        ("a dot on a line", "front"),
        ("a dot partly covered by a circle", "behind"),
        ("a dot next to a circle", "beside"),
        ("a dot on top of a circle", "above"),
    ],
)
def test_each_relation_has_its_words(words, how):
    assert said(words) == [((0,), how, (1,))]


def test_what_contains_is_reported_the_other_way_round():
    assert said("a circle around a dot") == [((1,), "inside", (0,))]
    assert said("a rectangle containing a dot and a star") == [((1,), "inside", (0,)), ((2,), "inside", (0,))]


def test_both_of_two_subjects_are_meant():
    assert said("a dot and a star above a line") == [((0,), "above", (2,)), ((1,), "above", (2,))]
    assert said("a dot, a star above a line") == [((1,), "above", (2,))]


@pytest.mark.parametrize(
    ("description", "subjects"),
    [
        ("a red circle and a blue circle. Both circles move up.", [(0, 1)]),
        ("a red circle next to a blue square. Both move up while they turn green.", [(0, 1), (0, 1)]),
        ("three squares in a row. The first square moves up. Then all squares fade out.", [(0,), (0, 1, 2)]),
        ("a circle above a square. A star to the right of the square. They all fade out.", [(0, 1, 2)]),
        ("a dot. Both squares appear.", [(1, 2)]),
    ],
)
def test_both_and_all_are_what_was_named_before(description, subjects):
    assert [event.subject for event in read(description).events] == subjects


def test_it_and_its_are_the_last_subject():
    assert said("a circle, a square below it, a star below it") == [
        ((1,), "below", (0,)),
        ((2,), "below", (1,)),
    ]
    assert said("a line, a square to its left and a star to its right") == [
        ((1,), "left", (0,)),
        ((2,), "right", (0,)),
    ]


def test_an_arrow_from_one_to_another_is_between_and_points_there():
    reading = read("a circle and a square, an arrow from the square to the circle")
    assert [(part.subject, part.how, part.other) for part in reading.relations] == [
        ((1,), "left", (2,)),
        ((0,), "right", (2,)),
    ]
    assert reading.items[2].traits == {"right"}
    reading = read("a circle above a square, an arrow from the circle to the square")
    assert reading.items[2].traits == {"down"}


def joined(description):
    """What each stroke leads from and to."""
    reading = read(description)
    strokes = [place for place, item in enumerate(reading.items) if item.type.endswith(("line", "arrow"))]
    ends = {}
    for relation in reading.relations:
        if len(relation.other) == 1 and relation.other[0] in strokes:
            ends.setdefault(relation.other[0], []).append(relation.subject[0])
    return [ends[stroke] for stroke in strokes]


@pytest.mark.parametrize(
    ("words", "ends"),
    [
        ("three boxes connected by arrows", [[0, 1], [1, 2]]),
        ("three boxes connected by two red arrows", [[0, 1], [1, 2]]),
        ("two circles joined by a line", [[0, 1]]),
        ("a circle, a square and a star are connected by dashed lines", [[0, 1], [1, 2]]),
        ("a circle on the left and a square on the right linked by a double arrow", [[0, 1]]),
        ("a circle above a square, connected with a line", [[0, 1]]),
        ("three dots in a column connected by lines", [[0, 1], [1, 2]]),
        ("the boxes 'a' and 'b' connected by an arrow", [[0, 1]]),
        ("three boxes in a row with arrows between them", [[0, 1], [1, 2]]),
        (
            "a dot on the left, a star in the middle, a circle on the right, with lines between them",
            [[0, 1], [1, 2]],
        ),
        ("three boxes stacked vertically, with arrows from each one to the next", [[0, 1], [1, 2]]),
        ("a circle and a square with a dashed line between them", [[0, 1]]),
        (
            "a dot on the left, a star in the middle and a circle on the right, connected by lines",
            [[0, 1], [1, 2]],
        ),
        ("a circle connected to a square by an arrow", [[0, 1]]),
        ("a circle connected to a square", [[0, 1]]),
        ("a red square and a blue circle. Connect them with an arrow", [[0, 1]]),
        ("a dot, a star, a circle. Connect the dot and the star with a line", [[0, 1]]),
        ("two dots labelled A and B with a line from A to B", [[0, 1]]),
        ("three dots labelled 1, 2 and 3 and an arrow from 1 to 3", [[0, 2]]),
        ("a circle, a square and an arrow from the circle to the square", [[0, 1]]),
    ],
)
def test_what_is_connected_has_a_stroke_from_each_to_the_next(words, ends):
    assert joined(words) == ends
    assert missed(words) == []


def test_what_is_connected_is_in_a_row_unless_something_else_is_said():
    (group,) = read("three boxes connected by arrows").groups
    assert (group.rows, group.columns, group.members) == (1, 3, (0, 1, 2))
    (group,) = read("three boxes in a column connected by arrows").groups
    assert (group.rows, group.columns) == (3, 1)
    assert read("a circle above a square, connected by a line").groups == ()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("a circle connected by a line", ("connected by a line", "it needs two objects")),
        ("two circles connected by a star", ("connected by a star", "only lines and arrows connect")),
        ("two circles connected by", ("connected by", "what connects them is not clear")),
        (
            "two dots connected by three lines",
            ("three lines", "1 of them connect 2 objects in sequence"),
        ),
        (
            "a 2 by 2 grid of dots connected by lines",
            ("connected by lines", "only objects in a row or a column can be connected in sequence"),
        ),
    ],
)
def test_what_cannot_be_connected_is_reported(words, told):
    assert missed(words) == [told]


@pytest.mark.parametrize(
    ("words", "sides"),
    [
        ("a circle surrounded by two dots", ["left", "right"]),
        ("four stars around a circle", ["left", "above", "right", "below"]),
        ("a circle surrounded by three dots", ["above", "below left", "below right"]),
    ],
)
def test_several_things_are_around_one(words, sides):
    found = {}
    for subject, how, _ in said(words):
        found.setdefault(subject, []).append(how)
    assert [" ".join(hows) for hows in found.values()] == sides
    assert missed(words) == []


def test_one_thing_around_another_holds_it():
    assert said("a dot surrounded by a circle") == [((0,), "inside", (1,))]
    assert said("a circle around a dot") == [((1,), "inside", (0,))]


def test_in_a_row_is_said_of_the_several_that_are_before_it():
    (group,) = read("a brace below three squares in a row").groups
    assert group.members == (1, 2, 3)


def test_overlapping_figures_are_drawn_over_one_another_and_none_is_filled():
    reading = read("two overlapping circles")
    assert [(part.subject, part.how, part.other) for part in reading.relations] == [((1,), "front", (0,))]
    assert all("filled" not in item.traits for item in reading.items)
    assert "filled" in read("a circle overlapping a square").items[0].traits


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("axes labelled x and y", ["axes", "text x", "text y"]),
        ("two boxes labelled A, B", ["rectangle", "rectangle", "text A", "text B"]),
        ("three dots labelled 1, 2 and 3", ["dot", "dot", "dot", "text 1", "text 2", "text 3"]),
        ("a dot labelled A and a red star", ["dot", "text A", "star"]),
        ("boxes labelled start, hard work and end", [*["rectangle"] * 3, "text start", "text hard work"]),
        ("two dots labelled A and two stars", ["dot", "dot", "text A", "text A", "star", "star"]),
    ],
)
def test_labels_need_no_quotes_where_the_words_mean_nothing_else(words, found):
    assert things(words)[: len(found)] == found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("A circle. Label it 'A'", [((1,), "below", (0,))]),
        ("a circle, a square. Label the circle 'A' and the square 'B'",
         [((2,), "below", (0,)), ((3,), "below", (1,))]),
        ("a red dot and a blue dot. Name the red one 'cat' and the blue one 'dog'",
         [((2,), "below", (0,)), ((3,), "below", (1,))]),
        ("a dot and a star. The dot is labelled 'X' and the star is labelled 'Y'",
         [((2,), "below", (0,)), ((3,), "below", (1,))]),
        ("two dots, the first labelled 'X' and the second labelled 'Y'",
         [((2,), "below", (0,)), ((3,), "below", (1,))]),
        ("axes. Label the axes 'x' and 'y'", [((1,), "below", (0,)), ((2,), "left", (0,))]),
        ("a circle labelled Sun and a dot labelled Earth to the right of it",
         [((1,), "below", (0,)), ((3,), "below", (2,)), ((2,), "right", (0,))]),
        ("a title that says 'go' and a dot below it", [((1,), "below", (0,))]),
        ("a box labelled 'go'", [((1,), "inside", (0,))]),
        ("a box with the label 'go' below it", [((1,), "below", (0,))]),
        ("a circle with a brace on its right that says 'r'", [((1,), "right", (0,)), ((2,), "right", (1,))]),
    ],
)  # fmt: skip
def test_labels_belong_to_what_they_are_said_of(words, found):
    assert said(words) == found
    assert missed(words) == []


def test_a_labelled_thing_is_found_by_its_name():
    words = "a circle labelled Sun, a dot labelled 'my Earth', a star above the Sun, a line below 'my Earth'"
    assert [relation for relation in said(words) if relation[0] in [(4,), (5,)]] == [
        ((4,), "above", (0,)),
        ((5,), "below", (2,)),
    ]
    assert said("'Before' at the top, a dot under Before") == [((1,), "below", (0,))]


def test_arrows_of_several_directions_are_on_their_sides():
    words = "a square with arrows pointing up, down and left"
    assert said(words) == [((1,), "above", (0,)), ((2,), "below", (0,)), ((3,), "left", (0,))]
    assert [item.traits for item in read(words).items[1:]] == [{"up"}, {"down"}, {"left"}]
    assert missed(words) == []


@pytest.mark.parametrize(
    ("words", "sides"),
    [
        (
            "a square with the letters A, B, C and D at its corners",
            ["above left", "above right", "below left", "below right"],
        ),
        ("a triangle with a star at each corner", []),
        ("four circles at the corners of a square", []),
        ("a star and dots in the corners", []),
    ],
)
def test_corners_are_those_of_a_thing_where_it_is_said(words, sides):
    found = {}
    for subject, how, _ in said(words):
        found.setdefault(subject, []).append(how)
    assert [" ".join(hows) for hows in found.values()] == sides


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ('Title: "Sets". Under the title, a circle', ["text Sets", "circle"]),
        ('three words: "a", "b" and "c"', ["text a", "text b", "text c"]),
        ("a semicircle arc and two text labels 'a' and 'b'", ["arc", "text a", "text b"]),
        ("the words 'up' in red and 'down' in blue", ["text up", "text down"]),
        ("a dashed vertical line, a dotted red line", ["dashed_line", "dashed_line"]),
        ("a dot, a star, a dashed line between them and the label 'd' above the line",
         ["dot", "star", "dashed_line", "text d"]),
        ("'big' in big letters and 'small' in smaller letters", ["text big", "text small"]),
    ],
)  # fmt: skip
def test_words_that_once_gave_too_many_objects(words, found):
    assert things(words) == found
    assert missed(words) == []


def test_what_is_not_understood_does_not_take_what_follows_with_it():
    assert said("a square rotated by 45 degrees inside a circle") == [((0,), "inside", (1,))]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("two axes side by side, the left one with a parabola and the right one with a sine wave",
         [((2,), "inside", (0,)), ((3,), "inside", (1,))]),
        ("an arrow going right to a square and an arrow going down to a circle",
         [((0,), "left", (1,)), ((2,), "above", (3,))]),
        ("a circle. Inside it is a small dot at the centre", [((1,), "inside", (0,))]),
        ("a number line with a dot", [((1,), "front", (0,))]),
    ],
)  # fmt: skip
def test_what_is_said_behind_a_thing_is_said_of_that(words, found):
    assert said(words) == found
    assert missed(words) == []


def test_a_stroke_between_points_has_these_ends():
    reading = read("a vector from (0, 0) to (2, 1) and a line from (-1, -3) to (-1, 1)")
    assert [place.point for place in reading.places] == [(1.0, 0.5), (-1.0, -1.0)]
    assert [item.traits for item in reading.items] == [{"diagonal"}, {"up"}]
    assert [item.measure("ends") for item in reading.items] == [((0, 0), (2, 1)), ((-1, -3), (-1, 1))]
    assert missed(reading.description) == []


def test_the_first_and_the_second_can_be_given_colours():
    found = read("two overlapping squares, the first one blue and the second one red").items
    assert [item.color for item in found] == [BLUE, RED]


@pytest.mark.parametrize(
    "words",
    ["a circle at the top. it is connected by a line", "a square. the square is connected by an arrow"],
)
def test_nothing_is_connected_with_itself(words):
    assert [reason for _, reason in missed(words)] == ["it needs two objects"]


def test_to_mark_with_something_gives_no_name():
    assert said("Mark the circle with a red dot") == [((1,), "inside", (0,))]


def test_a_name_before_a_noun_is_none():
    assert things("three dots labelled 1, 2 and 3 and 2 circles")[-2:] == ["circle", "circle"]
    assert things("two dots labelled A and B. A circle at the top")[-1] == "circle"


def test_the_numbers_of_a_number_line_are_its_range():
    assert read("a number line from -5 to 5").items[0].measure("range") == (-5.0, 5.0)


def test_only_lines_are_dashed():
    assert missed("a dashed circle") == [("a dashed circle", "only lines are dashed")]


def test_dots_in_the_corners_are_four():
    assert things("dots in the corners") == ["dot"] * 4
    assert missed("dots in the corners") == []


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("a dot at the top left", (-1, 1)),
        ("in the upper right corner there is a dot", (1, 1)),
        ("at the bottom: a dot", (0, -1)),
        ("a dot on the right-hand side", (1, 0)),
    ],
)
def test_places_are_fields_of_the_frame(words, place):
    (found,) = read(words).places
    assert (found.column, found.row) == place


def test_labels_are_texts_below_inside_or_above():
    assert said("a circle labelled 'A'") == [((1,), "below", (0,))]
    assert said("a circle with the text 'A'") == [((1,), "inside", (0,))]
    assert said("a circle with the title 'A'") == [((1,), "above", (0,))]
    assert said("axes labelled 'x' and 'y'") == [((1,), "below", (0,)), ((2,), "left", (0,))]
    assert said("two dots labelled 'A' and 'B'") == [((2,), "below", (0,)), ((3,), "below", (1,))]


def test_what_is_not_understood_is_reported_with_its_place_in_the_text():
    reading = read("a shiny red circle at the top, wobbling, with a cat above it")
    told = [
        (part.text, reading.description[part.span.start : part.span.end]) for part in reading.not_understood
    ]
    assert told == [
        ("shiny", "shiny"),
        ("wobbling", "wobbling"),
        ("a cat", "a cat"),
        ("above it", "above it"),
    ]
    assert things(reading.description) == ["circle"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("circles at the top", [("circles", "the number is not given; taken for 2")]),
        ("two circles, a dot in the circle", [("the circle", "could be any of 2; taken for the latest")]),
        ("a dot, no circle", [("no circle", "zero objects cannot be drawn")]),
        (
            "five dots in two rows of three",
            [("in two rows of three", "5 objects do not fill a grid of 2 by 3")],
        ),
        ("a circle between", [("between", "it needs two objects")]),
    ],
)
def test_what_is_taken_for_more_than_it_says_is_reported(words, told):
    assert missed(words) == told


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("", "the description is empty; name what the frame shows, such as 'a red circle'"),
        (" \n", "the description is empty; name what the frame shows, such as 'a red circle'"),
        ("x" * 100_000, f"the description has 100000 characters; the limit is {LONGEST}"),
        (
            "a dot and 41 circles",
            "description, character 11 ('41 circles'): more than 40 objects; a layout holds at most 40, "
            "so leave some out",
        ),
        ("a circle \ud800", "the description contains half a character (a lone surrogate); remove it"),
    ],
)
def test_a_description_that_cannot_be_laid_out_is_an_error(words, message):
    with pytest.raises(UserError) as raised:
        read(words)
    assert str(raised.value) == message


def test_a_description_without_an_object_is_an_error_that_names_the_types():
    with pytest.raises(UserError, match=r"^no object found in 'a cat'; name at least one.*number plane"):
        read("a cat")


def test_an_empty_frame_has_no_objects():
    assert read("an empty frame").items == ()


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(sorted(" ".join(words) for words in lexicon())),
            st.sampled_from(
                [",", ".", ";", ":", "'A'", '"two words"', "'", "(1, 2)", "2 by 2", "blorp", "%"]
            ),
        ),
        max_size=25,
    ).map(" ".join)
)
@example("a circle labelled by surrounded by, three dots")
@example("'A' that says A surrounded by")
@example("a dozen 'A'")
def test_any_words_are_read_or_are_an_error_for_the_user(description):
    try:
        reading = read(description)
    except UserError:
        return
    members = [place for group in reading.groups for place in group.members]
    assert len(members) == len(set(members))
    assert len(reading.items) <= LIMIT
    for part in reading.not_understood:
        assert description[part.span.start : part.span.end] == part.text


@pytest.mark.parametrize(
    ("words", "events"),
    [
        ("a circle and a square. Everything fades out", [("hide", (0, 1), "FadeOut")]),
        ("a dot at x=3, y=1.5 -> move to the origin", [("move", (0,), ("to", (0.0, 0.0)))]),
        ("a dot at (1, 2) moves in a straight line to (5, -2)", [("move", (0,), ("to", (5.0, -2.0)))]),
        ("a hexagon rotates by 45 degrees about its center", [("rotate", (0,), 45.0)]),
        ("a circle and a square swap places, both at the same time", [("swap", (0, 1), None)]),
    ],
)
def test_everyday_orders_leave_nothing_unread(words, events):
    reading = read(words)
    assert [(event.verb, event.subject, event.value) for event in reading.events] == events
    assert reading.not_understood == ()


def test_x_and_y_in_words_are_a_point():
    (place,) = read("a dot at x = 3, y = -1.5").places
    assert place.point == (3.0, -1.5)


@pytest.mark.parametrize(
    ("words", "formula"),
    [
        ("write the quadratic formula", r"x = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}"),
        ("show Ohm's law", "U = R I"),
        ("the equation of a circle", "(x - a)^2 + (y - b)^2 = r^2"),
        ("e^{ix} = cos x + i sin x", r"e^{ix} = \cos x + i \sin x"),
    ],
)
def test_a_formula_is_known_by_its_name(words, formula):
    (item,) = read(words).items
    assert (item.type, item.text) == ("text", formula)


def test_a_quantity_alone_is_no_formula():
    assert things("a balloon with the word 'air' under pressure")[-1] == "text air"


def test_a_dark_background_is_black():
    assert read("a red circle on a dark background").background == "#000000"
