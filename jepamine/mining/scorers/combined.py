"""Scorers without embeddings of their own: `ensemble`, the ranks of others, and `random`, the control."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from jepamine.errors import UserError

if TYPE_CHECKING:
    import numpy as np

    from jepamine.mining.bank import Bank
    from jepamine.protocols import ClipEmbeddings, Panel, Scorer


def random(*, seed: Annotated[int, Field(ge=0)] = 0) -> Scorer:
    """Score by a number in [0, 1) from a hash of seed and clip id, as a control."""
    import numpy as np

    def number(clip_id: str) -> np.ndarray:
        digest = hashlib.sha256(f"{seed}\n{clip_id}".encode("utf-8", "surrogatepass")).digest()
        return np.float64(int.from_bytes(digest[:6], "little") / 2**48)  # type: ignore[return-value]

    return lambda clips: [number(clip.clip_id) for clip in clips]


# Weight of how far beyond all held-out clips a capped rank is: keeps the order of those that are.
BEYOND = 0.01


class Ensemble:
    """Highest or mean rank of the scorers named in `of`, each ranked among the run's held-out clips.

    By default the highest of a global score (`camera`), one relative to the clip's drive (`drive`) and one
    that looks at time (`sensor`): a clip is novel if it is novel in one of these ways. For a clip by a camera
    that the run was not trained on, the ranks of those in `capped` stay at about 1 beyond all held-out clips:
    all of its clips are far from the training clips, which must not hide what is unusual among them. Those in
    `strict` count less by log 2, as if they were less far out by the whole range of the held-out clips: they
    only count where they are clear. Some clip of sound recordings is always the most faulty, and all clips of
    an unusual scene are far from the training clips; neither must hide what is unusual within a drive. On
    drawn streets AUROC is 0.953 so, 0.866 if only faults count less, and 0.822 if both count in full.

    Held-out clips and not the scored ones, so that a score does not depend on what else is scored; and not
    the training clips', whose scores are lower than any new clip's (predictor and covariance were fitted to
    them). Only where all held-out clips have one score, as by `drive` where each is alone in its drive, do
    the training clips count too: a range of 0 would put the least excess beyond all other scorers.
    """

    def __init__(
        self,
        panel: Panel,
        bank: Bank,
        *,
        of: tuple[str, ...] = ("camera", "drive", "sensor"),
        combine: Literal["highest", "mean"] = "highest",
        capped: tuple[str, ...] = ("camera", "knn", "mahalanobis"),
        strict: tuple[str, ...] = ("camera", "sensor"),
    ) -> None:
        if not of or "ensemble" in of:
            raise UserError("[scoring.ensemble] of: list one or more other scorers")
        self.combine, self.bank, self.panel = combine, bank, panel
        for name in of:
            # Built now, so that the panel also prepares those that must see all clips first.
            panel.scorer(name)
        references = panel.reference(of)
        self.alike = [name for name in of if _alike(references[name])]
        if self.alike:
            references |= panel.reference(self.alike, ("train", "val"))
        ranges = {name: scores for name, scores in references.items() if not _alike(scores)}
        self.references = ranges or references
        self.capped = [name in capped for name in self.references]
        self.strict = [name in strict for name in self.references]

    def warning(self) -> str:
        """Return which scorers do not differ among the held-out clips; empty if all do."""
        if not self.alike:
            return ""
        ranked = [f"'{name}'" for name in self.alike if name in self.references]
        unused = [f"'{name}'" for name in self.alike if name not in self.references]
        done = [f"{' and '.join(ranked)} among its training clips, too"] if ranked else []
        done += [f"without {' and '.join(unused)}"] if unused else []
        return (
            "the run's held-out clips do not differ by some scorers; 'ensemble' ranks "
            f"{', '.join(done)}. Train on more clips of each drive"
        )

    def __call__(self, clips: Sequence[ClipEmbeddings]) -> Sequence[np.ndarray]:
        import numpy as np

        ranks = members_ranks(self.panel, self.references, clips)
        unknown = np.array([not self.bank.knows(clip.camera) for clip in clips])
        beyond = np.maximum(ranks[self.capped] - 1, 0) * unknown
        ranks[self.capped] -= (1 - BEYOND) * beyond
        ranks[self.strict] -= np.log(2)
        return list(ranks.max(axis=0) if self.combine == "highest" else ranks.mean(axis=0))


def _alike(scores: np.ndarray) -> bool:
    """Return whether sorted scores (M,) are all the same to a thousandth."""
    import numpy as np

    return bool(np.isclose(scores[0], scores[-1], rtol=1e-3, atol=0))


def members_ranks(
    panel: Panel, references: Mapping[str, np.ndarray], clips: Sequence[ClipEmbeddings]
) -> np.ndarray:
    """Return the rank of each clip by each scorer of `references`, float64 (scorers, clips)."""
    import numpy as np

    return np.stack(
        [
            rank(np.array([float(np.mean(values)) for values in panel.scores(name, clips)]), reference)
            for name, reference in references.items()
        ]
    )


def rank(scores: np.ndarray, reference: np.ndarray, least: np.ndarray | float = 0.0) -> np.ndarray:
    """Return the ranks of `scores` (N,) in the sorted `reference` (M,), float64: 0 at its lowest, 1 at its
    highest.

    Interpolated in between. Outside it continues as the logarithm of the excess over the reference's range,
    so that very novel clips do not tie, and yet no single scorer outweighs the others. `least`, one number or
    (N,), is the shortest range that counts, for scores whose reference may hardly differ.
    """
    import numpy as np

    low, high = reference[0], reference[-1]
    scale = np.maximum(high - low, np.maximum(least, 1e-12))
    inside = np.interp(scores, reference, np.linspace(0, 1, len(reference)))
    above = np.log1p(np.maximum(scores - high, 0) / scale)
    below = np.log1p(np.maximum(low - scores, 0) / scale)
    ranked: np.ndarray = inside + above - below
    return ranked
