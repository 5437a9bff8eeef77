"""The result of a validation."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from jepamine.manim.layouts import Box, Layout
from jepamine.manim.validation.adherence import Adherence, adherence, match
from jepamine.manim.validation.check_answer import Answer, Found, Look, Made, Problem
from jepamine.manim.validation.placement import Outside, Overlap, common_share, outside, overlaps
from jepamine.sandbox.protection import Protection
from jepamine.sandbox.server_pool import Abandoned

# Overlaps in a report, of which a moment of an animation has as many; the rest is counted.
MOST_OVERLAPS, AT_A_MOMENT = 400, 40
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class State:
    """The positions of objects at one time; `adherence` None without a layout.

    At a moment of an animation only objects that exist by then count. `more_overlaps` are those left out, of
    which the share is smaller.
    """

    adherence: Adherence | None
    overlaps: tuple[Overlap, ...]
    off_screen: tuple[Outside, ...]
    more_overlaps: int = 0


@dataclass(frozen=True)
class Moment:
    """The scene at `share` of animation number `play`, started on `line`; boxes (x, y, width, height).

    `made` is where the code makes the objects.
    """

    play: int
    line: int | None
    share: float
    boxes: dict[str, Box]
    made: dict[str, Made]
    state: State


@dataclass(frozen=True)
class Report:
    """A validation: without problems, the code ran to its end.

    `objects` are those with a name in the code and those drawn; `final` is the state at the end of construct,
    `moments` those at a quarter, half and three quarters of each animation. `seconds` is the child's time
    without that of LaTeX, `notes` are about what is approximate. `unseen` have the colour of what is behind
    them.
    """

    problems: tuple[Problem, ...]
    scene: str | None
    objects: tuple[Found, ...]
    final: State
    moments: tuple[Moment, ...]
    protection: Protection
    seconds: float
    preview: bytes | None = None
    notes: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()

    @property
    def runs(self) -> bool:
        """Return whether the code was allowed and ran to its end."""
        return not self.problems

    def to_json(self) -> dict[str, Any]:
        """Return everything but the preview's pixels."""
        values = asdict(replace(self, preview=None))
        del values["preview"]
        protection = {
            "in_force": str(self.protection),
            "closed": self.protection.closed,
            "open": self.protection.open,
        }
        return {"runs": self.runs, **values, "protection": protection}


def report(
    answer: Answer,
    protection: Protection,
    seconds: float,
    layout: Layout | None = None,
    names: Mapping[str, int] | None = None,
    notes: tuple[str, ...] = (),
    gone: Callable[[], bool] = bool,
) -> Report:
    """Build the report of a child's answer.

    Raises UserError if `names` does not fit the layout, Abandoned once `gone`.
    """
    chosen = match(layout, answer.objects, names) if layout is not None else []
    boxes = {item.name: item.box for item in answer.objects if item.shown}
    parts_of = {item.name: item.parts_of for item in answer.objects}
    return Report(
        answer.problems,
        answer.scene,
        answer.objects,
        _state(boxes, parts_of, layout, chosen),
        tuple(_moment(look, layout, chosen, gone) for look in answer.moments),
        protection,
        round(seconds, 4),
        _png(answer.preview),
        notes,
        answer.unseen,
    )


def _state(
    boxes: Mapping[str, Box],
    parts_of: Mapping[str, Sequence[str]],
    layout: Layout | None,
    chosen: Sequence[str | None],
    so_far: bool = False,
) -> State:
    every = overlaps(boxes, parts_of)
    pairs = every[: AT_A_MOMENT if so_far else MOST_OVERLAPS]
    more = len(every) - len(pairs)
    if layout is None:
        return State(None, pairs, outside(boxes), more)
    index_of = {name: index for index, name in enumerate(chosen) if name is not None}
    targets = [item.box for item in layout.objects]
    overlapping = tuple(
        replace(pair, expected=_expected(index_of.get(pair.first), index_of.get(pair.second), targets))
        for pair in pairs
    )
    tops = [name for name in boxes if not parts_of.get(name)]
    kept = adherence(layout, boxes, chosen, tops=tops, so_far=so_far)
    return State(kept, overlapping, outside(boxes), more)


def _expected(first: int | None, second: int | None, targets: Sequence[Box]) -> bool:
    if first is None or second is None:
        return False
    return common_share(targets[first], targets[second]) > 0


def _moment(
    look: Look, layout: Layout | None, chosen: Sequence[str | None], gone: Callable[[], bool]
) -> Moment:
    if gone():
        raise Abandoned
    # Objects that have not appeared yet are not missing.
    state = _state(look.boxes, look.parts_of, layout, chosen, so_far=True)
    return Moment(look.play, look.line, look.share, look.boxes, look.made, state)


def _png(encoded: str | None) -> bytes | None:
    if encoded is None:
        return None
    try:
        data = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return None
    return data if data.startswith(PNG) else None
