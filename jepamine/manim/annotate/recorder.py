"""Run one scene without rendering every frame, pausing at the end of every play and wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from jepamine.errors import UserError
from jepamine.manim.annotate.snapshot import Snapshot, look
from jepamine.manim.engine.object_types import remember

OnStep = Callable[[Snapshot, int, str], None]


def record(manim: Any, kind: Any, on_step: OnStep) -> int:
    """Run a scene; call `on_step(snapshot, frames so far, what was played)` after every play and wait.

    A scene that plays nothing has one step, its only picture. Returns the number of frames that Manim would
    have written.
    """
    if manim.config.renderer != manim.RendererType.CAIRO:
        raise UserError(f"scene {kind.__name__} uses the OpenGL renderer; only Cairo can be annotated")
    become = manim.Mobject.become

    def noted(mobject: Any, other: Any, *given: Any, **named: Any) -> Any:
        remember(mobject, other)
        return become(mobject, other, *given, **named)

    manim.Mobject.become = noted
    scene = kind()
    renderer = scene.renderer
    original = renderer.play
    # Frames are counted as Manim does, but not rendered.
    scene.skip_animation_preview = True
    frames = 0

    def play(playing: Any, *given: Any, **named: Any) -> None:
        nonlocal frames
        # One step instead of one per frame, unless an updater may need each of them.
        renderer._original_skipping_status = not _moves_by_itself(playing, given)
        original(playing, *given, **named)
        frames += _frames(playing, manim.config.frame_rate)
        for animation in _flat(playing.animations):
            _note_transform(manim, animation)
        on_step(look(playing), frames, ", ".join(str(animation) for animation in playing.animations))

    renderer.play = play
    try:
        scene.render()
    finally:
        manim.Mobject.become = become
    if not renderer.num_plays:
        on_step(look(scene), 1, "")
        frames = 1
    return frames


def _frames(scene: Any, rate: float) -> int:
    if scene.is_current_animation_frozen_frame():
        return int(scene.duration / (1 / rate))
    if scene.stop_condition is not None:
        last: float = scene.last_t
        return round(last * rate) + 1
    return len(np.arange(0, scene.duration, 1 / rate))


def _moves_by_itself(scene: Any, given: tuple[Any, ...]) -> bool:
    there = [*scene.mobjects, *(getattr(item, "mobject", None) for item in given)]
    parts = (part for mobject in there if mobject is not None for part in mobject.get_family())
    return bool(scene.updaters or scene.always_update_mobjects or any(part.updaters for part in parts))


def _flat(animations: Any) -> Iterator[Any]:
    for animation in animations:
        inner = getattr(animation, "animations", None)
        if inner:
            yield from _flat(inner)
        else:
            yield animation


def _note_transform(manim: Any, animation: Any) -> None:
    # A Transform leaves the old object in the scene, with the look of the other.
    if isinstance(animation, manim.Transform) and not animation.replace_mobject_with_target_in_scene:
        target = getattr(animation, "target_mobject", None)
        if target is not None and type(target) is not type(manim.Mobject()):
            remember(animation.mobject, target)
