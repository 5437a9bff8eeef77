"""One scene of a seed: drawn, rendered and described."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.manim.engine.boxes import colour_of
from jepamine.manim.engine.engine import Engine
from jepamine.manim.engine.style import pick, scene_code
from jepamine.manim.engine.visibility import visibility
from jepamine.manim.layouts import MAX_OBJECTS, Layout, Object, from_json, to_json
from jepamine.manim.scenes.composition import Composition, DoesNotFit, Part, meet
from jepamine.manim.scenes.description import describe
from jepamine.manim.scenes.families import FAMILIES, Shares
from jepamine.manim.scenes.grounds import BLACK, Ground

# A scene that does not fit is drawn again, with the next numbers of its random stream.
TRIES = 200
# An object with a smaller visible share cannot be identified.
LEAST_VISIBLE = 0.25


@dataclass(frozen=True)
class Scene:
    """A rendered scene. `frame` is uint8 RGB (H, W, 3)."""

    seed: int
    index: int
    family: str
    form: str
    layout: Layout
    description: str
    code: str
    frame: NDArray[np.uint8]
    ground: Ground = BLACK

    def line(self) -> dict[str, Any]:
        """Return its line of `scenes.jsonl`, which is a clip of one frame."""
        name = f"{self.seed}-{self.index:06d}"
        ground = {} if self.ground.kind == "black" else {"ground": self.ground.kind}
        return {
            "clip_id": name,
            "scene": name,
            "frame_paths": [f"frames/{self.index:06d}.png"],
            "family": self.family,
            "form": self.form,
            **ground,
            "layout": to_json(self.layout),
            "description": self.description,
            "code": self.code,
        }


def make_scene(engine: Engine, seed: int, index: int, shares: Shares) -> Scene:
    """Return scene `index` of a seed; it depends on its own random stream only."""
    rng = np.random.default_rng([seed, index])
    family = shares.family(seed, index)
    form = pick(rng, list(FAMILIES[family]))
    for _ in range(TRIES):
        composition = Composition(engine)
        try:
            FAMILIES[family][form](rng, composition)
        except DoesNotFit:
            continue
        parts = composition.parts
        layout = _layout(engine, parts)
        if min(item.visible for item in layout.objects) >= LEAST_VISIBLE:
            break
    else:
        raise RuntimeError(f"no scene of form {form} fits for seed {seed}, scene {index}")
    return Scene(
        seed,
        index,
        family,
        form,
        layout,
        describe(layout, int(rng.integers(2**32))) if len(layout.objects) <= MAX_OBJECTS else "",
        scene_code([(part.name, part.code) for part in parts]),
        engine.frame([part.mobject for part in parts], composition.ground.pixels(engine.size)),
        composition.ground,
    )


def _layout(engine: Engine, parts: list[Part]) -> Layout:
    disjoint = not any(
        meet(part.span, other.span, 0.1) for place, part in enumerate(parts) for other in parts[:place]
    )
    seen = [(1.0, None)] * len(parts) if disjoint else visibility(engine, [part.mobject for part in parts])
    objects = []
    for z, (part, (visible, box)) in enumerate(zip(parts, seen, strict=True)):
        left, bottom, right, top = part.span
        objects.append(
            Object(
                type=part.type,  # type: ignore[arg-type]
                x=(left + right) / 2,
                y=(bottom + top) / 2,
                z=z,
                width=right - left,
                height=top - bottom,
                text=" ".join(getattr(part.mobject, "original_text", "").split()) or None,
                color=colour_of(part.mobject),
                visible=visible,
                visible_box=box,
            )
        )
    # As written to disk: what a description claims must hold for the layout that is read back.
    return from_json(to_json(Layout(tuple(objects))))
