"""From the world to the picture: where a point of the scene falls, and the colour it has there."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from PIL import ImageDraw

from jepamine.mining.street.light import RGB, Light, light_at

Point = tuple[float, float]
Pixel = tuple[int, int, int]
NEAR = 0.7  # metres; nothing is drawn closer than this
FINE = 2  # the canvas is this many times larger than the picture, for smooth edges


@dataclass(frozen=True)
class View:
    """One frame being drawn. Lengths of the picture are in pixels of the canvas, others in metres."""

    draw: ImageDraw.ImageDraw
    veil: ImageDraw.ImageDraw  # draws on the same canvas with the opacity of its fill, 0..255
    width: int
    height: int
    focal: float
    centre: float
    horizon: float
    eye: float  # height of the camera
    across: float  # of the camera
    curve: float
    hill: float
    light: Light
    glows: list[tuple[float, float, float, RGB]] = field(default_factory=list)  # u, v, radius, colour
    lit: dict[Point, tuple[float, ...]] = field(default_factory=dict)  # gains and haze by place


def spot(view: View, across: float, up: float, ahead: float) -> Point:
    """Return where a point of the world falls on the canvas: (u, v) in pixels."""
    z = ahead if ahead > NEAR else NEAR
    bend = 0.5 * z * z
    scale = view.focal / z
    u = view.centre + scale * (across - view.across + view.curve * bend)
    # beyond the hill the land is level again, else it would reach into the sky
    rise = bend if z < 100 else 5000.0
    return u, view.horizon + scale * (view.eye - up - view.hill * rise)


def pixel(colour: RGB) -> Pixel:
    """Return a colour as whole numbers of at most 255."""
    return min(int(colour[0]), 255), min(int(colour[1]), 255), min(int(colour[2]), 255)


def tone(view: View, colour: RGB, across: float, ahead: float, gain: float = 1.0) -> Pixel:
    """Return how a surface's own colour looks at a place, lit, dimmed by distance and veiled by haze."""
    known = view.lit.get((across, ahead))
    if known is None:
        known = light_at(view.light, across - view.across, ahead)
        view.lit[across, ahead] = known
    a, b, c, veil_a, veil_b, veil_c = known
    red, green, blue = colour
    r, g, h = (
        int(red * gain * a + veil_a),
        int(green * gain * b + veil_b),
        int(blue * gain * c + veil_c),
    )
    return r if r < 255 else 255, g if g < 255 else 255, h if h < 255 else 255


def shade(view: View, box: tuple[float, float, float, float], strength: float = 1.0) -> None:
    """Draw a soft shadow on the ground that fills an ellipse: `box` is its left, top, right and bottom."""
    if box[2] > box[0] and box[3] > box[1]:
        view.veil.ellipse(box, fill=(0, 0, 8, int(255 * view.light.shadow * strength)))


def flat(view: View, left: float, right: float, start: float, stop: float, colour: Pixel) -> None:
    """Fill a rectangle on the ground, between two `across` and two `ahead`."""
    view.draw.polygon(
        [
            spot(view, left, 0, start),
            spot(view, right, 0, start),
            spot(view, right, 0, stop),
            spot(view, left, 0, stop),
        ],
        fill=colour,
    )


def within(face: Sequence[Point], left: float, right: float, low: float, high: float) -> list[Point]:
    """Return a part of a face (corners from bottom left, counter-clockwise), in shares of its sides."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = face
    corners = []
    for across, up in ((left, low), (right, low), (right, high), (left, high)):
        px, py = ax + (bx - ax) * across, ay + (by - ay) * across
        qx, qy = dx + (cx - dx) * across, dy + (cy - dy) * across
        corners.append((px + (qx - px) * up, py + (qy - py) * up))
    return corners


def lamp(view: View, place: Point, radius: float, colour: RGB, halo: float) -> None:
    """Draw a lit lamp at a canvas point: a bright disc, and a halo added to the finished picture."""
    u, v = place
    if radius > 0.6:
        view.draw.ellipse((u - radius, v - radius, u + radius, v + radius), fill=pixel(colour))
    strength = view.light.glow
    view.glows.append(
        (u, v, radius * halo, (colour[0] * strength, colour[1] * strength, colour[2] * strength))
    )


def cover(view: View, points: Sequence[Point]) -> None:
    """Remove the halos of lamps behind something opaque that has just been drawn."""
    left, right = min(u for u, _ in points), max(u for u, _ in points)
    top, low = min(v for _, v in points), max(v for _, v in points)
    view.glows[:] = [g for g in view.glows if not (left < g[0] < right and top < g[1] < low)]
