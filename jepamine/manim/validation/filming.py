"""Paint the frames of a scene while it plays, in the process of its code."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass, field
from typing import Any

#: Frames a second, and the most of them: a minute.
RATE, MOST_FRAMES = 15, 900
#: Width and height in pixels.
SIZE = (426, 240)


@dataclass
class Filming:
    """`frames` are (how often it is shown, RGB bytes, compressed, in base64)."""

    frames: list[tuple[int, str]] = field(default_factory=list)
    left: int = MOST_FRAMES

    def play(self, scene: Any, *given: Any, **named: Any) -> None:
        """Do what Manim's renderers do for one call of `Scene.play`, and paint its frames."""
        renderer = scene.renderer
        scene.compile_animation_data(*given, **named)
        scene.begin_animations()
        duration = float(scene.duration)
        count = max(round(duration * RATE), 1)
        if scene.is_current_animation_frozen_frame():
            self.paint(scene, count)
        else:
            for number in range(count):
                scene.update_to_time(duration * number / count)
                self.paint(scene, 1)
                if scene.stop_condition is not None and scene.stop_condition():
                    break
            scene.update_to_time(duration)
            for animation in scene.animations:
                animation.finish()
                animation.clean_up_from_scene(scene)
            scene.update_mobjects(0)
        renderer.static_image = None
        renderer.time += duration
        renderer.num_plays += 1

    def paint(self, scene: Any, times: int) -> None:
        """Paint what the scene shows now, as long as there are frames left."""
        times = min(times, self.left)
        if times <= 0:
            return
        self.left -= times
        scene.camera.reset()
        scene.camera.capture_mobjects([*scene.mobjects, *scene.foreground_mobjects])
        pixels = scene.camera.pixel_array[..., :3].tobytes()
        self.frames.append((times, base64.b64encode(zlib.compress(pixels, 6)).decode()))
