"""Propose and crop the boxes of scenes once, before the first epoch.

Shapes: S scenes, K objects or proposals of each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from jepamine.errors import UserError

if TYPE_CHECKING:
    from jepamine.manim.layout_model.predictors.proposal_crops import Candidates
    from jepamine.protocols import Tensors

# A proposal that overlaps an object by this much is a hard one, of which two thirds of those drawn are.
HARD, HARD_SHARE = 0.2, 2 / 3

#: Return (pixels float32 (H, W, 3) in 0 .. 1, hidden bool (H, W)) of a scene by its number.
Views = Callable[[int], tuple[Any, Any]]


def masked_views(train: Tensors, masked: float, seed: int) -> Views:
    """Return the one view of each scene that is trained on: of the share `masked` a masked one."""
    import numpy as np

    from jepamine.manim.layout_model.examples import hide_cells

    shown = (np.random.default_rng([seed, 0xB0]).random(len(train["types"])) < masked).astype(int)

    def view(row: int) -> tuple[Any, Any]:
        hidden = train["hidden"][row, shown[row]]
        frame = hide_cells(train["frames"][row : row + 1], hidden[None])[0].numpy()
        cell = frame.shape[0] // hidden.shape[0], frame.shape[1] // hidden.shape[1]
        return (frame / 255).astype(np.float32), hidden.numpy().repeat(cell[0], axis=0).repeat(
            cell[1], axis=1
        )

    return view


def drawn_candidates(views: Views, truth: Tensors, most: int, seed: int, threads: int) -> Tensors:
    """Return up to `most` proposals of each scene, drawn by `drawn`: see `candidate_tensors`."""
    import numpy as np

    from jepamine.manim.layout_model.predictors.proposal_crops import candidates, empty_tensors, fill

    count = len(truth["types"])

    def of_scene(row: int) -> Candidates:
        rng = np.random.default_rng([seed, 0xB0, row])
        return candidates(*views(row), partial(drawn, truth=_only(truth, row), most=most, rng=rng))

    # Filled scene by scene: gathered at the end, crops would be held twice.
    given: Tensors = {}
    for row, each in enumerate(_each(of_scene, count, threads)):
        given = given or empty_tensors(count, most, each.lit.shape)
        fill(given, row, each)
    return given


def whole_scenes(views: Views, truth: Tensors, most: int, threads: int) -> list[tuple[Tensors, Tensors]]:
    """Return the first scenes, `most` at most, with all of their proposals: tensors and truth, both of one
    scene.
    """
    from jepamine.manim.layout_model.predictors.proposal_crops import candidate_tensors, candidates

    count = min(most, len(truth["types"]))
    found = _each(lambda row: candidates(*views(row)), count, threads)
    return [(candidate_tensors([each]), _only(truth, row)) for row, each in enumerate(found)]


def _each(of_scene: Callable[[int], Candidates], count: int, threads: int) -> Iterator[Candidates]:
    from jepamine.data.frames import ahead
    from jepamine.utils.progress import progress

    with progress("propose boxes", count, "scenes", every=1000) as bar:
        for _, each in ahead(range(count), of_scene, threads):
            if isinstance(each, UserError):
                raise each
            yield each
            bar.step()


def _only(truth: Tensors, row: int) -> Tensors:
    return {name: tensor[row : row + 1] for name, tensor in truth.items()}


def drawn(boxes: Any, truth: Tensors, most: int, rng: Any) -> Any:
    """Return the rows, int64, of `most` of the boxes (K, 4) to train on: assigned ones, hard ones, others."""
    import numpy as np
    import torch

    from jepamine.manim.layout_model.predictors.proposal_loss import assigned, padded_iou
    from jepamine.manim.layout_model.targets import NOTHING

    count = len(boxes)
    if count <= most:
        return np.arange(count)
    places = torch.from_numpy(boxes)[None]
    own = assigned(places, torch.ones(1, count, dtype=torch.bool), truth)[1].numpy()
    true = truth["boxes"][0, truth["types"][0] != NOTHING]
    near = padded_iou(places[0][:, None], true[None]).amax(dim=1).numpy() > HARD if len(true) else own[:0] > 0
    rest = np.setdiff1d(rng.permutation(count), own, assume_unique=True)
    hard = rest[near[rest]] if len(true) else rest[:0]
    hard = hard[: max(round((most - len(own)) * HARD_SHARE), 0)]
    easy = np.setdiff1d(rest, hard, assume_unique=True)
    return np.concatenate([own, hard, easy])[:most]
