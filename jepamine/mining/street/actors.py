"""The objects and road users of a scene: one record for everything from a tree to a lorry."""

from dataclasses import dataclass

import numpy as np

from jepamine.mining.street.light import RGB
from jepamine.mining.street.world import STEP, Floats

BODIES: dict[str, tuple[float, float, float]] = {
    "hatchback": (3.9, 1.75, 1.48),
    "saloon": (4.6, 1.82, 1.42),
    "suv": (4.6, 1.9, 1.72),
    "van": (5.2, 2.0, 2.3),
    "lorry": (8.5, 2.45, 3.4),
    "bus": (11.0, 2.5, 3.0),
}
PAINTS: tuple[RGB, ...] = (
    (232, 232, 230),
    (178, 182, 186),
    (112, 116, 122),
    (42, 44, 48),
    (162, 30, 32),
    (34, 62, 128),
    (58, 104, 156),
    (36, 92, 62),
    (196, 178, 140),
    (206, 162, 36),
    (204, 92, 34),
    (104, 38, 50),
)
CLOTHES: tuple[RGB, ...] = (
    (40, 44, 60),
    (70, 70, 74),
    (170, 42, 46),
    (48, 88, 150),
    (214, 206, 190),
    (62, 98, 66),
    (206, 160, 60),
    (120, 84, 60),
    (228, 112, 44),
)


@dataclass(frozen=True)
class Actor:
    """One thing in a scene. `along`, `across`, `yaw` and `brake` hold one value a frame, shape (frames,).

    `yaw` is the heading in radians against the road (0 = the way the own car drives, positive = to the
    right); `size` is (length, width, height) in metres; `brake` is above 0 where brake lights are lit.
    """

    kind: str
    along: Floats
    across: Floats
    yaw: Floats
    brake: Floats
    size: tuple[float, float, float]
    colour: RGB
    second: RGB = (60, 60, 66)
    style: int = 0
    phase: float = 0.0

    @property
    def vehicle(self) -> bool:
        """Return whether this is a motor vehicle."""
        return self.kind in BODIES


def pick(rng: np.random.Generator, colours: tuple[RGB, ...]) -> RGB:
    """Return one of `colours`, a little lighter or darker."""
    red, green, blue = colours[int(rng.integers(len(colours)))]
    gain = rng.uniform(0.85, 1.1)
    return red * gain, green * gain, blue * gain


def place(
    kind: str,
    along: Floats | float,
    across: Floats | float,
    frames: int,
    *,
    size: tuple[float, float, float],
    colour: RGB,
    yaw: Floats | float = 0.0,
    brake: Floats | float = 0.0,
    second: RGB = (60, 60, 66),
    style: int = 0,
    phase: float = 0.0,
) -> Actor:
    """Return an actor from numbers or arrays of shape (frames,)."""
    rows = [np.broadcast_to(np.asarray(v, dtype=np.float64), (frames,)) for v in (along, across, yaw, brake)]
    return Actor(kind, rows[0], rows[1], rows[2], rows[3], size, colour, second, style, phase)


def draw_vehicle(
    rng: np.random.Generator,
    along: Floats | float,
    across: Floats | float,
    frames: int,
    *,
    yaw: Floats | float = 0.0,
    brake: Floats | float = 0.0,
    small: bool = False,
) -> Actor:
    """Draw a vehicle of random make and paint; `small` leaves out lorries and buses."""
    odds = [0.3, 0.28, 0.24, 0.18, 0, 0] if small else [0.26, 0.24, 0.22, 0.13, 0.1, 0.05]
    kind = str(rng.choice(list(BODIES), p=odds))
    length, width, height = (v * rng.uniform(0.95, 1.06) for v in BODIES[kind])
    return place(
        kind,
        along,
        across,
        frames,
        size=(length, width, height),
        colour=pick(rng, PAINTS),
        second=pick(rng, PAINTS),
        yaw=yaw,
        brake=brake,
        style=int(rng.integers(4)),
    )


def draw_person(
    rng: np.random.Generator,
    along: Floats | float,
    across: Floats | float,
    frames: int,
    *,
    yaw: Floats | float = 0.0,
    kind: str = "person",
) -> Actor:
    """Draw a person (or, by `kind`, a worker or a cyclist) of random height and clothes."""
    height = rng.uniform(1.55, 1.9)
    return place(
        kind,
        along,
        across,
        frames,
        size=(0.4, height * 0.3, height),
        colour=pick(rng, CLOTHES),
        second=pick(rng, CLOTHES[:4]),
        yaw=yaw,
        style=int(rng.integers(4)),
        phase=rng.uniform(0, 2 * np.pi),
    )


def seconds(frames: int) -> Floats:
    """Return the time of each frame since the scene began, in seconds, shape (frames,)."""
    return np.arange(frames, dtype=np.float64) * STEP
