"""What of a layout a token of a prompt or of code is about, as far as the lines before it tell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from jepamine.manim.code_model.written import LAST

# A whole string; and what begins a line, with a name that is not done yet.
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_IN_NAME = re.compile(r"(?:# |\s*)[a-z_]*(\d*)")


@dataclass(frozen=True)
class About:
    """What a token is about: an object, from 1 in drawing order, 0 where it is none; and where in its words.

    `place` counts the characters up to the token's first one: those of the number in the object's name, in a
    name (`circle_12`: 1 and 2), else those behind an opening quote; 0 elsewhere.
    """

    owner: int
    part: Literal["name", "rest"]
    place: int


def about(text: str, count: int) -> About:
    """What the last token of a text, which ends with that token's first character, is about.

    In a prompt and in a body that is object i of `count` on line i, which begins with its line break. In the
    line that shows the objects it is the one whose turn it is, a comma being the next one's already.
    """
    number = text.count("\n")
    line = text[text.rfind("\n") + 1 :]
    if 0 < number <= count:
        name = _IN_NAME.fullmatch(line)
        if name:
            return About(number, "name", len(name[1]))
        _, opened, inside = _STRING.sub("", line).partition('"')
        return About(number, "rest", len(inside) if opened else 0)
    last = line.lstrip()
    if number == count + 1 and (not last or last.startswith(LAST)):
        names = last.removeprefix(LAST).split(",")
        name = _IN_NAME.fullmatch(names[-1])
        return About(min(len(names), count), "name", len(name[1]) if name else 0)
    return About(0, "rest", 0)
