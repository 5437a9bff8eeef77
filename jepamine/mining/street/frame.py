"""Paint one frame: sky, ground, everything in the scene from far to near, then what the camera adds."""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw

from jepamine.mining.street.actors import Actor
from jepamine.mining.street.ground import paint_road
from jepamine.mining.street.light import mixed
from jepamine.mining.street.people import draw_animal, draw_cyclist, draw_person
from jepamine.mining.street.props import draw_loose, draw_smoke
from jepamine.mining.street.scenery import (
    draw_building,
    draw_lamp,
    draw_mark,
    draw_rail,
    draw_sign,
    draw_signal,
    draw_tree,
)
from jepamine.mining.street.vehicles import draw_vehicle
from jepamine.mining.street.view import FINE, View, pixel
from jepamine.mining.street.world import World

Draw = Callable[[View, Actor, float, float, int], None]
FAR = 150.0
_FLAT = ("manhole", "patch", "crack", "leaves", "shade", "skid")
_DRAWS: dict[str, Draw] = {
    "building": draw_building,
    "tree": draw_tree,
    "lamp": draw_lamp,
    "sign": draw_sign,
    "signal": draw_signal,
    "rail": draw_rail,
    "smoke": draw_smoke,
    "person": draw_person,
    "worker": draw_person,
    "cyclist": draw_cyclist,
    **dict.fromkeys(("dog", "deer", "cow"), draw_animal),
    **dict.fromkeys(_FLAT, draw_mark),
    **dict.fromkeys(("crate", "bin", "cone", "barrier", "tyre", "mattress", "ladder", "arrow"), draw_loose),
    **dict.fromkeys(("hatchback", "saloon", "suv", "van", "lorry", "bus"), draw_vehicle),
}


def paint_frame(
    world: World,
    actors: Sequence[Actor],
    sky: Image.Image,
    frame: int,
    rng: np.random.Generator,
    size: tuple[int, int],
) -> Image.Image:
    """Frame number `frame` of the scene as an RGB image of `size` (width, height)."""
    drive, light = world.drive, world.light
    width, height = size[0] * FINE, size[1] * FINE
    focal = drive.focal * width
    horizon = height * drive.horizon + focal * float(drive.pitch[frame])
    heading = float(drive.curve[frame]) * float(drive.along[frame]) * 0.5
    left = int(width / 2 + np.clip(heading, -0.6, 0.6) * focal * 0.8)
    top = height - int(horizon)
    canvas = sky.crop((left, top, left + width, top + height))
    view = View(
        ImageDraw.Draw(canvas),
        ImageDraw.Draw(canvas, "RGBA"),
        width,
        height,
        focal,
        width / 2,
        horizon,
        drive.height,
        float(drive.across[frame]),
        float(drive.curve[frame]),
        drive.hill,
        light,
    )
    along = float(drive.along[frame])
    paint_road(view, world, along)
    seen: list[tuple[float, int, Actor, float]] = []
    for actor in actors:
        ahead = float(actor.along[frame]) - along
        if -FAR < ahead < FAR and _shows(view, actor, float(actor.across[frame]), ahead):
            # flat marks are below everything upright; a rail reaches on from its place
            behind = 1000.0 if actor.kind in _FLAT else actor.size[0] if actor.kind == "rail" else 0.0
            seen.append((-ahead - behind, len(seen), actor, ahead))
    for _, _, actor, ahead in sorted(seen, key=lambda item: item[:2]):
        _DRAWS[actor.kind](view, actor, float(actor.across[frame]), ahead, frame)
    paint_weather(view, rng, float(drive.speed[frame]))
    return expose(canvas, view, float(drive.exposure[frame]), rng, size)


def _shows(view: View, actor: Actor, across: float, ahead: float) -> bool:
    """Return whether an actor is close enough, and not wholly beside what the camera sees."""
    length, width, _ = actor.size
    if actor.kind in ("building", "rail"):
        return 2.2 - abs(length) / 2 < ahead < FAR
    if actor.kind in _FLAT:
        return 2.2 - length / 2 < ahead < 38.0
    half = length / 2 if actor.vehicle else 0.0
    if not 2.2 - half < ahead < FAR * 0.7:
        return False
    far = ahead + half
    aside = abs(across - view.across + view.curve * far * far / 2) - abs(width) - half * 0.3
    return aside < 0.55 * view.width * far / view.focal


