"""The prompt of a language model, the description and the layout as constraints, and the body it writes.

    # a blue star right of a circle, ...
    # circle: MAROON [-2.76, -0.27] 3.44 x 3.44
    # text: "volume" PINK [-2.42, -1.45] 1.86 x 0.51
    from manim import *
    ...

Objects are in drawing order, one per line: name in the code, text, colour, centre and size in Manim units.
The code then has one line per object, in the same order.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from jepamine.manim.engine.palette import PALETTE, colour_word
from jepamine.manim.engine.style import CLASS, number, vector
from jepamine.manim.generators.code import NAMES
from jepamine.manim.generators.protocol import Generated
from jepamine.manim.layouts import Layout, Object
from jepamine.manim.scenes.composition import names_for

HEADER = f"from manim import *\n\n\nclass {CLASS}(Scene):\n    def construct(self):"
#: Starts each line of `construct`.
INDENT = "\n        "
#: The number of characters of a description that are used.
LONGEST_DESCRIPTION = 1000
#: The content of a text without one.
UNKNOWN_TEXT = "Text"
#: The word of a colour -> Manim's first name for it.
_NAMED = {word: name for name, (_, word) in reversed(PALETTE.items())}


def order_of(layout: Layout) -> list[int]:
    """Return the indices of objects in `layout.objects`, in drawing order."""
    return sorted(range(len(layout.objects)), key=lambda place: layout.objects[place].z)


def drawn_order(layout: Layout) -> list[Object]:
    """Return the objects in drawing order."""
    return [layout.objects[place] for place in order_of(layout)]


def variables(layout: Layout) -> list[str]:
    """Return the name of each object in the code, in drawing order."""
    return names_for([item.type for item in drawn_order(layout)])


def prompt(layout: Layout, description: str) -> str:
    """Return the prompt; line 0 is the description, lines 1 to n the objects."""
    words = " ".join(description[:LONGEST_DESCRIPTION].split())
    lines = [f"# {words}"]
    for name, item in zip(variables(layout), drawn_order(layout), strict=True):
        content = f"{literal(item)} " if item.type == "text" else ""
        size = f"{number(item.width)} x {number(item.height)}"
        centre = f"[{number(item.x)}, {number(item.y)}]"
        lines.append(f"# {name}: {content}{colour_name(item.color)} {centre} {size}")
    return "\n".join([*lines, HEADER])


def literal(item: Object) -> str:
    """Return the content of a text, as a Python literal in ASCII."""
    return json.dumps(item.text or UNKNOWN_TEXT)


def colour_name(value: str | None) -> str:
    """Return Manim's name for a colour, that of the nearest if it has none; white if unknown."""
    if value is None:
        return "WHITE"
    return NAMES.get(value) or _NAMED[colour_word(value)]


#: Stands for coordinates that the framework fills in.
SLOT = "[<x>, <y>, 0]"
#: Starts the last line of a scene.
LAST = "self.add("


def body(layout: Layout, expressions: Sequence[str], slots: bool) -> str:
    """Return what a model should write after the prompt: one line per object, in drawing order, and the
    last line.

    `expressions` are Python, each for an object not yet in place. With `slots` coordinates are left open.
    """
    names = variables(layout)
    lines = [
        f"{name} = {code}.move_to({SLOT if slots else _place(item)})"
        for name, code, item in zip(names, expressions, drawn_order(layout), strict=True)
    ]
    return "".join(f"{INDENT}{line}" for line in [*lines, f"{LAST}{', '.join(names)})"]) + "\n"


def finished(written: str, layout: Layout) -> Generated:
    """Return the code whose body a model wrote: the slots of line i filled with the place of object i.

    The object of each variable is read from the lines too. Nothing else of them is changed.
    """
    order = order_of(layout)
    names = {}
    lines = written.removeprefix("\n").rstrip("\n").split("\n")
    for index, place in enumerate(order[: len(lines)]):
        lines[index] = lines[index].replace(SLOT, _place(layout.objects[place]))
        assignment = re.match(r"\s*([^\W\d]\w*) = ", lines[index])
        if assignment:
            names[assignment[1]] = place
    return Generated("\n".join([HEADER, *lines]) + "\n", names)


def _place(item: Object) -> str:
    return vector(item.x, item.y)
