"""Labels from another tool's export, as a label file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jepamine.errors import UserError
from jepamine.mining.export.label_studio import read_label_studio
from jepamine.mining.labels import BINARY
from jepamine.utils.files import check_output, json_lines, write_atomic


def import_labels(export: Path, output: Path) -> int:
    """Write the labels of an export of Label Studio as JSONL; return the number of labelled clips.

    Raises UserError if it has no label, or annotators disagree on a clip.
    """
    check_output(output, export)
    labels: dict[str, dict[str, int]] = {}
    for clip_id, tasks in read_label_studio(export):
        former = labels.setdefault(clip_id, {})
        for task, value in tasks.items():
            if former.setdefault(task, value) != value:
                raise UserError(
                    f"{export}: clip '{clip_id}' is labelled 0 and 1 ({task}); settle it in Label Studio"
                )
    if not labels:
        raise UserError(f"{export}: contains no label")
    write_atomic(output, json_lines([_line(clip_id, tasks) for clip_id, tasks in labels.items()]))
    return len(labels)


def _line(clip_id: str, tasks: dict[str, int]) -> dict[str, Any]:
    tags = {task: value for task, value in tasks.items() if task != BINARY}
    binary = {BINARY: tasks[BINARY]} if BINARY in tasks else {}
    return {"clip_id": clip_id} | binary | ({"labels": tags} if tags else {})