def paint_weather(view: View, rng: np.random.Generator, speed: float) -> None:
    light = view.light
    if light.weather not in ("rain", "snow"):
        return
    level = 0.75 if light.time_of_day == "day" else 0.4
    fill = pixel(mixed((230 * level, 232 * level, 236 * level), light.haze, 0.35))
    count = 70 if light.weather == "rain" else 110
    places = rng.uniform(0, 1, (count, 3))
    for x, y, size in places.tolist():
        u, v = x * view.width, y * view.height
        if light.weather == "rain":
            lean = (x - 0.5) * (4 + speed)
            long = 8 + 22 * size
            view.draw.line([(u, v), (u + lean * long / 14, v + long)], fill=fill, width=1)
        else:
            r = 0.6 + 2.6 * size**3
            view.draw.ellipse((u - r, v - r, u + r, v + r), fill=fill)


@lru_cache(maxsize=64)
def _halo(radius: int) -> NDArray[np.float32]:
    """Return a soft round spot, 1 in the middle: float32 of shape (2 * radius + 1, 2 * radius + 1, 1)."""
    ramp = np.arange(-radius, radius + 1, dtype=np.float32) / max(radius, 1)
    square = ramp[:, None] ** 2 + ramp[None] ** 2
    soft = np.exp(-4.5 * square) * np.clip(1 - square, 0, 1)
    return soft[:, :, None].astype(np.float32)


@lru_cache(maxsize=4)
def _vignette(size: tuple[int, int]) -> Image.Image:
    """Gains (255 = 1) that darken the corners."""
    x, y = np.linspace(-1, 1, size[0])[None], np.linspace(-1, 1, size[1])[:, None]
    dim = 255 * (1 - 0.09 * (x * x + y * y))
    return Image.fromarray(np.repeat(dim[:, :, None], 3, axis=2).astype(np.uint8))


@lru_cache(maxsize=2)
def _unit_grain(size: tuple[int, int]) -> NDArray[np.float32]:
    """Noise of unit spread, float32 of shape (height + 64, width + 64, 3)."""
    rng = np.random.default_rng(0)
    shape = (size[1] + 64, size[0] + 64)
    grey = rng.standard_normal((*shape, 1), dtype=np.float32)
    colour = rng.standard_normal((*shape, 3), dtype=np.float32)
    return grey * np.float32(0.8) + colour * np.float32(0.6)


@lru_cache(maxsize=2)
def _grain(size: tuple[int, int], spread: float) -> Image.Image:
    """Return an image of noise about 128, larger than `size`, to cut the noise of a scene's frames from."""
    noise = np.rint(_unit_grain(size) * np.float32(spread) + np.float32(128))
    return Image.fromarray(np.clip(noise, 0, 255).astype(np.uint8))


def _halos(view: View, size: tuple[int, int]) -> Image.Image:
    """Return the light that the lamps' halos add to the picture."""
    width, height = size
    layer = np.zeros((height, width, 3), dtype=np.uint8)
    for u, v, wide, colour in view.glows:
        radius, x, y = min(round(wide / FINE), 40), round(u / FINE), round(v / FINE)
        top, bottom = max(y - radius, 0), min(y + radius + 1, height)
        left, right = max(x - radius, 0), min(x + radius + 1, width)
        if radius < 2 or top >= bottom or left >= right:
            continue
        soft = _halo(radius)[top - y + radius : bottom - y + radius, left - x + radius : right - x + radius]
        light = (soft * np.asarray(colour, dtype=np.float32) * np.float32(0.55)).astype(np.uint8)
        part = layer[top:bottom, left:right]
        np.maximum(part, light, out=part)
    return Image.fromarray(layer)


def expose(
    canvas: Image.Image, view: View, exposure: float, rng: np.random.Generator, size: tuple[int, int]
) -> Image.Image:
    """Return the finished picture: shrunk, with halos, vignette, exposure and sensor noise."""
    picture = canvas.reduce(FINE)
    if view.glows:
        picture = ImageChops.add(picture, _halos(view, size))
    picture = picture.point([min(int(k * exposure + 0.5), 255) for k in range(256)] * 3)
    picture = ImageChops.multiply(picture, _vignette(size))
    dx, dy = (int(k) for k in rng.integers(0, 64, 2))
    noise = _grain(size, view.light.grain).crop((dx, dy, dx + size[0], dy + size[1]))
    return ImageChops.add(picture, noise, offset=-128)
