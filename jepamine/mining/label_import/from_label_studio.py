"""Answers of Label Studio's exports JSON and JSON-MIN.

Format: https://labelstud.io/guide/export; its CSV is read as any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jepamine.errors import UserError
from jepamine.mining.label_import.answers import Answer, Reading

# Keys of a task of JSON-MIN that no one answered.
OWN_KEYS = {
    "id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "scene", "camera", "score",
    "images", "image", "video", "comment",
}  # fmt: skip


def read_label_studio(tasks: Any, path: Path, reading: Reading) -> Iterator[Answer]:
    """Yield the answers of an export: a JSON array of tasks.

    Skipped (cancelled) annotations and tasks without a choice are counted. If all yes and no are answers to
    one question, it is the one of `binary_label`. Raises UserError, with the number of the task, for tasks
    that are not of such an export.
    """
    if not isinstance(tasks, list):
        raise UserError(f"{path}: not an export of Label Studio: expected a JSON array of tasks")
    answers = [
        answer for number, task in enumerate(tasks, 1) for answer in _task(number, task, path, reading)
    ]
    questions = {
        name for answer in answers for name, choice in answer.choices if reading.value(choice) is not None
    }
    only = questions.pop() if len(questions) == 1 and not reading.question else None
    for answer in answers:
        choices = tuple(("" if name == only else name, choice) for name, choice in answer.choices)
        yield Answer(answer.place, answer.clip_id, choices, answer.media)


def _task(number: int, task: Any, path: Path, reading: Reading) -> Iterator[Answer]:
    place = f"{path}: task {number}"
    if not isinstance(task, dict):
        raise UserError(f"{place}: not an object")
    data = task.get("data", task)
    if not isinstance(data, dict):
        raise UserError(f"{place}: 'data' is not an object")
    clip_id = next(
        (str(value) for key, value in data.items() if reading.is_id(key) and value is not None), None
    )
    media = tuple(text for value in data.values() for text in _texts(value))
    annotations = _annotations(task, place, reading) if "annotations" in task else [_short(task, reading)]
    for choices in annotations:
        if choices:
            yield Answer(place, clip_id, tuple(choices), media)
        else:
            reading.tally["without a choice"] += 1
    if task.get("annotations") == []:
        reading.tally["without a choice"] += 1


def _annotations(task: dict[str, Any], place: str, reading: Reading) -> list[list[tuple[str, str]]]:
    """Return the choices of each annotation that was not skipped."""
    found = []
    try:
        for annotation in task["annotations"]:
            if annotation.get("was_cancelled"):
                reading.tally["skipped by the annotator"] += 1
                continue
            results = [item for item in annotation["result"] if item.get("type") in ("choices", "taxonomy")]
            found.append(
                [
                    (str(item.get("from_name", "")), str(choice[-1] if isinstance(choice, list) else choice))
                    for item in results
                    for choice in item["value"][item["type"]]
                ]
            )
    except (KeyError, TypeError, AttributeError, IndexError):
        raise UserError(f"{place}: not an annotation of Label Studio") from None
    return found


def _short(task: dict[str, Any], reading: Reading) -> list[tuple[str, str]]:
    """Return the choices of a task of JSON-MIN: a key for each question."""
    choices = []
    for key, value in task.items():
        if reading.is_id(key) or (key.casefold() in OWN_KEYS and key != reading.question):
            continue
        chosen = value.get("choices") if isinstance(value, dict) else value
        for choice in chosen if isinstance(chosen, list) else [chosen]:
            known = reading.is_question(key) or reading.value(str(choice)) is not None
            if isinstance(choice, str | int) and known:
                choices.append((key, str(choice)))
    return choices


def _texts(value: Any) -> list[str]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]
