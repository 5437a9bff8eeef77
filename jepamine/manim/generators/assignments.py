"""Lines that assign objects to variables, at their places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from jepamine.manim.engine.palette import rgb
from jepamine.manim.generators.code import Paint
from jepamine.manim.generators.exact import exact
from jepamine.manim.generators.expressions import statement
from jepamine.manim.generators.hints import described, is_filled
from jepamine.manim.generators.subject import Subject
from jepamine.manim.layouts import Layout
from jepamine.manim.text.reading import Reading

#: A figure that the description makes this opaque or more hides what is under it.
_CLEAR = 1.0
#: A background whose red, green and blue add up to more is light.
_LIGHT = 3 * 128
BLACK = "#000000"


def assignment(layout: Layout, place: int, reading: Reading | None, names: Mapping[int, str]) -> str:
    """Return the line for object `place` of a layout; `names` are the variables by place.

    It keeps the numbers that the description gives, where it describes this object.
    """
    item, items = layout.objects[place], described(layout, reading)
    described_by = items[place]
    look = reading.items[described_by] if reading is not None and described_by is not None else None
    traits = look.traits if look is not None else frozenset[str]()
    filled = is_filled(layout, place, traits)
    if look is None or reading is None:
        return statement(names[place], item, traits, filled)
    by_item = {number: names[index] for index, number in enumerate(items) if number is not None}
    if item.color is None and reading.background is not None and sum(rgb(reading.background)) > _LIGHT:
        # White on white would not be seen.
        item = replace(item, color=BLACK)
    paint = Paint(item.color, filled)
    code = exact(Subject(item, look, described_by or 0, reading, by_item, paint))
    line = statement(names[place], item, traits, filled) if code is None else f"{names[place]} = {code}"
    if (opacity := look.measure("opacity")) is not None:
        line += f".set_opacity({min(opacity if opacity <= _CLEAR else opacity / 100, 1.0):g})"
    if (width := look.measure("stroke_width")) is not None:
        line += f".set_stroke(width={width:g})"
    return line
