"""How clips of a page compare: percentiles within the score file, and the training clips nearest to each."""

from __future__ import annotations

import functools
import os
from array import array
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.data.clips import Clip, read_clips
from jepamine.mining.bank import BANK, load_bank
from jepamine.mining.distances import most_similar, unit
from jepamine.mining.review_page.page import ScorerValue
from jepamine.mining.score_files import Scored
from jepamine.runs.loading import LoadedRun, run_source
from jepamine.utils.json_files import is_number


@dataclass(frozen=True)
class Near:
    """A training clip and its cosine distance; `clip` is None if the run's manifest no longer has it."""

    clip_id: str
    distance: float
    clip: Clip | None


def nearest(
    opened: LoadedRun, clips: Sequence[Clip], vectors: NDArray[np.float32], k: int
) -> list[list[Near]]:
    """Return up to `k` nearest training clips of each clip, nearest first.

    `vectors` float32 (Q, D) are the clips' own as `clip_vectors` returns them: centred on the training
    clips' mean, unit length. A training clip with the same frames is the clip itself and not a neighbour.
    """
    bank = load_bank(opened.folder.path / BANK)
    if not len(clips) or len(bank.clip_ids) < 2:
        return [[] for _ in clips]
    centred = unit(bank.unit - bank.unit.mean(axis=0))
    rows = {clip_id: row for row, clip_id in enumerate(bank.clip_ids)}
    training = _training_clips(opened, rows)
    same_frames: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for clip_id, clip in training.items():
        same_frames[_frames(clip)].append(rows[clip_id])
    own = [np.array(same_frames.get(_frames(clip), []), dtype=np.int64) for clip in clips]
    neighbours = most_similar(vectors, centred, k, own)
    # 1 - q . b = |q - b|^2 / 2 at unit length, which has digits left where both are nearly the same.
    difference = vectors[:, None].astype(np.float64) - centred[neighbours]
    distances = np.einsum("qkd,qkd->qk", difference, difference) / 2
    return [
        [
            Near(bank.clip_ids[row], float(distance), training.get(bank.clip_ids[row]))
            for row, distance in zip(neighbours[query], distances[query], strict=True)
            if row >= 0
        ]
        for query in range(len(clips))
    ]


def _training_clips(opened: LoadedRun, rows: Mapping[str, int]) -> dict[str, Clip]:
    source = run_source(opened.folder, opened.record)
    return {clip.clip_id: clip for clip in read_clips(source) if clip.clip_id in rows}


def _frames(clip: Clip) -> tuple[str, ...]:
    return tuple(os.path.abspath(str(frame)) for frame in clip.frames)  # noqa: PTH100 - also of moments


class Percentiles:
    """The scores of a whole file, of which `add` takes every line; 8 bytes of memory for each number.

    `preferred` is the run's own scorer, used if two scorers gave the same values.
    """

    def __init__(self, preferred: str) -> None:
        self._preferred = preferred
        self._columns: dict[str, array[float]] = {}
        self._scores = array("d")
        # Scorers that `score` has repeated on every line.
        self._fitting: list[str] | None = None

    def add(self, line: Mapping[str, Any]) -> None:
        """Add a line that has a score."""
        table, score = _scores(line), float(line["score"])
        for name, value in table.items():
            self._columns.setdefault(name, array("d")).append(value)
        self._scores.append(score)
        names = list(table) if self._fitting is None else self._fitting
        self._fitting = [name for name in names if table.get(name) == score]

    @property
    def scorer(self) -> str:
        """Return the scorer that `score` repeats; "score" if there is none."""
        fitting = self._fitting or []
        return self._preferred if self._preferred in fitting else next(iter(fitting), "score")

    @functools.cached_property
    def scores(self) -> NDArray[np.float64]:
        """Return the scores of all lines, sorted. Call it after the last `add`."""
        return np.sort(np.frombuffer(self._scores))

    def place(self, item: Scored) -> int:
        """Return the clip's rank in the file by score, from 1; ties share one."""
        return 1 + len(self.scores) - int(np.searchsorted(self.scores, item.score, "right"))

    def values(self, item: Scored) -> tuple[ScorerValue, ...]:
        """Return every scorer's value for a clip, the headline first."""
        table = _scores(item.line)
        names = sorted(table, key=lambda name: name != self.scorer)
        return tuple(ScorerValue(name, table[name], self._percentile(name, table[name])) for name in names)

    def _percentile(self, name: str, value: float) -> float | None:
        """Return the share of the file's other clips with a lower score, in percent; ties count half."""
        column = np.frombuffer(self._columns[name])
        others = len(column) - 1
        if not others:
            return None
        lower = np.count_nonzero(column < value)
        ties = np.count_nonzero(column == value) - 1
        return float(100 * (lower + ties / 2) / others)


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


def _scores(line: Mapping[str, Any]) -> dict[str, float]:
    table = line.get("scores")
    if not isinstance(table, Mapping):
        return {"score": float(line["score"])}
    return {str(name): float(value) for name, value in table.items() if is_number(value)}
