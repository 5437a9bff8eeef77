"""How far, how large, from where to where: the numbers, sides and colours behind a verb of motion."""

from __future__ import annotations

from jepamine.manim.text.cursor import Cursor
from jepamine.manim.text.motion_events import SIZES, Said
from jepamine.manim.text.phrase import noun_follows


def distance(cursor: Cursor) -> float | None:
    """Parse "by 2", or "2" before a side: "2 up"; None, and nothing read, for anything else."""
    ahead = 1 if cursor.peek().text.lower() == "by" else 0
    if cursor.peek(ahead).kind not in ("count", "number"):
        return None
    if noun_follows(cursor, ahead + 1) or (not ahead and cursor.peek(1).kind != "side"):
        return None
    cursor.place += ahead
    return float(cursor.next().value)


def size(cursor: Cursor, said: Said) -> bool:
    """Parse "from radius 1" or "to a radius of 3"; return whether it comes next."""
    lead = cursor.peek().kind
    ahead = 1 + (cursor.peek(1).kind in ("article", "filler"))
    given = cursor.peek(ahead)
    if lead not in ("from", "to") or given.kind != "measure" or given.value[0] not in SIZES:
        return False
    cursor.place += ahead + 1
    if lead == "from":
        said.first_size = given.value
    else:
        said.size = given.value
    return True


def far_ahead(cursor: Cursor, ahead: int = 1) -> bool:
    """Return whether a bare number is how far something goes: "up 2", but not "up 2 squares appear"."""
    return cursor.peek(ahead).kind in ("count", "number") and not noun_follows(cursor, ahead + 1)


def side_ahead(cursor: Cursor) -> int:
    """Return how many tokens "from the" takes before a side of the frame, 0 if that does not come next."""
    ahead = 1 + (cursor.peek(1).kind == "article")
    return ahead if cursor.peek(ahead).kind in ("place", "side") else 0


def from_colours(cursor: Cursor, said: Said, ahead: int) -> bool:
    """Parse "from a cold blue to a warm orange" behind `ahead` tokens; return whether it comes next."""
    found: list[str] = []
    for lead in ("from", "to"):
        if cursor.peek(ahead).kind != lead:
            return False
        ahead += 1
        while cursor.peek(ahead).kind in ("article", "trait", "unknown"):
            ahead += 1
        if cursor.peek(ahead).kind != "colour":
            return False
        found.append(cursor.peek(ahead).value)
        ahead += 1
    said.first_colour, said.colour = found
    cursor.place += ahead
    return True


def numbers(cursor: Cursor, said: Said) -> bool:
    """Parse "from -3 to 4"; return whether it comes next."""
    low, to, high = (cursor.peek(ahead) for ahead in (1, 2, 3))
    if to.kind != "to" or any(end.kind not in ("count", "number") for end in (low, high)):
        return False
    said.numbers = (float(low.value), float(high.value))
    cursor.place += 4
    return True


def circle_ahead(cursor: Cursor) -> int:
    """Return how many tokens "in a circle" takes, 0 if that does not come next."""
    # "Moves in" is a verb of its own.
    begun = cursor.peek(-1).kind == "verb" and cursor.peek(-1).text.lower().endswith(" in")
    words = [cursor.peek(ahead).text.lower() for ahead in range(3)]
    if not begun and words.pop(0) != "in":
        return 0
    if words[0] in ("circles", "a circle"):
        return 1 + (not begun)
    return 2 + (not begun) if words[:2] == ["a", "circle"] else 0


def skip_edge(cursor: Cursor) -> None:
    """Step over the "edge" of "to the left edge"."""
    if cursor.peek().text.lower() in ("edge", "border", "side"):
        cursor.next()
