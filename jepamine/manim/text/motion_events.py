"""What is said after a verb of motion, and the event that it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jepamine.manim.text.reading import Ref

#: How far something moves, and how much it turns or grows, if that is not given.
FAR, TURN, GROWN, SHRUNK = 2.0, 90.0, 1.5, 0.5
FACTORS = {"twice": 2.0, "double": 2.0, "triple": 3.0, "half": 0.5, "doubles in size": 2.0}
#: Verbs of motion that have a way of their own.
FALLS: dict[str, tuple[str, tuple[float, float] | None]] = {
    "fall": ("move", (0, -1)),
    "rise": ("move", (0, 1)),
}
#: What something moves along that "moves on" it.
CURVES = {"function_graph", "circle", "ellipse", "arc", "line", "dashed_line"}
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


def event_of(verb: str, word: str, said: Said) -> tuple[str, Any] | None:
    """Return (the event's verb, its value), None if something is missing."""
    if verb == "wait":
        said.seconds = said.seconds or said.amount or 1.0
        return "wait", None
    if verb == "move":
        if said.goal is not None:
            return "move", said.goal
        if said.way is not None:
            far = said.amount or FAR
            return "move", ("by", (far * said.way[0], far * said.way[1]))
        return ("move", ("onto", said.other)) if said.other else None
    if verb == "rotate":
        whole = 360.0 if word.startswith("spin") else TURN
        return "rotate", said.sign * (said.angle or said.amount or whole)
    if verb in ("grow", "shrink"):
        factor = said.amount or FACTORS.get(word) or (SHRUNK if verb == "shrink" else GROWN)
        return "scale", 1 / factor if verb == "shrink" and factor > 1 else factor
    if verb == "transform":
        if said.colour is not None and not said.other:
            return "recolor", said.colour
        return ("transform", None) if said.other else None
    if verb == "fade":
        return ("show", "FadeIn") if said.particle == "in" else ("hide", "FadeOut")
    if verb == "orbit":
        return ("orbit", said.sign * (said.angle or 360.0 * (said.amount or 1))) if said.other else None
    if verb == "follow":
        return ("follow", None) if said.other else None
    names = {"hide": "Uncreate" if word == "uncreate" else "FadeOut", "show": None}
    return verb, names.get(verb, "Circumscribe" if word == "circumscribe" else "Indicate")
