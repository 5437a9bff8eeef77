"""What is read from a description for a film."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

#: A number in a description, as a pattern.
NUMBER = r"-?\d+(?:\.\d+)?"
_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "ten": 10}
#: A count in digits or as a word, as a pattern with one group.
COUNT = rf"(\d+|{'|'.join(_WORDS)})"


@dataclass(frozen=True)
class Taken:
    """Constants as code by name, and the parts of the description that they come from."""

    constants: dict[str, str]
    spans: tuple[tuple[int, int], ...] = ()


NOTHING = Taken({})
#: Reads a description; what it does not find it leaves out.
Take = Callable[[str], Taken]


def counted(text: str) -> int:
    """Return a count that `COUNT` has matched."""
    return _WORDS.get(text.lower()) or int(text)


def plain(text: str) -> float | int:
    """Return a number as it is written: an integer without a point."""
    return float(text) if "." in text else int(text)
