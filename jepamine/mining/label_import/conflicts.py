"""Settle the labels of a clip on which annotators disagree."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from jepamine.errors import UserError
from jepamine.mining.labels import BINARY

#: What becomes of a clip that annotators label 0 and 1.
Conflicts = Literal["refuse", "leave-out", "majority"]

# How many names a message has.
NAMED = 5


@dataclass
class Imported:
    """`labels`: clip_id -> task -> 1 or 0; `words`: (task, value) -> the words that were read so.

    `left_out` counts annotations by the reason why; `conflicts` are clips that were left out.
    """

    labels: dict[str, dict[str, int]] = field(default_factory=dict)
    words: dict[tuple[str, int], Counter[str]] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    conflicts: list[str] = field(default_factory=list)


def settle(
    votes: dict[str, dict[str, list[int]]], result: Imported, conflicts: Conflicts, export: Path
) -> None:
    """Add the labels that annotators agree on to `result`.

    Raises UserError if they disagree on any and `conflicts` is `refuse`.
    """
    for clip_id, tasks in votes.items():
        for task, values in tasks.items():
            ones = sum(values)
            split = 0 < ones < len(values)
            if split and (conflicts != "majority" or 2 * ones == len(values)):
                result.conflicts.append(clip_id if task == BINARY else f"{clip_id} ({task})")
            else:
                result.labels.setdefault(clip_id, {})[task] = int(2 * ones > len(values))
    if result.conflicts and conflicts == "refuse":
        raise UserError(
            f"{export}: annotators disagree on {len(result.conflicts)}: {named(result.conflicts)} labelled 0 "
            "and 1. Settle it there, or pass --conflicts leave-out or majority"
        )


def named(names: list[str]) -> str:
    """Return the first names, quoted, for a message."""
    return ", ".join(f"'{name}'" for name in names[:NAMED]) + (", ..." if len(names) > NAMED else "")
