"""Scored clips as a Parquet file, for data frames and SQL."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jepamine.errors import UserError
from jepamine.mining.export.exported_clips import Exported, facts, tasks_of
from jepamine.mining.labels import BINARY
from jepamine.places import Moment
from jepamine.utils.files import write_atomic


def write_parquet(clips: Sequence[Exported], output: Path) -> None:
    """Write one row per clip.

    Columns: clip_id, scene, camera, score, one `score_NAME` per scorer (float64, null where a clip lacks it),
    tubelet_scores, frames (absolute paths, or VIDEO#t=SECONDS) and manifest; `binary_label` and one
    `label_TAG` per tag (int8) if there are labels; `embedding` (list of float32) if there are embeddings.
    Raises UserError without pyarrow, OSError for a full disk.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise UserError("export --to parquet requires pyarrow: pip install 'jepamine[parquet]'") from None

    text, number = pa.string(), pa.float64()
    names = sorted({name for item in clips for name in item.scores})
    fields = [("clip_id", text), ("scene", text), ("camera", text), ("score", number)]
    fields += [(f"score_{name}", number) for name in names]
    fields += [("tubelet_scores", pa.list_(number)), ("frames", pa.list_(text)), ("manifest", text)]
    fields += [(column_of(task), pa.int8()) for task in tasks_of(clips)]
    if any(item.embedding is not None for item in clips):
        fields.append(("embedding", pa.list_(pa.float32())))
    table = pa.Table.from_pylist([_row(item) for item in clips], pa.schema(fields))
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    write_atomic(output, buffer.getvalue())


def column_of(task: str) -> str:
    """Return the column of a task's labels."""
    return task if task == BINARY else f"label_{task}"


def _row(item: Exported) -> dict[str, Any]:
    frames = item.clip.frames
    return {
        **facts(item),
        **{f"score_{name}": value for name, value in item.scores.items()},
        "tubelet_scores": item.scored.line.get("tubelet_scores"),
        "frames": [str(place if isinstance(place, Moment) else place.absolute()) for place in frames],
        "manifest": str(item.scored.source.manifest.absolute()),
        **{column_of(task): value for task, value in item.labels.items()},
        "embedding": item.embedding,
    }
