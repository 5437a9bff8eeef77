"""Scored clips as a COCO file with `videos`: a clip is a video, its frames are images.

Format: https://cocodataset.org/#format-data; `videos`, `video_id`, `frame_id` and `frame_index` as TAO and
trackers that read COCO have them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jepamine.errors import UserError
from jepamine.mining.export.exported_clips import Exported, below_common_folder, facts, tasks_of
from jepamine.mining.labels import BINARY
from jepamine.utils.files import write_atomic
from jepamine.utils.json_files import json_text


def write_coco_video(clips: Sequence[Exported], output: Path) -> None:
    """Write videos, images and categories; each label is an annotation of the clip's first image.

    Images are named below the folder that all have in common, which `info.root` names; width and height are
    those of the clip's first frame. Categories are 1 and 0 of `binary_label`, TAG=1 and TAG=0 of tags.
    Raises UserError for clips of recordings, whose frames are no files.
    """
    recorded = [item for item in clips if item.recording]
    if recorded:
        raise UserError(
            f"coco-video names image files, and {len(recorded)} of {len(clips)} clips are of recordings, "
            f"such as '{recorded[0].clip.clip_id}'; export them --to cvat, label-studio or fiftyone"
        )
    root, names = below_common_folder([file for item in clips for file in item.images])
    words = [_word(task, value) for task in tasks_of(clips) or [BINARY] for value in (1, 0)]
    categories = {word: number for number, word in enumerate(words, 1)}
    data: dict[str, Any] = {
        "info": {"description": "clips best first", "root": root},
        "licenses": [],
        "videos": [],
        "images": [],
        "tracks": [],
        "annotations": [],
        "categories": [{"id": number, "name": word} for word, number in categories.items()],
    }
    for number, item in enumerate(clips, 1):
        width, height = item.size
        size = {"width": width, "height": height}
        video = {"id": number, "name": item.clip.clip_id} | facts(item) | {"scores": item.scores} | size
        first = len(data["images"]) + 1
        data["videos"].append(video)
        for index, file in enumerate(item.images):
            place = {"id": first + index, "video_id": number, "frame_id": index, "frame_index": index}
            data["images"].append(place | {"file_name": names[file]} | size)
        for task, value in item.labels.items():
            whole = {"bbox": [0, 0, width, height], "area": width * height, "iscrowd": 0, "segmentation": []}
            of = {"image_id": first, "video_id": number, "category_id": categories[_word(task, value)]}
            data["annotations"].append({"id": len(data["annotations"]) + 1} | of | whole)
    write_atomic(output, (json_text(data, indent=1) + "\n").encode())


def _word(task: str, value: int) -> str:
    return str(value) if task == BINARY else f"{task}={value}"
