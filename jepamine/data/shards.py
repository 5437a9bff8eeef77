"""Parts of a manifest for several processes: given as I/N, or by the scheduler of an array of jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from jepamine.errors import UserError

#: Number of parts, for schedulers whose jobs know their index only.
COUNT = "JEPAMINE_SHARDS"

Item = TypeVar("Item")


@dataclass(frozen=True)
class Shard:
    """Part `number` (from 1) of `of`. Drives are distributed whole, in the order of their first clip.

    Whole, because scorers such as `drive` and `scene` compare a clip with the rest of its drive or scene.
    """

    number: int = 1
    of: int = 1


def dealt(items: Iterable[Item], drive: Callable[[Item], str | None]) -> Iterator[tuple[int, Item]]:
    """Yield each item with the number, from 0, of its drive or, without one, its own."""
    drives: dict[str, int] = {}
    count = 0
    for item in items:
        name = drive(item)
        place = count if name is None else drives.setdefault(name, count)
        count += place == count
        yield place, item


def parse_shard(text: str) -> Shard:
    """Return the shard that `text`, I/N, names. Raises ValueError unless 1 <= I <= N."""
    number, _, of = text.partition("/")
    if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise ValueError(f"'{text}' is not I/N with 1 <= I <= N.")
    return Shard(int(number), int(of))


def scheduled_shard(environment: Mapping[str, str]) -> tuple[Shard, str] | None:
    """Return the shard of this job of an array and the variable that names it; None outside of an array.

    Slurm and Grid Engine also give first index, last index and step; PBS (indices from 1) and Kubernetes
    (from 0) need the number of parts in `JEPAMINE_SHARDS`. Raises UserError for an index that is not an
    integer or out of range, an array with gaps, and a missing number of parts.
    """
    if "SLURM_ARRAY_TASK_ID" in environment:
        return _counted(environment, "SLURM_ARRAY_TASK_", ("ID", "MIN", "MAX", "STEP"), "COUNT")
    # Grid Engine sets it to "undefined" in jobs that are not part of an array.
    if environment.get("SGE_TASK_ID", "undefined") != "undefined":
        return _counted(environment, "SGE_TASK_", ("ID", "FIRST", "LAST", "STEPSIZE"))
    for name, first in (("PBS_ARRAY_INDEX", 1), ("PBS_ARRAYID", 1), ("JOB_COMPLETION_INDEX", 0)):
        if name in environment:
            return _indexed(environment, name, first)
    return None


def _counted(
    environment: Mapping[str, str], prefix: str, keys: tuple[str, str, str, str], count: str | None = None
) -> tuple[Shard, str]:
    """Return the shard of an array whose first and last index are known."""
    name = prefix + keys[0]
    index = _integer(environment, name)
    first = _integer(environment, prefix + keys[1], "1" if count is None else None)
    last = _integer(environment, prefix + keys[2])
    step = _integer(environment, prefix + keys[3], "1")
    of = (last - first) // max(step, 1) + 1
    regular = step >= 1 and (last - first) % step == 0 and (index - first) % step == 0
    if count and prefix + count in environment:
        regular = regular and _integer(environment, prefix + count) == of
    if not regular or not first <= index <= last:
        raise UserError(
            f"{name}={index}: the array from {first} to {last} has gaps, so that this job's part is unknown; "
            "pass --shard I/N"
        )
    return Shard((index - first) // step + 1, of), name


def _indexed(environment: Mapping[str, str], name: str, first: int) -> tuple[Shard, str]:
    """Return the shard of an array whose jobs know their index only."""
    index = _integer(environment, name)
    if COUNT not in environment:
        raise UserError(
            f"{name}={index}: this job is one of an array of unknown size; set {COUNT} to the number of "
            "parts, or pass --shard I/N (1/1 for all clips)"
        )
    of = _integer(environment, COUNT)
    if not first <= index < first + of:
        raise UserError(
            f"{name}={index} is not in {first} to {first + of - 1} ({COUNT}={of}); pass --shard I/N"
        )
    return Shard(index - first + 1, of), name


def _integer(environment: Mapping[str, str], name: str, default: str | None = None) -> int:
    text = environment.get(name, default)
    if text is None:
        raise UserError(f"{name} is not set, so that this job's part is unknown; pass --shard I/N")
    if not text.strip().isdecimal():
        raise UserError(f"{name}={text!r} is not a number; pass --shard I/N")
    return int(text)
