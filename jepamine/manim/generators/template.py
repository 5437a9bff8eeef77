"""The generator `template`: deterministic code that follows the layout exactly."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from jepamine.manim.engine.style import CLASS
from jepamine.manim.generators.assignments import assignment
from jepamine.manim.generators.code import Paint
from jepamine.manim.generators.hints import described, read_if_possible, traits_of
from jepamine.manim.generators.motions import Motions
from jepamine.manim.generators.protocol import Generated, Outcome
from jepamine.manim.generators.styles import Complexity, Shown, Style, lines_of
from jepamine.manim.layouts import Layout
from jepamine.manim.scenes.composition import names_for
from jepamine.manim.scenes.description import find_groups
from jepamine.manim.scenes.phrases import NOUNS
from jepamine.manim.text.kinds import KINDS
from jepamine.manim.text.reading import Reading

#: Kind -> the name of its variable, where that is another.
_NOUNS = {
    "right_angled": "triangle", "quarter": "sector", "curved": "arrow", "rounded": "rectangle",
    "list": "bullets", "code": "listing", "polar": "plane", "complex": "plane",
}  # fmt: skip


@dataclass(frozen=True)
class Template:
    """Write a variable for each object, moved to its position, and the lines of the style."""

    style: Style
    complexity: Complexity = "medium"

    def generate(
        self, layout: Layout, description: str, *, attempt: int = 0, reading: Reading | None = None
    ) -> Generated:
        """Write objects in drawing order, then rows, columns and grids as groups, then the style's lines.

        All attempts return the same code. Without `reading` the description is parsed here.
        """
        order = sorted(range(len(layout.objects)), key=lambda place: layout.objects[place].z)
        reading = reading or read_if_possible(description)
        traits = traits_of(layout, reading)
        names = names_for([_noun(layout.objects[place].type, traits[place]) for place in order])
        by_place = dict(zip(order, names, strict=True))
        lines = [assignment(layout, place, reading, by_place) for place in order]
        if reading is not None and reading.background is not None:
            lines.insert(0, f"self.camera.background_color = {Paint(reading.background).name()}")
        if reading is not None and reading.events and described(layout, reading) == list(range(len(order))):
            motions = Motions(layout, reading, by_place, self.style, order)
            motions.write()
            outcome = Outcome(*motions.final(), tuple(motions.steps))
            code = _scene([*lines, *motions.lines])
            return Generated(code, dict(zip(names, order, strict=True)), outcome=outcome)
        shown = [Shown(name, layout.objects[place].type) for name, place in zip(names, order, strict=True)]
        if self.complexity != "simple":
            groups, shown = _grouped(layout, order, shown)
            lines += groups
        lines += lines_of(self.style, self.complexity, shown)
        return Generated(_scene(lines), dict(zip(names, order, strict=True)))


def template(*, style: Style = "static", complexity: Complexity = "medium") -> Template:
    """Write readable Manim in one of several styles.

    "static" shows all objects at once, "write-on" draws them with overlapping animations, "one-by-one" and
    "3b1b" draw one after another. A "simple" scene has no groups; a "complex" one highlights each object or
    group at the end.
    """
    return Template(style, complexity)


def _scene(lines: list[str]) -> str:
    """Return the file with these lines of `construct`."""
    body = textwrap.indent("\n".join(lines), " " * 8)
    return f"from manim import *\n\n\nclass {CLASS}(Scene):\n    def construct(self):\n{body}\n"


def _noun(type_: str, traits: frozenset[str]) -> str:
    """Return what a variable is called after."""
    if "title" in traits:
        return "title"
    kind = next((trait for trait in sorted(traits) if trait in KINDS), None)
    return _NOUNS.get(kind or "", kind or type_)


def _grouped(layout: Layout, order: list[int], shown: list[Shown]) -> tuple[list[str], list[Shown]]:
    """Return the lines that create groups, and the variables to show with groups in place of members.

    Only members that are consecutive in the drawing order are grouped: other groups would change it.
    """
    place_of = {id(layout.objects[place]): number for number, place in enumerate(order)}
    runs = []
    for group in find_groups(layout.objects):
        places = sorted(place_of[id(item)] for item in group.members)
        if places == list(range(places[0], places[0] + len(places))):
            runs.append((places, group.members[0].type))
    runs.sort()
    names = names_for([NOUNS[type_][0][1].replace(" ", "_") for _, type_ in runs])
    lines = []
    result: list[Shown] = []
    firsts = {places[0]: (name, places, type_) for name, (places, type_) in zip(names, runs, strict=True)}
    number = 0
    while number < len(shown):
        if number in firsts:
            name, places, type_ = firsts[number]
            members = ", ".join(shown[place].name for place in places)
            lines.append(f"{name} = VGroup({members})")
            result.append(Shown(name, type_, group=True))
            number += len(places)
        else:
            result.append(shown[number])
            number += 1
    return lines, result
