"""Time of day and weather, fog among it: what they do to colours, to sight and to the picture's noise."""

from dataclasses import dataclass
from math import exp

import numpy as np

RGB = tuple[float, float, float]


@dataclass(frozen=True)
class Light:
    """The light of one scene. Colours are in 0..255, gains are factors on them, distances in metres."""

    time_of_day: str
    weather: str
    ambient: RGB  # gain of each channel on a surface's own colour
    sky_top: RGB
    sky_low: RGB
    haze: RGB  # what far things fade into
    visibility: float  # distance at which a colour has faded to 1/e
    headlights: float  # gain of the own headlights right in front of the car
    glow: float  # strength of the halo round lamps
    grain: float  # standard deviation of the sensor noise
    shadow: float  # how dark shadows on the ground are, 0 = none
    gloss: float  # how much of the sky a wet road mirrors


_SKY: dict[str, tuple[RGB, RGB]] = {
    "clear": ((84, 138, 208), (190, 212, 232)),
    "overcast": ((168, 174, 184), (204, 206, 210)),
    "rain": ((128, 136, 148), (172, 178, 186)),
    "fog": ((186, 190, 194), (204, 206, 208)),
    "snow": ((184, 190, 200), (220, 222, 228)),
}
_AMBIENT = {"clear": 1.0, "overcast": 0.84, "rain": 0.7, "fog": 0.86, "snow": 0.9}
_VISIBILITY = {
    "clear": (300.0, 600.0),
    "overcast": (220.0, 400.0),
    "rain": (90.0, 180.0),
    "fog": (32.0, 70.0),
    "snow": (60.0, 120.0),
}


def scaled(colour: RGB, gain: float) -> RGB:
    """Return a colour times a gain."""
    return colour[0] * gain, colour[1] * gain, colour[2] * gain


def mixed(a: RGB, b: RGB, share: float) -> RGB:
    """Return `a` with `share` (0..1) of `b` in it."""
    keep = 1.0 - share
    return a[0] * keep + b[0] * share, a[1] * keep + b[1] * share, a[2] * keep + b[2] * share


def draw_light(rng: np.random.Generator) -> Light:
    """Draw a scene's time of day and weather, and the light that follows from them."""
    time = str(rng.choice(["day", "dusk", "night"], p=[0.6, 0.16, 0.24]))
    weather = str(rng.choice(list(_SKY), p=[0.42, 0.24, 0.15, 0.1, 0.09]))
    top, low = (scaled(c, rng.uniform(0.9, 1.06)) for c in _SKY[weather])
    bright = _AMBIENT[weather] * rng.uniform(0.85, 1.1)
    warm = rng.uniform(-0.04, 0.05)
    ambient: RGB = (bright * (1 + warm), bright, bright * (1 - warm))
    headlights, glow, grain = 0.0, 0.15, rng.uniform(1.2, 4.8)
    if time == "dusk":
        blush: RGB = (226, 150, 104) if weather in ("clear", "overcast") else (150, 142, 150)
        top, low = mixed(scaled(top, 0.5), (70, 74, 120), 0.4), mixed(scaled(low, 0.7), blush, 0.6)
        ambient = (bright * 0.56, bright * 0.48, bright * 0.5)
        headlights, glow, grain = 0.25, 0.55, rng.uniform(2.2, 5.5)
    elif time == "night":
        level = rng.uniform(0.75, 1.3)
        top, low = mixed(scaled(top, 0.05), (10, 12, 26), 0.5), mixed(scaled(low, 0.1), (44, 36, 34), 0.6)
        ambient = (0.25 * level, 0.235 * level, 0.25 * level)
        headlights, glow, grain = rng.uniform(0.55, 0.8), 1.0, rng.uniform(2.5, 6.5)
    return Light(
        time_of_day=time,
        weather=weather,
        ambient=ambient,
        sky_top=top,
        sky_low=low,
        haze=low,
        visibility=rng.uniform(*_VISIBILITY[weather]),
        headlights=headlights,
        glow=glow,
        grain=grain,
        shadow=0.5 if weather == "clear" and time == "day" else 0.3,
        gloss=rng.uniform(0.2, 0.4) if weather == "rain" else 0.0,
    )


def light_at(light: Light, beside: float, ahead: float) -> tuple[float, ...]:
    """Return what light and haze make of colours at a place in metres from the camera.

    Three gains on a colour's channels, by daylight and the own headlights, and the haze or fog that is added
    to each: exp(-ahead / visibility) of the colour is left.
    """
    clear = exp(-ahead / light.visibility) if ahead > 0 else 1.0
    beam = 0.0
    if light.headlights:
        wide = beside / (3.0 + 0.28 * abs(ahead))
        beam = light.headlights / (1 + (ahead / 17.0) ** 2) * exp(-wide * wide)
    red, green, blue = light.ambient
    gains = ((red + beam) * clear, (green + beam) * clear, (blue + beam * 0.93) * clear)
    low, mid, high = light.haze
    return (*gains, low * (1 - clear), mid * (1 - clear), high * (1 - clear))
