"""Puts an event among the ordinary actors of one clip."""

from collections.abc import Sequence

import numpy as np

from jepamine.mining.street.actors import Actor
from jepamine.mining.street.events import STAGES
from jepamine.mining.street.world import World


def stage(
    rng: np.random.Generator, world: World, ordinary: Sequence[Actor], kind: str, clip: slice
) -> list[Actor]:
    """The actors of the clip whose frames are `clip`, with an event of `kind` among them.

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
