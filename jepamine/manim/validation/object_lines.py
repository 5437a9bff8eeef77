"""Find the lines of code that objects of a report come from, by a search: only the sandbox parses code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

# What may be left of `=`, or between `for` and `in`: names, with commas between them.
_TARGETS = re.compile(r"[\w.,*()\s]+")
_UNNAMED = re.compile(r"([^\W\d]\w*) without a name(?: \d+)?")
# The ends of a line that make it start a new block at the left margin.
_AT_MARGIN = re.compile(r"[^\s#)\]}]")


def lines_of(code: str, names: Iterable[str], scene: str | None = None) -> dict[str, int]:
    """Return object -> the first line that gives it its name; `dots[0]` has that of `dots`.

    What the class `scene` says comes before the rest of the file. An object without a name has the line that
    makes it, if no other line makes one of its kind. Objects whose line is not found are left out.
    """
    numbered = list(enumerate(code.split("\n"), 1))
    inside = _class(numbered, scene)
    first = {**_named(numbered), **_named(inside)}
    found = {}
    for name in names:
        unnamed = _UNNAMED.fullmatch(name)
        line = _only(inside or numbered, unnamed[1]) if unnamed else first.get(name.partition("[")[0])
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


def _only(numbered: Sequence[tuple[int, str]], kind: str) -> int | None:
    """Return the only line that makes a `kind`, None if several do, or none."""
    call = re.compile(rf"\b{kind}\(")
    lines = [number for number, line in numbered if call.search(line)]
    return lines[0] if len(lines) == 1 else None
