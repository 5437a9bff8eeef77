"""Rank and percentiles of a clip within its score file."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from jepamine.mining.review_page.page import ScorerValue
from jepamine.mining.score_files import Scored


class Percentiles:
    """The scores of a whole file; `scorer` is the one that `score` repeats.

    `preferred` is the run's own, used if two scorers gave the same values.
    """

    def __init__(self, scored: Sequence[Scored], preferred: str) -> None:
        tables = [_scores(item) for item in scored]
        names = list(dict.fromkeys(name for table in tables for name in table))
        self._sorted = {name: sorted(table[name] for table in tables if name in table) for name in names}
        self._scores = sorted(item.score for item in scored)
        fitting = [
            name
            for name in names
            if all(table.get(name) == item.score for table, item in zip(tables, scored, strict=True))
        ]
        self.scorer = preferred if preferred in fitting else next(iter(fitting), "score")

    def place(self, item: Scored) -> int:
        """Return the clip's rank in the file by score, from 1; ties share one."""
        return 1 + len(self._scores) - bisect_right(self._scores, item.score)

    def values(self, item: Scored) -> tuple[ScorerValue, ...]:
        """Return every scorer's value for a clip, the headline first."""
        table = _scores(item)
        names = sorted(table, key=lambda name: name != self.scorer)
        return tuple(ScorerValue(name, table[name], self._percentile(name, table[name])) for name in names)

    def _percentile(self, name: str, value: float) -> float | None:
        """Return the share of the file's other clips with a lower score, in percent; ties count half."""
        column = self._sorted[name]
        others = len(column) - 1
        if not others:
            return None
        lower = bisect_left(column, value)
        ties = bisect_right(column, value) - lower - 1
        return 100 * (lower + ties / 2) / others


def tubelet_values(line: Mapping[str, Any], scorer: str, count: int) -> tuple[str, Sequence[float]]:
    """Return (scorer, values of a line's `count` tubelets): `scorer`'s own, else those of another one.

    ("", ()) if no scorer of the line looked at single tubelets: one value for all of them is the clip's.
    """
    scores = line.get("tubelet_scores") or ()
    tables = line.get("tubelets") or {}
    own = {scorer: scores} if scorer not in tables and len(set(scores)) > 1 else {}
    for name in (scorer, "knn", *tables):
        values = (tables | own).get(name, ())
        if len(values) == count:
            return name, values
    return "", ()


def _scores(item: Scored) -> dict[str, float]:
    table = item.line.get("scores")
    if not isinstance(table, Mapping):
        return {"score": item.score}
    return {
        str(name): float(value)
        for name, value in table.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    }
