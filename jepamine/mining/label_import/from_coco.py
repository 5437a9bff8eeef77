"""Answers of COCO and COCO-video files: categories of annotations.

Format: https://cocodataset.org/#format-data, with `videos` as TAO and others have them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jepamine.errors import UserError
from jepamine.mining.label_import.answers import Answer, Reading


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
