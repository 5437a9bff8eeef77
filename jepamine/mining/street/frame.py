"""Paint one frame: sky, ground, then everything in the scene from far to near."""

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageDraw

from jepamine.mining.street.actors import Actor
from jepamine.mining.street.ground import paint_road
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
from jepamine.mining.street.sensor import expose, paint_weather
from jepamine.mining.street.vehicles import draw_vehicle
from jepamine.mining.street.view import FINE, View
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
