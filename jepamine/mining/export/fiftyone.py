"""Scored clips as a dataset of FiftyOne on disk, `fo.types.FiftyOneDataset`, without its package or database.

Format: https://docs.voxel51.com/user_guide/export_datasets.html#fiftyonedataset; documents as version 1.0 of
FiftyOne writes them, which later versions convert when they load them.
"""

from __future__ import annotations

import base64
import hashlib
import io
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.data.recordings import recorded_times
from jepamine.errors import UserError
from jepamine.mining.export.exported_clips import Exported, facts, require_no_logs, tasks_of
from jepamine.places import Moment, Url
from jepamine.utils.files import write_atomic
from jepamine.utils.json_files import json_text

VERSION = "1.0.0"
SCRIPT = '''\
"""Load the dataset of this folder into FiftyOne and open it, best clips first: python load.py"""

import pathlib

import fiftyone as fo

folder = pathlib.Path(__file__).parent
dataset = fo.Dataset.from_dir(str(folder), dataset_type=fo.types.FiftyOneDataset)
if __name__ == "__main__":
    fo.launch_app(dataset.sort_by("score", reverse=True)).wait()
'''
FIELDS = "fiftyone.core.fields."
LABEL = "fiftyone.core.labels.Classification"
# Names that samples have themselves.
RESERVED = {"id", "filepath", "tags", "metadata", "created_at", "last_modified_at", "frames", "support"}


def write_fiftyone(clips: Sequence[Exported], output: Path) -> None:
    """Write a folder: metadata.json, samples.json and load.py, which loads it.

    A clip is one sample, that of its middle frame (all are in `frame_paths`) or of its video, with the frames
    of the clip as `support`. Scores are floats, a task's label is a Classification "1" or "0", an embedding
    a vector. Media stay where they are. Raises UserError if clips of images and of videos are mixed, and for
    clips of logs or in a store, which FiftyOne does not open.
    """
    require_no_logs(clips, "FiftyOne")
    far = [item for item in clips if isinstance(_file(item), Url)]
    if far:
        raise UserError(
            f"FiftyOne opens files on disk, and {len(far)} of {len(clips)} clips are in a store, such as "
            f"{_file(far[0])}; copy them, and pass the manifest of the copies: --manifest"
        )
    kinds = {"video" if item.recording else "image" for item in clips}
    if len(kinds) > 1:
        raise UserError("FiftyOne holds images or videos in a dataset, not both: export them apart")
    kind = kinds.pop()
    fields = _field_names(clips)
    samples = [_sample(item, kind, fields) for item in clips]
    metadata = _metadata(clips, kind, fields, output.name)
    write_atomic(output / "metadata.json", json_text(metadata).encode())
    write_atomic(output / "samples.json", json_text({"samples": samples}).encode())
    write_atomic(output / "load.py", SCRIPT.encode())


def _file(item: Exported) -> Path | Url:
    return item.recording.file if item.recording else item.images[len(item.images) // 2]


def _field_names(clips: Sequence[Exported]) -> dict[str, str]:
    """Return task -> field of its labels: the task's name, which must begin with a letter."""
    names: dict[str, str] = {}
    for task in tasks_of(clips):
        name = "".join(letter if letter.isalnum() else "_" for letter in task)
        taken = name in RESERVED or name in names.values() or not name[:1].isalpha()
        names[task] = f"label_{name}" if taken or name.startswith("score") else name
    return names


def _sample(item: Exported, kind: str, fields: dict[str, str]) -> dict[str, Any]:
    digest = hashlib.sha256(item.clip.clip_id.encode("utf-8", "surrogatepass")).hexdigest()
    sample: dict[str, Any] = {
        "_id": {"$oid": digest[:24]},
        "_rand": int(digest[24:36], 16) / 16**12,
        "_media_type": kind,
        "filepath": str(_file(item).absolute()),
        "tags": [],
        "metadata": None,
        **facts(item),
        **{f"score_{name}": value for name, value in item.scores.items()},
    }
    if item.recording:
        sample["support"] = _support(item, item.recording)
    else:
        sample["frame_paths"] = [str(file) for file in item.images]
    for task, value in item.labels.items():
        own = {"_id": {"$oid": hashlib.sha256(f"{digest} {task}".encode()).hexdigest()[:24]}}
        sample[fields[task]] = own | {"_cls": "Classification", "tags": [], "label": str(value)}
    if item.embedding is not None:
        sample["embedding"] = {"$binary": {"base64": _vector(item.embedding), "subType": "00"}}
    return sample


def _support(item: Exported, recording: Moment) -> list[int]:
    """Return the numbers of the clip's first and last frame of its video, from 1."""
    times, _ = recorded_times(recording.file, recording.stream)
    start, end = (round(item.clip.line[key] * 1e6) for key in ("start", "end"))
    first, after = np.searchsorted(times, [start, end])
    return [int(first) + 1, max(int(first) + 1, int(after))]


def _vector(vector: NDArray[np.float32]) -> str:
    """Return a vector as FiftyOne stores it: the compressed bytes of a .npy file, in base64."""
    buffer = io.BytesIO()
    np.save(buffer, vector, allow_pickle=False)
    return base64.b64encode(zlib.compress(buffer.getvalue())).decode("ascii")


def _metadata(clips: Sequence[Exported], kind: str, fields: dict[str, str], name: str) -> dict[str, Any]:
    text, number = FIELDS + "StringField", FIELDS + "FloatField"
    embedded = FIELDS + "EmbeddedDocumentField"
    described = [
        _field("id", FIELDS + "ObjectIdField", db_field="_id"),
        _field("filepath", text),
        _field("tags", FIELDS + "ListField", subfield=text),
        _field("metadata", embedded, document=f"fiftyone.core.metadata.{kind.title()}Metadata"),
        _field("created_at", FIELDS + "DateTimeField"),
        _field("last_modified_at", FIELDS + "DateTimeField"),
        _field("clip_id", text),
        _field("score", number),
        _field("scene", text),
        _field("camera", text),
    ]
    scorers = sorted({scorer for item in clips for scorer in item.scores})
    described += [_field(f"score_{scorer}", number) for scorer in scorers]
    if kind == "video":
        described.append(_field("support", FIELDS + "FrameSupportField"))
    else:
        described.append(_field("frame_paths", FIELDS + "ListField", subfield=text))
    described += [_field(field, embedded, document=LABEL) for field in fields.values()]
    if any(item.embedding is not None for item in clips):
        described.append(_field("embedding", FIELDS + "VectorField"))
    return {
        "name": name,
        "version": VERSION,
        "media_type": kind,
        "tags": [],
        "info": {"tasks": {field: task for task, field in fields.items()}},
        "classes": {},
        "default_classes": [],
        "mask_targets": {},
        "default_mask_targets": {},
        "skeletons": {},
        "sample_fields": described,
        "frame_fields": [],
    }


def _field(
    name: str, kind: str, *, subfield: str | None = None, document: str | None = None, db_field: str = ""
) -> dict[str, Any]:
    return {
        "name": name,
        "ftype": kind,
        "subfield": subfield,
        "embedded_doc_type": document,
        "db_field": db_field or name,
        "fields": [],
        "description": None,
        "info": None,
        "read_only": name in ("created_at", "last_modified_at"),
    }
