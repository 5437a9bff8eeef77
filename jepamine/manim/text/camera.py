"""What the camera does ("zoom in on the circle", "the camera follows the dot"), and trails of what moves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jepamine.manim.text.cursor import Cursor, Token
from jepamine.manim.text.motion_events import FACTORS, PACES
from jepamine.manim.text.noun_phrases import noun_phrase
from jepamine.manim.text.phrase import starts, starts_behind
from jepamine.manim.text.reading import Event, Ref

if TYPE_CHECKING:
    from jepamine.manim.text.discourse import Discourse

#: The kinds of verbs that are read here.
CAMERA = ("zoom_in", "zoom_out", "pan", "camera_follow")
_BETWEEN = ("filler", "in", "on", "to", "from", "at")
_WORDS = ("by", "a", "factor", "of", "the", "camera", "closer", "close", "for", "over", "within", "times",
          "into", "back", "out", "again", "it", "further")  # fmt: skip
_WAYS: dict[object, tuple[float, float]] = {
    (1, 0): (1.0, 0.0), (-1, 0): (-1.0, 0.0), (0, 1): (0.0, 1.0), (0, -1): (0.0, -1.0),
    "left": (-1.0, 0.0), "right": (1.0, 0.0), "above": (0.0, 1.0), "below": (0.0, -1.0),
}  # fmt: skip
#: How far the camera moves if that is not said, in units.
_FAR = 3.0
#: What moves an object from its place.
_MOVES = ("move", "follow", "orbit", "swap")


def film(cursor: Cursor, story: Discourse) -> None:
    """Parse a verb of the camera with what it is aimed at, how much and how long."""
    start, verb = cursor.place, str(cursor.next().value)
    story.close()
    ref: Ref = ()
    factor: float | None = None
    seconds: float | None = None
    point: tuple[float, float] | None = None
    way: tuple[float, float] | None = None
    far, aimed = _FAR, False
    while not cursor.at("end", "stop", "comma", "and", "verb", "meanwhile"):
        part, text = cursor.peek(), cursor.peek().text.lower()
        if part.kind == "place" and not part.value[2] and cursor.peek(1).text.lower() in ("one", "ones"):
            # "On the middle one" is one of several, not a place.
            the, side = (replace(part, kind=kind, value=value) for kind, value in _the(part))
            cursor.tokens = [*cursor.tokens[: cursor.place], the, side, *cursor.tokens[cursor.place + 1 :]]
        elif part.kind == "measure" and part.value[0] in ("seconds", "factor", "percent", "units"):
            name, value = cursor.next().value
            seconds = value if name == "seconds" else seconds
            factor = value if name == "factor" else value / 100 if name == "percent" else factor
            far = value if name == "units" else far
        elif part.kind == "pronoun" and not ref:
            ref, aimed = story.pronoun(), True
        elif text in FACTORS or text in PACES:
            factor, seconds = FACTORS.get(text, factor), PACES.get(text, seconds)
            cursor.next()
        elif part.kind in ("count", "number") and not starts(cursor):
            number = float(cursor.next().value)
            factor, far = (factor, number) if verb == "pan" else (number, far)
        elif part.kind == "point":
            point = cursor.next().value
        elif part.kind in ("side", "relation") and verb == "pan" and not starts(cursor):
            side = cursor.next().value
            way = _WAYS.get(side if part.kind == "side" else side[0])
        elif part.kind == "side" and part.value == (0, 0):
            point, aimed = (0.0, 0.0), True
            cursor.next()
        elif part.kind == "unknown" and text in _WORDS:
            # Before what may begin a noun phrase: "by 2".
            cursor.next()
        elif starts(cursor) and not ref:
            ref, aimed = story.thing(noun_phrase(cursor))[0], True
        elif part.kind in _BETWEEN or text in _WORDS:
            cursor.next()
        else:
            break
    span = cursor.since(start)
    lost = (aimed and not ref and point is None) or (factor is not None and factor <= 0)
    if lost or (verb in ("pan", "camera_follow") and not ref and point is None and way is None):
        return cursor.miss(span, "what the camera is aimed at is not clear")
    kind = {"zoom_in": "in", "zoom_out": "out", "pan": "to", "camera_follow": "follow"}[verb]
    value = (kind, factor, point, (way[0] * far, way[1] * far) if way else None)
    seen = len(story.things.items)
    story.events.append(
        Event("camera", ref, value, span, together=story.together, seconds=seconds, seen=seen)
    )
    story.together = False
    if ref:
        story.before = [ref]
    return None


def _the(part: Token) -> tuple[tuple[str, object], ...]:
    return ("article", "the"), ("side", tuple(part.value[:2]))


def trail_follows(cursor: Cursor) -> bool:
    """Return whether "leaves a trail" or "leaving a red trail" comes next."""
    words = [cursor.peek(ahead).text.lower() for ahead in (0, 1, 3)]
    coloured = words[0] in ("leaving", "leaves", "leave", "with") and words[1] == "a"
    return cursor.at("trail") or (coloured and cursor.peek(2).kind == "colour" and words[2] in _TRAILS)


_TRAILS = ("trail", "trace", "path")


def trail(cursor: Cursor, story: Discourse) -> None:
    """Parse "traces its path", or "trace the path of the dot": what moves leaves a line behind it."""
    start, colour = cursor.place, None
    if not cursor.at("trail"):
        colour = cursor.peek(2).value
        cursor.place += 3
    cursor.next()
    ref: Ref = ()
    ordered = start == 0 or cursor.tokens[start - 1].kind in ("stop", "filler", "meanwhile")
    if cursor.tokens[start].text.lower().endswith(" of"):
        story.close()
        ref = story.pronoun() if cursor.at("pronoun") else ()
        while starts(cursor):
            ref += story.thing(noun_phrase(cursor))[0]
            if not (cursor.at("and") and starts_behind(cursor)):
                break
            cursor.next()
        story.before = [ref] if ref else story.before
    elif story.clause.entries and not ordered:
        ref = sum((entry.ref for entry in story.clause.entries[-1:]), ())
    else:
        moved = [event.subject for event in story.events if event.verb in _MOVES]
        ref = moved[-1] if moved else sum(story.before[-1:], ())
    if cursor.at("in") and cursor.peek(1).kind == "colour":
        cursor.next()
        colour = cursor.next().value
    if not ref:
        return cursor.miss(cursor.since(start), "what leaves it is not clear")
    story.things.measure(ref, "trail", colour or "")
    story.trails.append((ref, cursor.since(start)))
    return None


def settle_trails(story: Discourse) -> None:
    """Note trails of what does not move."""
    moved = {place for event in story.events if event.verb in _MOVES for place in event.subject}
    for ref, span in story.trails:
        if not set(ref) <= moved:
            story.cursor.miss(span, "what leaves it does not move")
