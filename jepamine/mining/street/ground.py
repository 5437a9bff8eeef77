"""Paint the ground: verges, pavements, lanes, markings, the junction."""

import numpy as np
from PIL import Image, ImageDraw

from jepamine.mining.street.light import RGB, mixed
from jepamine.mining.street.view import FINE, View, flat, pixel, spot, tone
from jepamine.mining.street.world import World

_BANDS = (1.2, 3.0, 4.5, 6.5, 9.0, 12.5, 18.0, 27.0, 42.0, 70.0, 130.0, 400.0)


def paint_road(view: View, world: World, along: float) -> None:
    road, light = world.road, world.light
    asphalt = mixed(road.asphalt, light.sky_low, light.gloss)
    verge_left = road.left - road.pavement
    verge_right = road.right + road.pavement
    for start, stop in zip(_BANDS[-2::-1], _BANDS[:0:-1], strict=True):
        z = (start + stop) / 2
        low, high = spot(view, 0, 0, start)[1], spot(view, 0, 0, stop)[1]
        if low > high:
            view.draw.rectangle((0, high, view.width, low + 1), fill=tone(view, road.ground, 8, z))
        edges = [(road.left, road.right, tone(view, asphalt, 0, z))]
        if road.pavement:
            kerb = tone(view, road.paving, 5, z, 0.72)
            edges.insert(0, (road.left - 0.15, road.right + 0.15, kerb))
            edges.insert(0, (verge_left, verge_right, tone(view, road.paving, 5, z)))
        for left, right, fill in edges:
            flat(view, left, right, start, stop, fill)
    if road.junction is not None:
        _paint_junction(view, world, road.junction - along, asphalt)
    for line in range(-road.lanes_left, road.lanes_right + 2):
        across = (line - 0.5) * road.lane
        outer = line in (-road.lanes_left, road.lanes_right + 1)
        divide = line == 0 and road.oncoming
        if outer and road.kind in ("city",) and road.parking < 1:
            continue
        _paint_line(view, world, across, along, solid=outer or (divide and road.lanes_left > 1))


def _paint_line(view: View, world: World, across: float, along: float, *, solid: bool) -> None:
    road = world.road
    stop_line = None if road.junction is None else road.junction - along
    period, share = (4.0, 1.0) if solid else (9.0, 0.42)
    start = -(along % period)
    while start < 62:
        stop = start + period * share
        if stop > 1.5 and (stop_line is None or abs(start + period / 2 - stop_line) > 7):
            z = max(start, 1.2)
            wide = 0.07 + 0.0012 * z
            flat(
                view, across - wide, across + wide, z, stop, tone(view, road.marking, across, (z + stop) / 2)
            )
        start += period


def _paint_junction(view: View, world: World, ahead: float, asphalt: RGB) -> None:
    """Draw the side road, a stop line and a zebra crossing before it."""
    road = world.road
    if not -6 < ahead < 110:
        return
    start, stop = max(ahead - 4.5, 1.2), ahead + 4.5
    if stop > 1.5:
        flat(view, -70, 70, start, stop, tone(view, asphalt, 0, max(ahead, 1.0)))
    if 3 < ahead - 9 < 60:
        z = ahead - 8
        white = tone(view, road.marking, 0, z)
        flat(view, -road.lane / 2 + 0.1, (road.lanes_right + 0.5) * road.lane, z - 2.2, z - 1.8, white)
        across = road.left + 0.3
        while across < road.right - 0.3 and z > 3:
            flat(view, across, across + 0.5, z, z + 2.6, white)
            across += 1.1


def paint_sky(rng: np.random.Generator, world: World, size: tuple[int, int]) -> Image.Image:
    """Draw the sky and the far skyline of a scene: an image twice as wide and as high as the canvas.

    Its horizon is at half its height, so that a frame can cut the part it looks at.
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
