"""Plan a code run: the lines of its own manifest, and the layout run it requires."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jepamine.data.clips import read_clips
from jepamine.errors import UserError
from jepamine.manim.code_model.examples import example_of
from jepamine.manim.layout_model.plan import plan as plan_layouts
from jepamine.protocols import Parts


def plan(parts: Parts, val_scenes: int) -> list[dict[str, Any]]:
    """Return all scenes with their splits; `val_scenes` are held out unless the manifest has splits.

    Raises UserError for lines that are not usable as examples of code.
    """
    lines = plan_layouts(parts, val_scenes)
    for clip in read_clips(parts.source):
        example_of(clip)
    return lines


def require_layout_run(record_of: Callable[[str], dict[str, Any]], name: str, threshold: float) -> None:
    """Raise UserError unless the layout run called `name` places objects better than `threshold` units."""
    metrics = record_of(name).get("metrics", {})
    loss = metrics.get("position_loss")
    if loss is None:
        raise UserError(
            f"trainer.layout_run: run '{name}' has no position_loss in its record; name a finished run of "
            "the trainer 'layout': jepamine run recipes/manim.toml"
        )
    if not loss < threshold:
        raise UserError(
            f"trainer.layout_run: run '{name}' has a position_loss of {loss:.3f} units, not less than "
            f"trainer.layout_threshold = {threshold:g}; train a better one "
            "(jepamine run recipes/manim.toml, more scenes or epochs), or raise the threshold"
        )
