"""What replaced names of older and other Manims, and what Manim's own messages leave open."""

from __future__ import annotations

import ast
import re
import tomllib
from dataclasses import replace
from pathlib import Path

from jepamine.manim.validation.check_answer import Answer

_TABLES: dict[str, dict[str, str]] = tomllib.loads(Path(__file__).with_name("replaced.toml").read_text())
#: Name -> what to write instead; the same of attributes, keywords and modules.
NAMES, ATTRIBUTES = _TABLES["names"], _TABLES["attributes"]
KEYWORDS, MODULES = _TABLES["keywords"], _TABLES["modules"]
#: Methods that change an object, which `play` took uncalled until 2021.
_METHODS = frozenset(
    [
        "shift",
        "move_to",
        "scale",
        "rotate",
        "next_to",
        "to_edge",
        "to_corner",
        "set_color",
        "set_fill",
        "set_stroke",
        "set_opacity",
        "become",
        "stretch",
        "flip",
        "align_to",
        "arrange",
        "center",
        "fade",
        "set_x",
        "set_y",
        "rotate_about_origin",
        "apply_function",
    ]
)
_KEYWORD = re.compile(r"got an unexpected keyword argument '(\w+)'")
_NO_ANIMATION = re.compile(r"Unexpected argument (\w+) passed to Scene\.play\(\)")
_NEITHER = "is not of Manim Community"


def name_of_old(name: str) -> str | None:
    """Return the objection to a name of another Manim, None for other names."""
    return f"{name} {_NEITHER}; write {NAMES[name]}" if name in NAMES else None


def attribute_of_old(name: str) -> str | None:
    """Return the objection to an attribute of another Manim, None for other attributes."""
    return f".{name} {_NEITHER}; write {ATTRIBUTES[name]}" if name in ATTRIBUTES else None


def keyword_of_old(name: str) -> str | None:
    """Return the objection to a keyword of another Manim, None for other keywords."""
    return f"{name}= {_NEITHER}; write {KEYWORDS[name]}" if name in KEYWORDS else None


def module_of_old(name: str) -> str | None:
    """Return the objection to a module of another Manim, None for other modules."""
    return f"{name} is another Manim, or an old one; write {MODULES[name]}" if name in MODULES else None


def settings_of_old(node: ast.ClassDef) -> tuple[int, str] | None:
    """Return (line, objection) to a dictionary CONFIG of a scene that does not read it: nothing else does."""
    if any(isinstance(inside, ast.Attribute) and inside.attr == "CONFIG" for inside in ast.walk(node)):
        return None
    for inside in node.body:
        if isinstance(inside, ast.Assign) and ast.unparse(inside.targets[0]) == "CONFIG":
            known = [ast.unparse(base) for base in node.bases]
            if any(base.endswith(("Scene", "Mobject", "VGroup")) for base in known):
                message = "is ignored by Manim Community; pass its settings where they are used"
                return inside.lineno, f"CONFIG {message}, such as Axes(x_range=...)"
    return None


def uncalled(node: ast.Call) -> str | None:
    """Return the objection to `self.play(circle.shift, UP)`, None for other calls."""
    of_play = isinstance(node.func, ast.Attribute) and node.func.attr == "play"
    for place, argument in enumerate(node.args if of_play else ()):
        if isinstance(argument, ast.Attribute) and argument.attr in _METHODS:
            last = next(
                (n for n, one in enumerate(node.args[place + 1 :]) if isinstance(one, ast.Attribute)), None
            )
            given = node.args[place + 1 :][:last]
            inside = ", ".join(map(ast.unparse, given))
            return (
                f"play takes no methods any more; write "
                f"self.play({ast.unparse(argument.value)}.animate.{argument.attr}({inside}))"
            )
    return None


def with_next_steps(answer: Answer) -> Answer:
    """Return an answer whose problems say what to write, where Manim's own words do not."""
    problems = tuple(replace(one, message=_with_step(one.message)[:1000]) for one in answer.problems)
    return replace(answer, problems=problems)


def _with_step(message: str) -> str:
    if (keyword := _KEYWORD.search(message)) and keyword[1] in KEYWORDS:
        return f"{message}; write {KEYWORDS[keyword[1]]}"
    if shown := _NO_ANIMATION.search(message):
        return f"{message} An animation is needed, such as Create(...) of the {shown[1]}; or self.add(...)"
    return message
