"""Manim in this process: a namespace to evaluate expressions in, and a camera to render the result."""

from __future__ import annotations

import contextlib
import copy
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import cache, wraps
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.errors import UserError, first_line
from jepamine.manim.engine import text_outlines
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH
from jepamine.utils.temporary import temporary_folder


@contextlib.contextmanager
def quicker(manim: Any) -> Iterator[None]:
    """Make Manim find corners, edges and centres by whole arrays instead of point by point, temporarily."""
    kind = manim.VMobject
    slow, own = kind.get_critical_point, vars(kind).get("get_critical_point")

    def get_critical_point(self: Any, direction: Any) -> Any:
        ends = []
        for member in self.get_family():
            points = member.points
            if len(points) == 1:
                ends.append(points)
            elif len(points) % 4 or not isinstance(member, kind):
                return slow(self, direction)
            elif len(points):
                # A cubic curve is start, two handles, end; its box is that of the ends, as in Manim.
                ends += [points[::4], points[3::4]]
        if not ends:
            return slow(self, direction)
        every = np.concatenate(ends)
        low, high = every.min(axis=0), every.max(axis=0)
        side = np.asarray(direction)
        return np.where(side < 0, low, np.where(side > 0, high, (low + high) / 2))

    kind.get_critical_point = get_critical_point
    try:
        yield
    finally:
        if own is None:
            del kind.get_critical_point
        else:
            kind.get_critical_point = own


# Classes whose objects take long to build, and how many of each are cached to be copied.
SLOW = ("Text", "Axes", "NumberLine", "NumberPlane", "ThreeDAxes")
KEPT = 2000
# Number of other cached objects: as many as one scene repeats.
LATELY = 10
# Width in pixels of the frame in which visible parts are measured, whatever the output size.
MEASURED = (256, 144)


@cache
def load_manim() -> Any:
    """Import the module `manim`. Raises UserError with the install command."""
    try:
        with warnings.catch_warnings():
            # Manim imports pydub for sounds, which asks for the deprecated `audioop` and looks for ffmpeg.
            warnings.filterwarnings("ignore", "'audioop' is deprecated", DeprecationWarning)
            warnings.filterwarnings("ignore", "Couldn't find ffmpeg or avconv", RuntimeWarning)
            warnings.filterwarnings("ignore", category=SyntaxWarning)
            import manim
    except ImportError as error:
        from jepamine.runs.doctor import LIBRARIES

        reason = "" if error.name == "manim" else f" ({first_line(error)})"
        command = f"pip install 'jepamine[manim]' ({LIBRARIES['manim']})"
        raise UserError(f"scenes require Manim: {command}{reason}") from None
    return manim


class Engine:
    """Evaluates expressions and renders objects; made by `engine`."""

    def __init__(self, manim: Any, width: int) -> None:
        self.manim = manim
        # What `from manim import *` provides.
        self.namespace = {name: value for name, value in vars(manim).items() if not name.startswith("_")}
        self.namespace |= {name: _kept(getattr(manim, name)) for name in SLOW}
        self.size = (width, round(width * 9 / 16))
        self.camera = manim.Camera(pixel_width=width, pixel_height=round(width * 9 / 16))
        self._lately: dict[str, Any] = {}
        self._outlined = False
        self._clear = manim.Camera(pixel_width=MEASURED[0], pixel_height=MEASURED[1], background_opacity=0.0)

    def evaluate(self, code: str, names: dict[str, Any]) -> Any:
        """Return the Manim object that an expression builds; `names` are objects it may refer to."""
        if not self._outlined:
            return eval(code, self.namespace, names)
        # Manim keeps the digits of numbers by their characters alone, in whichever font came first.
        from manim.mobject.text import numbers

        kept, numbers.string_to_mob_map = numbers.string_to_mob_map, {}
        try:
            return eval(code, self.namespace, names)
        finally:
            numbers.string_to_mob_map = kept

    def with_font(self, font: str) -> Engine:
        """Return this engine with texts and formulas drawn by `text_outlines`, texts in `font`."""
        other = copy.copy(self)
        other._lately, other._outlined = {}, True
        other.namespace = self.namespace | text_outlines.classes(font)
        return other

    def again(self, code: str) -> Any:
        """Evaluate an expression that refers to nothing and is likely to be needed again."""
        if code not in self._lately:
            if len(self._lately) == LATELY:
                del self._lately[next(iter(self._lately))]
            self._lately[code] = self.evaluate(code, {})
        return _own(self._lately[code], {})

    def frame(self, mobjects: Sequence[Any], ground: NDArray[np.uint8] | None = None) -> NDArray[np.uint8]:
        """Render these objects in order on black: uint8 RGB (H, W, 3)."""
        self.camera.reset()
        if ground is not None:
            self.camera.set_pixel_array(ground)
        self.camera.capture_mobjects(mobjects)
        return np.ascontiguousarray(self.camera.pixel_array[..., :3])

    def coverage(self, mobject: Any) -> NDArray[np.float32]:
        """Return how much of each pixel one object paints, 0 to 1: float32 (144, 256)."""
        self._clear.reset()
        self._clear.capture_mobjects([mobject])
        covered: NDArray[np.float32] = self._clear.pixel_array[..., 3].astype(np.float32) / 255
        return covered


