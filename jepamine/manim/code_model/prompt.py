"""What a language model reads before it writes a scene: the description, and the layout as constraints.

    # a blue star right of a circle, ...
    # circle: MAROON [-2.76, -0.27] 3.44 x 3.44
    # text: "volume" PINK [-2.42, -1.45] 1.86 x 0.51
    from manim import *
    ...

Objects stand in drawing order, one a line: its name in the code, what it says, its colour, centre and size in
Manim units. The code then has one line an object, in the same order.
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
#: Of a description so many characters are read.
LONGEST_DESCRIPTION = 1000
#: What a text says of which that is not known.
UNKNOWN_TEXT = "Text"
#: The word of a colour -> Manim's first name for it.
_NAMED = {word: name for name, (_, word) in reversed(PALETTE.items())}


def order_of(layout: Layout) -> list[int]:
    """The places of objects in `layout.objects`, in drawing order."""
    return sorted(range(len(layout.objects)), key=lambda place: layout.objects[place].z)


def drawn_order(layout: Layout) -> list[Object]:
    """The objects in drawing order."""
    return [layout.objects[place] for place in order_of(layout)]


def variables(layout: Layout) -> list[str]:
    """The name of each object in the code, in drawing order."""
    return names_for([item.type for item in drawn_order(layout)])


def prompt(layout: Layout, description: str) -> str:
    """The prompt; line 0 is the description, lines 1 to n the objects."""
    told = " ".join(description[:LONGEST_DESCRIPTION].split())
    lines = [f"# {told}"]
    for name, item in zip(variables(layout), drawn_order(layout), strict=True):
        says = f"{literal(item)} " if item.type == "text" else ""
        size = f"{number(item.width)} x {number(item.height)}"
        centre = f"[{number(item.x)}, {number(item.y)}]"
        lines.append(f"# {name}: {says}{colour_name(item.color)} {centre} {size}")
    return "\n".join([*lines, HEADER])


def literal(item: Object) -> str:
    """What a text says, as Python, in ASCII."""
    return json.dumps(item.text or UNKNOWN_TEXT)


def colour_name(value: str | None) -> str:
    """Manim's name for a colour, that of the nearest where it has none; white where none is known."""
    if value is None:
        return "WHITE"
    return NAMES.get(value) or _NAMED[colour_word(value)]


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
    for index, place in enumerate(order[: len(lines)]):
        lines[index] = lines[index].replace(SLOT, _place(layout.objects[place]))
        found = re.match(r"\s*([^\W\d]\w*) = ", lines[index])
        if found:
            names[found[1]] = place
    return Generated("\n".join([HEADER, *lines]) + "\n", names)


def _place(item: Object) -> str:
    return vector(item.x, item.y)
