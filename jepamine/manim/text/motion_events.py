"""What is said after a verb of motion, and the event that it means."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from jepamine.manim.text.reading import Ref, Span

#: How far something moves, and how much it turns or grows, if that is not given.
FAR, TURN, GROWN, SHRUNK = 2.0, 90.0, 1.5, 0.5
FACTORS = {"twice": 2.0, "double": 2.0, "triple": 3.0, "half": 0.5, "doubles in size": 2.0} | dict.fromkeys(
    (
        "make it twice as large", "make it twice as big", "make it twice its size", "make it double the size",
        "make them twice as large", "make them twice as big", "doubles its size", "double its size",
        "double in size", "doubles", "gets twice as big", "gets twice as large", "becomes twice as big",
        "becomes twice as large",
    ),
    2.0,
)  # fmt: skip
#: Words for how fast -> seconds.
PACES = {"slowly": 3.0, "quickly": 0.5, "fast": 0.5, "gradually": 3.0}
#: The most times that something happens.
MOST_TIMES = 10
#: Verb -> what follows it that has an effect; anything else is noted. The others have an effect on all.
_KEPT = {
    "rotate": {"amount", "angle", "times", "sign", "goal"},
    "grow": {"amount", "times", "size", "first_size"},
    "shrink": {"amount", "times", "size", "first_size"},
    "highlight": {"times", "colour"},
    "hide": {"particle"},
    "fade": {"particle", "goal", "way", "sides", "other"},
    "wait": {"amount", "after"},
    "transform": {"colour", "first_colour", "other"},
    "sway": {"amount", "times"},
    "swap": {"other"},
    "orbit": {"amount", "angle", "times", "sign", "other"},
    "follow": {"other", "numbers", "begin", "start", "stops"},
    "move": {"amount", "way", "goal", "other", "numbers", "begin", "sides", "start", "stops"},
}
_ALWAYS = {"seconds", "delay", "after", "subject", "spans", "pivot", "circling"}
#: Words that bring an object into the frame.
ENTERS = ("slides in", "slide in", "flies in", "fly in", "moves in", "move in", "comes in", "come in")
#: Words for getting smaller until nothing is left.
TO_NOTHING = (
    "shrink to nothing", "shrinks to nothing", "shrink away", "shrinks away", "shrink to a point",
    "shrinks to a point", "shrink until it disappears", "shrinks until it disappears",
    "shrink and disappear", "shrinks and disappears",
)  # fmt: skip
#: Verbs of motion that have a way of their own.
FALLS: dict[str, tuple[str, tuple[float, float] | None]] = {
    "land": ("move", None),
    "fall": ("move", (0, -1)),
    "rise": ("move", (0, 1)),
}
#: What something moves along that "moves on" it.
CURVES = {"function_graph", "circle", "ellipse", "arc", "line", "dashed_line"}
#: Measures that something grows to.
SIZES = ("radius", "diameter", "side", "width", "height", "length")
#: What has no outline along which something else could move.
NO_PATHS = {"dot", "text", "title", "number", "image"}
#: Where something begins that moves from left to right, from top to bottom.
ACROSS = {"row": (-1, 0), "column": (0, 1)}


@dataclass
class Said:
    """What follows a verb."""

    subject: Ref = ()
    amount: float | None = None
    angle: float | None = None
    seconds: float | None = None
    way: tuple[float, float] | None = None
    goal: tuple[str, Any] | None = None
    colour: str | None = None
    # "From blue to red".
    first_colour: str | None = None
    other: Ref = ()
    sign: float = 1.0
    particle: str = ""
    # Seconds until it begins.
    after: bool = False
    delay: float | None = None
    # "From -3 to 4", of a number line.
    numbers: tuple[float, ...] = ()
    # The side of the frame where it is before.
    begin: tuple[int, int] | None = None
    sides: tuple[str, ...] = ()
    # Where it begins, and where it goes after its goal.
    start: tuple[float, float] | None = None
    stops: tuple[tuple[float, float], ...] = ()
    # The side from which it comes in.
    shift: tuple[int, int] | None = None
    # "From radius 1 to radius 3".
    first_size: tuple[str, float] | None = None
    size: tuple[str, float] | None = None
    # How often.
    times: float | None = None
    # Whether what follows is what it turns about.
    pivot: bool = False
    # "In a circle".
    circling: bool = False
    # What each of these was read from.
    spans: dict[str, Span] = field(default_factory=dict)


def without_effect(verb: str, said: Said) -> list[Span]:
    """Return what follows a verb and changes nothing of what happens."""
    kept = _KEPT.get(verb)
    if kept is None:
        return []
    lost = {name: span for name, span in said.spans.items() if name not in kept | _ALWAYS}
    if verb == "rotate" and not said.pivot and "goal" in said.spans:
        lost["goal"] = said.spans["goal"]
    return list(lost.values())


def event_of(verb: str, word: str, said: Said) -> tuple[str, Any] | None:
    """Return (the event's verb, its value), None if something is missing."""
    if verb == "wait":
        said.seconds = said.seconds or said.amount or 1.0
        return "wait", None
    if verb == "move":
        if said.goal is not None and said.goal[0] in ("towards", "apart"):
            return ("move", (said.goal[0], said.amount or FAR)) if len(said.subject) == 2 else None
        if said.goal is not None:
            return "move", said.goal
        if said.way is not None:
            far = said.amount or FAR
            return "move", ("by", (far * said.way[0], far * said.way[1]))
        return ("move", ("onto", said.other)) if said.other else None
    if verb == "swap":
        return ("swap", None) if len(said.subject) == 2 else None
    if verb == "rotate":
        whole = 360.0 if word.startswith("spin") or said.times else TURN
        return "rotate", said.sign * (said.angle or said.amount or whole) * (said.times or 1)
    if verb in ("grow", "shrink"):
        factor = said.amount or said.times or FACTORS.get(word) or (SHRUNK if verb == "shrink" else GROWN)
        return "scale", 1 / factor if verb == "shrink" and factor > 1 else factor
    if verb == "transform":
        if said.colour is not None and not said.other:
            return "recolor", said.colour
        return ("transform", None) if said.other else None
    if verb == "fade":
        return ("show", "FadeIn") if said.particle == "in" else ("hide", "FadeOut")
    if verb == "orbit":
        return (
            ("orbit", said.sign * (said.angle or 360.0 * (said.amount or said.times or 1)))
            if said.other
            else None
        )
    if verb == "follow":
        return ("follow", None) if said.other else None
    gone = {"uncreate": "Uncreate"} | dict.fromkeys(TO_NOTHING, "ShrinkToCenter")
    names = {"hide": gone.get(word, "FadeOut"), "show": None}
    shown = {
        "circumscribe": "Circumscribe",
        "wiggle": "Wiggle",
        "wiggles": "Wiggle",
        "shakes": "Wiggle",
        "shake": "Wiggle",
    }
    return verb, names.get(verb, shown.get(word, "Indicate"))
