"""Thirty descriptions as people write them, with what is true of them."""

from __future__ import annotations

from typing import Any

# (description, objects as "colour type 'text'", what is true of them by their numbers)
BY_HAND: list[tuple[str, str, list[Any]]] = [
    ("a red circle", "red circle", []),
    (
        "a red circle above a blue square",
        "red circle; blue square",
        [("above", 0, 1)],
    ),
    (
        'A circle labelled "A" and a square labelled "B", with an arrow from the circle to the square.',
        "circle; text 'A'; square; text 'B'; arrow",
        [("below", 1, 0), ("below", 3, 2), ("left", 0, 4), ("left", 4, 2)],
    ),
    (
        "At the top, the title 'Energy'. Below it, a row of three dots.",
        "text 'Energy'; dot; dot; dot",
        [(0, 1, 0), ("below", (1, 2, 3), 0), ("row", 1, 2, 3)],
    ),
    (
        "A big blue circle in the centre with a small red square inside it.",
        "blue circle; red square",
        [(0, 0, 0), ("inside", 1, 0)],
    ),
    (
        "Three rectangles in a row labelled 'Input', 'Hidden' and 'Output', with an arrow from the first to "
        "the second and an arrow from the second to the third",
        "rectangle; rectangle; rectangle; text 'Input'; text 'Hidden'; text 'Output'; arrow; arrow",
        [("below", 3, 0), ("below", 4, 1), ("below", 5, 2), ("left", 0, 6), ("left", 6, 1), ("left", 7, 2)],
    ),
    (
        'the title "The Chain Rule" at the top, a set of axes in the centre with a parabola inside, the text '
        '"x" below the axes and the text "y" to the left of the axes',
        "text 'The Chain Rule'; axes; function_graph; text 'x'; text 'y'",
        [(0, 1, 0), (0, 0, 1), ("inside", 2, 1), ("below", 3, 1), ("left", 4, 1)],
    ),
    (
        "four dots in the corners and a star in the middle",
        "dot; dot; dot; dot; star",
        [(-1, 1, 0), (1, 1, 1), (-1, -1, 2), (1, -1, 3), (0, 0, 4)],
    ),
    (
        'a 2 by 3 grid of green squares with the title "Grid" at the top',
        "green square; green square; green square; green square; green square; green square; text 'Grid'",
        [("row", 0, 1, 2), ("row", 3, 4, 5), ("above", (0, 1, 2), (3, 4, 5)), (0, 1, 6)],
    ),
    ("a yellow hexagon partly covering a blue circle", "yellow polygon; blue circle", [("front", 0, 1)]),
    (
        "a number line at the bottom, an arrow above it pointing down, and the text '0' above the arrow",
        "number_line; arrow; text '0'",
        [(0, -1, 0), ("above", 1, 0), ("above", 2, 1)],
    ),
    (
        "two circles side by side, the left circle is red and the right circle is blue",
        "red circle; blue circle",
        [("left", 0, 1)],
    ),
    (
        'a brace below a rectangle, with the text "width" below the brace',
        "brace; rectangle; text 'width'",
        [("below", 0, 1), ("below", 2, 0)],
    ),
    (
        "Draw a small red dot at (2, 1) and a green dot at (-3, -2).",
        "red dot; green dot",
        [("left", 1, 0)],
    ),
    (
        "a square on the left, a circle on the right and a double arrow between them",
        "square; circle; double_arrow",
        [(-1, 0, 0), (1, 0, 1), ("left", 0, 2), ("left", 2, 1)],
    ),
    (
        "a red circle, a blue square and a green triangle",
        "red circle; blue square; green triangle",
        [("left", 0, 1), ("left", 1, 2)],
    ),
    (
        "five stars in a column on the right",
        "star; star; star; star; star",
        [("above", 0, 1), ("above", 1, 2), ("above", 2, 3), ("above", 3, 4), (1, 0, (0, 1, 2, 3, 4))],
    ),
    (
        "a dashed line in the middle, a circle to the left of it and a square to the right of it",
        "dashed_line; circle; square",
        [(0, 0, 0), ("left", 1, 0), ("right", 2, 0)],
    ),
    (
        'Show the equation "E = mc^2" in the centre in yellow, with the caption "Einstein" below it',
        "yellow text 'E = mc^2'; text 'Einstein'",
        [(0, 0, 0), ("below", 1, 0)],
    ),
    (
        "a circle in a square in a rectangle",
        "circle; square; rectangle",
        [("inside", 0, 1), ("inside", 1, 2), ("inside", 0, 2)],
    ),
    (
        "a red circle at the top, a blue square below it, a green triangle below it",
        "red circle; blue square; green triangle",
        [(0, 1, 0), ("below", 1, 0), ("below", 2, 1)],
    ),
    (
        "three small circles in a column on the left, three large squares in a row at the bottom",
        "circle; circle; circle; square; square; square",
        [(-1, 0, (0, 1, 2)), ("above", 0, 1), ("row", 3, 4, 5), (0, -1, (3, 4, 5))],
    ),
    (
        "A teal circle sits in the top left corner. A pink square is directly below it. Between them there "
        "is a line.",
        "teal circle; pink square; line",
        [(-1, 1, 0), ("below", 1, 0), ("above", 0, 2), ("above", 2, 1)],
    ),
    (
        "a vertical line in the centre, a sine wave on the left and a parabola on the right",
        "line; function_graph; function_graph",
        [(0, 0, 0), (-1, 0, 1), (1, 0, 2)],
    ),
    (
        "two red circles and three blue squares",
        "red circle; red circle; blue square; blue square; blue square",
        [("row", 0, 1), ("row", 2, 3, 4)],
    ),
    (
        "The circle is red and the square is blue. The circle is above the square.",
        "red circle; blue square",
        [("above", 0, 1)],
    ),
    (
        "An orange ring containing the letter 'Q', next to a purple arc",
        "orange annulus; text 'Q'; purple arc",
        [("inside", 1, 0)],
    ),
    (
        "a row of three dots; a row of four squares below it",
        "dot; dot; dot; square; square; square; square",
        [("row", 0, 1, 2), ("row", 3, 4, 5, 6), ("below", (3, 4, 5, 6), (0, 1, 2))],
    ),
    (
        "a star between a gold triangle and a maroon ellipse",
        "star; gold triangle; maroon ellipse",
        [("left", 1, 0), ("left", 0, 2)],
    ),
    (
        "Put a number plane on the right. Inside it is a red vector, and to its left the text 'velocity'.",
        "number_plane; red arrow; text 'velocity'",
        [(1, 0, 0), ("inside", 1, 0), ("left", 2, 0)],
    ),
]
