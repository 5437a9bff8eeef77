"""Manim expressions for objects: the size of their boxes, at the origin."""

from __future__ import annotations

import json
from collections.abc import Callable, Set
from math import cos, pi, sin, tau

from jepamine.manim.engine.style import number, vector
from jepamine.manim.generators.code import (
    Paint,
    arc,
    arrow,
    brace,
    dashed_line,
    digits,
    double_arrow,
    fitted,
    least,
    line,
    near,
)
from jepamine.manim.layouts import Object
from jepamine.manim.text.solve.sizes import corners_of, text_extent

#: Placeholders for unknown texts: the one whose shape is nearest is used.
UNKNOWN_TEXTS = ("A", "Text", "Some text", "A line of text", "A longer line of text")
#: Manim breaks texts wider than this (in units) into two lines, in frames 256 pixels wide.
LONG_TEXT = 8.0


def text(item: Object, traits: Set[str], paint: Paint) -> str:
    """Write a text as wide as its box, or as high if it is short; placeholders fill the box exactly."""
    shape = least(item.width) / least(item.height)
    known = item.text is not None
    content = item.text or min(UNKNOWN_TEXTS, key=lambda text: abs(_aspect(text) - shape))
    # Printable text needs no escapes.
    quoted = json.dumps(content, ensure_ascii=not content.isprintable())
    natural = text_extent(content)[0]
    if natural > LONG_TEXT:
        quoted += f", font_size={max(round(48 * LONG_TEXT / natural), 6)}"
    code = f"Text({paint.after(quoted, fill=False)})"
    if not known:
        return fitted(code, item, width=True, height=True)
    upright = shape < 0.7 and _aspect(content) > 1.4
    if upright:
        return f"{code}.rotate(90 * DEGREES).scale_to_fit_height({number(least(item.height))})"
    if _aspect(content) > 1.5:
        return f"{code}.scale_to_fit_width({number(least(item.width))})"
    return f"{code}.scale_to_fit_height({number(least(item.height))})"


def _aspect(text: str) -> float:
    width, height = text_extent(text)
    return width / height


def number_line(item: Object, traits: Set[str], paint: Paint) -> str:
    """Write a number line with a tick about every 1.6 units; its ticks are as long as the box is wide."""
    long, thick = max(item.width, item.height), min(item.width, item.height)
    half = _steps(long)
    settings = f"x_range=[-{half}, {half}, 1], length={number(max(long, 0.1))}"
    if not near(thick, 0.2) and thick > 0.02:
        settings += f", tick_size={number(thick / 2)}"
    code = f"NumberLine({paint.after(settings, fill=False)})"
    return code if item.width >= item.height else f"{code}.rotate(90 * DEGREES)"


def axes(item: Object, traits: Set[str], paint: Paint) -> str:
    """Write axes that cross in the middle of their box."""
    return f"Axes({_plane(item)}, tips=False){paint.set_color()}"


def number_plane(item: Object, traits: Set[str], paint: Paint) -> str:
    """Write a number plane with its origin in the middle of its box."""
    return f"NumberPlane({_plane(item)}){paint.set_color()}"


def _plane(item: Object) -> str:
    width, height = max(item.width, 0.1), max(item.height, 0.1)
    across, up = _steps(width), _steps(height)
    ranges = f"x_range=[-{across}, {across}, 1], y_range=[-{up}, {up}, 1]"
    return f"{ranges}, x_length={number(width)}, y_length={number(height)}"


def function_graph(item: Object, traits: Set[str], paint: Paint) -> str:
    """Write a sine wave, or the cosine or parabola that the traits name, that fills its box."""
    width = max(item.width, 0.1)
    half = number(width / 2)
    if "parabola" in traits:
        body = f"{digits(4 * item.height / width**2)} * x**2"
    else:
        wave = "cos" if "cosine" in traits else "sin"
        body = f"{number(item.height / 2)} * np.{wave}({digits(tau / width)} * x)"
    step = "0.1" if width >= 2 else "0.02"
    return f"FunctionGraph({paint.after(f'lambda x: {body}, x_range=[-{half}, {half}, {step}]', fill=False)})"


def _steps(length: float) -> int:
    """Return the number of ticks on each side of a scale's zero."""
    return min(max(round(length / 1.6), 1), 5)


