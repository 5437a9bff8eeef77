"""The words after a verb of motion: how far, how long, where to, what into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jepamine.manim.text.cursor import Cursor
from jepamine.manim.text.motion_events import ACROSS, FACTORS, PACES, SIZES, Said
from jepamine.manim.text.noun_phrases import noun_phrase
from jepamine.manim.text.phrase import noun_follows, starts, starts_behind
from jepamine.manim.text.reading import Ref

if TYPE_CHECKING:
    from jepamine.manim.text.discourse import Discourse

_WAYS = {"left": (-1, 0), "right": (1, 0), "above": (0, 1), "below": (0, -1), "up": (0, 1), "down": (0, -1)}
#: What begins the next thing that happens.
THEN = {"then", "next", "finally", "after that"}
_SKIPPED = (
    "by", "a", "factor", "of", "its", "size", "to", "for", "over", "through", "an", "angle", "original",
    "the", "around", "color", "colour", "in", "with", "duration", "toward", "towards", "into", "from", "and",
    "own", "after", "center", "centre", "axis", "it", "about", "up", "down", "along",
)  # fmt: skip


def argument(cursor: Cursor, story: Discourse, verb: str, said: Said) -> bool:
    """Parse an argument, and note which words gave it."""
    start, before = cursor.place, dict(vars(said))
    found = _argument(cursor, story, verb, said)
    for name, value in vars(said).items():
        if name != "spans" and value != before[name]:
            said.spans[name] = cursor.since(start)
    return found


def _argument(cursor: Cursor, story: Discourse, verb: str, said: Said) -> bool:
    """Parse one of the words that follow a verb; return whether there was one."""
    part, text = cursor.peek(), cursor.peek().text.lower()
    if part.kind == "comma" and verb == "transform" and _from_colours(cursor, said, 1):
        return True
    next_colour = part.kind == "to" and cursor.peek(1).kind == "colour" and said.colour is not None
    if next_colour or text in THEN or part.kind in ("stop", "end", "comma", "verb", "meanwhile", "and"):
        return False
    if part.kind == "article" and cursor.peek(1).kind == "measure":
        # "Along the points (0, 0) and (2, 1)".
        cursor.next()
        return True
    if verb in ("grow", "shrink") and _size(cursor, said):
        return True
    if (far := _distance(cursor)) is not None:
        said.amount = far
        return True
    if part.kind == "measure":
        name, value = cursor.next().value
        if name == "seconds" and said.after:
            said.delay = value
        elif name == "seconds":
            said.seconds = value
        elif name == "angle":
            said.angle = value
        elif name == "factor":
            said.times = value
        elif name == "vertices":
            said.start, said.stops = value[0], tuple(value[1:])
        elif name == "percent":
            said.amount = value / 100
        else:
            said.amount = value
    elif part.kind == "from" and (_numbers(cursor, said) or _from_colours(cursor, said, 0)):
        pass
    elif text == "once" and verb in ("rotate", "orbit", "highlight", "sway"):
        said.times = 1.0
        cursor.next()
    elif part.kind == "from" and cursor.peek(1).kind == "point":
        cursor.next()
        said.start = cursor.next().value
    elif part.kind == "order" and verb in ("follow", "move") and part.value in ACROSS:
        cursor.next()
        if verb == "move" and not said.other:
            column, row = said.begin = ACROSS[part.value]
            said.goal = ("place", (-column, -row))
    elif part.kind == "on" and verb == "move" and starts_behind(cursor):
        cursor.next()
        said.other = _other(cursor, story, said)
    elif text in PACES:
        said.seconds = said.seconds or PACES[text]
        cursor.next()
    elif part.kind == "unknown" and text in _SKIPPED:
        said.after = text == "after"
        said.pivot = said.pivot or text in ("about", "around")
        cursor.next()
    elif part.kind in ("count", "number") and not starts(cursor):
        said.amount = float(cursor.next().value)
    elif part.kind == "mutual" and verb == "move":
        said.goal = (cursor.next().value, None)
    elif part.kind == "to" and verb == "move" and (number := _number_ahead(cursor, story, said)) is not None:
        said.numbers = number
    elif part.kind == "point":
        said.goal = ("to", cursor.next().value)
    elif part.kind == "colour" and not starts(cursor):
        said.colour = cursor.next().value
    elif text in FACTORS:
        said.times = FACTORS[text]
        cursor.next()
    elif text in ("clockwise", "counterclockwise", "anticlockwise", "counter"):
        said.sign = -1.0 if text == "clockwise" else 1.0
        cursor.next()
    elif text in ("around", "round") and verb == "move":
        said.pivot = True
        cursor.next()
    elif text == "over" and cursor.peek(1).kind == "measure" and cursor.peek(1).value[0] == "seconds":
        cursor.next()
    elif part.kind == "relation" and text != "into":
        _towards(cursor, story, said)
    elif part.kind == "from" and _side_ahead(cursor) and said.begin is None:
        cursor.place += _side_ahead(cursor)
        column, row, *_ = cursor.next().value
        said.begin = (column or 0, row or 0)
    elif part.kind == "place":
        column, row, *_ = cursor.next().value
        said.goal = ("place", (column or 0, row or 0))
    elif part.kind == "side" and part.value == (0, 0) and said.pivot and cursor.peek(1).kind != "of":
        # "About its centre": that is what everything turns about.
        cursor.next()
    elif part.kind == "side" and (
        cursor.peek(1).text.lower() == "by" or _far_ahead(cursor) or not starts(cursor)
    ):
        said.way = cursor.next().value
        if _far_ahead(cursor, 0):
            said.amount = float(cursor.next().value)
    elif part.kind == "side" and verb == "move" and text in ("up", "down"):
        # "Rolls down a ramp": where on it is not known.
        cursor.miss(cursor.next().span, "only the way to it is shown")
    elif part.kind == "trait" and part.value in _WAYS and not starts(cursor):
        said.way = _WAYS[str(cursor.next().value)]
    elif part.kind == "pronoun" and verb in ("follow", "orbit") and not said.other:
        said.other = _other(cursor, story, said)
    elif (
        part.kind != "article" and not starts(cursor) and (text in _SKIPPED or part.kind in ("filler", "to"))
    ):
        cursor.next()
    elif (starts(cursor) or part.kind == "pronoun") and not said.other:
        said.other = _other(cursor, story, said)
    elif cursor.at("article"):
        cursor.next()
    else:
        return False
    return True


def _distance(cursor: Cursor) -> float | None:
    """Parse "by 2", or "2" before a side: "2 up"; None, and nothing read, for anything else."""
    ahead = 1 if cursor.peek().text.lower() == "by" else 0
    if cursor.peek(ahead).kind not in ("count", "number"):
        return None
    if noun_follows(cursor, ahead + 1) or (not ahead and cursor.peek(1).kind != "side"):
        return None
    cursor.place += ahead
    return float(cursor.next().value)


def _size(cursor: Cursor, said: Said) -> bool:
    """Parse "from radius 1" or "to a radius of 3"; return whether it comes next."""
    lead = cursor.peek().kind
    ahead = 1 + (cursor.peek(1).kind in ("article", "filler"))
    size = cursor.peek(ahead)
    if lead not in ("from", "to") or size.kind != "measure" or size.value[0] not in SIZES:
        return False
    cursor.place += ahead + 1
    if lead == "from":
        said.first_size = size.value
    else:
        said.size = size.value
    return True


def _far_ahead(cursor: Cursor, ahead: int = 1) -> bool:
    """Return whether a bare number is how far something goes: "up 2", but not "up 2 squares appear"."""
    return cursor.peek(ahead).kind in ("count", "number") and not noun_follows(cursor, ahead + 1)


def _side_ahead(cursor: Cursor) -> int:
    """Return how many tokens "from the" takes before a side of the frame, 0 if that does not come next."""
    ahead = 1 + (cursor.peek(1).kind == "article")
    return ahead if cursor.peek(ahead).kind in ("place", "side") else 0


def _from_colours(cursor: Cursor, said: Said, ahead: int) -> bool:
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


def _numbers(cursor: Cursor, said: Said) -> bool:
    """Parse "from -3 to 4"; return whether it comes next."""
    low, to, high = (cursor.peek(ahead) for ahead in (1, 2, 3))
    if to.kind != "to" or any(end.kind not in ("count", "number") for end in (low, high)):
        return False
    said.numbers = (float(low.value), float(high.value))
    cursor.place += 4
    return True


def _number_ahead(cursor: Cursor, story: Discourse, said: Said) -> tuple[float, float] | None:
    """Parse "to 3" of what is at a number of a number line; return that number and the new one."""
    at = [story.things.items[place].measure("numbers") for place in said.subject]
    end = cursor.peek(1)
    if len(at) != 1 or not at[0] or len(at[0]) != 1 or end.kind not in ("count", "number"):
        return None
    if noun_follows(cursor, 2):
        return None
    cursor.place += 2
    return at[0][0], float(end.value)


def _other(cursor: Cursor, story: Discourse, said: Said) -> Ref:
    """Parse what something moves to or turns into; "it" is what was mentioned before the subject."""
    if not cursor.at("pronoun"):
        return story.thing(noun_phrase(cursor))[0]
    cursor.next()
    earlier = [ref for ref in (*story.history, *story.before) if not set(ref) & set(said.subject)]
    return earlier[-1] if earlier else ()


def _towards(cursor: Cursor, story: Discourse, said: Said) -> None:
    hows = cursor.next().value
    if hows[0] in ("inscribed", "circumscribed"):
        cursor.miss(cursor.since(cursor.place - 1), "what appears or moves is only placed inside")
        hows = ("inside",)
    cursor.skip("filler", "of")
    by = cursor.peek().text.lower() == "by"
    if not by and (starts(cursor) or cursor.at("pronoun")):
        other = _other(cursor, story, said)
        said.sides = tuple(hows)
        side = next((_WAYS[how] for how in hows if how in _WAYS), (1, 0))
        said.goal = ("onto", other) if hows[0] in ("inside", "front") else ("next to", (side, other))
    elif hows[0] in _WAYS:
        said.way = _WAYS[hows[0]]
