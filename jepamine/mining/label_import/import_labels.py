"""Labels from another tool's export, as a label file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jepamine.errors import UserError, first_line
from jepamine.mining.label_import.answers import Answer, Conflicts, Imported, Reader, Reading, named, settle
from jepamine.mining.label_import.from_cvat import read_cvat
from jepamine.mining.label_import.from_table import read_csv, read_parquet
from jepamine.mining.label_import.from_tools import read_coco, read_fiftyone, read_label_studio
from jepamine.mining.label_import.known_clips import KnownClips
from jepamine.mining.labels import BINARY
from jepamine.places import File
from jepamine.utils.files import check_output, read_bytes, write_atomic
from jepamine.utils.json_files import json_lines


def import_labels(
    export: Path,
    output: Path,
    reading: Reading | None = None,
    clips: File | None = None,
    conflicts: Conflicts = "refuse",
) -> Imported:
    """Write the labels of an export of another tool as JSONL; return them, and what was left out.

    Read are exports of Label Studio (JSON, JSON-MIN, CSV), CVAT (XML, zip), FiftyOne (samples.json or its
    folder), COCO, and tables (CSV, Parquet). With `clips`, a manifest or score file, labels of other clips
    are left out, and clips are found by their files' names where the export has no ids. Raises UserError if
    the file has no label, or annotators disagree and `conflicts` is `refuse`.
    """
    check_output(output, export)
    reading = reading or Reading()
    known = KnownClips(clips) if clips else None
    result = Imported(left_out=reading.tally)
    votes: dict[str, dict[str, list[int]]] = {}
    strangers: dict[str, None] = {}
    for answer in _reader(export)(export, reading):
        for clip_id in _clips_of(answer, known, strangers, export):
            for task, value in reading.labels(answer.choices):
                votes.setdefault(clip_id, {}).setdefault(task, []).append(value)
        for question, choice in answer.choices:
            for pair in reading.labels([(question, choice)]):
                result.words.setdefault(pair, Counter())[choice] += 1
    if strangers:
        result.left_out[f"of clips that {clips} does not have ({named(list(strangers))})"] = len(strangers)
    settle(votes, result, conflicts, export)
    if not result.labels:
        reasons = ", ".join(f"{count} {reason}" for reason, count in result.left_out.items())
        raise UserError(f"{export}: contains no label" + (f": {reasons}" if reasons else ""))
    write_atomic(output, json_lines([_line(clip_id, tasks) for clip_id, tasks in result.labels.items()]))
    return result


def _reader(path: Path) -> Reader:
    """Return the reader of a file, by its suffix and content."""
    readers: dict[str, Reader] = {
        ".csv": read_csv, ".tsv": read_csv, ".parquet": read_parquet, ".xml": read_cvat, ".zip": read_cvat,
    }  # fmt: skip
    if path.suffix.lower() == ".jsonl":
        raise UserError(f"{path}: JSONL is the format of label files; pass it to --labels as it is")
    return readers.get(path.suffix.lower(), _read_json)


def _read_json(path: Path, reading: Reading) -> Iterator[Answer]:
    file = path / "samples.json" if path.is_dir() else path
    try:
        data = json.loads(read_bytes(file))
    except (ValueError, RecursionError) as error:
        raise UserError(f"{file}: not JSON: {first_line(error)}") from None
    if isinstance(data, dict) and isinstance(data.get("samples"), list):
        return read_fiftyone(data, file, reading)
    if isinstance(data, dict) and isinstance(data.get("annotations"), list):
        return read_coco(data, file, reading)
    return read_label_studio(data, file, reading)


def _clips_of(
    answer: Answer, known: KnownClips | None, strangers: dict[str, None], export: Path
) -> list[str]:
    """Return the clips that an answer is about; names of clips that are not known go to `strangers`."""
    if answer.clip_id is not None and (known is None or answer.clip_id in known.ids):
        return [answer.clip_id]
    if known is None:
        raise UserError(
            f"{answer.place}: names no clip: it has no clip_id. Pass the key of the ids (--id NAME), or the "
            "manifest, to find clips by their files' names (--clips MANIFEST)"
        )
    # Of several files, those that a clip shows count; their other texts are no file's name.
    found = dict.fromkeys(clip for name in answer.media for clip in known.of_file(name))
    if not found or answer.clip_id is not None:
        strangers[answer.clip_id or (answer.media[0] if answer.media else answer.place)] = None
        return []
    return list(found)


def _line(clip_id: str, tasks: dict[str, int]) -> dict[str, Any]:
    tags = {task: value for task, value in tasks.items() if task != BINARY}
    binary = {BINARY: tasks[BINARY]} if BINARY in tasks else {}
    return {"clip_id": clip_id} | binary | ({"labels": tags} if tags else {})


def import_summary(result: Imported) -> list[str]:
    """Return what was read, in lines: per task how many clips and by which words, and what was left out."""
    lines = []
    tasks = dict.fromkeys(task for tasks in result.labels.values() for task in tasks)
    for task in tasks:
        parts = []
        for value in (1, 0):
            count = sum(labels.get(task) == value for labels in result.labels.values())
            words = [word for word in result.words.get((task, value), ()) if word != str(value)]
            parts.append(f"{count} are {value}" + (f" ({named(words)})" if words and words != [task] else ""))
        lines.append(f"  {task}: {', '.join(parts)}")
    lines += [f"  left out: {count} {reason}" for reason, count in result.left_out.items()]
    if result.conflicts:
        lines.append(
            f"  left out: {len(result.conflicts)} on which annotators disagree: {named(result.conflicts)}"
        )
    return lines
