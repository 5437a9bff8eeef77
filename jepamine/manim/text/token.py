"""One token of a description."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jepamine.manim.text.reading import Span


@dataclass(frozen=True)
class Token:
    """One token: its kind and meaning as in `lexicon`, and the words it was read from."""

    kind: str
    value: Any
    span: Span
    text: str
