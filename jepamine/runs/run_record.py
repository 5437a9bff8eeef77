"""The run record: its type, its validation when read from disk, and what a run ran under."""

from __future__ import annotations

import contextlib
import os
import platform
import subprocess
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any, Literal

from annotated_types import Ge, Len
from pydantic import ConfigDict, PlainValidator, TypeAdapter, ValidationError, WithJsonSchema, with_config
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

import jepamine
from jepamine.errors import UserError
from jepamine.utils.progress import notify


def _number(value: Any) -> int | float:
    """Return a number as it is: pydantic's float would turn epoch 9 into 9.0."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise PydanticCustomError("number", "Input should be a valid number")
    return value


Number = Annotated[float, PlainValidator(_number), WithJsonSchema({"type": "number"})]
Count = Annotated[int, Ge(0)]
AtLeastOne = Annotated[int, Ge(1)]
Status = Literal["running", "finished", "interrupted", "failed"]

# Records of other versions may hold further keys: they are kept.
_OPEN = ConfigDict(extra="allow", strict=True)
#: What resuming or using a run needs; `runs` and `show` also read records that lack it.
REQUIRED = ("recipe_sha256", "epochs_done", "data.tubelet_size", "data.image_size", "encoder.weights_sha256")


@with_config(_OPEN)
class PluginRecord(TypedDict, total=False):
    """A plugin of a run: its name in the recipe, the package or file that provides it, its version."""

    name: str
    source: str
    version: str


@with_config(_OPEN)
class EncoderRecord(TypedDict, total=False):
    """The encoder of a run; its weights are identified, not stored."""

    name: str
    weights_sha256: str


@with_config(_OPEN)
class DataRecord(TypedDict, total=False):
    """The manifest that a run was made from; `image_size` is (height, width) in pixels."""

    manifest: str
    sha256: str
    labels: str | None
    root: str | None
    clips: Count
    tubelets: Count
    tubelet_size: AtLeastOne
    threads: int
    image_size: Annotated[list[AtLeastOne], Len(2, 2)]


@with_config(_OPEN)
class RunRecord(TypedDict, total=False):
    """`record.json` of a run folder; times are UTC, ISO 8601; durations seconds; `files` SHA-256 by path.

    `sessions`: when and under what environment the run was resumed.
    """

    schema: int
    name: str
    status: Status
    created: str
    finished: str | None
    recipe_sha256: str
    seed: int
    plugins: dict[str, PluginRecord]
    encoder: EncoderRecord
    environment: dict[str, Any]
    git: dict[str, Any]
    data: DataRecord
    epochs_done: Count
    best_metric: Number | None
    headline: str
    metrics: dict[str, Number | None]
    seconds: dict[str, Number | None]
    failure: str | None
    files: dict[str, str]
    sessions: list[dict[str, Any]]


@cache
def _adapter() -> TypeAdapter[RunRecord]:
    return TypeAdapter(RunRecord)


def validate(value: dict[str, Any], path: Path) -> RunRecord:
    """Return `value`, read from `path`, as a record.

    Raises UserError, with file and field, for a field of a wrong type or value, and without 'status' or
    'metrics'.
    """
    for key in ("status", "metrics"):
        if key not in value:
            raise UserError(f"{path}: not a run record: '{key}' is missing")
    try:
        return _adapter().validate_python(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        message = first["msg"][:1].lower() + first["msg"][1:]
        raise UserError(f"{path}: {field}: {message}, found {first['input']!r}") from None


def require_complete(record: RunRecord, path: Path) -> None:
    """Raise UserError if a record, read from `path`, lacks a field that resuming or using its run needs."""
    for field in REQUIRED:
        value: Any = record
        for key in field.split("."):
            value = value.get(key) if value is not None else None
        if value is None:
            raise UserError(f"{path}: incomplete run record: '{field}' is missing")


# What the bits of the weights depend on, besides the recipe and the data.
DECISIVE = ("python", "torch", "transformers", "jepamine", "platform", "device", "threads")


def environment(device: str) -> dict[str, Any]:
    """Return the versions of Python, jepamine, torch, transformers and the platform, device and threads."""
    import torch

    return {
        "python": platform.python_version(),
        "jepamine": jepamine.__version__,
        "torch": metadata.version("torch"),
        "transformers": metadata.version("transformers"),
        "platform": platform.platform(),
        "device": device,
        "cpus": os.cpu_count(),
        "threads": torch.get_num_threads(),
    }


def git_state() -> dict[str, Any]:
    """Return commit and dirtiness of the folder the command runs in; None outside of git."""

    def git(*words: str) -> str | None:
        try:
            done = subprocess.run(["git", *words], capture_output=True, text=True, timeout=10, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    changes = git("status", "--porcelain")
    return {"commit": git("rev-parse", "HEAD"), "dirty": None if changes is None else bool(changes)}


@contextlib.contextmanager
def recorded_threads(record: RunRecord) -> Iterator[None]:
    """Compute with as many threads as the run's first session, if its record says how many."""
    import torch

    before, recorded = torch.get_num_threads(), record.get("environment", {}).get("threads")
    if isinstance(recorded, int) and 0 < recorded != before:
        torch.set_num_threads(recorded)
        notify(f"threads: {recorded}, as when the run started (here {before})")
    try:
        yield
    finally:
        torch.set_num_threads(before)


def resumed(name: str, record: RunRecord, device: str, started: str) -> list[dict[str, Any]]:
    """Return the record's `sessions` with the one that begins now.

    A notice names what differs from the first session, such as the version of torch.
    """
    now, first = environment(device), record.get("environment", {})
    changes = [
        f"{key} {first[key]} -> {now[key]}" for key in DECISIVE if key in first and first[key] != now[key]
    ]
    if changes:
        notify(
            f"warning: run '{name}' is resumed under another environment: {', '.join(changes)}; its weights "
            "may differ from those of an uninterrupted run"
        )
    session = {"started": started, "epochs_done": record["epochs_done"], "environment": now}
    return [*record.get("sessions", []), session | ({"changed": changes} if changes else {})]
