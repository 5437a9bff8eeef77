"""Build clips from video files: windows of time, without writing frames."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import median
from typing import Any

from jepamine.data.video import EARLY
from jepamine.data.video_index import VideoIndex, choose_stream, video_index
from jepamine.errors import UserError
from jepamine.manifests.skipped import Skipped
from jepamine.manifests.windows import stretches, windows
from jepamine.places import File
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

    A video is a scene, named by its stem. A frame is the one shown at its time, so a variable frame rate is
    honoured: if the video has fewer frames than `fps` one is shown twice, if it has more some are skipped. No
    clip spans a gap in the recording.
    `timestamps` are the frames' own, in microseconds. Of several video streams the one with index `stream` is
    read, by default the largest; then lines have its index in `stream`. The rest of a video becomes a shorter
    clip of whole tubelets. Reports what is read and skipped. Raises UserError for a file that is not a video,
    or has far fewer frames than `fps`, and for two with the same stem.
    """
    twice = [stem for stem, count in Counter(file.stem for file in files).items() if count > 1]
    if twice:
        raise UserError(f"two videos are called '{twice[0]}': scenes are named by the file; rename one")
    skipped = Skipped()
    lines: list[dict[str, Any]] = []
    frames = 0
    for file in files:
        path = local(file, f"video {file}")
        chosen, note = choose_stream(path, stream)
        index = video_index(path, chosen)
        for text in filter(None, (note, index.note)):
            notify(text)
        keys = {"video": str(file)} | ({} if chosen is None else {"stream": chosen})
        clips = recording_clips(file, keys, index.times, index.end, fps, window, stride)
        _count_skipped(file, index, fps, clips, skipped)
        lines += clips
        frames += len(index.times) + index.undecodable
    skipped.notify()
    notify(f"read: {frames} frames in {len(files)} video{'s' if len(files) > 1 else ''}")
    if not lines:
        names = ", ".join(map(str, files[:5]))
        raise UserError(f"{names}: no clip: less than the two frames of a tubelet at {fps:g} per second")
    return [line | ({"camera": camera} if camera else {}) for line in lines]


def _count_skipped(
    file: File, index: VideoIndex, fps: float, clips: list[dict[str, Any]], skipped: Skipped
) -> None:
    shown = {time for clip in clips for time in clip["timestamps"]}
    unused = [time for time in index.times if time not in shown]
    # In microseconds. Starts and ends rise, so that the last clip to start before a frame is the last to end.
    starts, ends = ([round(clip[key] * 1e6) for clip in clips] for key in ("start", "end"))
    places = [(time, bisect_right(starts, time) - 1) for time in unused]
    between = sum(place >= 0 and time < ends[place] for time, place in places)
    skipped.add("frames", f"between those taken at --fps {fps:g}", str(file), between)
    skipped.add(
        "frames", "in no clip: between windows, or less than a tubelet", str(file), len(unused) - between
    )
    skipped.add("frames", "before the first key frame, cannot be decoded", str(file), index.undecodable)


def recording_clips(
    file: File, keys: Mapping[str, Any], times: Sequence[int], end: int, fps: float, window: int, stride: int
) -> list[dict[str, Any]]:
    """Return the lines of a recording's clips, see `video_lines`; `keys` are those that name it in a line.

    `times` (microseconds, rising) are its frames', `end` is when the last one ends.
    """
    steps = [after - before for before, after in pairwise(times)]
    gap = max(LONGEST_STILL, 20 * median(steps) / 1e6) if steps else LONGEST_STILL
    parts = stretches(times, gap)
    if len(parts) > 1:
        notify(f"{file}: time gaps of more than {gap:g} s: {len(parts) - 1}; no clip spans one")
    ends = [times[part[-1]] + round(median(steps)) for part in parts[:-1]] + [end]
    rate = len(times) * 1e6 / sum(end - times[part[0]] for part, end in zip(parts, ends, strict=True))
    if fps > MOST_REPEATS * rate:
        raise UserError(
            f"{file}: {rate:.3g} frames per second on average, so --fps {fps:g} would repeat each "
            f"{fps / rate:.0f} times; pass a lower --fps, or repair the clock of the file"
        )
    if fps > 1.01 * rate:
        notify(f"{file}: {rate:.3g} frames per second on average, so frames repeat at --fps {fps:g}")
    lines = []
    for part, end in zip(parts, ends, strict=True):
        first, ticks = times[part[0]], int((end - times[part[0]] - 1) * fps / 1e6) + 1
        for span in windows(ticks, window, stride):
            targets = [round(first + number * 1e6 / fps) for number in span]
            lines.append(
                {
                    "clip_id": f"{file.stem}__{targets[0] // 1000:08d}",
                    "scene": file.stem,
                    **keys,
                    "start": targets[0] / 1e6,
                    "end": round(first + span.stop * 1e6 / fps) / 1e6,
                    "fps": fps,
                    "timestamps": [times[max(bisect_right(times, time + EARLY) - 1, 0)] for time in targets],
                }
            )
    return lines
