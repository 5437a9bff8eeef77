"""Build clips from a LeRobot dataset, version 3: episodes in mp4 files, their places in Parquet files.

Format: https://huggingface.co/docs/lerobot/lerobot-dataset-v3
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jepamine.data.video_index import VideoIndex, video_index
from jepamine.errors import UserError
from jepamine.manifests.input_files import read_columns
from jepamine.manifests.new_lines import Skipped, full
from jepamine.manifests.video_clips import clip_lines
from jepamine.manifests.windows import check_cameras
from jepamine.utils.json_files import is_number, read_json
from jepamine.utils.progress import notify

VIDEO_PATH = "videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4"
PLACE = ("chunk_index", "file_index", "from_timestamp", "to_timestamp")


def lerobot_lines(
    root: Path, window: int, stride: int, cameras: Sequence[str] = (), fps: float | None = None
) -> list[dict[str, Any]]:
    """Return manifest lines of all episodes of the dataset in `root`: clips of `window` frames.

    An episode is a scene and a drive, whose cameras share a clock from 0; no clip crosses an episode.
    `cameras` are video features such as `observation.images.front`, or their last part (default: all). `fps`
    is the dataset's by default. Raises UserError without pyarrow, for another version, an unknown camera,
    and tables that are missing or lack columns; episodes without their video are skipped and counted.
    """
    root = full(root)
    info = _info(root)
    keys = {key: key.rsplit(".", 1)[-1] for key, feature in info["features"].items() if _is_video(feature)}
    check_cameras(cameras, [*keys, *keys.values()], str(root / "meta" / "info.json"))
    chosen = {key: name for key, name in keys.items() if not cameras or key in cameras or name in cameras}
    rate = info["fps"] if fps is None else fps
    skipped = Skipped()
    indexes: dict[Path, VideoIndex] = {}
    lines: list[dict[str, Any]] = []
    episodes = list(_episodes(root, list(chosen)))
    for episode in episodes:
        for key, camera in chosen.items():
            file, start, end = _place(root, info.get("video_path") or VIDEO_PATH, episode, key)
            if file not in indexes and file.is_file():
                indexes[file] = video_index(file)
            if file not in indexes:
                skipped.add("episodes", "their video does not exist", file)
                continue
            lines += _lines(file, indexes[file], (start, end), episode, camera, rate, window, stride)
    skipped.notify()
    notify(f"read: {len(episodes)} episodes in {len(indexes)} video{'s' * (len(indexes) != 1)}")
    if not lines:
        raise UserError(f"{root}: no episode has a tubelet (2 frames) at {rate:g} per second")
    return lines


def _info(root: Path) -> dict[str, Any]:
    path = root / "meta" / "info.json"
    info = read_json(path)
    version = str(info.get("codebase_version"))
    if not version.startswith("v3."):
        raise UserError(
            f"{path}: version '{version}' of the format; convert it to v3.0 with LeRobot's "
            "convert_dataset_v21_to_v30, or cut the videos with: jepamine manifest video"
        )
    features = info.get("features")
    if not isinstance(features, dict) or not any(map(_is_video, features.values())):
        raise UserError(f"{path}: no feature of dtype 'video'")
    if not is_number(info.get("fps")) or info["fps"] <= 0:
        raise UserError(f"{path}: 'fps' is not a rate: {info.get('fps')!r}")
    return info


def _is_video(feature: Any) -> bool:
    return isinstance(feature, dict) and feature.get("dtype") == "video"


def _episodes(root: Path, keys: Sequence[str]) -> Iterator[dict[str, Any]]:
    files = sorted((root / "meta" / "episodes").glob("chunk-*/file-*.parquet"))
    if not files:
        raise UserError(f"{root / 'meta' / 'episodes'}: no chunk-*/file-*.parquet in it")
    columns = ["episode_index", *(f"videos/{key}/{name}" for key in keys for name in PLACE)]
    for file in files:
        for number, episode in enumerate(read_columns(file, columns, ["tasks"])):
            for name in columns:
                if not is_number(episode[name]):
                    raise UserError(f"{file}: row {number}: '{name}' is not a number: {episode[name]!r}")
            yield episode


def _place(root: Path, pattern: str, episode: Mapping[str, Any], key: str) -> tuple[Path, float, float]:
    chunk, number, start, end = (episode[f"videos/{key}/{name}"] for name in PLACE)
    try:
        name = pattern.format(video_key=key, chunk_index=int(chunk), file_index=int(number))
    except (KeyError, ValueError, IndexError):
        raise UserError(
            f"{root / 'meta' / 'info.json'}: 'video_path' cannot be filled in: {pattern!r}"
        ) from None
    return root / name, start, end


def _lines(
    file: Path,
    index: VideoIndex,
    span: tuple[float, float],
    episode: Mapping[str, Any],
    camera: str,
    rate: float,
    window: int,
    stride: int,
) -> Iterator[dict[str, Any]]:
    # Half a millisecond: the ends are seconds as floats, the frames' times whole units of the container.
    start, end = (round(seconds * 1e6) for seconds in span)
    times = [time for time in index.times if start - 500 <= time < end - 500]
    if not times:
        raise UserError(
            f"{file}: no frame from {span[0]:.3f} to {span[1]:.3f} s, episode {episode['episode_index']}"
        )
    name = f"episode_{int(episode['episode_index']):06d}"
    about = {"tasks": episode["tasks"]} if episode.get("tasks") else {}
    keys = {"video": str(file)}
    last = min(end, index.end)
    for line in clip_lines(file, f"{name}__{camera}", keys, times, last, rate, window, stride, index.resized):
        yield line | {"scene": name, "drive": name, "camera": camera, "video_start": -times[0], **about}
