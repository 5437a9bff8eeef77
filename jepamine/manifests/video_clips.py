"""Build clips from videos and logs (MCAP, ROS bags): windows of time, without writing frames."""

from __future__ import annotations

import os
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from jepamine.data.logs.log import Log, image_topics
from jepamine.data.recordings import open_recording
from jepamine.data.video import EARLY
from jepamine.data.video_index import choose_stream, video_index
from jepamine.errors import UserError
from jepamine.manifests.input_files import find_videos
from jepamine.manifests.new_lines import Skipped
from jepamine.manifests.video_drives import DrivePart, places
from jepamine.manifests.windows import divided, stretches, windows
from jepamine.places import File, Url
from jepamine.utils.local_cache import local
from jepamine.utils.progress import notify

# Seconds for which one frame may be shown, unless a video has few frames altogether: more is a gap in the
# recording (a camera that pauses, a damaged clock), not a still scene.
LONGEST_STILL = 10.0
# Times that a frame may be repeated: beyond, the clock of the file is wrong or the rate was not meant for it.
MOST_REPEATS = 100


def video_lines(
    files: Sequence[File], fps: float, window: int, stride: int, camera: str | None, stream: int | None = None
) -> list[dict[str, Any]]:
    """Return manifest lines of `files`: clips of `window` frames, `stride` frames apart, `fps` per second.

    A folder on disk stands for all video files below it. A video is a scene, named by its stem, or by its
    path if two have the same. Files that are one drive by their names (`jepamine.manifests.video_drives`)
    have `drive`, `camera` and `video_start`, the microseconds since 1970, or since the drive's start, of
    their time 0. A frame is the one shown at its time, so a variable frame rate is honoured: if the video
    has fewer frames than `fps` one is shown twice, if it has more some are skipped. No clip spans a gap in
    the recording.
    `timestamps` are the frames' own, in microseconds. Of several video streams the one with index `stream` is
    read, by default the largest; then lines have its index in `stream`. The rest of a video becomes a shorter
    clip of whole tubelets. Reports what is read and skipped. Raises UserError for a single file that is not a
    video, or has far fewer frames than `fps`; of several files those are skipped and counted.
    """
    skipped = Skipped()
    urls = [file for file in files if isinstance(file, Url)]
    paths = [file for file in files if isinstance(file, Path)]
    found: list[File] = [*urls, *(find_videos(paths, skipped) if paths else [])]
    scenes = _scenes(found)
    clips: dict[File, list[dict[str, Any]]] = {}
    ends: dict[File, int] = {}
    frames = 0
    for file in found:
        try:
            path = local(file, f"video {file}")
            chosen, note = choose_stream(path, stream)
            index = video_index(path, chosen)
            keys = {"video": str(file)} | ({} if chosen is None else {"stream": chosen})
            spans = (index.times, index.end, fps, window, stride, index.resized)
            clips[file] = clip_lines(file, scenes[file], keys, *spans)
        except UserError as error:
            if len(found) == 1:
                raise
            skipped.add("videos", str(error), "")
            continue
        for text in filter(None, (note, index.note)):
            notify(text)
        _count_skipped(file, index.times, fps, clips[file], skipped)
        undecodable = "before the first key frame, cannot be decoded"
        skipped.add("frames", undecodable, str(file), index.undecodable)
        ends[file] = index.end - index.times[0]
        frames += len(index.times) + index.undecodable
    skipped.notify()
    notify(f"read: {frames} frames in {len(clips)} video{'s' * (len(clips) != 1)}")
    lines = list(_with_places(clips, _places(ends), camera)) if ends else []
    if not lines:
        names = ", ".join(map(str, found[:5]))
        raise UserError(f"{names}: no clip: less than the two frames of a tubelet at {fps:g} per second")
    return lines


def _with_places(
    clips: dict[File, list[dict[str, Any]]], where: dict[File, DrivePart], camera: str | None
) -> Iterator[dict[str, Any]]:
    """Yield the clips of all files with their drive, camera and start; report the drives of several files."""
    drives = Counter(place.drive for place in where.values() if place.drive is not None)
    if drives:
        cameras = sorted({place.camera for place in where.values() if place.camera})
        listed = f", cameras {', '.join(cameras)}" if cameras else ""
        notify(f"drives of several files, by their names: {len(drives)}, of {drives.total()} files{listed}")
    for file, lines in clips.items():
        place = where[file]
        keys = {"drive": place.drive, "camera": camera or place.camera, "video_start": place.start}
        known = {key: value for key, value in keys.items() if value is not None}
        yield from (line | known for line in lines)


def _places(ends: dict[File, int]) -> dict[File, DrivePart]:
    """Return the place of each file; those in stores have none."""
    where: dict[File, DrivePart] = {file: DrivePart() for file in ends}
    return where | dict(places({file: end for file, end in ends.items() if isinstance(file, Path)}))


def _scenes(files: list[File]) -> dict[File, str]:
    """Return the scene of each file: its stem, or where that is taken its path without the common folder."""
    taken = {stem for stem, count in Counter(file.stem for file in files).items() if count > 1}
    scenes: dict[File, str] = {file: file.stem if file.stem not in taken else str(file) for file in files}
    paths = [file for file in files if isinstance(file, Path)]
    around = os.path.commonpath([file.absolute().parent for file in paths]) if paths else ""
    suffixed = Counter(file.absolute().with_suffix("") for file in paths)
    for file in paths:
        path = file.absolute().relative_to(around)
        whole = path if suffixed[file.absolute().with_suffix("")] > 1 else path.with_suffix("")
        scenes[file] = whole.as_posix() if file.stem in taken else file.stem
    return scenes


