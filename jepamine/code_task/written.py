"""The lines of a scene: from expressions to what a model is to write, and from what it wrote to code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from jepamine.code_task.prompt import HEADER, INDENT, drawn_order, order_of, variables
from jepamine.generators.protocol import Generated
from jepamine.layouts import Layout, Object
from jepamine.scenes.style import vector

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


@dataclass(frozen=True)
class About:
    """What a token is about: an object, from 1 in drawing order, 0 where it is none; and where in its text.

    `place` is that of the token's first character behind the opening quote, from 1, 0 outside of quotes.
    """

    owner: int
    place: int


def about(text: str, count: int) -> About:
    """What the last token of a text, which ends with that token's first character, is about.

    In a prompt and in a body that is object i of `count` on line i, which begins with its line break. In the
    line that shows the objects it is the one whose turn it is, a comma being the next one's already.
    """
    number = text.count("\n")
    line = text[text.rfind("\n") + 1 :]
    if 0 < number <= count:
        quoted = line.replace('\\"', "''").split('"')
        return About(number, len(quoted[-1]) if len(quoted) % 2 == 0 else 0)
    last = line.lstrip()
    if number == count + 1 and (not last or last.startswith(LAST)):
        return About(min(1 + last.count(","), count), 0)
    return About(0, 0)


def _place(item: Object) -> str:
    return vector(item.x, item.y)
