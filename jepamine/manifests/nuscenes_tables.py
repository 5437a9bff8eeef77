"""nuScenes' tables: JSON arrays of records that refer to one another by token; its annotations as labels."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

from jepamine.data.wrong_files import require_folder
from jepamine.errors import UserError, did_you_mean, first_line
from jepamine.places import File, Url
from jepamine.utils.local_cache import local
from jepamine.utils.progress import Progress, notify, progress
from jepamine.utils.remote import exists

CHUNK = 1 << 20
# No record is this long: what does not parse up to here is broken, not truncated at the end of a chunk.
LONGEST = 16 * CHUNK
# Chunks of a table beyond which reading shows progress.
LARGE = 100
BETWEEN = re.compile(r"[\s,]*")

Row = TypeVar("Row")


def version_folder(root: File, version: str) -> File:
    """Return the folder of a version's tables. Raises UserError, listing the versions, if there is none."""
    if isinstance(root, Url):
        _require_tables(root / version)
        return root / version
    require_folder(root)
    folder = root / version
    if (folder / "scene.json").is_file():
        return folder
    if (root / "scene.json").is_file():
        raise UserError(f"{root}: this folder holds the tables; pass the one above it, --version {root.name}")
    versions = sorted(path.parent.name for path in root.glob("*/scene.json"))
    if folder.is_dir() and versions:
        raise UserError(f"{folder / 'scene.json'}: no such table; complete ones: {', '.join(versions)}")
    if folder.is_dir():
        raise UserError(f"{folder / 'scene.json'}: no such table; are the metadata unpacked?")
    if not versions:
        raise UserError(f"{root}: no folder '{version}' and no other with nuScenes tables")
    raise UserError(
        f"{root}: no version '{version}'{did_you_mean(version, versions)}; use "
        f"--version {', '.join(versions)}"
    )


def _require_tables(folder: Url) -> None:
    if not exists(folder / "scene.json"):
        table = folder / "scene.json"
        raise UserError(f"{table}: no such table; pass the folder above the tables and --version")


def records(folder: File, table: str, **columns: type) -> Iterator[dict[str, Any]]:
    """Yield the records of `folder`/`table`.json; each has `token` (str) and `columns` (name: type).

    The file is never held in memory completely. Raises UserError, with file and token, for a missing file,
    broken JSON, and a column that is missing or of another type.
    """
    path = folder / f"{table}.json"
    for number, record in enumerate(_objects(path), 1):
        if not isinstance(record, dict) or not isinstance(record.get("token"), str):
            raise UserError(f"{path}: record number {number} has no token")
        for column, kind in columns.items():
            # type, not isinstance: true is no number.
            if type(record.get(column)) is not kind:
                raise UserError(f"{path}: record {record['token']}: {_wrong(record, column, kind)}")
        yield record


def row(rows: Mapping[str, Row], record: Mapping[str, Any], column: str, path: File) -> Row:
    """Return the row that `column` of `record` points to; `path` is the record's table.

    Raises UserError, with file and token, if it does not exist.
    """
    try:
        return rows[record[column]]
    except KeyError:
        table = path.with_name(f"{column.removesuffix('_token')}.json").name
        raise UserError(
            f"{path}: record {record['token']}: {column} '{record[column]}' is not in {table}"
        ) from None


def _wrong(record: Mapping[str, Any], column: str, kind: type) -> str:
    if column not in record:
        return f"no column '{column}'"
    return f"'{column}' is no {kind.__name__}: {record[column]!r}"


