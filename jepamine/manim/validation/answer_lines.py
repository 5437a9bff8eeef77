"""Find the lines of code on which objects get their names."""

from __future__ import annotations

import re
from collections.abc import Iterable

# What may be left of `=`, or between `for` and `in`: names, with commas between them.
_TARGETS = re.compile(r"[\w.,*()\s]+")


def lines_of(code: str, names: Iterable[str]) -> dict[str, int]:
    """Return object -> the first line that gives it its name; `dots[0]` has that of `dots`.

    Objects whose line is not found are left out. Only the sandbox parses code; here it is searched.
    """
    first: dict[str, int] = {}
    for number, line in enumerate(code.split("\n"), 1):
        text, _, rest = line.strip().partition("=")
        if text.startswith("for ") and " in " in text:
            text = text[4:].partition(" in ")[0]
        elif not rest or rest.startswith("="):
            continue
        targets = text.partition(":")[0]
        if _TARGETS.fullmatch(targets) and ("(" not in targets or targets.startswith("(")):
            for word in re.findall(r"[\w.]+", targets):
                first.setdefault(word, number)
    found = {name: first.get(name.partition("[")[0]) for name in names}
    return {name: line for name, line in found.items() if line is not None}