def _count_skipped(
    file: File, times: Sequence[int], fps: float, clips: list[dict[str, Any]], skipped: Skipped
) -> None:
    shown = {time for clip in clips for time in clip["timestamps"]}
    unused = [time for time in times if time not in shown]
    # In microseconds. Starts and ends rise, so that the last clip to start before a frame is the last to end.
    starts, ends = ([round(clip[key] * 1e6) for clip in clips] for key in ("start", "end"))
    places = [(time, bisect_right(starts, time) - 1) for time in unused]
    between = sum(place >= 0 and time < ends[place] for time, place in places)
    skipped.add("frames", f"between those taken at --fps {fps:g}", str(file), between)
    unplaced = "in no clip: between windows, or less than a tubelet"
    skipped.add("frames", unplaced, str(file), len(unused) - between)


def clip_lines(
    file: File,
    scene: str,
    keys: Mapping[str, Any],
    times: Sequence[int],
    end: int,
    fps: float,
    window: int,
    stride: int,
    resized: Sequence[int] = (),
) -> list[dict[str, Any]]:
    """Return the lines of a recording's clips, without a camera; `keys` are those that name it in a line.

    `times` (microseconds, rising) are its frames', or those of a part of it; `end` is when the last one ends.
    No clip spans a gap, or a time in `resized`, from which on frames have another size. Raises UserError if
    it has far fewer frames than `fps`.
    """
    steps = [after - before for before, after in pairwise(times)]
    gap = max(LONGEST_STILL, 20 * median(steps) / 1e6) if steps else LONGEST_STILL
    parts = stretches(times, gap)
    if len(parts) > 1:
        notify(f"{file}: time gaps of more than {gap:g} s: {len(parts) - 1}; no clip spans one")
    starts = {bisect_left(times, time) for time in resized}
    changed = sum(number in part[1:] for number in starts for part in parts)
    if changed:
        notify(f"{file}: the size of its frames changes: {changed}; no clip spans a change")
    parts = [piece for part in parts for piece in divided(part, starts)]
    ends = [
        times[following[0]] if following[0] in starts else times[part[-1]] + round(median(steps))
        for part, following in pairwise(parts)
    ] + [end]
    rate = len(times) * 1e6 / sum(stop - times[part[0]] for part, stop in zip(parts, ends, strict=True))
    if fps > MOST_REPEATS * rate:
        raise UserError(
            f"{file}: {rate:.3g} frames per second on average, so --fps {fps:g} would repeat each "
            f"{fps / rate:.0f} times; pass a lower --fps, or repair the clock of the file"
        )
    if fps > 1.01 * rate:
        notify(f"{file}: {rate:.3g} frames per second on average, so frames repeat at --fps {fps:g}")
    lines = []
    for part, stop in zip(parts, ends, strict=True):
        first, ticks = times[part[0]], int((stop - times[part[0]] - 1) * fps / 1e6) + 1
        for span in windows(ticks, window, stride):
            targets = [round(first + number * 1e6 / fps) for number in span]
            lines.append(
                {
                    "clip_id": f"{scene}__{targets[0] // 1000:08d}",
                    "scene": scene,
                    **keys,
                    "start": targets[0] / 1e6,
                    "end": round(first + span.stop * 1e6 / fps) / 1e6,
                    "fps": fps,
                    "timestamps": [times[max(bisect_right(times, time + EARLY) - 1, 0)] for time in targets],
                }
            )
    return lines


def mcap_lines(
    files: Sequence[File], topics: Sequence[str], fps: float, window: int, stride: int
) -> list[dict[str, Any]]:
    """Return manifest lines of the logs `files`: clips of each of `topics` (none: all with images).

    Clips are cut as those of videos are (`video_lines`), by the times at which messages were logged. A log is
    a scene, named by its stem, and a topic a camera. Raises UserError for a file that is not a log, for a
    topic that it lacks, and if there is no clip.
    """
    lines: list[dict[str, Any]] = []
    skipped = Skipped()
    for file in files:
        own = list(topics) or image_topics(local(file, f"log {file}"), str(file))
        if not own:
            raise UserError(f"log {file}: no topic has images")
        for topic in own:
            log = open_recording(file, topic)
            times, end = list(log.times), log.end
            resized: Sequence[int] = log.resized(window) if isinstance(log, Log) else ()
            log.close()
            keys = {"mcap": str(file), "topic": topic}
            clips = clip_lines(file, file.stem, keys, times, end, fps, window, stride, resized)
            notify(f"{file}: {topic}: {len(times)} images, {len(clips)} clips")
            _count_skipped(file, times, fps, clips, skipped)
            camera = topic.strip("/").replace("/", "_")
            lines += [
                clip | {"clip_id": clip["clip_id"].replace("__", f"__{camera}__", 1), "camera": camera}
                for clip in clips
            ]
    skipped.notify()
    if not lines:
        raise UserError(f"{files[0]}: no clip: less than the two frames of a tubelet at {fps:g} per second")
    return lines
