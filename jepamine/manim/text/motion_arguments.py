"""The words after a verb of motion: how far, how long, where to, what into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jepamine.manim.text.cursor import Cursor
from jepamine.manim.text.motion_amounts import (
    circle_ahead,
    distance,
    far_ahead,
    from_colours,
    numbers,
    side_ahead,
    size,
    skip_edge,
)
from jepamine.manim.text.motion_events import ACROSS, FACTORS, PACES, Said
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
    if part.kind == "comma" and verb == "transform" and from_colours(cursor, said, 1):
        return True
    next_colour = part.kind == "to" and cursor.peek(1).kind == "colour" and said.colour is not None
    if next_colour or text in THEN or part.kind in ("stop", "end", "comma", "verb", "meanwhile", "and"):
        return False
    if part.kind == "article" and cursor.peek(1).kind == "measure":
        # "Along the points (0, 0) and (2, 1)".
        cursor.next()
        return True
    if verb in ("grow", "shrink") and size(cursor, said):
        return True
    if (far := distance(cursor)) is not None:
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
    elif part.kind == "from" and (numbers(cursor, said) or from_colours(cursor, said, 0)):
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
    elif verb == "move" and (ahead := circle_ahead(cursor)):
        cursor.place += ahead
        said.circling = True
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
    elif part.kind == "from" and side_ahead(cursor) and said.begin is None:
        cursor.place += side_ahead(cursor)
        column, row, *_ = cursor.next().value
        said.begin = (column or 0, row or 0)
        skip_edge(cursor)
    elif part.kind == "place":
        column, row, *_ = cursor.next().value
        said.goal = ("place", (column or 0, row or 0))
    elif part.kind == "side" and part.value == (0, 0) and said.pivot and cursor.peek(1).kind != "of":
        # "About its centre": that is what everything turns about.
        cursor.next()
    elif part.kind == "side" and (
        cursor.peek(1).text.lower() == "by" or far_ahead(cursor) or not starts(cursor)
    ):
        said.way = cursor.next().value
        skip_edge(cursor)
        if far_ahead(cursor, 0):
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
