"""The run record: its type, and its validation when read from disk."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from annotated_types import Ge, Len
from pydantic import ConfigDict, PlainValidator, TypeAdapter, ValidationError, WithJsonSchema, with_config
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from jepamine.errors import UserError


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
