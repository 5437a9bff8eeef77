"""Write a folder of labelled street clips: frames, a manifest without labels, and the labels."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from jepamine.mining.street.actors import Actor
from jepamine.mining.street.events import KINDS, stage
from jepamine.mining.street.frame import paint_frame
from jepamine.mining.street.ground import paint_sky
from jepamine.mining.street.roadside import draw_marks, draw_roadside
from jepamine.mining.street.traffic import draw_bystanders, draw_traffic
from jepamine.mining.street.world import STEP, World, draw_world
from jepamine.utils.json_files import json_text

QUALITY = 85
_EPOCH = 1_700_000_000_000_000  # microseconds; scenes lie an hour apart
_WORLD, _EVENT, _FRAME, _CHOICE = range(4)  # what a random stream is for


def _draw_scene(seed: int, scene: int, frames: int) -> tuple[World, list[Actor], np.random.Generator]:
    rng = np.random.default_rng([seed, _WORLD, scene])
    world = draw_world(rng, frames)
    actors = [
        *draw_marks(rng, world),
        *draw_roadside(rng, world),
        *draw_bystanders(rng, world),
        *draw_traffic(rng, world),
    ]
    return world, actors, rng


def choose_events(clips: int, event_rate: float, seed: int, clips_per_scene: int) -> dict[int, str]:
    """Which clips (counted from 0 through all scenes) hold an event, and of which kind.

    Every scene gets one before any gets a second; kinds are dealt out evenly.
    """
    rng = np.random.default_rng([seed, _CHOICE])
    count = round(clips * event_rate)
    if event_rate > 0 and clips > 0:
        count = max(count, 1)
    scenes = -(-clips // clips_per_scene)
    orders = [
        rng.permutation(np.arange(scene * clips_per_scene, min((scene + 1) * clips_per_scene, clips)))
        for scene in range(scenes)
    ]
    chosen: list[int] = []
    for turn in range(clips_per_scene):
        able = [order for order in orders if len(order) > turn]
        chosen += [int(able[k][turn]) for k in rng.permutation(len(able))]
    kinds: list[str] = []
    while len(kinds) < count:
        kinds += [KINDS[k] for k in rng.permutation(len(KINDS))]
    return dict(zip(chosen[:count], kinds, strict=False))


def generate(
    folder: Path,
    *,
    clips: int,
    event_rate: float,
    seed: int,
    frames: int = 8,
    clips_per_scene: int = 4,
    size: tuple[int, int] = (320, 180),
    on_clip: Callable[[], None] | None = None,
) -> None:
    """Write `clips` street clips of `frames` JPEG frames of `size` (width, height) into `folder`.

    `folder` must exist and be empty. It gets `frames/<scene>/<NNNN>.jpg`, `manifest.jsonl` and
    `labels.jsonl`, one line a clip, in the same order. `event_rate` (0..1) of the clips hold a rare
    event. A scene is one drive of `clips_per_scene` clips that follow one another in time, `STEP` seconds
    between frames; it depends on `seed` and its number only, except for its events. `on_clip` is called
    after each clip. The same arguments write the same bytes.
    """
    events = choose_events(clips, event_rate, seed, clips_per_scene)
    with (folder / "manifest.jsonl").open("w") as manifest, (folder / "labels.jsonl").open("w") as labels:
        for scene in range(-(-clips // clips_per_scene)):
            name = f"street-{scene:04d}"
            (folder / "frames" / name).mkdir(parents=True)
            world, ordinary, rng = _draw_scene(seed, scene, frames * clips_per_scene)
            sky = paint_sky(rng, world, size)
            for part in range(min(clips_per_scene, clips - scene * clips_per_scene)):
                kind = events.get(scene * clips_per_scene + part)
                span = slice(part * frames, (part + 1) * frames)
                actors = ordinary
                if kind is not None:
                    own = np.random.default_rng([seed, _EVENT, scene, part])
                    actors = stage(own, world, ordinary, kind, span)
                paths = []
                for frame in range(span.start, span.stop):
                    noise = np.random.default_rng([seed, _FRAME, scene, frame])
                    paths.append(f"frames/{name}/{frame:04d}.jpg")
                    image = paint_frame(world, actors, sky, frame, noise, size)
                    image.save(folder / paths[-1], quality=QUALITY)
                begin = _EPOCH + scene * 3_600_000_000
                entry = {
                    "clip_id": f"{name}-{part}",
                    "scene": name,
                    "camera": "CAM_FRONT",
                    "frame_paths": paths,
                    "timestamps": [begin + round(k * STEP * 1e6) for k in range(span.start, span.stop)],
                    "time_of_day": world.light.time_of_day,
                    "weather": world.light.weather,
                }
                label = {"clip_id": entry["clip_id"], "binary_label": int(kind is not None), "kind": kind}
                manifest.write(json_text(entry) + "\n")
                labels.write(json_text(label) + "\n")
                if on_clip is not None:
                    on_clip()
