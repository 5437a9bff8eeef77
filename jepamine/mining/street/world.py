"""What a scene is: the road, the camera on the car, and how the car drives through it.

Places on the road are (across, along): metres to the right of the middle of the own lane, and metres
from where the drive began. Traffic keeps to the right.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jepamine.mining.street.light import RGB, Light, draw_light

Floats = NDArray[np.float64]
STEP = 0.125  # seconds between frames


@dataclass(frozen=True)
class Road:
    """One road's cross-section (metres), its ground colours and its make."""

    kind: str  # "city", "suburb", "country" or "highway"
    lane: float  # width of a lane
    lanes_left: int
    lanes_right: int
    oncoming: bool  # whether the lanes to the left run the other way
    parking: float  # width of the parking strips beside the lanes, 0 = none
    pavement: float  # width of the pavements, 0 = none
    asphalt: RGB
    paving: RGB
    ground: RGB
    marking: RGB
    junction: float | None  # where along the road a side road crosses it

    @property
    def right(self) -> float:
        """Return where the carriageway ends on the right."""
        return (self.lanes_right + 0.5) * self.lane + self.parking

    @property
    def left(self) -> float:
        """Return where the carriageway ends on the left (negative)."""
        return -(self.lanes_left + 0.5) * self.lane - self.parking


@dataclass(frozen=True)
class Drive:
    """The camera, frame by frame: arrays of shape (frames,), metres and radians unless said otherwise."""

    along: Floats
    across: Floats
    speed: Floats  # metres a second
    curve: Floats  # curvature of the road ahead, 1/metres
    pitch: Floats
    exposure: Floats  # gain on the finished picture
    hill: float  # curvature of the road's height, 1/metres
    height: float
    focal: float  # in picture widths
    horizon: float  # in picture heights


@dataclass(frozen=True)
class World:
    """One scene without its objects and road users."""

    road: Road
    light: Light
    drive: Drive
    frames: int


def _smooth(rng: np.random.Generator, frames: int, spread: float) -> Floats:
    """Return a slow wave of the given amplitude, of shape (frames,)."""
    time = np.arange(frames) * STEP
    wave: Floats = spread * np.sin(time * rng.uniform(0.5, 1.5) + rng.uniform(0, 2 * np.pi))
    return wave


def _draw_road(rng: np.random.Generator, light: Light) -> Road:
    kind = str(rng.choice(["city", "suburb", "country", "highway"], p=[0.42, 0.28, 0.18, 0.12]))
    grey = rng.uniform(78, 116)
    asphalt: RGB = (grey, grey + rng.uniform(-2, 3), grey + rng.uniform(-2, 7))
    stone = rng.uniform(126, 168)
    paving: RGB = (stone + rng.uniform(0, 12), stone + rng.uniform(-2, 5), stone - rng.uniform(0, 14))
    grass: RGB = (rng.uniform(72, 142), rng.uniform(104, 140), rng.uniform(48, 74))
    ground = paving if kind == "city" and rng.random() < 0.5 else grass
    if light.weather == "snow":
        ground, paving = (222.0, 226.0, 232.0), (200.0, 203.0, 208.0)
        asphalt = (asphalt[0] + 36, asphalt[1] + 37, asphalt[2] + 39)
    streets = kind in ("city", "suburb")
    return Road(
        kind=kind,
        lane=rng.uniform(3.6, 3.9) if kind == "highway" else rng.uniform(2.9, 3.5),
        lanes_left=int(rng.integers(1, 3)),
        lanes_right=int(rng.integers(0, 2)) if kind != "country" else 0,
        oncoming=kind != "highway",
        parking=float(rng.choice([0.0, 2.2])) if streets else rng.uniform(0.3, 0.9),
        pavement=rng.uniform(2.0, 4.5) if streets else 0.0,
        asphalt=asphalt,
        paving=paving,
        ground=ground,
        marking=(238, 205, 120) if rng.random() < 0.15 else (228, 228, 222),
        junction=rng.uniform(25, 90) if streets and rng.random() < 0.5 else None,
    )


def _draw_drive(rng: np.random.Generator, road: Road, frames: int) -> Drive:
    top = {"city": 11.0, "suburb": 12.0, "country": 15.0, "highway": 18.0}[road.kind]
    start = rng.uniform(0.35, 1.0) * top
    mode = rng.choice(["steady", "slows", "starts", "stands"], p=[0.6, 0.15, 0.15, 0.1])
    time = np.arange(frames) * STEP
    if mode == "slows":
        speed = np.maximum(start - rng.uniform(1.0, 3.0) * time, 0.0)
    elif mode == "starts":
        speed = np.minimum(np.maximum(rng.uniform(1.2, 2.5) * (time - rng.uniform(0, 1.5)), 0.0), start)
    elif mode == "stands" and road.kind != "highway":
        speed = np.zeros(frames)
    else:
        speed = start * (1 + _smooth(rng, frames, 0.08))
    bend = rng.normal(0, 0.0035 if road.kind != "highway" else 0.001)
    # smooth asphalt to cobbles, and now and then a bump
    shake = (0.0006 + 0.00022 * speed) * rng.choice([0.4, 1.0, 2.0, 3.5], p=[0.35, 0.3, 0.2, 0.15])
    bumps = rng.normal(0, 0.008, frames) * (rng.random(frames) < 0.06) * np.minimum(speed / 8, 1)
    return Drive(
        along=np.concatenate([[0.0], np.cumsum(speed[:-1] * STEP)]),
        across=rng.normal(0, 0.12) + _smooth(rng, frames, 0.12) * np.minimum(speed / 4, 1),
        speed=speed,
        curve=bend + _smooth(rng, frames, 0.0012),
        pitch=_smooth(rng, frames, 0.004) + rng.normal(0, 1, frames) * shake + bumps,
        exposure=rng.uniform(0.92, 1.1)
        + _smooth(rng, frames, 0.03)
        + rng.normal(0, rng.choice([0.003, 0.012]), frames),
        hill=rng.uniform(-0.0003, 0.0009),
        height=rng.uniform(1.25, 1.65),
        focal=rng.uniform(0.66, 0.84),
        horizon=rng.uniform(0.44, 0.52),
    )


def draw_world(rng: np.random.Generator, frames: int) -> World:
    """Draw the road, the light and the drive of a scene of `frames` frames."""
    light = draw_light(rng)
    road = _draw_road(rng, light)
    return World(road, light, _draw_drive(rng, road, frames), frames)
