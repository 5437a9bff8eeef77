"""The scorer `sensor`: the most conspicuous fault of a clip's recording, and which it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jepamine.mining.scorers.combined import members_ranks

if TYPE_CHECKING:
    import numpy as np

    from jepamine.protocols import ClipEmbeddings, Panel

#: Scorer -> what a score line calls the fault.
FAULTS = {
    "frozen": "frozen frames",
    "spliced": "spliced frames",
    "shuffled": "shuffled frames",
    "dropped": "dropped frames",
    "blank": "blank frames",
}


class Sensor:
    """Highest of the ranks that a clip has among the run's own clips by the scorers in `FAULTS`.

    Among its training clips, too: the faults are fitted to nothing.
    """

    def __init__(self, panel: Panel) -> None:
        self.panel, self.references = panel, panel.reference(tuple(FAULTS), ("train", "val"))

    def __call__(self, clips: Sequence[ClipEmbeddings]) -> Sequence[np.ndarray]:
        return list(members_ranks(self.panel, self.references, clips).max(axis=0))

    def findings(self, clips: Sequence[ClipEmbeddings]) -> list[str]:
        """Return each clip's fault, such as "frozen frames"; empty unless beyond all of the run's."""
        ranks = members_ranks(self.panel, self.references, clips)
        names = list(FAULTS.values())
        return [names[int(column.argmax())] if column.max() > 1 else "" for column in ranks.T]
