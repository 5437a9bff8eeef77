"""Equations and derivatives are worked out line by line."""

from __future__ import annotations

import pytest

from jepamine.manim.explanations.algebra import differentiate, rewrite, solve


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ("solve 2x + 3 = 11", ["2 x + 3 = 11", "2 x = 8", "x = 4"]),
        (
            "solve the equation 5x - 2 = 3x + 6 step by step",
            ["5 x - 2 = 3 x + 6", "2 x - 2 = 6", "2 x = 8", "x = 4"],
        ),
        (
            "solving x^2 - 5x + 6 = 0",
            ["x^{2} - 5 x + 6 = 0", r"\Delta = 1", r"x = \frac{5 \pm \sqrt{1}}{2}", r"x_1 = 2 \quad x_2 = 3"],
        ),
        (
            "solve x^2 - 5x + 6 = 0 by factoring",
            [
                "x^{2} - 5 x + 6 = 0",
                r"\left(x - 3\right) \left(x - 2\right) = 0",
                r"x - 3 = 0 \quad \text{or} \quad x - 2 = 0",
                r"x_1 = 2 \quad x_2 = 3",
            ],
        ),
        ("solve x^2 + 1 = 0", ["x^{2} + 1 = 0", r"\Delta = -4", r"\Delta < 0"]),
    ],
)
def test_an_equation_is_solved(words, lines):
    assert [line for line, _ in solve(words)[1]] == lines


@pytest.mark.parametrize("words", ["solve x = y", "solve world hunger", "solve sin(x) = 1", "solve x^30 = 1"])
def test_what_cannot_be_solved_here_is_left(words):
    assert solve(words) is None


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ("differentiate x^3", ["f(x) = x^{3}", "f'(x) = 3 x^{3 - 1}", "f'(x) = 3 x^{2}"]),
        (
            "differentiate x^2 + 3x",
            ["f(x) = x^{2} + 3 x", r"f'(x) = \left(x^{2}\right)' + \left(3 x\right)'", "f'(x) = 2 x + 3"],
        ),
    ],
)
def test_a_function_is_differentiated(words, lines):
    assert [line for line, _ in differentiate(words)[1]] == lines


def test_an_expression_is_expanded_and_factored():
    assert rewrite("expand (x + 1)^2")[1][-1][0] == "= x^{2} + 2 x + 1"
    assert rewrite("factor x^2 + 5x + 6")[1][-1][0] == r"= \left(x + 2\right) \left(x + 3\right)"


def test_no_python_is_evaluated():
    assert rewrite("expand x.__class__") is None
    assert solve("solve exec(x) = 1") is None
