"""Read training examples of code from manifest lines, plan a run of them, and augment them."""

from __future__ import annotations

import ast
import json
import random
import re
import string
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch

from jepamine.data.clips import Clip, read_clips
from jepamine.errors import UserError
from jepamine.manim.code_model.prompt import colour_name, order_of
from jepamine.manim.engine.palette import PALETTE
from jepamine.manim.generators.code import Paint
from jepamine.manim.generators.expressions import expression
from jepamine.manim.generators.hints import is_filled, read_if_possible, traits_of
from jepamine.manim.layout_model.plan import plan as plan_layouts
from jepamine.manim.layout_model.targets import layout_of
from jepamine.manim.layouts import MAX_OBJECTS, Layout, Object
from jepamine.manim.text.solve.sizes import text_extent
from jepamine.protocols import Parts

# The calls that position an object.
_PLACING = ("move_to", "next_to", "to_edge", "to_corner", "shift", "align_to")


@dataclass(frozen=True)
class Example:
    """A scene. `expressions` holds the Python of each object in drawing order, without its position."""

    layout: Layout
    description: str
    expressions: tuple[str, ...]


def example_of(clip: Clip) -> Example:
    """Return the example of a manifest line, whose code has one line per object.

    An object's expression is that of its line without the calls that position it. For a line that refers to
    other objects (a brace along a figure, an arrow from box to box) it is the expression that the generator
    `template` writes. Raises UserError, with file and line, without description or code, or if the numbers of
    lines and objects differ.
    """
    layout = layout_of(clip)
    if len(layout.objects) > MAX_OBJECTS:
        raise UserError(
            f"{clip.place}: {len(layout.objects)} objects; code is learned from at most {MAX_OBJECTS}"
        )
    for key in ("description", "code"):
        if not isinstance(clip.line.get(key), str):
            raise UserError(
                f"{clip.place}: no key '{key}'; train on scenes written by the dataset 'manim' or by "
                "`jepamine scenes render`"
            )
    description, code = clip.line["description"], clip.line["code"]
    values = _assigned(code)
    if len(values) != len(layout.objects):
        raise UserError(
            f"{clip.place}: code: {len(values)} lines `name = ...` in construct, and {len(layout.objects)} "
            "objects in its layout; each object must have one line"
        )
    traits = None
    expressions = []
    for (name, value), place in zip(values.items(), order_of(layout), strict=True):
        alone = _unplaced(value)
        if {node.id for node in ast.walk(alone) if isinstance(node, ast.Name)} & (values.keys() - {name}):
            traits = traits or traits_of(layout, read_if_possible(description))
            item = layout.objects[place]
            paint = Paint(item.color, is_filled(layout, place, traits[place]))
            expressions.append(expression(item, traits[place], paint))
        else:
            expressions.append(str(ast.get_source_segment(code, alone)))
    return Example(layout, description, tuple(expressions))


def _assigned(code: str) -> dict[str, ast.expr]:
    """Return the variables of `construct` and their values in the order of lines; none if there are none."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return {}
    values = {}
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and function.name == "construct":
            for line in function.body:
                match line:
                    case ast.Assign(targets=[ast.Name(id=name)], value=value):
                        values[name] = value
    return values


def _unplaced(value: ast.expr) -> ast.expr:
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        if value.func.attr not in _PLACING:
            break
        value = value.func.value
    return value


def plan(parts: Parts, val_scenes: int) -> list[dict[str, Any]]:
    """Return all scenes with their splits; `val_scenes` are held out unless the manifest has splits.

    Raises UserError for lines that are not usable as examples of code.
    """
    lines = plan_layouts(parts, val_scenes)
    for clip in read_clips(parts.source):
        example_of(clip)
    return lines


def require_layout_run(record_of: Callable[[str], dict[str, Any]], name: str, threshold: float) -> None:
    """Raise UserError unless the layout run called `name` places objects better than `threshold` units."""
    metrics = record_of(name).get("metrics", {})
    loss = metrics.get("position_loss")
    if loss is None:
        raise UserError(
            f"trainer.layout_run: run '{name}' has no position_loss in its record; name a finished run of "
            "the trainer 'layout': jepamine run recipes/manim.toml"
        )
    if not loss < threshold:
        raise UserError(
            f"trainer.layout_run: run '{name}' has a position_loss of {loss:.3f} units, not less than "
            f"trainer.layout_threshold = {threshold:g}; train a better one "
            "(jepamine run recipes/manim.toml, more scenes or epochs), or raise the threshold"
        )


_LETTERS = string.ascii_lowercase * 4 + string.ascii_uppercase * 2 + string.digits
# No apostrophe, which would end the text in the description. Non-ASCII letters are escapes in the code.
_MARKS = string.punctuation.replace("'", "") + "äéñößüΔπ°"
LONGEST_WORD, MOST_WORDS = 9, 4
# The share of words with a punctuation mark or a non-ASCII letter.
MARKED = 0.15


def augment(example: Example, words: float, colours: float) -> Example:
    """Return the example with other texts and other colours in these shares of objects.

    The changes are consistent in the layout, the description (texts only) and the code. Draws from torch's
    generator, whose state checkpoints hold.
    """
    rng = random.Random(int(torch.randint(2**31, ())))
    objects = list(example.layout.objects)
    expressions = list(example.expressions)
    description = example.description
    for line, place in enumerate(order_of(example.layout)):
        item = objects[place]
        if item.text and rng.random() < words:
            text = _random_text(rng)
            description = description.replace(f"'{item.text}'", f"'{text}'")
            expressions[line] = expressions[line].replace(json.dumps(item.text), json.dumps(text))
            (wide, high), (width, height) = text_extent(text), text_extent(item.text)
            wide, high = item.width * wide / width, item.height * high / height
            item = replace(item, text=text, width=wide, height=high)
        if item.color and rng.random() < colours:
            item, expressions[line] = _recoloured(rng, item, expressions[line])
        objects[place] = item
    return Example(Layout(tuple(objects)), description, tuple(expressions))


def _random_text(rng: random.Random) -> str:
    words = []
    for _ in range(rng.choice([1, 1, 1, *range(1, MOST_WORDS + 1)])):
        letters = rng.choices(_LETTERS, k=rng.randint(1, LONGEST_WORD))
        if rng.random() < MARKED:
            letters[rng.randrange(len(letters))] = rng.choice(_MARKS)
        words.append("".join(letters))
    return " ".join(words)


def _recoloured(rng: random.Random, item: Object, code: str) -> tuple[Object, str]:
    old = colour_name(item.color)
    pattern = rf"(?<![\w\"]){old}(?![\w\"])"
    if not re.search(pattern, code):
        return item, code
    new = rng.choice(list(PALETTE))
    return replace(item, color=PALETTE[new][0]), re.sub(pattern, new, code)
