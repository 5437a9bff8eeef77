"""Scored clips as tasks of Label Studio.

Format: https://labelstud.io/guide/tasks.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from jepamine.errors import UserError
from jepamine.mining.export.exported_clips import Exported, facts, require_no_logs, tasks_of
from jepamine.mining.labels import BINARY
from jepamine.places import File, Url
from jepamine.utils.files import write_atomic
from jepamine.utils.json_files import json_text

# Name of the question of `binary_label` in the labelling interface; those of tags have the tags' names.
CHOICE = "label"
INTERFACE = """\
<View>
  <Header value="$clip_id   score $score"/>
  {clip}
{questions}</View>
"""
QUESTION = """\
  <Choices name="label" toName="clip" choice="single" showInline="true">
    <Choice value="1" hint="worth a look" hotkey="1"/>
    <Choice value="0" hint="not worth a look" hotkey="0"/>
  </Choices>
"""
TAG = """\
  <Header value={name} size="5"/>
  <Choices name={name} toName="clip" choice="single" showInline="true">
    <Choice value="1"/>
    <Choice value="0"/>
  </Choices>
"""
CLIP = {
    "images": '<Image name="clip" valueList="$images"/>',
    "video": '<Video name="clip" value="$video"/>',
}


def write_label_studio(clips: Sequence[Exported], output: Path) -> None:
    """Write tasks as one JSON array, and the labelling interface beside it (`.xml`).

    Labels become annotations. Files are named as Label Studio serves local ones with
    LOCAL_FILES_SERVING_ENABLED=true and LOCAL_FILES_DOCUMENT_ROOT=/. Raises UserError if clips of frames and
    of videos are mixed, and for clips of logs.
    """
    require_no_logs(clips, "Label Studio")
    tasks = [{"data": _data(item)} | _annotations(item) for item in clips]
    kinds = {key for task in tasks for key in CLIP if key in task["data"]}
    if len(kinds) > 1:
        raise UserError("Label Studio shows frames or videos in a project, not both: export them apart")
    write_atomic(output, (json_text(tasks, indent=1) + "\n").encode())
    tags = [TAG.format(name=quoteattr(task)) for task in tasks_of(clips) if task != BINARY]
    interface = INTERFACE.format(clip=CLIP[kinds.pop()], questions="".join([QUESTION, *tags]))
    write_atomic(output.with_suffix(".xml"), interface.encode())


def _data(item: Exported) -> dict[str, Any]:
    line = item.clip.line
    if item.recording:
        # Media fragment: the player starts and ends with the clip.
        return facts(item) | {"video": _served(item.recording.file) + f"#t={line['start']},{line['end']}"}
    return facts(item) | {"images": [_served(file) for file in item.images]}


def _served(path: File) -> str:
    # Label Studio fetches what is in a bucket itself, if the project has it as a source.
    if isinstance(path, Url):
        return str(path)
    return "/data/local-files/?d=" + quote(str(path.absolute()).removeprefix("/"))


def _annotations(item: Exported) -> dict[str, Any]:
    results = [
        {
            "from_name": CHOICE if task == BINARY else task,
            "to_name": "clip",
            "type": "choices",
            "value": {"choices": [str(value)]},
        }
        for task, value in item.labels.items()
    ]
    return {"annotations": [{"result": results}]} if results else {}
