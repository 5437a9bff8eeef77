"""Run Manim code in a confined child, with the files sent along: a `jepamine.sandbox.task.Task`."""

from __future__ import annotations

import ast
import base64
import contextlib
import ctypes
import importlib
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jepamine.manim.engine.engine import load_manim, set_texts_at_full_width
from jepamine.manim.latex.child import Formulas, install
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH
from jepamine.manim.validation import judge as judging
from jepamine.manim.validation import run as running
from jepamine.manim.validation.drawing import TooMuch
from jepamine.manim.validation.syntax import objections, without_main
from jepamine.sandbox.task import SOURCE

LONGEST = 200_000
#: Those that `prepare` installed.
FORMULAS: list[Formulas] = []
FILES: list[Files] = []
#: The animations that began in this child.
PLAYS: list[int] = []
SAMPLE = """
from manim import *
import numpy as np


class GeneratedScene(Scene):
    def construct(self):
        axes = Axes(x_range=[-1, 1, 1], y_range=[-1, 1, 1])
        group = VGroup(Circle(), Arrow(LEFT, RIGHT), Star(color=RED, fill_opacity=1)).arrange()
        self.add(axes)
        self.play(Create(group))
        self.play(group.animate.shift(UP))
"""


def prepare() -> None:
    """Import Manim and what it imports lazily. Raises UserError if it is missing."""
    manim = load_manim()
    manim.config.update(
        {
            "frame_width": FRAME_WIDTH,
            "frame_height": FRAME_HEIGHT,
            "background_color": "#000000",
            "verbosity": "CRITICAL",
            "progress_bar": "none",
            "dry_run": True,
            "disable_caching": True,
        }
    )
    FORMULAS.append(install())
    FILES.append(install_files())
    set_texts_at_full_width(manim)
    with contextlib.suppress(OSError, AttributeError):
        # Pango would read the list of fonts in a thread of its own, once in each child.
        ctypes.CDLL("libfontconfig.so.1").FcInit()
    _warm_up(manim)


def _warm_up(manim: Any) -> None:
    """Do once what children do: so none of them loads and compiles what is used for the first time."""
    # No Text: Pango may start a thread for it, and a process with two must not be forked.
    with tempfile.TemporaryDirectory() as folder:
        FILES[0].folder = Path(folder)
        drawing = Path(folder) / "drawing.svg"
        drawing.write_text(
            '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0 Q1 0 1 1 C1 2 0 2 0 1 Z"/></svg>'
        )
        manim.SVGMobject(drawing)
        with manim.tempconfig({"media_dir": folder, "pixel_width": 64, "pixel_height": 36}):
            # Guarded code patches Manim, which code that is not must not see.
            done = running.run({"": ast.parse(SAMPLE, SOURCE)}, scene=None, every=False, guarded=False)
            judging.judge(json.dumps({"answer": {"problems": [], **done}}).encode(), 64)


def run(request: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Handle `request`: `code`, `modules` (code by name), `files`, `check` (by the allow-list).

    The others are as for `run.run`.
    """
    manim = load_manim()
    for formulas in FORMULAS:
        formulas.folder = folder
    for files in FILES:
        files.folder = folder
        files.write(request["files"])
    width = request["preview"] or 64
    texts = {"": request["code"], **request["modules"]}
    if sum(map(len, texts.values())) > LONGEST:
        return _refused(None, f"the code is longer than {LONGEST:,} characters")
    trees = {
        name: without_main(ast.parse(code, f"{name}.py" if name else SOURCE)) for name, code in texts.items()
    }
    local = {name: tree for name, tree in trees.items() if name}
    if request["check"] and (objections_ := objections(trees[""], local)):
        problems = [
            (None, f"{one.module}.py:{one.line}: {one.message}") if one.module else (one.line, one.message)
            for one in objections_
        ]
        return {"problems": [{"kind": "refused", "line": line, "message": text} for line, text in problems]}
    manim.config.update(
        {"media_dir": str(folder), "pixel_width": width, "pixel_height": round(width * 9 / 16)}
    )
    try:
        done = running.run(
            trees,
            scene=request["scene"],
            every=request["every"],
            guarded=request["check"],
            began=PLAYS.append,
        )
    except running.Refused as error:
        return _refused(None, str(error))
    except TooMuch as error:
        return {"problems": [{"kind": "limit", "line": None, "message": str(error)}]}
    return {"problems": [], **done}


def judge(request: dict[str, Any], said: bytes, folder: Path) -> dict[str, Any]:
    """Answer for a child that ran the code of `request` and said `said`: nothing of it is believed unseen."""
    return judging.judge(said, request["preview"])


def progress() -> str:
    """Return how far the scene of this child came, and what to do about it."""
    where = f", in animation {PLAYS[-1]}" if PLAYS else ", before any animation"
    return f"{where}; shorten the scene, or raise --deadline if it does not run forever"


def _refused(line: int | None, message: str) -> dict[str, Any]:
    return {"problems": [{"kind": "refused", "line": line, "message": message}]}


_RASTER = ("", ".jpg", ".jpeg", ".png", ".gif", ".ico")


class Files:
    """What takes the place of Manim's search for files; `folder` is the only one that is searched."""

    def __init__(self) -> None:
        self.folder = Path()

    def write(self, files: Mapping[str, str]) -> None:
        """Write files, in base64 by relative path, into the folder."""
        for name, content in files.items():
            path = self._inside(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(base64.b64decode(content))

    def raster(self, name: Any) -> Path:
        """Return the path of an image. Raises FileNotFoundError."""
        return self._found("ImageMobject", name, _RASTER)

    def vector(self, name: Any) -> Path:
        """Return the path of an SVG, that of a formula or a text included. Raises FileNotFoundError."""
        return self._found("SVGMobject", name, ("", ".svg"))

    def code(self, name: Any) -> Path:
        """Return the path of a code listing. Raises FileNotFoundError."""
        return self._found("Code", name, ("",))

    def _found(self, kind: str, name: Any, suffixes: tuple[str, ...]) -> Path:
        for suffix in suffixes:
            path = self._inside(f"{name}{suffix}")
            if path.is_file():
                return path
        raise FileNotFoundError(
            f"{kind}: there is no file {str(name)!r:.100} beside the scene; write its path in quotes, "
            "relative to the scene's file"
        )

    def _inside(self, name: str) -> Path:
        folder = self.folder.resolve()
        path = (folder / name).resolve()
        if not path.is_relative_to(folder):
            raise FileNotFoundError(f"{name!r:.100} is not in the folder of the scene or below it")
        return path


def install_files() -> Files:
    """Let Manim's images, SVGs and listings of this process be read from one folder only."""
    files = Files()
    images: Any = importlib.import_module("manim.mobject.types.image_mobject")
    drawings: Any = importlib.import_module("manim.mobject.svg.svg_mobject")
    listings: Any = importlib.import_module("manim.mobject.text.code_mobject")
    images.get_full_raster_image_path = files.raster
    drawings.get_full_vector_image_path = files.vector
    original = listings.Code.__init__

    def begin(code: Any, code_file: Any = None, *given: Any, **named: Any) -> None:
        style = named.get("formatter_style", given[2] if len(given) > 2 else "vim")
        if type(style) is not str:
            raise TypeError("Code: formatter_style is the name of a style, such as 'monokai'")
        original(code, files.code(code_file) if code_file is not None else None, *given, **named)

    listings.Code.__init__ = begin
    # To what `Code.set_default()` goes back.
    listings.Code._original__init__ = begin
    return files
