"""Run one scene without rendering every frame, and take its frame and layout at the end of every play."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from jepamine.errors import UserError
from jepamine.manim.engine.boxes import camera_span, colour_of, fitted_size
from jepamine.manim.engine.object_types import class_of, objects_of, remember, words_of
from jepamine.manim.engine.visibility import paint_of, runs_of, visible_shares
from jepamine.manim.layouts import (
    MAX_OBJECTS,
    TYPES,
    Box,
    Layout,
    Object,
    from_json,
    to_json,
    without_copies,
)
from jepamine.manim.scenes.composition import meet

# An object with a smaller visible share does not count as visible.
LEAST_VISIBLE = 0.02


@dataclass(frozen=True)
class Snapshot:
    """What a frame contains. `unmapped` counts classes without a type, `left_out` objects beyond 10."""

    frame: NDArray[np.uint8]
    layout: Layout
    unmapped: dict[str, int]
    left_out: int


def look(scene: Any) -> Snapshot:
    """Render what a scene holds now, and measure it.

    The frame has the size of the scene's camera, uint8 RGB (H, W, 3). Boxes are clipped to the frame, in
    units of a frame of 14.222 x 8 into which the scene's own, if it has another shape, just fits.
    """
    from manim.utils.iterables import list_update

    camera, renderer = scene.renderer.camera, scene.renderer
    renderer.static_image = None
    renderer.update_frame(scene)
    frame = np.ascontiguousarray(camera.pixel_array[..., :3])
    shown = list_update(scene.mobjects, scene.foreground_mobjects)
    found, unmapped = [], Counter[str]()
    for mobject, type_, measured in objects_of(list({id(mobject): mobject for mobject in shown}.values())):
        box = _box(camera, mobject)
        if box is not None:
            found.append((mobject, type_, measured, box))
    order, shares = _painted(camera, shown, [mobject for mobject, *_ in found])
    painted = []
    for place in order:
        (mobject, type_, measured, box), (share, visible_box) = found[place], shares[place]
        if share < LEAST_VISIBLE:
            continue
        if not measured:
            unmapped[class_of(mobject)] += 1
        painted.append((mobject, type_, box, share, visible_box))
    objects = []
    for z, (mobject, type_, (x, y, width, height), share, visible_box) in enumerate(painted):
        assert type_ in TYPES
        text = words_of(mobject) if type_ == "text" else None
        objects.append(
            Object(
                type=type_,  # type: ignore[arg-type]
                x=x,
                y=y,
                z=z,
                width=width,
                height=height,
                text=text,
                color=colour_of(mobject),
                visible=share,
                visible_box=visible_box,
            )
        )
    objects = without_copies(objects)
    # The largest stay: they are what one would point at.
    by_area = sorted(range(len(objects)), key=lambda z: -objects[z].width * objects[z].height)
    kept = tuple(replace(objects[place], z=z) for z, place in enumerate(sorted(by_area[:MAX_OBJECTS])))
    layout = from_json(to_json(Layout(kept)))
    return Snapshot(frame, layout, dict(unmapped), len(objects) - len(kept))


def _painted(
    camera: Any, shown: list[Any], mobjects: list[Any]
) -> tuple[list[int], dict[int, tuple[float, Box | None]]]:
    """Return the numbers of the objects in the order in which they are painted, and their visible shares.

    An object that is painted in several runs counts where most of it is painted. Those too faint or too thin
    for a single grey level are left out.
    """
    runs = [(run.owner, paint_of(camera, run.parts)) for run in runs_of(camera, shown, mobjects)]
    runs = [(owner, paint) for owner, paint in runs if paint.max() >= 0.05]
    most: dict[int, tuple[float, int]] = {}
    for place, (owner, paint) in enumerate(runs):
        most[owner] = max(most.get(owner, (-1.0, 0)), (float(paint.sum()), place))
    shares = visible_shares([paint for _, paint in runs], fitted_size(camera), [owner for owner, _ in runs])
    return sorted(most, key=lambda owner: most[owner][1]), dict(zip(sorted(most), shares, strict=True))


def fitted(image: Image.Image, width: int) -> Image.Image:
    """Fit an image into a frame of `width` pixels, 16:9, with black bars if its shape differs."""
    height = round(width * 9 / 16)
    if image.size == (width, height):
        return image.convert("RGB")
    scale = min(width / image.width, height / image.height)
    size = (max(round(image.width * scale), 1), max(round(image.height * scale), 1))
    frame = Image.new("RGB", (width, height))
    resized = image.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    frame.paste(resized, ((width - size[0]) // 2, (height - size[1]) // 2))
    return frame


def _box(camera: Any, mobject: Any) -> Box | None:
    """Return (x, y, width, height) of what is inside the frame, None if nothing is."""
    drawn = camera_span(mobject, camera)
    wide, high = (side / 2 for side in fitted_size(camera))
    if drawn is None or not meet(drawn, (-wide, -high, wide, high)):
        return None
    left, right = (max(min(value, wide), -wide) for value in (drawn[0], drawn[2]))
    bottom, top = (max(min(value, high), -high) for value in (drawn[1], drawn[3]))
    return (left + right) / 2, (bottom + top) / 2, right - left, top - bottom


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
