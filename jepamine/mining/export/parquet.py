"""Scored clips as a Parquet file, for data frames and SQL."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jepamine.errors import UserError
from jepamine.mining.score_files import Scored
from jepamine.places import Moment
from jepamine.utils.files import write_atomic


def write_parquet(clips: Sequence[Scored], output: Path) -> None:
    """Write one row per clip.

    Columns: clip_id, scene, camera, score, one `score_NAME` per scorer (float64, null where a clip lacks it),
    tubelet_scores, frames (absolute paths, or VIDEO#t=SECONDS) and manifest.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise UserError("export --to parquet requires pyarrow: pip install 'jepamine[parquet]'") from None

    text, number = pa.string(), pa.float64()
    names = sorted({name for item in clips for name in item.line.get("scores") or {}})
    fields = [("clip_id", text), ("scene", text), ("camera", text), ("score", number)]
    fields += [(f"score_{name}", number) for name in names]
    fields += [("tubelet_scores", pa.list_(number)), ("frames", pa.list_(text)), ("manifest", text)]
    table = pa.Table.from_pylist([_row(item, names) for item in clips], pa.schema(fields))
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    write_atomic(output, buffer.getvalue())


def _row(item: Scored, names: Sequence[str]) -> dict[str, Any]:
    clip, scores = item.clip, item.line.get("scores") or {}
    return {
        "clip_id": clip.clip_id,
        "scene": clip.scene,
        "camera": clip.camera,
        "score": item.score,
        **{f"score_{name}": scores.get(name) for name in names},
        "tubelet_scores": item.line.get("tubelet_scores"),
        "frames": [str(place if isinstance(place, Moment) else place.absolute()) for place in clip.frames],
        "manifest": str(item.source.manifest.absolute()),
    }
