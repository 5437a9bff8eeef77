"""The rare events. Each is staged in one clip only, in the own lane and close to the own car."""

from collections.abc import Callable, Sequence

import numpy as np

from jepamine.mining.street.actors import CLOTHES, Actor, draw_person, draw_vehicle, pick, place, seconds
from jepamine.mining.street.roadside import CRATES
from jepamine.mining.street.world import Floats, World

Stage = Callable[[np.random.Generator, World, slice], list[Actor]]


def _ahead(rng: np.random.Generator, world: World, clip: slice, nearest: float, farthest: float) -> float:
    """Return a place along the road that is `nearest` to `farthest` metres ahead when the clip ends."""
    return float(world.drive.along[clip][-1]) + rng.uniform(nearest, farthest)


def _progress(world: World, clip: slice) -> Floats:
    """0 at the clip's first frame, 1 at its last; shape (frames of the scene,)."""
    done: Floats = (np.arange(world.frames) - clip.start) / max(clip.stop - 1 - clip.start, 1)
    return done


def _pedestrian(rng: np.random.Generator, world: World, clip: slice) -> list[Actor]:
    """Stage one to three people who walk or run off the kerb and across the own lane."""
    side = rng.choice([-1.0, 1.0], p=[0.3, 0.7])
    first, last = rng.uniform(1.2, 2.2), rng.uniform(-0.9, 0.5)
    path = side * (first + (last - first) * _progress(world, clip))
    along = _ahead(rng, world, clip, 4.6, 7.0)
    return [
        draw_person(rng, along + 0.5 * k, path + side * 0.75 * k, world.frames, yaw=-side * np.pi / 2)
        for k in range(int(rng.choice([1, 2, 3], p=[0.5, 0.35, 0.15])))
    ]


def _cut_in(rng: np.random.Generator, world: World, clip: slice) -> list[Actor]:
    """Stage a vehicle that swerves from the next lane into the own one, a car's length ahead."""
    side = rng.choice([-1.0, 1.0]) if world.road.lanes_right else -1.0
    done = _progress(world, clip)
    across = side * (rng.uniform(1.8, 2.3) - rng.uniform(1.1, 1.7) * done)
    gap = rng.uniform(6.6, 9.0) + rng.uniform(-0.8, 0.6) * done
    yaw = -side * rng.uniform(0.3, 0.5) * (1 - 0.4 * np.clip(done, 0, 1))
    lit = float(rng.random() < 0.5)
    return [draw_vehicle(rng, world.drive.along + gap, across, world.frames, yaw=yaw, brake=lit, small=True)]


def _debris(rng: np.random.Generator, world: World, clip: slice) -> list[Actor]:
    """Put something lost from a load in the own lane."""
    along, n = _ahead(rng, world, clip, 4.5, 6.5), world.frames
    kind = str(rng.choice(["crate", "tyre", "mattress", "ladder"]))
    actors = []
    for k in range(int(rng.integers(3, 7)) if kind in ("crate", "tyre") else 1):
        spot, across = along + rng.uniform(0, 2.6) * min(k, 1), rng.uniform(-1.3, 1.3) * (1.0 if k else 0.4)
        tall = rng.uniform(0.55, 0.95)
        size = {
            "crate": (tall, tall * rng.uniform(0.9, 1.4), tall),
            "tyre": (0.75, 0.75, 0.3),
            "mattress": (1.2, 2.2, 0.75),
            "ladder": (1.6, 3.0, 0.6),
        }[kind]
        yaw = rng.uniform(-0.7, 0.7)
        colour = (206.0, 200.0, 188.0) if kind == "mattress" else pick(rng, CRATES)
        actors.append(place(kind, spot, across, n, size=size, colour=colour, yaw=yaw))
    for _ in range(int(rng.integers(3, 9))):
        size, where = (0.3, rng.uniform(0.2, 0.5), 0.12), rng.uniform(-1.6, 1.6)
        spot = along + rng.uniform(-0.8, 2.5)
        actors.append(
            place("crate", spot, where, n, size=size, colour=pick(rng, CRATES), yaw=rng.uniform(-1, 1))
        )
    return actors


