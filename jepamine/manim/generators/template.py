"""The generator `template`: deterministic code that follows the layout exactly, line by line."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, replace

from jepamine.manim.engine.palette import rgb
from jepamine.manim.engine.style import CLASS
from jepamine.manim.generators.attached import arranged, attached, without_place
from jepamine.manim.generators.camera_view import FRAME
from jepamine.manim.generators.code import Paint
from jepamine.manim.generators.exact import exact
from jepamine.manim.generators.exact_kinds import Subject
from jepamine.manim.generators.expressions import statement
from jepamine.manim.generators.hints import described, is_filled, read_if_possible, traits_of
from jepamine.manim.generators.motions import Motions
from jepamine.manim.generators.protocol import Generated, Outcome
from jepamine.manim.generators.styles import Complexity, Shown, Style, lines_of
from jepamine.manim.generators.together import groups_of, needed
from jepamine.manim.layouts import Layout
from jepamine.manim.scenes.composition import names_for
from jepamine.manim.scenes.description import find_groups
from jepamine.manim.scenes.phrases import NOUNS
from jepamine.manim.text.kinds import KINDS
from jepamine.manim.text.reading import Item, Reading

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
        return statement(names[place], item, traits, Paint(item.color, filled))
    by_item = {number: names[index] for index, number in enumerate(items) if number is not None}
    if item.color is None and reading.background is not None and sum(rgb(reading.background)) > _LIGHT:
        # White on white would not be seen.
        item = replace(item, color=BLACK)
    paint = Paint(item.color, filled, _more(look))
    objects = {number: layout.objects[index] for index, number in enumerate(items) if number is not None}
    code = exact(Subject(item, look, described_by or 0, reading, by_item, paint, objects))
    line = statement(names[place], item, traits, paint) if code is None else f"{names[place]} = {code}"
    if (outline := look.measure("outline")) is not None:
        line += f".set_stroke({Paint(outline).name()})"
    if (opacity := look.measure("opacity")) is not None:
        line += f".set_opacity({min(opacity if opacity <= _CLEAR else opacity / 100, 1.0):g})"
    if (width := look.measure("stroke_width")) is not None and "stroke_width=" not in line:
        line += f".set_stroke(width={width:g})"
    return line


def _more(look: Item) -> tuple[str, ...]:
    """Return the arguments for bold and italic letters, and for the width of a stroke."""
    if look.type == "text":
        return tuple(argument for trait, argument in _LETTERS.items() if trait in look.traits)
    width = look.measure("stroke_width")
    return (f"stroke_width={width:g}",) if width is not None and look.type in _STROKED else ()


_LETTERS = {"bold": "weight=BOLD", "italic": "slant=ITALIC"}
#: Types whose constructor takes the width of their stroke.
_STROKED = (
    "circle", "square", "rectangle", "triangle", "ellipse", "star", "polygon", "line", "dashed_line", "arrow",
    "double_arrow", "arc", "function_graph",
)  # fmt: skip


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
        lines = _assignments(layout, order, reading, by_place)
        if reading is not None and reading.background is not None:
            lines.insert(0, f"self.camera.background_color = {Paint(reading.background).name()}")
        if reading is not None and reading.events and described(layout, reading) == list(range(len(order))):
            lines, motions = self._played(layout, reading, order, by_place, lines)
            outcome = Outcome(*motions.final(), tuple(motions.steps))
            code = _scene([*lines, *motions.lines])
            return Generated(code, dict(zip(names, order, strict=True)), outcome=outcome)
        shown = [
            Shown(name, layout.objects[place].type, curved="curved" in traits[place])
            for name, place in zip(names, order, strict=True)
        ]
        if self.complexity != "simple":
            groups, shown = _grouped(layout, order, shown)
            lines = _with_groups(lines, groups, layout, dict(zip(names, order, strict=True)))
        lines += lines_of(self.style, self.complexity, shown)
        return Generated(_scene(lines), dict(zip(names, order, strict=True)))

    def _played(
        self, layout: Layout, reading: Reading, order: list[int], names: dict[int, str], lines: list[str]
    ) -> tuple[list[str], Motions]:
        """Return the assignments with those of groups, and what is played."""
        made = {line.partition(" = ")[0]: line for line in lines}
        motions = Motions(layout, reading, names, self.style, order, made)
        motions.write()
        if self.complexity == "simple":
            return lines, motions
        places, groups = {name: place for place, name in names.items()}, groups_of(motions)
        while True:
            defined = [f"{name} = VGroup({', '.join(names[p] for p in ref)})" for ref, name in groups.items()]
            grouped = _with_groups(lines, defined, layout, places)
            motions = Motions(layout, reading, names, self.style, order, made, groups)
            motions.write()
            if (kept := needed(groups, grouped, motions.lines)) == groups:
                return grouped, motions
            groups = kept


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
    kind = "MovingCameraScene" if FRAME in body else "Scene"
    return f"from manim import *\n\n\nclass {CLASS}({kind}):\n    def construct(self):\n{body}\n"


def _defined(layout: Layout, order: list[int], reading: Reading | None) -> list[int]:
    """Return the order in which variables are assigned: what joins two objects after both of them."""
    if reading is None or not reading.joined:
        return order
    items = described(layout, reading)
    last = {items.index(stroke) for stroke, *_ in reading.joined if stroke in items}
    return [*(place for place in order if place not in last), *(place for place in order if place in last)]


def _assignments(
    layout: Layout, order: list[int], reading: Reading | None, names: Mapping[int, str]
) -> list[str]:
    """Return the assignments of all objects; each is placed by what the description relates it to."""
    if reading is None:
        return [assignment(layout, place, reading, names) for place in order]
    items = described(layout, reading)
    objects = {number: layout.objects[index] for index, number in enumerate(items) if number is not None}
    lines: list[str] = []
    before: dict[int, str] = {}
    for place in _defined(layout, order, reading):
        line, number = assignment(layout, place, reading, names), items[place]
        if number is not None:
            line = attached(line, number, objects, reading, before)
            before[number] = names[place]
        lines.append(line)
    return lines


def _with_groups(lines: list[str], groups: list[str], layout: Layout, places: Mapping[str, int]) -> list[str]:
    """Return lines with those of groups behind their members; rows and columns are arranged as one.

    Members that lines before the last of them refer to keep their own places.
    """
    result = list(lines)
    for group in groups:
        members = group[group.index("(") + 1 : -1].split(", ")
        own = {
            name: next(n for n, line in enumerate(result) if line.startswith(f"{name} = "))
            for name in members
        }
        last = max(own.values())
        rest = "\n".join(line for n, line in enumerate(result[:last]) if n not in own.values())
        used = any(re.search(rf"\b{name}\b", rest) for name in members)
        calls = arranged([layout.objects[places[name]] for name in members])
        if calls is not None and not used and all(".move_to(" in result[n] for n in own.values()):
            for n in own.values():
                result[n] = without_place(result[n])
            group += calls
        result.insert(last + 1, group)
    return result


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
