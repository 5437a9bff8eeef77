"""The table of export formats: each a function of its own file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from jepamine.errors import UserError
from jepamine.mining.export.coco_video import write_coco_video
from jepamine.mining.export.cvat import write_cvat
from jepamine.mining.export.exported_clips import Exported
from jepamine.mining.export.fiftyone import write_fiftyone
from jepamine.mining.export.label_studio import write_label_studio
from jepamine.mining.export.parquet import write_parquet
from jepamine.mining.labels import read_tasks
from jepamine.mining.score_files import Scored, read_scored
from jepamine.mining.selection import mean_embeddings
from jepamine.places import File
from jepamine.protocols import Source
from jepamine.runs.loading import LoadedRun, load_run
from jepamine.utils.files import check_output
from jepamine.utils.json_files import read_jsonl
from jepamine.utils.progress import notify


@dataclass(frozen=True)
class Format:
    """`write(clips, output)` writes scored clips, best first; `suffix` is that of the default output.

    Some write a folder, and some have a place for embeddings.
    """

    write: Callable[[Sequence[Exported], Path], None]
    suffix: str
    folder: bool = False
    embeddings: bool = False


FORMATS = {
    "parquet": Format(write_parquet, ".parquet", embeddings=True),
    "fiftyone": Format(write_fiftyone, ".fiftyone", folder=True, embeddings=True),
    "label-studio": Format(write_label_studio, ".label-studio.json"),
    "cvat": Format(write_cvat, ".cvat", folder=True),
    "coco-video": Format(write_coco_video, ".coco.json"),
}


def export(
    scores: File,
    to: str,
    output: Path | None = None,
    top: int | None = None,
    manifest: File | None = None,
    labels: Path | None = None,
    opened: LoadedRun | None = None,
) -> tuple[Path, int]:
    """Write the clips of a score file, best first, in the format `to`; return (output, number of clips).

    Clips that could not be scored are left out. They are looked up in `manifest`, else in the one that their
    lines name. `labels` is a label file; with a run, `opened`, the clips' mean embeddings are written, too.
    Raises UserError if clips are not found there, and if the format has no place for embeddings.
    """
    form = FORMATS[to]
    if opened is not None and not form.embeddings:
        able = ", ".join(name for name, other in FORMATS.items() if other.embeddings)
        raise UserError(f"{to} has no place for embeddings; these have: {able}")
    beside = scores if isinstance(scores, Path) else Path(scores.name)  # of a URL, in this folder
    output = output or beside.with_name(beside.stem + form.suffix)
    _check_output(output, scores, form.folder)
    if manifest is None:
        for number, line in read_jsonl(scores):
            if line.get("manifest") is None:
                raise UserError(f"{scores}:{number}: does not name its manifest; pass it: --manifest FILE")
    # Tubelets matter to embeddings only: else clips of any number of frames are exported.
    own = opened.parts.source if opened else Source(scores, tubelet_size=1)
    clips = read_scored(scores, replace(own, manifest=manifest or scores), manifest, top)
    items = _with_labels(clips, labels)
    form.write(_with_embeddings(items, opened) if opened else items, output)
    return output, len(clips)


def run_of(experiments: Path, scores: File, name: str | None) -> LoadedRun:
    """Return the run called `name`, else the one in whose folder the score file is.

    Raises UserError if there is no such run.
    """
    folder = scores.absolute().parent
    if name is None and folder.name == "scores" and isinstance(folder, Path):
        experiments, name = folder.parent.parent, folder.parent.name
    if name is None:
        raise UserError(f"{scores}: is not in a run's folder; name the run of the embeddings: --run NAME")
    return load_run(experiments, name)


def _check_output(output: Path, scores: File, folder: bool) -> None:
    if not folder:
        check_output(output, scores)
    elif output.exists() and not output.is_dir():
        raise UserError(f"{output}: exists and is no folder; choose another --output")


def _with_labels(clips: Sequence[Scored], labels: Path | None) -> list[Exported]:
    tasks = read_tasks(labels).tasks if labels else {}
    items = []
    for scored in clips:
        clip_id = scored.clip.clip_id
        own = {task: column[clip_id] for task, column in tasks.items() if clip_id in column}
        items.append(Exported(scored, own))
    if labels and not any(item.labels for item in items):
        notify(f"warning: {labels} labels none of the exported clips")
    return items


def _with_embeddings(items: Sequence[Exported], opened: LoadedRun) -> list[Exported]:
    """Return the clips with their embeddings; those that can no longer be read have none."""
    vectors, errors = mean_embeddings(opened, [item.scored for item in items])
    if errors:
        notify(f"warning: {len(errors)} clips cannot be read any more and have no embedding; {errors[0]}")
    return [replace(item, embedding=vector) for item, vector in zip(items, vectors, strict=True)]
