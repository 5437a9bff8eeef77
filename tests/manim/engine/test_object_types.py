"""The words of texts are those that Manim paints."""

import pytest

from jepamine.manim.engine.object_types import words_of

pytestmark = [pytest.mark.manim, pytest.mark.usefixtures("manim_there")]


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("x<sup>2</sup> &lt; y<sub>1</sub>", "x2 < y1"),
        ('<span foreground="red" size="x-large">red</span> and <i>blue</i>', "red and blue"),
        ("<color col='#00FF00'>go</color> <gradient from='RED' to='BLUE'>on</gradient>", "go on"),
        ("5 &amp; 6 &#43; 7", "5 & 6 + 7"),
    ],
)
def test_markup_is_no_part_of_the_words(markup, words):
    from manim import MarkupText

    assert words_of(MarkupText(markup)) == words


def test_tags_of_a_plain_text_are_painted_and_so_are_its_words():
    from manim import Text

    assert words_of(Text("a <b> &amp; c")) == "a <b> &amp; c"


@pytest.mark.parametrize(
    ("lines", "words"), [(["one", "two"], "one two"), (["", "x"], "x"), (["a  b"], "a b")]
)
def test_the_words_of_a_paragraph_are_its_lines(lines, words):
    from manim import Paragraph

    assert words_of(Paragraph(*lines)) == words


def test_the_cells_of_a_table_and_the_lines_of_code_have_their_words():
    from manim import Table

    table = Table([["left", "2"], ["lane", "4"]])
    assert [words_of(entry) for entry in table.get_entries()] == ["left", "2", "lane", "4"]


@pytest.mark.parametrize(
    ("number", "options", "words"),
    [
        (-1234.5, {"num_decimal_places": 1}, "-1,234.5"),
        (1234.5, {"num_decimal_places": 1, "group_with_commas": False}, "1234.5"),
        (0.0004, {"include_sign": True}, "+0.00"),
        (2 / 3, {"num_decimal_places": 3, "show_ellipsis": True}, "0.667..."),
        (50, {"num_decimal_places": 0, "unit": "km"}, "50km"),
    ],
)
def test_a_number_is_written_as_it_is_painted(number, options, words):
    from manim import DecimalNumber, Text

    in_latex = {"unit", "show_ellipsis"}
    decimal = DecimalNumber(
        number, mob_class=Text, **{key: value for key, value in options.items() if key not in in_latex}
    )
    # Manim sets these in LaTeX, which is not needed to know them.
    for key in in_latex & options.keys():
        setattr(decimal, key, options[key])
    assert words_of(decimal) == words
