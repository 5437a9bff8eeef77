"""Paints the sky and the far skyline of a scene, once for all its frames."""

import numpy as np
from PIL import Image, ImageDraw

from jepamine.mining.street.light import mixed
from jepamine.mining.street.view import FINE, pixel
from jepamine.mining.street.world import World


def paint_sky(rng: np.random.Generator, world: World, size: tuple[int, int]) -> Image.Image:
    """The sky and the far skyline of a scene: an image twice as wide and as high as the canvas.

    Its horizon lies at half its height, so that a frame can cut the part it looks at.
    """
    width, height = size[0] * FINE * 2, size[1] * FINE * 2
    light, middle = world.light, size[1] * FINE
    share = np.clip(1 - np.arange(height) / middle, 0, 1)[:, None] ** 0.8
    rows = np.asarray(light.sky_low) * (1 - share) + np.asarray(light.sky_top) * share
    sky = Image.fromarray(np.broadcast_to(rows[:, None], (height, 1, 3)).astype(np.uint8)).resize(
        (width, height)
    )
    draw = ImageDraw.Draw(sky)
    if light.weather == "clear":
        cloud = mixed(light.sky_low, (255, 250, 246) if light.time_of_day == "day" else light.sky_low, 0.5)
        for _ in range(int(rng.integers(0, 9))):
            x, y = rng.uniform(0, width), rng.uniform(0.55, 0.93) * middle
            for _ in range(6):
                a, b = rng.uniform(20, 80), rng.uniform(5, 16)
                dx, dy = rng.normal(0, 50), rng.normal(0, 6)
                draw.ellipse((x + dx - a, y + dy - b, x + dx + a, y + dy + b), fill=pixel(cloud))
    dim = sum(light.ambient) / 3
    x, open_land = 0.0, world.road.kind in ("country", "highway")
    for depth in (0.75, 0.5):
        own = (84 * dim, 108 * dim, 96 * dim) if open_land else (112 * dim, 112 * dim, 120 * dim)
        fill = pixel(mixed(own, light.haze, depth if light.weather != "fog" else 0.97))
        x = 0.0
        if open_land:
            knots = np.linspace(0, width, 26)
            tops = middle - np.abs(rng.normal(0.07, 0.03, 26)) * middle * (1 + depth)
            draw.polygon([(0, middle + 9), *zip(knots, tops, strict=True), (width, middle + 9)], fill=fill)
        while x < width and not open_land:
            wide, tall = rng.uniform(16, 64), rng.uniform(0.02, 0.17) * middle * (0.6 + depth)
            draw.rectangle((x, middle - tall, x + wide, middle + 9), fill=fill)
            x += wide * rng.uniform(0.7, 1.4)
    return sky