def _objects(path: File) -> Iterator[Any]:
    decode = json.JSONDecoder().raw_decode
    number = 0
    try:
        on_disk = local(path)
        with on_disk.open(encoding="utf-8-sig") as file, _progress(on_disk) as bar:
            text = file.read(CHUNK).lstrip()
            if not text.startswith("["):
                raise UserError(f"{path}: not a nuScenes table: it does not start with a JSON array")
            at = 1
            while True:
                at = _skip(text, at)
                if text[at : at + 1] == "]":
                    return
                try:
                    value, at = decode(text, at)
                except json.JSONDecodeError as error:
                    more = file.read(CHUNK)
                    if not more or len(text) - at > LONGEST:
                        raise UserError(f"{path}: broken JSON after {number} records: {error.msg}") from None
                    text, at = text[at:] + more, 0
                    if bar is not None:
                        bar.step()
                else:
                    number += 1
                    yield value
    except FileNotFoundError:
        raise UserError(f"{path}: no such table") from None
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"{path}: cannot be read: {first_line(error)}") from None


def _progress(path: Path) -> AbstractContextManager[Progress | None]:
    chunks = path.stat().st_size // CHUNK
    return progress(f"read {path.name}", chunks, "MB", every=200) if chunks > LARGE else nullcontext()


def _skip(text: str, at: int) -> int:
    match = BETWEEN.match(text, at)
    return match.end() if match else at


def label_lines(
    root: File, version: str, lines: Sequence[dict[str, Any]], wanted: int | Sequence[str]
) -> list[dict[str, Any]]:
    """Return one label per line of `nuscenes_lines`: 1 if a sample of it has an annotation of a category.

    The categories are those that `wanted` names, or, for a number, that many of the rarest annotated ones, by
    their annotations in the whole version (ties by name). Annotations are all around the car, not only in a
    camera's view. Reports the categories and the number of positive clips on stderr. Raises UserError, with
    file and token, as `nuscenes_lines` does, and for an unknown category.
    """
    folder = version_folder(root, version)
    counts, held = _annotations(folder)
    chosen = _rarest(counts, wanted, folder) if isinstance(wanted, int) else _named(counts, wanted, folder)
    labels = []
    for line in lines:
        seen: set[str] = set().union(*(held.get(token, ()) for token in line["sample_tokens"]))
        rare = sorted(seen.intersection(chosen))
        labels.append({"clip_id": line["clip_id"], "binary_label": int(bool(rare)), "categories": rare})
    positives = sum(label["binary_label"] for label in labels)
    listed = ", ".join(f"{name} ({counts[name]} annotations)" for name in chosen)
    notify(f"labels: {positives} of {len(labels)} clips are positive, by {listed}")
    if positives in (0, len(labels)):
        notify("warning: a ranking needs both labels; choose other categories")
    return labels


def _annotations(folder: File) -> tuple[Counter[str], dict[str, set[str]]]:
    # (category -> number of annotations; sample token -> its categories)
    categories = {record["token"]: record["name"] for record in records(folder, "category", name=str)}
    instances = {
        record["token"]: row(categories, record, "category_token", folder / "instance.json")
        for record in records(folder, "instance", category_token=str)
    }
    samples = {record["token"]: None for record in records(folder, "sample")}
    counts = Counter(dict.fromkeys(categories.values(), 0))
    held: dict[str, set[str]] = {}
    path = folder / "sample_annotation.json"
    for record in records(folder, "sample_annotation", sample_token=str, instance_token=str):
        category = row(instances, record, "instance_token", path)
        row(samples, record, "sample_token", path)
        counts[category] += 1
        held.setdefault(record["sample_token"], set()).add(category)
    if not held:
        raise UserError(f"{path}: contains no annotation, so there is nothing to label by")
    return counts, held


def _rarest(counts: Counter[str], count: int, folder: File) -> list[str]:
    present = sorted((name for name in counts if counts[name]), key=lambda name: (counts[name], name))
    if count > len(present):
        raise UserError(
            f"--labels rare={count}: {folder / 'sample_annotation.json'} "
            f"has annotations of {len(present)} categories"
        )
    return present[:count]


def _named(counts: Collection[str], names: Sequence[str], folder: File) -> list[str]:
    for name in names:
        if name not in counts:
            raise UserError(
                f"--labels: {folder / 'category.json'} has no category '{name}'{did_you_mean(name, counts)}; "
                f"known: {', '.join(sorted(counts))}"
            )
    return list(dict.fromkeys(names))
