"""Draw the loose objects of pavements and events."""

from dataclasses import dataclass
from math import cos, sin

from jepamine.mining.street.actors import Actor
from jepamine.mining.street.light import RGB
from jepamine.mining.street.view import Pixel, View, lamp, shade, spot, tone, within


@dataclass(frozen=True)
class _Place:
    """Where a loose object is in the picture: its foot (u, v), half its width, its top, pixels a metre."""

    view: View
    actor: Actor
    across: float
    ahead: float
    yaw: float
    u: float
    v: float
    half: float
    top: float
    scale: float

    def tone(self, colour: RGB, bright: float = 1.0) -> Pixel:
        """Return a colour in the light and haze of the place."""
        return tone(self.view, colour, self.across, self.ahead, bright)

    def own(self, bright: float = 1.0) -> Pixel:
        """Return the object's own colour."""
        return self.tone(self.actor.colour, bright)

    def pen(self, metres: float) -> int:
        """Return the width of a line in pixels, at least 1."""
        return max(int(self.scale * metres), 1)


def draw_loose(view: View, actor: Actor, across: float, ahead: float, frame: int) -> None:
    """Draw something that can be carried or lost: a crate, a cone, a barrier, a tyre, a ladder and so on."""
    _, wide, tall = actor.size
    scale = view.focal / ahead
    u, v = spot(view, across, 0, ahead)
    half = wide * scale / 2
    if scale * wide > 8 and actor.kind not in ("barrier", "arrow"):
        shade(view, (u - half * 1.25, v - half * 0.22, u + half * 1.25, v + half * 0.22), 1.3)
    place = _Place(view, actor, across, ahead, float(actor.yaw[frame]), u, v, half, v - tall * scale, scale)
    if actor.kind in _SHAPES:
        _SHAPES[actor.kind](place)


def _box(at: _Place) -> None:
    """Draw a crate, a bin or a mattress: two sides and the lid."""
    u, v, half, top, draw = at.u, at.v, at.half, at.top, at.view.draw
    long, _, tall = at.actor.size
    slant = sin(at.yaw) * half
    near = [
        (u - half, v - abs(slant) * 0.15),
        (u + slant, v),
        (u + slant, top),
        (u - half, top - abs(slant) * 0.1),
    ]
    side = [
        (u + slant, v),
        (u + half, v - abs(slant) * 0.15),
        (u + half, top - abs(slant) * 0.1),
        (u + slant, top),
    ]
    draw.polygon(near, fill=at.own())
    draw.polygon(side, fill=at.own(0.66))
    lift = long * at.scale / at.ahead * (at.view.eye - tall)
    lid = [near[3], (u + slant, top), side[2], (u + half * 0.8, top - lift), (u - half * 0.8, top - lift)]
    draw.polygon(lid, fill=at.own(1.18))
    if at.actor.kind == "mattress":
        for share in (0.25, 0.5, 0.75):
            draw.line([*within(near, 0, 1, share, share)[:2]], fill=at.own(0.66), width=at.pen(0.03))
    elif at.scale > 18 and at.actor.kind == "crate":
        draw.line([*within(near, 0, 1, 0.5, 0.5)[:2]], fill=at.own(1.18), width=at.pen(0.05))


def _cone(at: _Place) -> None:
    u, v, half, top, draw = at.u, at.v, at.half, at.top, at.view.draw
    outline = [(u - half, v), (u + half, v), (u + half * 0.16, top), (u - half * 0.16, top)]
    draw.polygon(outline, fill=at.tone(_ORANGE))
    for low, high in ((0.32, 0.5), (0.66, 0.78)):
        a, b = half * (1 - 0.84 * low), half * (1 - 0.84 * high)
        y, z = v + (top - v) * low, v + (top - v) * high
        draw.polygon([(u - a, y), (u + a, y), (u + b, z), (u - b, z)], fill=at.tone(_WHITE))
    draw.rectangle((u - half * 1.2, v - half * 0.2, u + half * 1.2, v), fill=at.own(0.66))