@contextlib.contextmanager
def engine(width: int = 256, media: Path | None = None) -> Iterator[Engine]:
    """Run an engine for frames `width` pixels wide, 16:9, independent of any Manim configuration.

    `media` is where Manim caches the glyphs of texts, a temporary folder by default.
    """
    manim = load_manim()
    with contextlib.ExitStack() as stack:
        settings = {
            "pixel_width": width,
            "pixel_height": round(width * 9 / 16),
            "frame_width": FRAME_WIDTH,
            "frame_height": FRAME_HEIGHT,
            "background_color": "#000000",
            "background_opacity": 1.0,
            "media_dir": media or stack.enter_context(temporary_folder()),
            "verbosity": "ERROR",
        }
        stack.enter_context(manim.tempconfig(settings))
        stack.enter_context(quicker(manim))
        yield Engine(manim, width)


def _kept(make: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a Manim class so that its objects are built once per set of arguments, and copied afterwards.

    A Text takes 18 ms to build, Axes 9 ms, a copy a tenth of a millisecond.
    """
    known: dict[str, Any] = {}

    def made(*given: Any, **named: Any) -> Any:
        # A colour for all of it changes nothing else.
        color = named.pop("color", None) if make.__name__ == "Text" else None
        wording = repr((given, named))
        if wording not in known:
            if len(known) >= KEPT:
                del known[next(iter(known))]
            known[wording] = make(*given, **named)
        mobject = _own(known[wording], {})
        return mobject if color is None else mobject.set_color(color)

    return made


def _own(mobject: Any, copies: dict[int, Any]) -> Any:
    # Mobject.copy is a deepcopy of everything, 6 ms for a word; points, colours and members are all that
    # later calls change.
    if id(mobject) in copies:
        return copies[id(mobject)]
    twin = copies[id(mobject)] = copy.copy(mobject)
    for name, value in vars(mobject).items():
        if isinstance(value, np.ndarray):
            setattr(twin, name, value.copy())
        elif hasattr(value, "submobjects"):
            setattr(twin, name, _own(value, copies))
    twin.submobjects = [_own(part, copies) for part in mobject.submobjects]
    return twin


#: Pango wraps lines at the width in pixels; at Manim's own qualities, texts agree from this size on.
CANVAS = {"pixel_width": 1920, "pixel_height": 1080}


def set_texts_at_full_width(manim: Any) -> None:
    """Let `Text` and `MarkupText` wrap their lines where Manim would at its default quality; permanent."""
    for kind in (manim.Text, manim.MarkupText):
        kind._text2svg = _on_canvas(manim, kind._text2svg)


def _on_canvas(manim: Any, draw: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(draw)
    def wide(*given: Any, **named: Any) -> Any:
        # `tempconfig` sets all of the configuration again: 11 ms a text.
        config = manim.config
        before = {name: config[name] for name in CANVAS}
        try:
            config.update(CANVAS)
            return draw(*given, **named)
        finally:
            config.update(before)

    return wide
