"""Films are found by what a description asks to see explained, and say what they leave unanswered."""

from __future__ import annotations

import ast
import time

import pytest

from jepamine.manim.explanations.choose_film import explanation, film_code


def constants_of(code):
    """Return the constants of a film by name."""
    return {
        node.targets[0].id: ast.unparse(node.value)
        for node in ast.parse(code).body
        if isinstance(node, ast.Assign)
    }


@pytest.mark.parametrize(
    ("words", "film", "constants"),
    [
        ("bubble sort of 9, 2 and 4", "sort", {"METHOD": "'bubble'", "VALUES": "[9, 2, 4]"}),
        ("how does insertion sort work?", "sort", {"METHOD": "'insertion'", "VALUES": "[5, 3, 8, 1]"}),
        ("binary search, find 8 in the list 2 8 9 12", "search", {"VALUES": "[2, 8, 9, 12]", "TARGET": "8"}),
        (
            "please explain kepler's third law",
            "formula",
            {"FORMULA": r"'\\frac{T^2}{a^3} = \\text{constant}'"},
        ),
        ("binary search for 8 in [9, 8, 2]", "search", {"VALUES": "[2, 8, 9]", "TARGET": "8"}),
        (
            "a neural network with 2 inputs, 3 hidden neurons and 1 output",
            "neural_network",
            {"LAYERS": "[2, 3, 1]"},
        ),
        (
            "the area under y = sin(x) from 0 to pi",
            "area",
            {"FUNCTION": "lambda x: np.sin(x)", "LABEL": r"'\\sin(x)'", "END": "3.14159"},
        ),
        ("the derivative of x^3 at x = 2", "tangent", {"FUNCTION": "lambda x: x ** 3", "AT": "2"}),
        ("add the vectors (1, 2) and (3, -1)", "vector_sum", {"VECTORS": "[[1, 2], [3, -1]]"}),
        ("multiply the matrices [[1, 0]] and [[2], [3]]", "matrix_product", {"B": "[[2], [3]]"}),
        ("a pie chart of rent 50%, food 30%, fun 20%", "pie_chart", {"SHARES": "[50, 30, 20]"}),
        ("a pie chart with 30%, 50% and 20%", "pie_chart", {"SHARES": "[30, 50, 20]"}),
        ("Explain Ohm's law", "formula", {"FORMULA": "'U = R I'"}),
        ("the first 5 prime numbers", "sequence", {"VALUES": "[2, 3, 5, 7, 11]"}),
        ("count down from 3 to 1, then GO!", "countdown", {"VALUES": "[3, 2, 1]", "LAST": "'GO!'"}),
        ("mean and mode of 2, 3 and 3", "averages", {"VALUES": "[2, 3, 3]", "KINDS": "['mean', 'mode']"}),
        ("add the fractions 1/4 + 2/3", "fraction_sum", {"A": "[1, 4]", "B": "[2, 3]", "SIGN": "1"}),
        ("Egg -> Larva -> Pupa -> Egg", "flow", {"NAMES": "['Egg', 'Larva', 'Pupa']", "CLOSED": "True"}),
        ("a clock showing half past four", "clock", {"HOUR": "4", "MINUTE": "30"}),
        ("convert 13 to binary", "binary", {"DIGITS": "'1101'"}),
        ("the gcd of 18 and 48 by Euclid", "euclid", {"A": "48", "B": "18"}),
        ("slope of the line through (1, 2) and (4, 8)", "slope", {"POINTS": "[[1, 2], [4, 8]]"}),
        (
            "a timeline from 1900 to 2000: 1914 WWI, 1969 Moon landing",
            "timeline",
            {"EVENTS": "[[1914, 'WWI'], [1969, 'Moon landing']]", "START": "1900", "END": "2000"},
        ),
        ("line graph of sales: Jan 3, Feb 7", "data_line", {"NAMES": "['Jan', 'Feb']", "VALUES": "[3, 7]"}),
        (
            "vectors a = (1, 2) and b = (-2, 1) from the origin",
            "vectors",
            {"VECTORS": "[[1, 2], [-2, 1]]", "NAMES": "['a', 'b']"},
        ),
        (
            "triangle ABC with right angle at B, AB = 3, BC = 4",
            "named_triangle",
            {"SIDES": "['3', '4', '']", "RIGHT_AT": "1"},
        ),
        (
            "nodes A, B, C with edges A-B, B-C, highlight the path A -> B -> C",
            "graph_walk",
            {"EDGES": "[['A', 'B'], ['B', 'C']]", "ORDER": "['A', 'B', 'C']", "PATH": "True"},
        ),
        (
            "shade the region between y = x^2 and y = 2x",
            "between_curves",
            {"FIRST": "lambda x: x ** 2", "SECOND": "lambda x: 2 * x"},
        ),
        ("graph of y = x^2 - 4, mark its roots", "marked_graph", {"MARKS": "['roots']"}),
        ("the truth table of AND and XOR", "truth_table", {"GATES": "['AND', 'XOR']"}),
        ("Bohr model of a carbon atom", "atom", {"SYMBOL": "'C'", "SHELLS": "[2, 4]"}),
        ("the tower of Hanoi with 4 disks", "hanoi", {"DISKS": "4"}),
        ("reflect a triangle in the x-axis", "mirror", {"KIND": "'x-axis'"}),
        (
            "$500 at 3% compound interest for 12 years",
            "interest",
            {"START": "500", "RATE": "3", "YEARS": "12"},
        ),
        (
            "plot the points A(1,2) and B(3,-1)",
            "points_plot",
            {"POINTS": "[[1, 2], [3, -1]]", "CONNECT": "''"},
        ),
        ("a table of values of y = 2x from 1 to 4", "value_table", {"START": "1", "END": "4"}),
        ("rotate the vector (2, 1) by 45 degrees clockwise", "turned_vector", {"ANGLE": "-45"}),
        ("3/4 of a pizza", "fraction_circle", {"TOP": "3", "BOTTOM": "4"}),
        ("show 5 - 2 on a number line", "number_line_sum", {"A": "5", "B": "-2"}),
        ("the derivative of x^2 on the same axes", "derivative_graph", {"DERIVATIVE": "lambda x: 2 * x"}),
        ("2x + 4 = 10, solve it", "derivation", {"STEPS": "['2 x + 4 = 10', '2 x = 6', 'x = 3']"}),
        ("solve 3y - 6 = 9", "derivation", {"STEPS": "['3 y - 6 = 9', '3 y = 15', 'y = 5']"}),
    ],
)
def test_a_film_takes_its_constants_from_the_description(words, film, constants):
    found = explanation(words)
    assert found is not None
    assert found.name == film
    assert constants_of(found.code) | constants == constants_of(found.code)