def _barrier(at: _Place) -> None:
    u, v, half, top, draw = at.u, at.v, at.half, at.top, at.view.draw
    for up in (0.42, 0.74):
        y, z = v + (top - v) * up, v + (top - v) * (up + 0.24)
        draw.rectangle((u - half, z, u + half, y), fill=at.tone(_WHITE))
        for k in range(4):
            x = u - half + half * k * 0.5
            stripe = [(x, y), (x + half * 0.25, y), (x + half * 0.45, z), (x + half * 0.2, z)]
            draw.polygon(stripe, fill=at.tone(_ORANGE))
    for x in (u - half * 0.8, u + half * 0.8):
        draw.line([(x, v), (x, top)], fill=at.own(0.66), width=at.pen(0.06))


def _tyre(at: _Place) -> None:
    u, v, half, draw = at.u, at.v, at.half, at.view.draw
    r = half * (0.5 + 0.5 * abs(cos(at.yaw * 2)))
    draw.ellipse((u - half, v - 2 * r, u + half, v), fill=at.tone((26, 26, 28)))
    draw.ellipse((u - half * 0.5, v - 1.5 * r, u + half * 0.5, v - 0.5 * r), fill=at.tone((92, 92, 96)))


def _ladder(at: _Place) -> None:
    u, v, half, scale, draw = at.u, at.v, at.half, at.scale, at.view.draw
    steel, tall = at.tone((206, 208, 206), 1.1), at.actor.size[2]
    rise, gap = tall * 0.6, tall * scale * 0.7
    for shift in (0.0, gap):
        draw.line(
            [(u - half, v - shift), (u + half, v - rise * scale - shift)], fill=steel, width=at.pen(0.1)
        )
    for k in range(8):
        share = (k + 0.5) / 8
        x, y = u - half + 2 * half * share, v - rise * scale * share
        draw.line([(x, y), (x, y - gap)], fill=steel, width=at.pen(0.07))


def _arrow(at: _Place) -> None:
    """Draw a sign with an arrow of lamps."""
    u, v, half, top, draw = at.u, at.v, at.half, at.top, at.view.draw
    low = v - at.actor.size[2] * at.scale * 0.4
    draw.line([(u, v), (u, top)], fill=at.own(0.66), width=at.pen(0.2))
    draw.rectangle((u - half, top, u + half, low), fill=at.tone((34, 34, 36)))
    way, y = (1 if at.actor.style % 2 else -1), (top + low) / 2
    for k in range(7):
        x = u + way * half * (-0.7 + 0.22 * k)
        for rise in (0.0,) if k < 4 else (0.0, 0.28 * (6 - k), -0.28 * (6 - k)):
            lamp(at.view, (x, y + rise * half), half * 0.09, (255, 196, 60), 3.0)


_WHITE, _ORANGE = (236, 236, 232), (228, 88, 24)
_SHAPES = {
    "crate": _box,
    "bin": _box,
    "mattress": _box,
    "cone": _cone,
    "barrier": _barrier,
    "tyre": _tyre,
    "ladder": _ladder,
    "arrow": _arrow,
}


def draw_smoke(view: View, actor: Actor, across: float, ahead: float, frame: int) -> None:
    """Draw a drifting puff of smoke above the road; puffs with a phase rise higher."""
    scale = view.focal / max(ahead, 2.0)
    _, wide, tall = actor.size
    fill = (*tone(view, actor.colour, across, ahead), 64)
    for k in range(5):
        drift = 0.25 * sin(frame * 0.5 + k * 2.4 + actor.along[0])
        up = 0.3 + actor.phase * 0.9 + tall * 0.22 * k
        u, v = spot(view, across + drift * wide * 1.4, up, max(ahead, 2.0))
        a, b = wide * scale * (0.35 + 0.07 * k), tall * scale * (0.35 + 0.06 * k)
        view.veil.ellipse((u - a, v - b, u + a, v + b), fill=fill)
