"""Play a scene's animations without rendering, with looks on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

#: When during an animation the scene is measured.
SHARES = (0.25, 0.5, 0.75)


def play(scene: Any, look: Callable[[float], None], *given: Any, **named: Any) -> None:
    """Do what Manim's renderers do for one call of `Scene.play`, without the frames.

    `look` is called at each of SHARES of the running time. Time runs in frame steps if something depends on
    it or is waited for, as the result then depends on the steps, and in quarters otherwise.
    """
    renderer = scene.renderer
    scene.compile_animation_data(*given, **named)
    scene.begin_animations()
    duration = float(scene.duration)
    if not scene.is_current_animation_frozen_frame():
        duration = _run(scene, duration, look)
        for animation in scene.animations:
            animation.finish()
            animation.clean_up_from_scene(scene)
        scene.update_mobjects(0)
    renderer.static_image = None
    renderer.time += duration
    renderer.num_plays += 1


def _run(scene: Any, duration: float, look: Callable[[float], None]) -> float:
    """Return the time at which it ended, which is earlier if a condition was waited for."""
    frame = 1 / float(getattr(scene.camera, "frame_rate", 60))
    now, before = 0.0, 0.0
    scene.update_to_time(0.0)
    for share in (*SHARES, 1.0):
        looks = share * duration
        while now < looks:
            now = min(now + frame, looks) if _follows_time(scene) else looks
            scene.update_to_time(now)
            if scene.stop_condition is not None and scene.stop_condition():
                return now
        if share < 1 and now > before:
            look(share)
        before = now
    return duration


def _follows_time(scene: Any) -> bool:
    if scene.stop_condition is not None or scene.updaters:
        return True
    return any(mobject.has_time_based_updater() for top in scene.mobjects for mobject in top.get_family())
