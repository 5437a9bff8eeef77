"""Join scores and labels, and report which clips have both and which were lost."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.mining.score_table import LISTED, ScoreTable


@dataclass(frozen=True)
class Missing:
    """How many clips are missing, and the first five."""

    count: int
    first: list[str]


@dataclass(frozen=True)
class Join:
    """Counts of scored clips, labels, and clips with both.

    `unscored`: labels of clips without a line in the scores; `failed`: labels of clips whose score is null,
    `failed_positives` of them 1; `elsewhere`: labels of clips outside the evaluated part; `unlabelled`:
    scored clips without a label; `lacking`: clips with a label that a scorer lacks.
    """

    scored: int
    labels: int
    matched: int
    elsewhere: int
    failed_positives: int
    unscored: Missing
    failed: Missing
    unlabelled: Missing
    lacking: dict[str, Missing]

    def json(self) -> dict[str, Any]:
        """Return the join for the eval output."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Join:
        """Return the join of an eval output."""
        missing = {key: Missing(**values[key]) for key in ("unscored", "failed", "unlabelled")}
        lacking = {name: Missing(**value) for name, value in values["lacking"].items()}
        return cls(**{**values, **missing, "lacking": lacking})

    def losses(self) -> list[str]:
        """Return a sentence for each kind of label or score that does not count."""
        lines = []
        if self.unscored.count:
            lines.append(
                f"{self.unscored.count} of {self.labels} labels match no scored clip: {_list(self.unscored)}"
            )
        if self.failed.count:
            lines.append(
                f"{self.failed.count} labelled clips ({self.failed_positives} positive) could not be scored "
                f"and do not count: {_list(self.failed)}"
            )
        for name, missing in self.lacking.items():
            lines.append(
                f"'{name}' lacks {missing.count} of the {self.matched} labelled clips: {_list(missing)}"
            )
        return lines


def truth_of(table: ScoreTable, labels: Mapping[str, int]) -> NDArray[np.int64]:
    """Return the label of each clip of `table`, int64 (n,): 0 or 1, -1 if `labels` has none."""
    return np.array([labels.get(clip_id, -1) for clip_id in table.ids], dtype=np.int64)


def join_report(
    table: ScoreTable,
    labels: Mapping[str, int],
    truth: NDArray[np.int64],
    columns: Mapping[str, NDArray[np.float64]],
    known: Collection[str],
) -> Join:
    """Return how `labels` (clip_id -> 0 or 1) meet the clips of `table`; `truth` (n,): -1 if unlabelled."""
    ids = table.ids
    scored, failed = set(ids), set(table.failed).difference(ids)
    lost = [clip_id for clip_id in labels if clip_id not in scored]
    lost_scores = [clip_id for clip_id in lost if clip_id in failed]
    elsewhere = [clip_id for clip_id in lost if clip_id in known and clip_id not in failed]
    unscored = [clip_id for clip_id in lost if clip_id not in failed and clip_id not in known]
    lacking = {}
    for name, column in columns.items():
        rows = np.flatnonzero(np.isnan(column) & (truth >= 0))
        if len(rows):
            lacking[name] = Missing(len(rows), [ids[row] for row in rows[:LISTED].tolist()])
    unlabelled = np.flatnonzero(truth < 0)
    named = [(table.places[row], ids[row]) for row in unlabelled[:LISTED].tolist()]
    named = sorted([*named, *table.first_others])[:LISTED]
    return Join(
        scored=table.scored,
        labels=len(labels),
        matched=int((truth >= 0).sum()),
        elsewhere=len(elsewhere),
        failed_positives=sum(labels[clip_id] for clip_id in lost_scores),
        unscored=Missing(len(unscored), unscored[:LISTED]),
        failed=Missing(len(lost_scores), lost_scores[:LISTED]),
        unlabelled=Missing(len(unlabelled) + table.others, [clip_id for _, clip_id in named]),
        lacking=lacking,
    )


def _list(missing: Missing) -> str:
    return ", ".join(missing.first) + (", ..." if missing.count > len(missing.first) else "")
