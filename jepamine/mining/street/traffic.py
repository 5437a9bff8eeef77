"""Ordinary road users: traffic ahead and oncoming, parked cars, cyclists, people on the pavements."""

import numpy as np

from jepamine.mining.street.actors import Actor, draw_person, draw_vehicle, pick, place, seconds
from jepamine.mining.street.world import World

DOGS = ((92, 64, 44), (40, 36, 34), (196, 164, 116), (214, 208, 200))


def draw_traffic(rng: np.random.Generator, world: World) -> list[Actor]:
    """Draw moving and waiting vehicles, cyclists at the edge, and cars crossing at the junction."""
    road, drive, n = world.road, world.drive, world.frames
    time = seconds(n)
    slowing = (np.gradient(drive.speed) < -0.05) | (drive.speed < 0.3)
    actors = []

    if rng.random() < 0.62:
        gap = rng.uniform(8.5, 20) + 0.35 * drive.speed.mean()
        sway = rng.uniform(0, 1.6) * np.sin(time * rng.uniform(0.4, 1.0) + rng.uniform(0, 6))
        for _ in range(int(rng.integers(1, 4))):
            lit = slowing | (rng.random() < 0.25)
            across = rng.normal(0, 0.15)
            actors.append(draw_vehicle(rng, drive.along + gap + sway, across, n, brake=lit.astype(float)))
            gap += rng.uniform(9, 22)

    for lane in range(-road.lanes_left, road.lanes_right + 1):
        if lane == 0:
            continue
        middle = lane * road.lane
        against = lane < 0 and road.oncoming
        along = rng.uniform(-20, 20)
        while along < 170:
            along += rng.uniform(7, 20) + rng.exponential(18)
            speed = rng.uniform(5, 14) if against else drive.speed + rng.normal(0, 1.2)
            path = along - speed * time if against else drive.along + along + rng.normal(0, 1.5) * time
            across = middle + rng.normal(0, 0.15)
            if not against and rng.random() < 0.3:
                path = path + rng.choice([-1.0, 1.0]) * rng.uniform(3, 7) * (time - time.mean())
            if not against and along > 32 and rng.random() < 0.25:
                # a lane change far ahead, unlike a close cut-in
                start = rng.uniform(0, time[-1] + 0.1)
                turn = np.clip((time - start) / 2.5, 0, 1)
                across = across - np.sign(lane) * road.lane * turn
            actors.append(
                draw_vehicle(
                    rng,
                    path,
                    across,
                    n,
                    yaw=np.pi if against else 0.0,
                    brake=0.0 if against else (slowing & (rng.random() < 0.6)).astype(float),
                )
            )

    if road.kind != "highway" and rng.random() < 0.3:
        along, pace = rng.uniform(8, 45), rng.uniform(3, 6)
        where = road.right - rng.uniform(0.4, 0.8)
        actors.append(draw_person(rng, along + pace * time, where, n, kind="cyclist"))

    if road.junction is not None:
        for _ in range(int(rng.integers(0, 4))):
            way = rng.choice([-1.0, 1.0])
            across = way * (rng.uniform(-5, 5) * time + rng.uniform(road.right + 6, 45))
            along = road.junction + rng.choice([-1.8, 1.8])
            actors.append(draw_vehicle(rng, along, across, n, yaw=np.pi / 2 * rng.choice([-1, 1])))
    return actors


def _draw_parked(rng: np.random.Generator, world: World, side: int, edge: float) -> list[Actor]:
    actors = []
    along = rng.uniform(0, 12)
    while along < 160:
        along += rng.choice([6.2, 6.6, 12.0, 20.0])
        yaw = 0.0 if side > 0 or not world.road.oncoming else np.pi
        if world.road.junction is None or abs(along - world.road.junction) > 11:
            actors.append(draw_vehicle(rng, along, edge - side * 1.05, world.frames, yaw=yaw, small=True))
    return actors


def _draw_walkers(rng: np.random.Generator, world: World, side: int, edge: float) -> list[Actor]:
    road, n, time = world.road, world.frames, seconds(world.frames)
    actors = []
    along = rng.uniform(0, 25)
    while along < 130:
        along += 4 + rng.exponential(16 if road.kind == "city" else 30)
        across = edge + side * rng.uniform(0.35, max(road.pavement - 0.3, 0.5))
        pace = rng.choice([-1.4, -1.1, 0.0, 1.1, 1.4])
        path = along + pace * time
        waits = pace == 0.0 and rng.random() < 0.6
        yaw = -side * np.pi / 2 if waits else (np.pi if pace < 0 else 0.0)
        for beside in range(int(rng.choice([1, 1, 2, 3]))):
            person = draw_person(rng, path + beside * 0.3, across + side * 0.6 * beside, n, yaw=yaw)
            actors.append(person)
        if rng.random() < 0.14:
            size = (rng.uniform(0.6, 1.0), 0.3, rng.uniform(0.45, 0.7))
            turned = rng.choice([np.pi / 2, -np.pi / 2]) if waits else yaw
            dog = place(
                "dog", path + 0.5, across - side * 0.5, n, size=size, colour=pick(rng, DOGS), yaw=turned
            )
            actors.append(dog)
    return actors


def draw_bystanders(rng: np.random.Generator, world: World) -> list[Actor]:
    """Parked cars, and people and dogs that stay on the pavements."""
    road = world.road
    actors = []
    for side, edge in ((1, road.right), (-1, road.left)):
        if road.parking > 1.5 and rng.random() < 0.8:
            actors += _draw_parked(rng, world, side, edge)
        if road.pavement > 0:
            actors += _draw_walkers(rng, world, side, edge)
    return actors
