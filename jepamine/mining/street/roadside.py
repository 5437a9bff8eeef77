"""What lines the road: buildings, trees, lamps, signs, things left on the pavement, marks on the asphalt."""

import numpy as np

from jepamine.mining.street.actors import Actor, pick, place
from jepamine.mining.street.light import RGB
from jepamine.mining.street.world import World

WALLS: tuple[RGB, ...] = (
    (176, 92, 72),
    (206, 186, 154),
    (150, 146, 142),
    (222, 214, 200),
    (120, 98, 88),
    (186, 150, 112),
    (132, 148, 160),
    (208, 170, 120),
)
LEAVES: tuple[RGB, ...] = ((62, 96, 44), (84, 112, 52), (52, 82, 56), (104, 118, 58))
AUTUMN: tuple[RGB, ...] = ((178, 108, 40), (190, 146, 50), (140, 74, 40), (108, 104, 52))
SIGNS: tuple[RGB, ...] = ((196, 36, 40), (34, 80, 160), (40, 110, 70), (230, 190, 40), (230, 230, 226))
CRATES: tuple[RGB, ...] = ((166, 124, 80), (150, 116, 84), (60, 62, 66), (52, 78, 58), (196, 150, 98))


def _row(rng: np.random.Generator, first: float, last: float, least: float, most: float) -> list[float]:
    spots, along = [], first + rng.uniform(0, most)
    while along < last:
        spots.append(along)
        along += rng.uniform(least, most)
    return spots


def _draw_buildings(rng: np.random.Generator, world: World, side: int, edge: float) -> list[Actor]:
    road, actors = world.road, []
    along = -12.0
    dense = road.kind == "city"
    while along < 190:
        length = rng.uniform(9, 24) if dense else rng.uniform(8, 15)
        back = rng.uniform(0.2, 2.0) if dense else rng.uniform(4, 11)
        height = rng.uniform(7, 24) if dense else rng.uniform(4.5, 8.5)
        middle = along + length / 2
        if road.junction is None or abs(middle - road.junction) > length / 2 + 6:
            actors.append(
                place(
                    "building",
                    middle,
                    edge + side * (road.pavement + back),
                    world.frames,
                    size=(length, 10.0 * side, height),
                    colour=pick(rng, WALLS),
                    second=pick(rng, ((70, 84, 100), (48, 54, 62), (96, 108, 120))),
                    style=int(rng.integers(1 << 16)),
                )
            )
        along += length + (rng.choice([0.2, 0.2, 6.0]) if dense else rng.uniform(4, 22))
    return actors


def _draw_furniture(rng: np.random.Generator, world: World, side: int, edge: float) -> list[Actor]:
    road, n, actors = world.road, world.frames, []
    leaves = AUTUMN if rng.random() < 0.3 else LEAVES
    bare = world.light.weather == "snow" or rng.random() < 0.12
    kerb = edge + side * (0.5 if road.pavement else 2.5)
    streets = road.pavement > 0
    spacing = rng.uniform(9, 22) if streets else rng.uniform(5, 16)
    if rng.random() < 0.8:
        for spot in _row(rng, -5, 150, spacing, spacing * 1.4):
            tall = rng.uniform(4.5, 9.5)
            across = kerb + side * (0.3 if streets else rng.uniform(1, 14))
            size = (2.0, tall * rng.uniform(0.4, 0.62), tall)
            colour, style = pick(rng, leaves), int(rng.integers(1 << 16)) * 2 + bare
            actors.append(place("tree", spot, across, n, size=size, colour=colour, style=style))
    if rng.random() < (0.85 if streets else 0.3):
        tall = rng.uniform(5.5, 8.5)
        for spot in _row(rng, 0, 150, 22, 30):
            size = (0.2, -side * 1.8, tall)
            actors.append(place("lamp", spot, kerb, n, size=size, colour=(94, 98, 102)))
    for spot in _row(rng, 0, 120, 14, 60):
        size = (0.1, rng.uniform(0.6, 0.95), rng.uniform(2.2, 3.0))
        style = int(rng.integers(3))
        actors.append(place("sign", spot, kerb, n, size=size, colour=pick(rng, SIGNS), style=style))
    if streets:
        # rubbish, crates and cones that stand on the pavement, out of the way
        for spot in _row(rng, 0, 110, 8, 55):
            kind = str(rng.choice(["crate", "bin", "cone", "barrier"], p=[0.4, 0.3, 0.18, 0.12]))
            across = edge + side * rng.uniform(0.6, road.pavement)
            tall = rng.uniform(0.5, 1.1)
            size = (0.7, 1.8, 1.0) if kind == "barrier" else (tall, tall * 0.7, tall)
            actors.append(place(kind, spot, across, n, size=size, colour=pick(rng, CRATES)))
    if road.kind == "highway":
        for spot in np.arange(0, 130, 8.0):
            size = (8.0, 0.1, 0.8)
            actors.append(place("rail", spot, edge + side * 0.8, n, size=size, colour=(160, 164, 168)))
    return actors


def draw_roadside(rng: np.random.Generator, world: World) -> list[Actor]:
    """Draw everything beside the road, and traffic lights at a junction that has them."""
    road, actors = world.road, []
    for side, edge in ((1, road.right), (-1, road.left)):
        if road.pavement > 0:
            actors += _draw_buildings(rng, world, side, edge)
        elif rng.random() < 0.4:
            for spot in _row(rng, 30, 190, 40, 110):
                size = (rng.uniform(8, 16), 9.0 * side, rng.uniform(4, 7))
                across = edge + side * rng.uniform(9, 28)
                seed, wall = int(rng.integers(1 << 16)), pick(rng, WALLS)
                farm = place("building", spot, across, world.frames, size=size, colour=wall, style=seed)
                actors.append(farm)
        actors += _draw_furniture(rng, world, side, edge)
    if road.junction is not None and rng.random() < 0.6:
        red = bool(world.drive.speed[-1] < 2.0)
        for across in (road.right + 0.6, road.left - 0.6):
            size, spot = (0.3, 0.36, 3.4), road.junction - 6
            actors.append(
                place("signal", spot, across, world.frames, size=size, colour=(40, 42, 44), style=int(red))
            )
    return actors


def draw_marks(rng: np.random.Generator, world: World) -> list[Actor]:
    """Draw flat harmless marks on the carriageway: manholes, patches, cracks, leaves, puddles, shadows."""
    road, actors = world.road, []
    for spot in _row(rng, 0, 150, 0.5, rng.uniform(3, 8)):
        kind = str(
            rng.choice(["manhole", "patch", "crack", "leaves", "shade"], p=[0.15, 0.22, 0.3, 0.17, 0.16])
        )
        if kind == "shade" and (world.light.weather, world.light.time_of_day) != ("clear", "day"):
            kind = "patch"
        wide = rng.uniform(0.5, 2.4) if kind == "patch" else rng.uniform(0.5, 0.9)
        deep = rng.uniform(0.8, 5.0) if kind in ("patch", "crack") else wide
        if kind == "shade":
            wide, deep = rng.uniform(2.0, 6.0), rng.uniform(2.0, 6.0)
        across = rng.uniform(road.left + 0.5, road.right - 0.5)
        gain, style = rng.uniform(0.72, 1.16), int(rng.integers(1 << 16))
        colour = (road.asphalt[0] * gain, road.asphalt[1] * gain, road.asphalt[2] * gain)
        if kind == "leaves":
            colour = pick(rng, AUTUMN)
        mark = place(kind, spot, across, world.frames, size=(deep, wide, 0.0), colour=colour, style=style)
        actors.append(mark)
    return actors
