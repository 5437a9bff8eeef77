"""Play a scene's animations: measured without rendering, or painted frame by frame and written as a video."""

from __future__ import annotations

import base64
import importlib.util
import io
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from jepamine.errors import UserError

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


def require_pyav() -> None:
    """Raise UserError if PyAV, which encodes videos, is not installed."""
    if importlib.util.find_spec("av") is None:
        raise UserError("a video needs PyAV: pip install 'jepamine[video]'")


def mp4(frames: Sequence[tuple[int, str]]) -> bytes:
    """Encode frames, (how often it is shown, compressed RGB in base64), as H.264 in MP4.

    The frames come from a process that ran untrusted code: they are bytes of one length, nothing is parsed.
    Raises UserError without PyAV, without frames, or if a frame has another size.
    """
    require_pyav()
    import av

    if not frames:
        raise UserError("the scene has no animation and no wait: there is nothing to film")
    width, height = SIZE
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for times, packed in frames:
            pixels = _unpacked(packed, width * height * 3)
            for _ in range(times):
                picture = np.frombuffer(pixels, dtype=np.uint8).reshape(height, width, 3)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return buffer.getvalue()


def _unpacked(packed: str, size: int) -> bytes:
    # One byte more than expected shows that there are more, without unpacking them.
    try:
        pixels = zlib.decompressobj().decompress(base64.b64decode(packed, validate=True), size + 1)
    except (zlib.error, ValueError):
        pixels = b""
    if len(pixels) != size:
        raise UserError("the code broke the process that painted its frames: one has another size")
    return pixels
