"""JSON and JSONL files: the one way to read and to write them, and to check their numbers."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from jepamine.errors import UserError, first_line
from jepamine.places import File, Url
from jepamine.utils.files import naming, replacing, require_regular, write_atomic
from jepamine.utils.local_cache import local
from jepamine.utils.remote import put
from jepamine.utils.temporary import temporary_folder


def write_json(path: Path, value: object) -> None:
    """Write `value` as indented JSON, atomically; see `finite`."""
    write_atomic(path, (json_text(value, indent=2) + "\n").encode())


def json_text(value: object, indent: int | None = None) -> str:
    """Encode `value` as JSON, the one way that all output is written: `finite`, and ASCII only."""
    return json.dumps(finite(value), indent=indent, allow_nan=False)


def finite(value: Any) -> Any:
    """Return `value` with null for NaN and infinities, which JSON lacks."""
    if isinstance(value, Mapping):
        return {key: finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object. Raises UserError that names the file if it is missing or damaged."""
    try:
        require_regular(path)
        value = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"{path}: cannot be read as JSON: {first_line(error)}") from None
    if not isinstance(value, dict):
        raise UserError(f"{path}: expected a JSON object, found {type(value).__name__}")
    return value


def write_json_lines(path: File, lines: Iterable[dict[str, Any]]) -> None:
    """Write objects as a JSONL file, atomically, one at a time; see `finite`.

    What is for a store is in a temporary file first: it takes files as a whole.
    """
    encoded = (json_text(line).encode() + b"\n" for line in lines)
    if isinstance(path, Url):
        with temporary_folder() as folder:
            whole = folder / "lines.jsonl"
            with naming(whole), whole.open("wb") as file:
                file.writelines(encoded)
            put(path, whole)
        return
    with replacing(path) as (file, _):
        file.writelines(encoded)


def json_lines(lines: list[dict[str, Any]]) -> bytes:
    """Encode objects as a JSONL file; see `finite`."""
    return "".join(json_text(line) + "\n" for line in lines).encode()


def raw_lines(path: File, start: tuple[int, int] = (1, 0)) -> Iterator[tuple[int, bytes]]:
    """Yield (line number from 1, bytes) of every non-blank line of a file, from `start` on.

    `start` is the number of a line and the byte at which it begins. Raises UserError if the file cannot be
    read.
    """
    for number, _, line in placed_lines(path, start):
        yield number, line


def placed_lines(path: File, start: tuple[int, int] = (1, 0)) -> Iterator[tuple[int, int, bytes]]:
    """Yield what `raw_lines` does, with the byte at which a line begins: (number, offset, bytes)."""
    first, offset = start
    try:
        on_disk = local(path)
        require_regular(on_disk)
        with on_disk.open("rb") as file:
            file.seek(offset)
            for number, line in enumerate(file, first):
                text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                if text.strip():
                    yield number, offset + len(line) - len(text), text
                offset += len(line)
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None


def parse_line(path: File, number: int, line: bytes) -> dict[str, Any]:
    """Parse one JSONL line into an object. Raises UserError with file, line and reason."""
    try:
        value = json.loads(line)
    except UnicodeDecodeError:
        raise UserError(f"{path}:{number}: not UTF-8 text") from None
    except (ValueError, RecursionError) as error:
        # Python adds how a program reads longer integers.
        reason = first_line(error).partition("; use sys.")[0]
        raise UserError(f"{path}:{number}: broken JSON: {reason}") from None
    if not isinstance(value, dict):
        raise UserError(f"{path}:{number}: expected a JSON object, found {type(value).__name__}")
    return value


def read_jsonl(path: File) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line number from 1, object) for every non-blank line."""
    for number, line in raw_lines(path):
        yield number, parse_line(path, number, line)


def is_number(value: Any) -> bool:
    """Return whether `value` is a finite number that a float can hold; true and false are not numbers."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
