"""How strict a layout is: what a full frame gives up first, and what last."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Strictness:
    """`gap` and `edge` are the least distances of things, and to the frame's edge, in units.

    `shrink` is how far things may shrink below what their size words say, `drawn` whether what is inside a
    figure stays within its outline (else its box), `further` whether "left of" also means further left than
    higher or lower, `deep` whether things that cover one another do so well, and keep their size.
    """

    gap: float
    edge: float
    shrink: float
    drawn: bool
    further: bool
    deep: bool


#: From what looks best to what is still true.
STRICT = (
    Strictness(0.25, 0.3, 1.0, drawn=True, further=True, deep=True),
    Strictness(0.2, 0.25, 0.6, drawn=True, further=True, deep=False),
    Strictness(0.15, 0.2, 0.35, drawn=False, further=True, deep=False),
    Strictness(0.15, 0.2, 0.35, drawn=False, further=False, deep=False),
)