def _animal(rng: np.random.Generator, world: World, clip: slice) -> list[Actor]:
    """Stage a deer, a cow or a loose dog that crosses the own lane, sometimes several."""
    kind = str(rng.choice(["deer", "cow", "dog"], p=[0.4, 0.35, 0.25]))
    size = {"deer": (1.7, 0.5, 1.6), "cow": (2.3, 0.8, 1.5), "dog": (1.15, 0.3, 0.85)}[kind]
    coats = {
        "deer": ((150, 100, 60), (128, 88, 56)),
        "cow": ((226, 220, 212), (116, 72, 48), (52, 46, 44)),
        "dog": ((92, 64, 44), (40, 36, 34), (196, 164, 116)),
    }[kind]
    side = rng.choice([-1.0, 1.0])
    span = rng.uniform(1.2, 2.6)
    path = side * (span * (0.6 - _progress(world, clip)))
    near = 4.4 if kind == "dog" else 5.4
    along = _ahead(rng, world, clip, near, near + 1.8)
    return [
        place(
            kind,
            along + 1.0 * k,
            path + side * 1.9 * k,
            world.frames,
            size=size,
            colour=pick(rng, tuple((float(r), float(g), float(b)) for r, g, b in coats)),
            yaw=-side * np.pi / 2,
            style=int(rng.integers(4)),
            phase=rng.uniform(0, 6),
        )
        for k in range(int(rng.choice([1, 2, 3], p=[0.5, 0.3, 0.2])))
    ]


def _sudden_brake(rng: np.random.Generator, world: World, clip: slice) -> list[Actor]:
    """Stage a car ahead that brakes hard: it looms, its tyres smoke and leave marks."""
    done = np.clip(_progress(world, clip), 0, 1)
    last = rng.uniform(5.6, 6.8)
    # the gap closes no faster than the own car drives: the other never rolls backwards
    drive = world.drive.along
    closing = min(float(drive[clip][-1] - drive[clip][0]), rng.uniform(4.0, 6.5))
    along = drive + last + closing * (1 - done) ** 1.4
    yaw = rng.choice([-1.0, 1.0]) * rng.uniform(0.02, 0.22) * done
    car = draw_vehicle(rng, along, rng.normal(0, 0.15), world.frames, brake=2.0, yaw=yaw, small=True)
    marks = [
        place("skid", along - 3.0, car.across[0] + x, world.frames, size=(6.0, 0.26, 0), colour=(24, 24, 26))
        for x in (-0.62, 0.62)
    ]
    puffs = [
        place(
            "smoke",
            along - rng.uniform(2.0, 3.0),
            car.across + rng.choice([-0.7, 0.7]) + rng.normal(0, 0.25),
            world.frames,
            size=(0.5, rng.uniform(0.5, 1.0), rng.uniform(0.4, 0.8)),
            colour=(196, 196, 200),
        )
        for _ in range(int(rng.integers(3, 7)))
    ]
    return [*marks, car, *puffs]


def _roadworks(rng: np.random.Generator, world: World, clip: slice) -> list[Actor]:
    """Stage cones that taper across the own lane to a barrier, with workers or an arrow board behind it."""
    along, n = _ahead(rng, world, clip, 5.0, 7.0), world.frames
    side = rng.choice([-1.0, 1.0])
    orange = (226.0, 92.0, 24.0)
    actors = [
        place("cone", along + 0.9 * k, side * (1.6 - 0.65 * k), n, size=(0.4, 0.42, 0.85), colour=orange)
        for k in range(int(rng.integers(4, 7)))
    ]
    back = along + rng.uniform(2.0, 3.0)
    for across in (-1.0, 1.0):
        actors.append(place("barrier", back, across, n, size=(0.4, 1.9, 1.1), colour=orange))
    if rng.random() < 0.6:
        style = int(rng.integers(2))
        size = (0.4, 1.9, 2.6)
        actors.append(
            place("arrow", back + 1.2, rng.uniform(-0.6, 0.6), n, size=size, colour=orange, style=style)
        )
    sway = 0.2 * np.sin(seconds(n) * 2)
    for _ in range(int(rng.integers(1, 4))):
        path = rng.uniform(-1.5, 1.5) + sway
        actors.append(draw_person(rng, back + rng.uniform(0.6, 2), path, n, kind="worker", yaw=np.pi / 2))
    return actors