#: The ratio of a ring's inner to its outer radius.
RING = 0.6


def circle(item: Object, traits: Set[str], paint: Paint) -> str:
    """Write a circle, stretched only if its box is clearly not square."""
    code = f"Circle({paint.after(f'radius={number(_mean(item) / 2)}')})"
    return code if near(item.width, item.height) else fitted(code, item, width=True, height=True)


def square(item: Object, traits: Set[str], paint: Paint) -> str:
    """Write a square, stretched like `circle`."""
    code = f"Square({paint.after(f'side_length={number(_mean(item))}')})"
    return code if near(item.width, item.height) else fitted(code, item, width=True, height=True)


def rectangle(item: Object, traits: Set[str], paint: Paint) -> str:
    """Write a rectangle."""
    return f"Rectangle({paint.after(_sides(item))})"


def ellipse(item: Object, traits: Set[str], paint: Paint) -> str:
    """Write an ellipse."""
    return f"Ellipse({paint.after(_sides(item))})"


def _sides(item: Object) -> str:
    return f"width={number(max(item.width, 0.02))}, height={number(max(item.height, 0.02))}"


def triangle(item: Object, traits: Set[str], paint: Paint) -> str:
    """Write a triangle with a horizontal base, equilateral if its box allows."""
    radius = least(item.height) / 1.5
    code = f"Triangle({paint.after(f'radius={number(radius)}')})"
    return fitted(code, item, width=not near(item.width, 3**0.5 * radius))


def star(item: Object, traits: Set[str], paint: Paint) -> str:
    """Write a five-pointed star, regular if its box allows."""
    radius = least(item.height) / (1 + cos(pi / 5))
    code = f"Star({paint.after(f'outer_radius={number(radius)}')})"
    return fitted(code, item, width=not near(item.width, 2 * radius * sin(tau / 5)))


def polygon(item: Object, traits: Set[str], paint: Paint) -> str:
    """Write a polygon with the number of corners in the traits, by default six."""
    corners = corners_of(frozenset(traits))
    turns = [(pi / 2 if corners % 2 else 0.0) + tau * place / corners for place in range(corners)]
    wide, high = (max(map(part, turns)) - min(map(part, turns)) for part in (cos, sin))
    radius = least(item.height) / high
    code = f"RegularPolygon({paint.after(f'n={corners}, radius={number(radius)}')})"
    return fitted(code, item, width=not near(item.width, radius * wide))


def dot(item: Object, traits: Set[str], paint: Paint) -> str:
    """Write a dot."""
    return f"Dot({paint.after(f'radius={number(max(_mean(item) / 2, 0.03))}', fill=False)})"


def annulus(item: Object, traits: Set[str], paint: Paint) -> str:
    """Write a ring."""
    outer = _mean(item) / 2
    radii = f"inner_radius={number(RING * outer)}, outer_radius={number(outer)}"
    code = f"Annulus({paint.after(radii, fill=False)})"
    return code if near(item.width, item.height) else fitted(code, item, width=True, height=True)


def _mean(item: Object) -> float:
    return least((item.width + item.height) / 2)


Expression = Callable[[Object, Set[str], Paint], str]

#: The functions above by the name of their type.
EXPRESSIONS: dict[str, Expression] = {
    function.__name__: function
    for function in (
        *(circle, square, rectangle, triangle, ellipse, dot, star, polygon, line, dashed_line),
        *(arrow, double_arrow, arc, annulus, text, number_line, axes, number_plane, function_graph, brace),
    )
}


def expression(item: Object, traits: Set[str], paint: Paint) -> str:
    """Return the Python expression of one object near the origin.

    `traits` are those of `jepamine.manim.text.reading.Item`. Sizes are exact to a hundredth; a circle or
    square in an almost square box is not stretched.
    """
    return EXPRESSIONS[item.type](item, traits, paint)


def statement(name: str, item: Object, traits: Set[str], paint: Paint) -> str:
    """Return the line that assigns an object to a variable and moves it to its position."""
    point = vector(item.x, item.y)
    place = "ORIGIN" if point == "[0, 0, 0]" else point
    return f"{name} = {expression(item, traits, paint)}.move_to({place})"