def test_what_a_film_does_not_show_is_named():
    found = explanation("Explain bubble sort with dancing elephants")
    assert [note.text for note in found.not_understood] == ["dancing elephants"]
    assert found.share == pytest.approx(1 - 17 / 37)


def test_a_list_that_is_too_long_is_named_and_not_cut():
    found = explanation("bubble sort on [1, 2, 3, 4, 5, 6, 7, 8, 9]")
    assert constants_of(found.code)["VALUES"] == "[5, 3, 8, 1]"
    assert [note.text for note in found.not_understood] == ["1, 2, 3, 4, 5, 6, 7, 8, 9"]


def test_a_film_of_data_is_not_shown_with_data_of_its_own():
    assert explanation("a timeline of Roman history") is None
    assert explanation("a line graph of my sales") is None


def test_words_in_quotes_ask_for_no_film():
    assert explanation("the title 'Bubble sort' above a square") is None
    assert explanation("a red circle left of a blue square") is None


def test_a_backslash_stays_one_in_the_code():
    assert 'LABEL = r"\\frac{1}{x}"' in film_code("area", {"LABEL": 'r"\\frac{1}{x}"'})


@pytest.mark.parametrize(
    "words",
    [
        "bubble sort [" + "1," * 1900 + "x",
        "derivative of " + "(x+1)^" * 400 + "2",
        "solve " + "x " * 1900 + "=",
    ],
)
def test_hostile_descriptions_take_no_time(words):
    began = time.process_time()
    explanation(words)
    assert time.process_time() - began < 5
