"""What annotators answered in any tool: the words that mean yes and no, and clips on which they disagree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from jepamine.errors import UserError
from jepamine.mining.labels import BINARY

POSITIVE = (
    "1", "1.0", "yes", "y", "true", "interesting", "keep", "relevant", "novel", "positive", "worth a look",
)  # fmt: skip
NEGATIVE = (
    "0", "0.0", "no", "n", "false", "boring", "uninteresting", "not interesting", "drop", "irrelevant",
    "not relevant", "normal", "negative", "not worth a look",
)  # fmt: skip
# Names of the question, column or field whose answer is `binary_label`; others are tags.
QUESTIONS = ("", BINARY, "label", "labels", "choice", "choices", "class", "classification", "annotation")
# Names of a clip's id, in this order.
IDS = ("clip_id", "clipid", "clip", "clip id")


@dataclass(frozen=True)
class Answer:
    """One annotation of a clip: pairs of a question's name and the choice, as written.

    `place` is where in the file, for messages. Without a `clip_id` the clip is found by the names of its
    files, `media`.
    """

    place: str
    clip_id: str | None
    choices: tuple[tuple[str, str], ...]
    media: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """How a file is read: its column or field of ids and its question, if named; words of the user.

    `tally` counts what was left out, by reason.
    """

    id_name: str | None = None
    question: str | None = None
    positive: Sequence[str] = ()
    negative: Sequence[str] = ()
    tally: Counter[str] = field(default_factory=Counter)

    def value(self, choice: str) -> int | None:
        """Return 1 or 0 for a word that means yes or no, else None."""
        word = normal(choice)
        if word in map(normal, self.positive):
            return 1
        if word in map(normal, self.negative):
            return 0
        return 1 if word in POSITIVE else 0 if word in NEGATIVE else None

    def is_id(self, name: str) -> bool:
        """Return whether a key or column holds ids of clips."""
        return name == self.id_name if self.id_name else normal(name) in map(normal, IDS)

    def is_question(self, name: str) -> bool:
        """Return whether the answer to a question, or in a column, is `binary_label`."""
        return name == self.question if self.question else name.casefold() in QUESTIONS

    def labels(self, choices: Iterable[tuple[str, str]]) -> Iterator[tuple[str, int]]:
        """Yield (task, 1 or 0) for the choices of an answer.

        A yes or no to the question is `binary_label`, to any other question the label of that tag;
        `TAG=1` and `TAG=0` are as they say, and any other choice is a tag that the clip has.
        """
        for question, choice in choices:
            value = self.value(choice)
            tag = re.fullmatch(r"(.+)=([01])", choice.strip())
            if value is not None:
                yield BINARY if self.is_question(question) else question, value
            elif tag:
                yield tag[1], int(tag[2])
            else:
                yield choice.strip(), 1


#: Reads a file: yields its answers, and counts in `tally` what it leaves out.
Reader = Callable[[Path, Reading], Iterator[Answer]]


def normal(word: str) -> str:
    """Return a word in lower case, with single spaces for underscores and hyphens."""
    return " ".join(re.sub(r"[\s_-]+", " ", word.casefold()).split())


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
