"""nuScenes' tables: JSON arrays of records that refer to one another by token, read one record at a time.

Format: https://github.com/nutonomy/nuscenes-devkit/blob/master/docs/schema_nuscenes.md
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

from jepamine.errors import UserError, did_you_mean, first_line
from jepamine.places import File, Url
from jepamine.utils.local_cache import local
from jepamine.utils.progress import Progress, progress
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
    if not root.is_dir():
        raise UserError(f"{root} is not a folder")
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
