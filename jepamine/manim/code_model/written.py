"""The lines of a scene: from expressions to what a model is to write, and from what it wrote to code."""

from __future__ import annotations

import re
from collections.abc import Sequence

from jepamine.manim.code_model.prompt import HEADER, INDENT, drawn_order, order_of, variables
from jepamine.manim.engine.style import vector
from jepamine.manim.generators.protocol import Generated
from jepamine.manim.layouts import Layout, Object

#: Stands for the numbers of a place that the framework fills in.
SLOT = "[<x>, <y>, 0]"
#: Begins the last line of a scene.
LAST = "self.add("


def body(layout: Layout, expressions: Sequence[str], slots: bool) -> str:
    """What a model is to write behind the prompt: a line an object, in drawing order, and what shows them.

    `expressions` are Python, each for an object not yet at its place. With `slots` places are left open.
    """
    names = variables(layout)
    lines = [
        f"{name} = {code}.move_to({SLOT if slots else _place(item)})"
        for name, code, item in zip(names, expressions, drawn_order(layout), strict=True)
    ]
    return "".join(f"{INDENT}{line}" for line in [*lines, f"{LAST}{', '.join(names)})"]) + "\n"


def finished(written: str, layout: Layout) -> Generated:
    """The code whose body a model wrote: the slots of line i filled with the place of object i.

    Which variable is which object is read from the lines too. Nothing else of them is changed.
    """
    order = order_of(layout)
    names = {}
    lines = written.removeprefix("\n").rstrip("\n").split("\n")
    for number, place in enumerate(order[: len(lines)]):
        lines[number] = lines[number].replace(SLOT, _place(layout.objects[place]))
        found = re.match(r"\s*([^\W\d]\w*) = ", lines[number])
        if found:
            names[found[1]] = place
    return Generated("\n".join([HEADER, *lines]) + "\n", names)


def _place(item: Object) -> str:
    return vector(item.x, item.y)
