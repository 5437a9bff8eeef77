"""Grade what Manim has run against what a prompt asks for, never against the layout that was read from it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any

from jepamine.manim.engine.palette import colour_word
from jepamine.manim.generation.request import Result
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH
from jepamine.manim.validation.check_answer import Found

#: How far a place or a size may be off, in units.
CLOSE = 0.15


def matched(wanted: list[str], found: list[Found], others: bool = False) -> list[Found] | None:
    """Return the executed object for each wanted one, None if one is missing; or if there are others.

    An object is wanted as "colour type 'text'", "?" for any colour; with `others` there may be more.
    """
    left, chosen = list(found), []
    for words in wanted:
        named, _, text = words.partition(" '")
        colour, _, kind = named.partition(" ")
        fits = [
            item
            for item in left
            if kind in ("", item.type)
            and (colour == "?" or (item.color is not None and colour_word(item.color) == colour))
            and (not text or item.text == text.removesuffix("'"))
        ]
        if not fits:
            return None
        chosen.append(fits[0])
        left.remove(fits[0])
    return None if left and not others else chosen


def holds(fact: str, objects: list[Found], made: Result) -> bool:
    """Return whether a fact is true of the executed objects, of a moment, or of the code."""
    what, _, rest = fact.partition(" ")
    if what in OVER_TIME:
        return OVER_TIME[what](rest, made)
    numbers = [float(number) for number in rest.split()]
    box = objects[int(numbers[0])].box
    if what in ("size", "at"):
        pair = box[2:] if what == "size" else box[:2]
        return all(abs(a - b) <= CLOSE for a, b in zip(pair, numbers[1:], strict=True))
    if what in EDGES:
        axis, sign = EDGES[what]
        frame = (FRAME_WIDTH, FRAME_HEIGHT)[axis]
        return frame / 2 - (sign * box[axis] + box[2 + axis] / 2) < EDGE
    if what == "joined":
        return joined(objects[int(numbers[0])], objects)
    second = objects[int(numbers[1])]
    other = second.box
    if what == "colours":
        return objects[int(numbers[0])].color != second.color
    if what == "close":
        return all(abs(box[i] - other[i]) - (box[2 + i] + other[2 + i]) / 2 < EDGE for i in (0, 1))
    if what == "larger":
        return box[2] > 1.2 * other[2]
    if what == "within":
        return all(abs(box[i] - other[i]) + box[2 + i] / 2 <= other[2 + i] / 2 + CLOSE for i in (0, 1))
    return {"left": box[0] < other[0], "above": box[1] > other[1]}[what]


def joined(arrow: Found, objects: list[Found]) -> bool:
    """Return whether a level or upright arrow leads from one object to another."""
    axis = 0 if arrow.box[2] > arrow.box[3] else 1
    ends = [arrow.box[axis] + sign * arrow.box[2 + axis] / 2 for sign in (-1, 1)]
    near = 0
    for sign, end in zip((1, -1), ends, strict=True):
        near += any(
            abs(other.box[axis] + sign * other.box[2 + axis] / 2 - end) < EDGE / 2
            and abs(other.box[1 - axis] - arrow.box[1 - axis]) < EDGE
            for other in objects
            if other is not arrow and other.type not in ("arrow", "text")
        )
    return near == 2


def ever(rest: str, made: Result) -> bool:
    """Return whether N objects of a colour and type are drawn at one moment: "3 red circle|dot"."""
    count, *words = rest.split()
    colour, kinds = (words[0] if len(words) > 1 else "?"), words[-1].split("|")
    if kinds[0] in COLOURS:
        colour, kinds = kinds[0], []
    fits = {
        item.name
        for item in made.report.objects
        if (not kinds or item.type in kinds or item.name.split(" without")[0].lower() in kinds)
        and (colour == "?" or (item.color is not None and colour_word(item.color) == colour))
    }
    last = {item.name for item in made.report.objects if item.shown}
    moments = [last, *(set(moment.boxes) for moment in made.report.moments)]
    return max(len(fits & names) for names in moments) >= int(count)


def said(rest: str, made: Result) -> bool:
    """Return whether a drawn text, or a literal of the code, has these words."""
    texts = [item.text for item in made.report.objects if item.text]
    texts += [
        node.value
        for node in ast.walk(ast.parse(made.code))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return any(bare(rest) in bare(text) for text in texts)


def bare(text: str) -> str:
    """Return a text without spaces, braces of single letters and case."""
    return re.sub(r"\s|\\[,;]|\\left|\\right|\{(?=.\})|(?<=\{.)\}", "", text).lower()


def steps(rest: str, made: Result) -> bool:
    """Return whether at least N animations are played; waits do not count."""
    lines = made.code.split("\n")
    played = {moment.play for moment in made.report.moments if ".play(" in lines[(moment.line or 1) - 1]}
    return len(played) >= int(rest)


def order(rest: str, made: Result) -> bool:
    """Return whether these texts are drawn from left to right at the end."""
    texts = {item.text: item.box[0] for item in made.report.objects if item.shown and item.text}
    places = [texts.get(text) for text in rest.split()]
    return None not in places and places == sorted(places, key=lambda place: place or 0.0)


def marks(rest: str, made: Result) -> bool:
    """Return whether a dot, circle or arrow is at a number of a number line: "3 of 0 5"."""
    number, low, high = (float(word) for word in rest.replace(" of", "").split())
    return any(
        abs(item.box[0] - _along(line, (number - low) / (high - low))) < CLOSE
        for line in _scales(made)
        for item in made.report.objects
        if item.type in ("dot", "circle", "arrow") and item.shown
    )


def spans(rest: str, made: Result) -> bool:
    """Return whether an arrow or line reaches from one number of a number line to another: "2 4 of 0 5"."""
    start, end, low, high = (float(word) for word in rest.replace(" of", "").split())
    return any(
        abs(item.box[0] - item.box[2] / 2 - _along(line, (start - low) / (high - low))) < CLOSE
        and abs(item.box[0] + item.box[2] / 2 - _along(line, (end - low) / (high - low))) < CLOSE
        for line in _scales(made)
        for item in made.report.objects
        if item.type in ("arrow", "line") and item.shown
    )


def _scales(made: Result) -> list[Found]:
    return [item for item in made.report.objects if item.type == "number_line" and item.shown]


def _along(line: Found, share: float) -> float:
    return line.box[0] + (share - 0.5) * line.box[2]


def plays(rest: str, made: Result) -> bool:
    """Return whether there are at most N animations and waits."""
    return max((moment.play for moment in made.report.moments), default=0) <= int(rest)


#: How far from the edge is at the edge, in units.
EDGE = 0.9
EDGES = {"rightmost": (0, 1), "leftmost": (0, -1), "topmost": (1, 1)}
COLOURS = ("red", "green", "blue", "yellow")
OVER_TIME: dict[str, Callable[[str, Result], bool]] = {
    "ever": ever,
    "said": said,
    "steps": steps,
    "order": order,
    "plays": plays,
    "marks": marks,
    "spans": spans,
    "uses": lambda rest, made: rest.lower() in made.code.lower(),
}


def drawn(made: Result) -> list[Found]:
    """Return what is drawn at the end, without groups of other named objects."""
    groups = {name for item in made.report.objects for name in item.parts_of}
    return [item for item in made.report.objects if item.shown and item.name not in groups]


def fulfils(prompt: dict[str, Any], made: Result, others: bool = False) -> bool:
    """Return whether a scene has the objects of a prompt at its end, and all of its facts are true."""
    objects = drawn(made) if prompt.get("free") else matched(prompt.get("objects", []), drawn(made), others)
    return objects is not None and all(holds(fact, objects, made) for fact in prompt.get("facts", []))


def grade(prompt: dict[str, Any], made: Result) -> str:
    """Return "complete", "in part" if notes say that something is missing, else "wrong without a word"."""
    if fulfils(prompt, made) and not prompt.get("refused"):
        return "complete"
    return "in part" if made.not_understood else "wrong without a word"
