"""Find the lines of code that objects of a report come from: noted as they are made, or found by a search."""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from jepamine.sandbox.task import line_of

# What may be left of `=`, or between `for` and `in`: names, with commas between them.
_TARGETS = re.compile(r"[\w.,*()\s]+")
# The ends of a line that make it start a new block at the left margin.
_AT_MARGIN = re.compile(r"[^\s#)\]}]")


#: The attribute with the line of the code that made an object, or what it is a copy of.
LINE = "_jepamine_line"


def note_lines(mobject: Any) -> None:
    """Let Manim's class of all objects note the line of the submitted code that makes each of them."""
    begin = mobject.__init__

    def noting(self: Any, *given: Any, **named: Any) -> None:
        setattr(self, LINE, line_of(sys._getframe(1)))
        begin(self, *given, **named)

    mobject.__init__ = functools.wraps(begin)(noting)


def lines_of(code: str, made: Mapping[str, int | None], scene: str | None = None) -> dict[str, int]:
    """Return object -> the first line that gives it its name, or else that makes it.

    `made` is the line that makes each object, as its process says. It is what counts for the members of
    lists, such as `dots[0]`, and for objects without a name. What the class `scene` says comes before the
    rest of the file. Objects whose line is not found are left out.
    """
    numbered = list(enumerate(code.split("\n"), 1))
    first = {**_named(numbered), **_named(_class(numbered, scene))}
    found = {}
    for name, line in made.items():
        if line is not None and not 1 <= line <= len(numbered):
            line = None
        variable = name.partition("[")[0]
        line = (line or first.get(variable)) if variable != name else first.get(name, line)
        if line is not None:
            found[name] = line
    return found


def _class(numbered: Sequence[tuple[int, str]], scene: str | None) -> Sequence[tuple[int, str]]:
    """Return the lines of a class at the left margin; none if it is not there."""
    head = re.compile(rf"class\s+{re.escape(scene)}\b") if scene else None
    start = next((place for place, (_, line) in enumerate(numbered) if head and head.match(line)), None)
    if start is None:
        return ()
    ends = (place for place, (_, line) in enumerate(numbered) if place > start and _AT_MARGIN.match(line))
    return numbered[start : next(ends, len(numbered))]


def _named(numbered: Sequence[tuple[int, str]]) -> dict[str, int]:
    """Return name -> the first line that assigns it."""
    first: dict[str, int] = {}
    for number, line in numbered:
        text, _, rest = line.strip().partition("=")
        if text.startswith("for ") and " in " in text:
            text = text[4:].partition(" in ")[0]
        elif not rest or rest.startswith("="):
            continue
        targets = text.partition(":")[0]
        if _TARGETS.fullmatch(targets) and ("(" not in targets or targets.startswith("(")):
            for word in re.findall(r"[\w.]+", targets):
                first.setdefault(word, number)
    return first
