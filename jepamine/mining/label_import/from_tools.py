"""Answers of JSON files of other tools: COCO and COCO-video, Label Studio, FiftyOne.

Formats: https://cocodataset.org/#format-data, with `videos` as TAO and others have them;
https://labelstud.io/guide/export (JSON and JSON-MIN; its CSV is read as any other);
https://docs.voxel51.com/user_guide/export_datasets.html#fiftyonedataset (`fo.types.FiftyOneDataset`).
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


def read_coco(data: dict[str, Any], path: Path, reading: Reading) -> Iterator[Answer]:
    """Yield an answer for each annotation: its category, of the clip of its video, else of its image.

    Videos and images without an id of a clip are found by their names. Raises UserError, with the number of
    the annotation, for one that names no category, video or image of the file.
    """
    categories, images = _table(data, "categories", path), _table(data, "images", path)
    videos = _table(data, "videos", path)
    for number, annotation in enumerate(data["annotations"], 1):
        place = f"{path}: annotation {number}"
        if not isinstance(annotation, dict):
            raise UserError(f"{place}: not an object")
        category = categories.get(annotation.get("category_id"))
        if category is None:
            raise UserError(f"{place}: no category {annotation.get('category_id')!r}")
        image = images.get(annotation.get("image_id"), {})
        video = videos.get(annotation.get("video_id", image.get("video_id")), {})
        if not image and not video:
            raise UserError(f"{place}: no image {annotation.get('image_id')!r}")
        ids = (str(value) for of in (video, image) for key, value in of.items() if reading.is_id(key))
        media = [str(of[key]) for of in (image, video) for key in ("file_name", "name") if key in of]
        choices = (("", str(category.get("name", ""))),)
        yield Answer(place, next(ids, None), choices, tuple(media))


def _table(data: dict[str, Any], key: str, path: Path) -> dict[Any, dict[str, Any]]:
    rows = data.get(key) or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) and "id" in row for row in rows):
        raise UserError(f"{path}: not COCO: '{key}' is not an array of objects with an id")
    return {row["id"]: row for row in rows}


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
