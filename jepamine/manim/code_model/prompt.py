"""The prompt of a language model (description and layout as constraints), and the code it completes.

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
#: Begins each line of `construct`.
INDENT = "\n        "
#: Longer descriptions are cut to this many characters.
LONGEST_DESCRIPTION = 1000
#: The placeholder of unknown texts.
UNKNOWN_TEXT = "Text"
#: English colour -> Manim's first name for it.
_NAMED = {word: name for name, (_, word) in reversed(PALETTE.items())}


def order_of(layout: Layout) -> list[int]:
    """Return the indices of `layout.objects` in drawing order."""
    return sorted(range(len(layout.objects)), key=lambda place: layout.objects[place].z)


def drawn_order(layout: Layout) -> list[Object]:
    """Return the objects in drawing order."""
    return [layout.objects[place] for place in order_of(layout)]


def variables(layout: Layout) -> list[str]:
    """Return the variable of each object, in drawing order."""
    return names_for([item.type for item in drawn_order(layout)])


def prompt(layout: Layout, description: str) -> str:
    """Return the prompt: line 0 is the description, lines 1 to n are the objects."""
    shortened = " ".join(description[:LONGEST_DESCRIPTION].split())
    lines = [f"# {shortened}"]
    for name, item in zip(variables(layout), drawn_order(layout), strict=True):
        text = f"{text_literal(item)} " if item.type == "text" else ""
        size = f"{number(item.width)} x {number(item.height)}"
        centre = f"[{number(item.x)}, {number(item.y)}]"
        lines.append(f"# {name}: {text}{colour_name(item.color)} {centre} {size}")
    return "\n".join([*lines, HEADER])


def text_literal(item: Object) -> str:
    """Return a text as an ASCII Python literal."""
    return json.dumps(item.text or UNKNOWN_TEXT)


def colour_name(value: str | None) -> str:
    """Return Manim's name for a colour, or for the nearest it has; white if the colour is unknown."""
    if value is None:
        return "WHITE"
    return NAMES.get(value) or _NAMED[colour_word(value)]


#: The placeholder of a position, which is filled in afterwards.
SLOT = "[<x>, <y>, 0]"
#: Begins the last line of a scene.
LAST = "self.add("


def body(layout: Layout, expressions: Sequence[str], slots: bool) -> str:
    """Return the target after the prompt: one line per object in drawing order, and the line that shows them.

    `expressions` holds the Python of each object without its position. With `slots` positions are
    placeholders.
    """
    names = variables(layout)
    lines = [
        f"{name} = {code}.move_to({SLOT if slots else _place(item)})"
        for name, code, item in zip(names, expressions, drawn_order(layout), strict=True)
    ]
    return "".join(f"{INDENT}{line}" for line in [*lines, f"{LAST}{', '.join(names)})"]) + "\n"


def complete_code(written: str, layout: Layout) -> Generated:
    """Return the code for a body written by a model, with slots in line i replaced by the position of
    object i.

    The variables of objects are read from the lines, which are not changed otherwise.
    """
    order = order_of(layout)
    names = {}
    lines = written.removeprefix("\n").rstrip("\n").split("\n")
    for line_index, place in enumerate(order[: len(lines)]):
        lines[line_index] = lines[line_index].replace(SLOT, _place(layout.objects[place]))
        match = re.match(r"\s*([^\W\d]\w*) = ", lines[line_index])
        if match:
            names[match[1]] = place
    return Generated("\n".join([HEADER, *lines]) + "\n", names)


def _place(item: Object) -> str:
    return vector(item.x, item.y)