def _crash(rng: np.random.Generator, world: World, clip: slice) -> list[Actor]:
    """Put a vehicle across the own lane after a crash, its driver beside it."""
    along, n = _ahead(rng, world, clip, 6.0, 8.5), world.frames
    yaw = rng.choice([-1.0, 1.0]) * rng.uniform(1.0, 2.0)
    across = rng.uniform(-0.9, 0.9)
    actors = [draw_vehicle(rng, along, across, n, yaw=yaw, brake=2.0, small=True)]
    if rng.random() < 0.6:
        turn = rng.uniform(-1.0, 1.0)
        where = across + rng.choice([-2.8, 2.8])
        actors.append(draw_vehicle(rng, along + 2.6, where, n, yaw=yaw + turn, brake=2.0, small=True))
    for _ in range(int(rng.integers(2, 7))):
        size = (0.4, rng.uniform(0.2, 0.6), rng.uniform(0.1, 0.25))
        spot, where = along - rng.uniform(1.0, 3.0), rng.uniform(-1.8, 1.8)
        actors.append(place("crate", spot, where, n, size=size, colour=pick(rng, CLOTHES[:5])))
    for _ in range(int(rng.integers(2, 5))):
        puff = (0.5, rng.uniform(0.7, 1.3), rng.uniform(0.6, 1.2))
        actors.append(
            place(
                "smoke", along, across + rng.normal(0, 1.0), n, size=puff, colour=(170, 170, 174), phase=1.0
            )
        )
    actors.append(draw_person(rng, along - 1.5, across + rng.choice([-1.6, 1.6]), n, yaw=np.pi / 2))
    return actors


STAGES: dict[str, Stage] = {
    "pedestrian_stepping_out": _pedestrian,
    "cut_in": _cut_in,
    "debris": _debris,
    "animal": _animal,
    "sudden_brake": _sudden_brake,
    "roadworks": _roadworks,
    "crash": _crash,
}
KINDS = tuple(STAGES)


def stage(
    rng: np.random.Generator, world: World, ordinary: Sequence[Actor], kind: str, clip: slice
) -> list[Actor]:
    """Return the actors of the clip whose frames are `clip`, with an event of `kind` among them.

    Road users that would stand between the camera and the event, or in it, are left out, and every second
    vehicle close by: else clips with an event would simply show and move more than the rest.
    """
    cast = STAGES[kind](rng, world, clip)
    ego = world.drive.along[clip]
    reach = max(float((actor.along[clip] - ego).max()) for actor in cast) + 4.0
    kept = []
    for actor in ordinary:
        if actor.vehicle or actor.kind == "cyclist":
            ahead = actor.along[clip] - ego
            near = (ahead > -3) & (ahead - actor.size[0] / 2 < reach)
            half = actor.size[1] / 2
            inside = np.abs(actor.across[clip]) - half < world.road.lane / 2 - 0.1
            touching = np.zeros(len(ego), dtype=bool)
            for other in cast:
                close = np.abs(actor.across[clip] - other.across[clip]) < half + other.size[1] / 2
                level = np.abs(actor.along[clip] - other.along[clip]) < actor.size[0] / 2 + 2.5
                touching |= close & level
            spare = actor.vehicle and bool((np.abs(ahead) < 30).any()) and rng.random() < 0.5
            if spare or bool(((near & inside) | touching).any()):
                continue
        kept.append(actor)
    return kept + cast
