"""Build clips from nuScenes: its scenes, cut by camera, from its tables without the devkit."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from jepamine.errors import UserError
from jepamine.manifests.new_lines import Skipped, full
from jepamine.manifests.nuscenes_tables import records, row, version_folder
from jepamine.manifests.windows import Cutter, check_cameras
from jepamine.places import File, Url
from jepamine.utils.progress import notify
from jepamine.utils.remote import listing

FRONT = ("CAM_FRONT",)
# How many missing images are named.
NAMED = 5


class Sample(NamedTuple):
    """A keyframe of all sensors, and the scene it belongs to."""

    token: str
    scene: str


class Shot(NamedTuple):
    """One image: time (microseconds), path (relative to the root), record, sample."""

    time: int
    filename: str
    token: str
    sample: Sample


# Images by (scene token, camera).
Shots = dict[tuple[str, str], list[Shot]]


def nuscenes_lines(
    root: File,
    version: str,
    window: int,
    stride: int,
    cameras: Sequence[str] = FRONT,
    sweeps: bool = False,
    max_gap: float = 1.0,
) -> list[dict[str, Any]]:
    """Return manifest lines of the scenes of `root`/`version`, in the order of scene.json, with absolute
    paths.

    One clip per camera and window, of keyframes (2 per second) or of all images (12 per second, `sweeps`),
    in the order of their timestamps; none crosses a scene or spans more than `max_gap` seconds between two
    frames. `sample_tokens` are the samples of a clip's frames. Reports what is skipped. Raises UserError,
    with file and token, for tables that are missing, incomplete or contradictory.
    """
    root = full(root)
    folder = version_folder(root, version)
    scenes = _scenes(folder)
    channels = _channels(folder, cameras)
    shots = _shots(folder, scenes, channels, sweeps)
    cutter = Cutter(window, stride, max_gap)
    lines = [
        line
        for token, scene_keys in scenes.items()
        for camera in dict.fromkeys(cameras)
        for line in _lines(
            scene_keys, camera, _in_order(shots.get((token, camera), []), folder), root, cutter
        )
    ]
    if not lines:
        raise UserError(f"{folder}: no scene has a tubelet (2 frames) of {', '.join(cameras)}")
    filenames = [shot.filename for track in shots.values() for shot in track]
    notify(f"read: {len(filenames)} images in {len(scenes)} scene{'s' if len(scenes) > 1 else ''}")
    cutter.notify()
    _report_missing(root, filenames)
    return lines


def _lines(
    scene_keys: dict[str, str], camera: str, shots: list[Shot], root: File, cutter: Cutter
) -> Iterator[dict[str, Any]]:
    times = [shot.time for shot in shots]
    paths = [str(root / shot.filename) for shot in shots]
    about = {key: scene_keys[key] for key in ("location", "description") if scene_keys.get(key)}
    for span in cutter.cut(paths, times):
        part = slice(span.start, span.stop)
        yield {
            "clip_id": f"{scene_keys['name']}__{camera}__{times[span.start]}",
            "scene": scene_keys["name"],
            "log": scene_keys["log"],
            "camera": camera,
            "timestamps": times[part],
            "frame_paths": paths[part],
            "sample_tokens": list(dict.fromkeys(shot.sample.token for shot in shots[part])),
            **about,
        }


def _scenes(folder: File) -> dict[str, dict[str, str]]:
    logs = {
        log["token"]: {"log": log["logfile"] or log["token"], "location": str(log.get("location") or "")}
        for log in records(folder, "log", logfile=str)
    }
    return {
        scene["token"]: {
            "name": scene["name"],
            "description": str(scene.get("description") or ""),
            **row(logs, scene, "log_token", folder / "scene.json"),
        }
        for scene in records(folder, "scene", name=str, log_token=str)
    }


def _channels(folder: File, cameras: Sequence[str]) -> dict[str, str | None]:
    # calibrated_sensor token -> its camera; "" for cameras not requested, None for other sensors.
    sensors = {
        sensor["token"]: (sensor["modality"], sensor["channel"])
        for sensor in records(folder, "sensor", channel=str, modality=str)
    }
    available = {channel for modality, channel in sensors.values() if modality == "camera"}
    check_cameras(cameras, available, str(folder / "sensor.json"))
    channels: dict[str, str | None] = {}
    for record in records(folder, "calibrated_sensor", sensor_token=str):
        modality, channel = row(sensors, record, "sensor_token", folder / "calibrated_sensor.json")
        unused = "" if modality == "camera" else None
        channels[record["token"]] = channel if channel in cameras else unused
    return channels


def _shots(
    folder: File, scenes: dict[str, dict[str, str]], channels: dict[str, str | None], sweeps: bool
) -> Shots:
    samples: dict[str, Sample] = {}
    for record in records(folder, "sample", scene_token=str):
        row(scenes, record, "scene_token", folder / "sample.json")
        samples[record["token"]] = Sample(record["token"], record["scene_token"])
    path = folder / "sample_data.json"
    shots: Shots = {}
    skipped = Skipped()
    # The full data set has 2.6 million of these records: for most not even a token is kept.
    for record in records(
        folder,
        "sample_data",
        sample_token=str,
        calibrated_sensor_token=str,
        is_key_frame=bool,
        timestamp=int,
        filename=str,
    ):
        camera = row(channels, record, "calibrated_sensor_token", path)
        if camera is None:
            continue
        if not camera:
            skipped.add("frames", "of other cameras; --camera chooses")
            continue
        if not (sweeps or record["is_key_frame"]):
            skipped.add("frames", "between keyframes; --sweeps keeps them")
            continue
        sample = row(samples, record, "sample_token", path)
        shot = Shot(record["timestamp"], record["filename"], record["token"], sample)
        shots.setdefault((sample.scene, camera), []).append(shot)
    skipped.notify()
    return shots


def _in_order(shots: list[Shot], folder: File) -> list[Shot]:
    ordered = sorted(shots)
    for first, second in itertools.pairwise(ordered):
        if first.time == second.time:
            raise UserError(
                f"{folder / 'sample_data.json'}: records {first.token} and {second.token} "
                f"are of one scene, camera and timestamp, {first.time}"
            )
    return ordered


def _report_missing(root: File, filenames: Sequence[str]) -> None:
    """Say how many images do not exist, of each folder, and the first five of them."""
    # One listing per folder: much faster than checking a million files one by one.
    existing: dict[str, set[str]] = {}
    absent: dict[str, list[str]] = {}
    for filename in filenames:
        folder, _, name = filename.rpartition("/")
        if folder not in existing:
            existing[folder] = _names_in(root / folder)
        if name not in existing[folder]:
            absent.setdefault(folder, []).append(filename)
    if absent:
        lost = [filename for names in absent.values() for filename in names]
        by_folder = ", ".join(f"{len(names)} in {folder}" for folder, names in absent.items())
        notify(
            f"warning: {len(lost)} of {len(filenames)} images do not exist ({by_folder}): "
            + ", ".join(sorted(lost)[:NAMED])
            + (", ..." if len(lost) > NAMED else "")
            + f" below {root}; 'jepamine manifest fix' drops their clips"
        )


def _names_in(folder: File) -> set[str]:
    if isinstance(folder, Url):
        return {file.name for file in listing(folder)}
    return {entry.name for entry in folder.iterdir()} if folder.is_dir() else set()
