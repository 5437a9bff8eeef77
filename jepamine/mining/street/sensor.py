"""Effects between the scene and the file: rain and snow, halos of lamps, exposure, sensor noise."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from jepamine.mining.street.light import mixed
from jepamine.mining.street.view import FINE, View, pixel


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
