"""Data of charts, tables and matrices in a description, with and without brackets."""

import pytest

from jepamine.manim.text.literals import literals
from jepamine.manim.text.parse import read


def data(words):
    return [value for _, _, kind, value in literals(words) if kind == "data"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("a bar chart with values 3, 5, 2 labelled a, b, c", [("a", 3), ("b", 5), ("c", 2)]),
        (
            "a bar chart of 3, 5 and 2 for apples, pears and plums",
            [("apples", 3), ("pears", 5), ("plums", 2)],
        ),
        ("a bar chart with labels A, B and values 1, 2.5", [("A", 1), ("B", 2.5)]),
        ("a bar graph for A, B and C: 1, 2, 3", [("A", 1), ("B", 2), ("C", 3)]),
        ("a histogram of 1, 4, 9, 16", [1, 4, 9, 16]),
        ("a bar chart of 3, 7 and 5 with the bars labelled M, T, W", [("M", 3), ("T", 7), ("W", 5)]),
        ("a bar chart with bars A, B and C of heights 3, 7, 5", [("A", 3), ("B", 7), ("C", 5)]),
        ("a bar chart with bars named A, B, C and values 1, 2, 3", [("A", 1), ("B", 2), ("C", 3)]),
        ("a bar chart showing sales for Q1 to Q3: 20, 35, 30", [("Q1", 20), ("Q2", 35), ("Q3", 30)]),
        ("a bar chart with bars of height 5, 3, 4", [5, 3, 4]),
        ("a table with rows 1 2 3 and 4 5 6", [[1, 2, 3], [4, 5, 6]]),
        ("a table with the rows 1, 2, 3 and 4, 5, 6", [[1, 2, 3], [4, 5, 6]]),
        ("a table with rows cat dog; fish bird", [["cat", "dog"], ["fish", "bird"]]),
        ("a 2x2 table with entries 1, 2, 3, 4", [[1, 2], [3, 4]]),
        ("a 2 by 3 matrix with values 1, 2, 3, 4, 5, 6", [[1, 2, 3], [4, 5, 6]]),
    ],
)
def test_data_is_read(words, expected):
    assert data(words) == [expected]
    assert read(words).not_understood == ()


@pytest.mark.parametrize(
    "words",
    [
        "a 3x3 table with entries 1, 2, 3, 4",
        "a table with rows 1 2 3 and 4 5",
        "two rows of squares",
        "a bar chart for A, B and C",
    ],
)
def test_data_that_do_not_fit_or_are_none_are_not_read(words):
    assert data(words) == []


def test_more_values_than_names_are_shown_without_names_and_it_is_noted():
    words = "a bar chart with values 3, 5, 2 labelled a, b"
    assert data(words) == [[3, 5, 2]]
    assert "labelled" in [note.text for note in read(words).not_understood]


def test_the_rows_and_columns_of_a_table_are_no_size():
    (table,) = read("a 2x3 table with entries 1, 2, 3, 4, 5, 6").items
    assert (table.measure("width"), table.measure("data")) == (None, [[1, 2, 3], [4, 5, 6]])


def test_rows_end_where_other_words_begin():
    reading = read("a matrix with rows 1 2 and 3 4 and its determinant")
    assert reading.items[0].measure("data") == [[1, 2], [3, 4]]
    assert [each.text for each in reading.not_understood] == ["determinant"]
