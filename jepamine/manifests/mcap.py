"""Build clips from the topics of logs: MCAP files and ROS bags, without writing frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jepamine.data.logs.log import image_topics
from jepamine.data.recordings import recorded_times
from jepamine.errors import UserError
from jepamine.manifests.video_clips import clip_lines
from jepamine.places import File
from jepamine.utils.local_cache import local
from jepamine.utils.progress import notify


def mcap_lines(
    files: Sequence[File], topics: Sequence[str], fps: float, window: int, stride: int
) -> list[dict[str, Any]]:
    """Return manifest lines of the logs `files`: clips of each of `topics` (none: all with images).

    Clips are cut as those of videos are (`video_lines`), by the times at which messages were logged. A log is
    a scene, named by its stem, and a topic a camera. Raises UserError for a file that is not a log, for a
    topic that it lacks, and if there is no clip.
    """
    lines: list[dict[str, Any]] = []
    for file in files:
        own = list(topics) or image_topics(local(file, f"log {file}"), str(file))
        if not own:
            raise UserError(f"log {file}: no topic has images")
        for topic in own:
            times, end = recorded_times(file, topic)
            keys = {"mcap": str(file), "topic": topic}
            clips = clip_lines(file, file.stem, keys, times, end, fps, window, stride)
            notify(f"{file}: {topic}: {len(times)} images, {len(clips)} clips")
            camera = topic.strip("/").replace("/", "_")
            lines += [
                clip | {"clip_id": clip["clip_id"].replace("__", f"__{camera}__", 1), "camera": camera}
                for clip in clips
            ]
    if not lines:
        raise UserError(f"{files[0]}: no clip: less than the two frames of a tubelet at {fps:g} per second")
    return lines
