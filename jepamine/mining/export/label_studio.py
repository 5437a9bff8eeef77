"""Label Studio: scored clips as tasks, and labels from its exports (JSON and JSON-MIN).

Format: https://labelstud.io/guide/tasks and https://labelstud.io/guide/export.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jepamine.errors import UserError, first_line
from jepamine.mining.score_files import Scored
from jepamine.places import File, Moment, Url
from jepamine.utils.files import json_text, read_bytes, write_atomic

# Name of the choice in the labelling interface below.
CHOICE = "label"
INTERFACE = """\
<View>
  <Header value="$clip_id   score $score"/>
  {clip}
  <Choices name="label" toName="clip" choice="single" showInline="true">
    <Choice value="1" hint="worth a look" hotkey="1"/>
    <Choice value="0" hint="not worth a look" hotkey="0"/>
  </Choices>
</View>
"""
CLIP = {
    "images": '<Image name="clip" valueList="$images"/>',
    "video": '<Video name="clip" value="$video"/>',
}


def write_label_studio(clips: Sequence[Scored], output: Path) -> None:
    """Write tasks as one JSON array, and the labelling interface beside it (`.xml`).

    Files are named as Label Studio serves local ones with LOCAL_FILES_SERVING_ENABLED=true and
    LOCAL_FILES_DOCUMENT_ROOT=/. Raises UserError if clips of frames and of videos are mixed.
    """
    tasks = [{"data": _data(item)} for item in clips]
    kinds = {key for task in tasks for key in CLIP if key in task["data"]}
    if len(kinds) > 1:
        raise UserError("Label Studio shows frames or videos in a project, not both: export them apart")
    write_atomic(output, (json_text(tasks, indent=1) + "\n").encode())
    interface = INTERFACE.format(clip=CLIP[kinds.pop()])
    write_atomic(output.with_suffix(".xml"), interface.encode())


def _data(item: Scored) -> dict[str, Any]:
    first = item.clip.frames[0]
    data: dict[str, Any] = {
        "clip_id": item.clip.clip_id,
        "scene": item.clip.scene,
        "camera": item.clip.camera,
        "score": item.score,
    }
    if isinstance(first, Moment):
        # Media fragment: the player starts and ends with the clip.
        times = f"#t={item.clip.line['start']},{item.clip.line['end']}"
        return data | {"video": _served(first.file) + times}
    return data | {"images": [_served(frame) for frame in item.clip.frames if not isinstance(frame, Moment)]}


def _served(path: File) -> str:
    # Label Studio fetches what is in a bucket itself, if the project has it as a source.
    if isinstance(path, Url):
        return str(path)
    return "/data/local-files/?d=" + quote(str(path.absolute()).removeprefix("/"))


def read_label_studio(path: Path) -> Iterator[tuple[str, dict[str, int]]]:
    """Yield (clip_id, task -> 1 or 0) of every annotated task of an export, JSON or JSON-MIN.

    The choices 1 and 0 are `binary_label`; any other choice is a tag that the clip has. Skipped tasks are
    left out. Raises UserError, with the number of the task, for tasks that are not of such an export.
    """
    try:
        tasks = json.loads(read_bytes(path))
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path}: not JSON: {first_line(error)}") from None
    if not isinstance(tasks, list):
        raise UserError(f"{path}: not an export of Label Studio: expected a JSON array of tasks")
    for number, task in enumerate(tasks, 1):
        place = f"{path}: task {number}"
        if not isinstance(task, dict):
            raise UserError(f"{place}: not an object")
        data = task.get("data", task)
        if not isinstance(data, dict) or "clip_id" not in data:
            raise UserError(f"{place}: has no clip_id, which tasks made by `jepamine export` have")
        for choices in _choices(task, place):
            yield str(data["clip_id"]), _labels(choices)


def _choices(task: dict[str, Any], place: str) -> Iterator[list[str]]:
    """Yield the choices of each annotation that was not skipped."""
    if "annotations" not in task:  # JSON-MIN
        if task.get(CHOICE) is not None:
            value = task[CHOICE]
            yield value["choices"] if isinstance(value, dict) else [str(value)]
        return
    for annotation in task["annotations"]:
        try:
            if annotation.get("was_cancelled"):
                continue
            results = [item for item in annotation["result"] if item.get("type") == "choices"]
            chosen = [str(choice) for item in results for choice in item["value"]["choices"]]
        except (KeyError, TypeError, AttributeError):
            raise UserError(f"{place}: not an annotation of Label Studio") from None
        if chosen:
            yield chosen


def _labels(choices: list[str]) -> dict[str, int]:
    return {"binary_label" if choice in ("0", "1") else choice: int(choice != "0") for choice in choices}
