"""The scores of clips by scorer, as a table: what a ranking is computed from, read from a score file."""

from __future__ import annotations

import math
import sys
from array import array
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from jepamine.data.wrong_files import require_scores
from jepamine.errors import UserError, brief
from jepamine.mining.labels import Origin, origin
from jepamine.places import File
from jepamine.utils.json_files import is_number, read_jsonl
from jepamine.utils.spilled import SpilledMap

# Clips that are named of each kind that is lost.
LISTED = 5


@dataclass
class ScoreTable:
    """The scores of a file: `columns`, scorer -> float64 per clip, NaN where the scorer lacks the clip.

    `ids`, `origins` and `places`, numbers that rise, are per clip too. `others` counts scored clips that the
    table does not hold, `first_others` are the first (place, id) of them. `failed`: clips that could not be
    scored (null). `fitted`: clip_id -> scorers that were fitted to its scene; `trained`: the clips that the
    run was trained on.
    """

    ids: list[str] = field(default_factory=list)
    places: array[int] = field(default_factory=lambda: array("q"))
    others: int = 0
    first_others: list[tuple[int, str]] = field(default_factory=list)
    columns: dict[str, array[float]] = field(default_factory=dict)
    origins: list[Origin] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    fitted: dict[str, list[str]] = field(default_factory=dict)
    trained: set[str] = field(default_factory=set)

    def add(self, clip_id: str, scores: Mapping[str, float], place: Origin) -> None:
        """Append a clip; scorers that lack it, or earlier clips, get NaN."""
        for name, value in scores.items():
            column = self.columns.setdefault(name, array("d"))
            column.extend([math.nan] * (len(self.ids) - len(column)))
            column.append(value)
        self.places.append(self.scored)
        self.ids.append(clip_id)
        self.origins.append(place)

    def pass_over(self, clip_id: str) -> None:
        """Count a scored clip that nobody asks for."""
        if len(self.first_others) < LISTED:
            self.first_others.append((self.scored, clip_id))
        self.others += 1

    @property
    def scored(self) -> int:
        """Return the number of scored clips, with those that the table does not hold."""
        return len(self.ids) + self.others

    def column(self, name: str) -> array[float]:
        """Return the scores of a scorer, one per clip."""
        column = self.columns[name]
        column.extend([math.nan] * (len(self.ids) - len(column)))
        return column


def read_scores(path: File, wanted: Collection[str] | None = None) -> ScoreTable:
    """Read a file of `score`, or any with clip_id and score, line by line.

    The table holds the clips in `wanted`, by default all. Raises UserError, with file and line, for a line
    without clip_id or with a score that is not a finite number, and for a clip that is scored twice and
    differently (both lines are named).
    """
    require_scores(path)
    table = ScoreTable()
    # Line and scores of each clip.
    first = SpilledMap[tuple[int, dict[str, float]]]()
    shared: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}
    for number, line in read_jsonl(path):
        place = f"{path}:{number}"
        if "clip_id" not in line:
            raise UserError(f"{place}: no key 'clip_id'")
        clip_id = str(line["clip_id"])
        asked = wanted is None or clip_id in wanted
        if line.get("score") is None and "error" in line:
            table.failed += [clip_id] if asked else []
            continue
        scores = _scores_of(line, place)
        before, former = first.setdefault(clip_id, (number, scores))
        if before != number:
            if former != scores:
                raise UserError(
                    f"{place}: clip '{clip_id}' is scored differently on line {before}; keep one of the lines"
                )
            continue
        if not asked:
            table.pass_over(clip_id)
            continue
        source = origin(line)
        # Many clips have the same sources: one object for all of them.
        sources = shared.setdefault(tuple(source.sources.items()), source.sources)
        table.add(clip_id, scores, Origin(source.scene, sources, source.order))
        if line.get("fitted_on"):
            table.fitted[clip_id] = list(line["fitted_on"])
        if line.get("trained_on") is True:
            table.trained.add(clip_id)
    return table


def _scores_of(line: Mapping[str, Any], place: str) -> dict[str, float]:
    scores = line.get("scores") or {"score": line.get("score")}
    if not isinstance(scores, dict):
        raise UserError(f"{place}: 'scores' is not an object: {scores!r}")
    for name, value in scores.items():
        if not is_number(value):
            raise UserError(f"{place}: '{name}' is not a finite number: {brief(value)}")
    return {sys.intern(name): float(value) for name, value in scores.items()}
