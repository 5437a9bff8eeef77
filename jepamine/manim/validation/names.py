"""The names that scenes may use, from allowed_names.toml, by module."""

from __future__ import annotations

import tomllib
from pathlib import Path

from jepamine.manim.validation.denied import words
from jepamine.manim.validation.modules import NUMPY_FFT, NUMPY_LINALG, NUMPY_RANDOM, STANDARD

_TABLES: dict[str, str] = tomllib.loads(Path(__file__).with_name("allowed_names.toml").read_text())
#: Public names of `from manim import *`.
MANIM = words(_TABLES["manim"])
#: Attributes, on whatever object, and keywords of calls.
ATTRIBUTES, KEYWORDS = words(_TABLES["attributes"]), words(_TABLES["keywords"])
#: Attributes of Manim's objects that scenes may neither use nor define.
MACHINERY = words(_TABLES["machinery"])

RATE_FUNCTIONS = words(
    """
    double_smooth exponential_decay linear lingering not_quite_there running_start rush_from rush_into
    slow_into smooth smoothererstep smootherstep smoothstep squish_rate_func there_and_back
    there_and_back_with_pause wiggle
    """
).union(
    f"ease_{side}_{kind}"
    for side in ("in", "out", "in_out")
    for kind in ("sine", "quad", "cubic", "quart", "quint", "expo", "circ", "back", "elastic", "bounce")
)
#: Settings of `manim.config` that scenes may read, and those of them that they may change.
CONFIG = words(
    """
    background_color bottom frame_height frame_rate frame_size frame_width frame_x_radius
    frame_y_radius left_side pixel_height pixel_width right_side tex_template top quality verbosity
    disable_caching
    max_files_cached preview save_last_frame transparent media_width
    """
)
CHANGEABLE = CONFIG - words("bottom frame_x_radius frame_y_radius left_side right_side top")

#: What may be imported from a module inside of manim's, wherever it is defined.
INSIDE_MANIM = MANIM | RATE_FUNCTIONS
#: Module -> the names that may be taken from it.
MODULES: dict[str, frozenset[str]] = {
    "manim": MANIM | {"config", "rate_functions"},
    "manim.rate_functions": RATE_FUNCTIONS,
    "manim.utils.rate_functions": RATE_FUNCTIONS,
    "manim.config": CONFIG,
    "numpy": words(_TABLES["numpy"]) | {"ndarray", "linalg", "random", "fft"},
    "numpy.linalg": NUMPY_LINALG,
    "numpy.random": NUMPY_RANDOM,
    "numpy.fft": NUMPY_FFT,
    "numpy.typing": words("ArrayLike NDArray"),
    **STANDARD,
}
#: Modules that are attributes of others.
PARTS = (
    "manim.rate_functions",
    "manim.config",
    "numpy.linalg",
    "numpy.random",
    "numpy.fft",
    "collections.abc",
)
