"""Answers of a FiftyOne dataset on disk (`fo.types.FiftyOneDataset`): its samples.json.

Format: https://docs.voxel51.com/user_guide/export_datasets.html#fiftyonedataset
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jepamine.errors import UserError
from jepamine.mining.label_import.answers import Answer, Reading
from jepamine.utils.json_files import read_json


def read_fiftyone(data: dict[str, Any], path: Path, reading: Reading) -> Iterator[Answer]:
    """Yield an answer for each sample with tags, or with fields that hold a classification, yes or no.

    Classifications with a confidence are a model's: they are counted and left out. Raises UserError, with the
    number of the sample, for what is not a sample.
    """
    tasks = _tasks(path.with_name("metadata.json"))
    for number, sample in enumerate(data["samples"], 1):
        place = f"{path}: sample {number}"
        if not isinstance(sample, dict) or not isinstance(sample.get("tags") or [], list):
            raise UserError(f"{place}: not a sample of FiftyOne")
        choices: list[tuple[str, str]] = [("", str(tag)) for tag in sample.get("tags") or []]
        for name, value in sample.items():
            choices += [
                (tasks.get(str(name), str(name)), choice) for choice in _choices(str(name), value, reading)
            ]
        ids = (str(value) for key, value in sample.items() if reading.is_id(key) and value is not None)
        if choices:
            media = (str(sample["filepath"]),) if sample.get("filepath") else ()
            yield Answer(place, next(ids, None), tuple(choices), media)
        else:
            reading.tally["without a label"] += 1


def _tasks(metadata: Path) -> dict[str, str]:
    """Return field -> task, which `export --to fiftyone` notes: names of fields have no spaces."""
    info = read_json(metadata).get("info") if metadata.is_file() else None
    tasks = info.get("tasks") if isinstance(info, dict) else None
    return {str(name): str(task) for name, task in tasks.items()} if isinstance(tasks, dict) else {}


def _choices(name: str, value: Any, reading: Reading) -> Iterator[str]:
    if isinstance(value, dict) and value.get("_cls") == "Classifications":
        for part in value.get("classifications") or []:
            yield from _choices(name, part, reading)
    elif isinstance(value, dict) and value.get("_cls") == "Classification":
        if value.get("confidence") is not None:
            reading.tally["with a confidence, so a model's"] += 1
        elif value.get("label") is not None:
            yield str(value["label"])
    elif isinstance(value, bool) or (reading.is_question(name) and isinstance(value, str | int)):
        yield str(int(value)) if isinstance(value, bool) else value if isinstance(value, str) else str(value)
