"""The table of export formats: each a function of its own file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from jepamine.errors import UserError
from jepamine.mining.export.label_studio import write_label_studio
from jepamine.mining.export.parquet import write_parquet
from jepamine.mining.score_files import Scored, read_scored
from jepamine.places import File
from jepamine.protocols import Source
from jepamine.utils.files import check_output, read_jsonl


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
