"""Export scored clips: the table of formats, and the one of Parquet files for data frames and SQL."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jepamine.errors import UserError
from jepamine.mining.export.label_studio import write_label_studio
from jepamine.mining.score_files import Scored, read_scored
from jepamine.places import File, Moment
from jepamine.protocols import Source
from jepamine.utils.files import check_output, read_jsonl, write_atomic


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


@dataclass(frozen=True)
class Format:
    """`write(clips, output)` writes scored clips, best first; `suffix` is that of the default output."""

    write: Callable[[Sequence[Scored], Path], None]
    suffix: str


FORMATS = {
    "label-studio": Format(write_label_studio, ".label-studio.json"),
    "parquet": Format(write_parquet, ".parquet"),
}


def export(
    scores: File,
    to: str,
    output: Path | None = None,
    top: int | None = None,
    manifest: File | None = None,
) -> tuple[Path, int]:
    """Write the clips of a score file, best first, in the format `to`; return (output, number of clips).

    Clips that could not be scored are left out. They are looked up in `manifest`, else in the one that their
    lines name. Raises UserError if they are not found there.
    """
    beside = scores if isinstance(scores, Path) else Path(scores.name)  # of a URL, in this folder
    output = output or beside.with_name(beside.stem + FORMATS[to].suffix)
    check_output(output, scores)
    if manifest is None:
        for number, line in read_jsonl(scores):
            if line.get("manifest") is None:
                raise UserError(f"{scores}:{number}: does not name its manifest; pass it: --manifest FILE")
    # Tubelets do not matter here: clips of any number of frames are exported.
    clips = read_scored(scores, Source(manifest or scores, tubelet_size=1), manifest, top)
    FORMATS[to].write(clips, output)
    return output, len(clips)
