"""What a description gives is worked out line by line, by the method that is asked for."""

import pytest

from jepamine.manim.explanations.choose_film import explanation
from jepamine.manim.explanations.worked_examples import worked_example


@pytest.mark.parametrize(
    ("words", "last", "count"),
    [
        ("derivative of x^3 from first principles", "f'(x) = 3 x^{2}", 6),
        ("complete the square for x^2 + 6x + 5", r"= \left(x + 3\right)^2 -4", 3),
        ("complete the square of 2x^2 + 8x", r"= 2\left(x + 2\right)^2 -8", 4),
        ("solve x^2 - 4x - 5 = 0 by completing the square", r"x_1 = -1 \quad x_2 = 5", 6),
        ("solve the system x + y = 5 and x - y = 1", "x = 3", 6),
        ("solve 2x + 3 < 11", "x < 4", 3),
        ("solve -2x + 1 >= 7", r"x \leq -3", 3),
        ("expand (a+b)^2", "= a^{2} + 2 a b + b^{2}", 4),
        ("expand (2x+3)(x-1)", "= 2 x^{2} + x - 3", 3),
    ],
)
def test_the_last_line_is_the_result(words, last, count):
    _, lines, _ = worked_example(words)
    assert (lines[-1][0], len(lines)) == (last, count)


@pytest.mark.parametrize(
    "words",
    [
        *("solve 2x = 4", "expand the circle", "x + y = 5 in red", "first principles"),
        *("solve 0x + 3 < 5", "complete the square for x^2 + 4"),
    ],
)
def test_other_descriptions_are_no_worked_example(words):
    assert worked_example(words) is None


def test_terms_are_multiplied_in_the_order_in_which_they_are_written():
    _, lines, _ = worked_example("multiply out (2x+3)(x-1)")
    expected = r"= 2 x \cdot x + 2 x \cdot \left(-1\right) + 3 \cdot x + 3 \cdot \left(-1\right)"
    assert lines[1] == (expected, "each term times each")


def test_an_equation_stays_one_in_every_line():
    _, lines, _ = worked_example("solve x^2 + 2x - 3 = 0 by completing the square")
    assert all(" = " in line for line, _ in lines)


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("derivative of x^3 from first principles", "The derivative from first principles"),
        ("solve x^2 - 4x - 5 = 0 by completing the square", "Completing the square"),
        ("solve x^2 - 4x - 5 = 0", "Solve the equation"),
    ],
)
def test_the_method_is_the_one_that_is_asked_for(words, title):
    found = explanation(words)
    assert f'TITLE = "{title}"' in found.code
    assert found.not_understood == ()


def test_another_method_than_the_one_that_is_asked_for_is_told():
    found = explanation("the derivative of sin(x^2) from first principles")
    assert [note.text for note in found.not_understood] == ["principles"]


def test_a_matrix_is_multiplied_by_a_vector():
    found = explanation("show the matrix [[1, 2], [3, 4]] times the vector [5, 6] and the result")
    assert (found.name, found.not_understood) == ("matrix_product", ())
    assert "B = [[5], [6]]" in found.code


def test_captions_follow_each_other():
    found = explanation(
        "Explain photosynthesis in two captions: 'Light comes', 'Sugar is made'. Show each for 3 seconds."
    )
    assert (found.name, found.not_understood) == ("captions", ())
    for line in ('TITLE = "Photosynthesis"', 'CAPTIONS = ["Light comes", "Sugar is made"]', "SECONDS = 3"):
        assert line in found.code


def test_another_number_of_captions_is_no_film():
    found = explanation("three captions: 'One', 'Two'")
    assert found is None or found.name != "captions"
