"""What a language model is asked: to plan a scene, to write its code, and to correct it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from jepamine.manim.engine.palette import colour_word
from jepamine.manim.engine.style import CLASS
from jepamine.manim.language_model.storyboard import schema
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, Layout

Messages = list[dict[str, str]]

_FRAME = (
    f"The frame is {FRAME_WIDTH:.2f} units wide and {FRAME_HEIGHT:g} high; its centre is (0, 0), y points up."
)
_PLAN = f"""You plan animations that are made with Manim Community. {_FRAME}
Answer with one JSON object and nothing else. It follows this JSON Schema:
{json.dumps(schema())}
Give every object a short variable name and the box that it has at the end of the scene. Objects do not
overlap unless one belongs in the other, and all are inside the frame. Use the type "other" for what no other
type is, such as formulas, tables and charts."""
_WRITE = f"""You write scenes for Manim Community 0.22. {_FRAME}
Answer with one Python file in one code block and nothing else.
- It begins with `from manim import *` and defines one class, {CLASS}, with the method construct.
- It may import math, random, itertools, functools, collections, dataclasses, typing and numpy; no other
  module, no files, no network, no eval or exec, no names that begin with two underscores.
- Assign every object to a variable of its own in construct, and place it by the centre of its box:
  `.move_to([x, y, 0])`. At the end of the scene every object is drawn and where the layout places it."""


def plan(description: str) -> Messages:
    """Ask for the storyboard of a description."""
    return [_system(_PLAN), _user(f"Plan this scene: {description}")]


def write(layout: Layout, description: str) -> Messages:
    """Ask for the code of a layout."""
    asked = f"Write this scene: {description}" if description else "Write a scene."
    return [_system(_WRITE), _user(f"{asked}\n\nLayout:\n{_rows(layout)}")]


def correct(messages: Messages, answer: str, problems: Sequence[str]) -> Messages:
    """Continue a conversation: the answer was checked, and `problems` were found."""
    listed = "\n".join(f"- {problem}" for problem in problems)
    return [
        *messages,
        {"role": "assistant", "content": answer},
        _user(f"This was checked, and is not right yet:\n{listed}\nAnswer again, corrected and complete."),
    ]


def _rows(layout: Layout) -> str:
    rows = []
    for item in layout.objects:
        text = f' "{item.text}"' if item.text else ""
        color = f"{colour_word(item.color)} ({item.color}) " if item.color else ""
        rows.append(
            f"- {color}{item.type}{text}: centre ({item.x:.2f}, {item.y:.2f}), "
            f"width {item.width:.2f}, height {item.height:.2f}"
        )
    return "\n".join(rows) or "- empty"


def _system(content: str) -> dict[str, str]:
    return {"role": "system", "content": content}


def _user(content: str) -> dict[str, str]:
    return {"role": "user", "content": content}
