"""Propose and crop the boxes of scenes once, before the first epoch.

Shapes: S scenes, K objects or proposals of each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

from jepamine.errors import UserError

if TYPE_CHECKING:
    from jepamine.manim.layout_model.predictors.proposal_crops import Candidates
    from jepamine.protocols import Tensors

# A proposal that overlaps an object by this much is a hard one, of which two thirds of those drawn are.
HARD, HARD_SHARE = 0.2, 2 / 3

# Starting a process takes as long as this many scenes.
WORTH_A_PROCESS = 150
#: Return (frame uint8 (H, W, 3), hidden bool (H, W)) of a scene by its number.
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
        return frame, hidden.numpy().repeat(cell[0], axis=0).repeat(cell[1], axis=1)

    return view


def drawn_candidates(views: Views, truth: Tensors, most: int, seed: int, threads: int) -> Tensors:
    """Return up to `most` proposals of each scene, drawn by `drawn`: see `candidate_tensors`."""
    from jepamine.manim.layout_model.predictors.proposal_crops import empty_tensors, fill

    count = len(truth["types"])
    # Filled scene by scene: gathered at the end, crops would be held twice.
    given: Tensors = {}
    for row, each in enumerate(_proposed(views, truth, count, (most, seed), threads)):
        given = given or empty_tensors(count, most, each.lit.shape)
        fill(given, row, each)
    return given


def whole_scenes(views: Views, truth: Tensors, most: int, threads: int) -> list[tuple[Tensors, Tensors]]:
    """Return the first scenes, `most` at most, with all of their proposals: tensors and truth, both of one
    scene.
    """
    from jepamine.manim.layout_model.predictors.proposal_crops import candidate_tensors

    found = _proposed(views, truth, min(most, len(truth["types"])), None, threads)
    return [
        (candidate_tensors([each]), {name: tensor[row : row + 1] for name, tensor in truth.items()})
        for row, each in enumerate(found)
    ]


def _proposed(
    views: Views, truth: Tensors, count: int, draw: tuple[int, int] | None, threads: int
) -> Iterator[Candidates]:
    """Yield the candidates of the first `count` scenes, in one process per core if there are many.

    `draw` is how many to draw at most, and the seed; None: all.
    """
    from jepamine.data.frames import ahead
    from jepamine.utils.processes import cores, processes
    from jepamine.utils.progress import progress

    workers = min(threads or cores(), -(-count // WORTH_A_PROCESS))
    killed = "a process that proposed boxes was killed (out of memory?); set dataset.scenes to fewer"
    with ExitStack() as stack:
        # Threads would wait for each other in Python: two took 65 ms a scene, one 62.
        pool = stack.enter_context(processes(workers, killed)) if workers > 1 else None

        def of_scene(row: int) -> Candidates:
            scene = {name: truth[name][row].numpy() for name in ("boxes", "types")}
            job = (*views(row), scene, draw, row)
            return pool.submit(propose_there, *job).result() if pool else propose_there(*job)

        bar = stack.enter_context(progress("propose boxes", count, "scenes", every=1000))
        for _, each in ahead(range(count), of_scene, 2 * workers if pool else 1):
            if isinstance(each, UserError):
                raise each
            yield each
            bar.step()


def propose_there(
    frame: Any, hidden: Any, scene: dict[str, Any], draw: tuple[int, int] | None, row: int
) -> Candidates:
    """Return the candidates of a frame uint8 (H, W, 3); `scene` is the truth of scene `row` as arrays."""
    import numpy as np
    import torch

    from jepamine.manim.layout_model.predictors.proposal_crops import candidates

    choice = None
    if draw is not None:
        most, seed = draw
        truth = {name: torch.from_numpy(array)[None] for name, array in scene.items()}
        choice = partial(drawn, truth=truth, most=most, rng=np.random.default_rng([seed, 0xB0, row]))
    return candidates((frame / 255).astype(np.float32), hidden, choice)


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
