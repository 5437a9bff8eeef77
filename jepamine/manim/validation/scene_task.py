"""Run Manim code in a confined child: a `jepamine.sandbox.task.Task`."""

from __future__ import annotations

import ast
import contextlib
import ctypes
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jepamine.manim.engine.engine import load_manim, set_texts_at_full_width
from jepamine.manim.latex.formula_requests import Formulas, install
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH
from jepamine.manim.validation import judge as judging
from jepamine.manim.validation import play, readable_files
from jepamine.manim.validation import run_scene as running
from jepamine.manim.validation.drawing import TooMuch
from jepamine.manim.validation.names import PARTS
from jepamine.manim.validation.namespace import usable_names, without_main
from jepamine.manim.validation.object_lines import note_lines
from jepamine.manim.validation.redraw import new_camera
from jepamine.manim.validation.refused_classes import checked
from jepamine.sandbox.task import SOURCE, file_of

LONGEST = 200_000
#: Those that `prepare` installed.
FORMULAS: list[Formulas] = []
FILES: list[readable_files.Files] = []
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
    note_lines(manim.Mobject)
    FORMULAS.append(install())
    FILES.append(readable_files.install())
    set_texts_at_full_width(manim)
    with contextlib.suppress(OSError, AttributeError):
        # Pango would read the list of fonts in a thread of its own, once in each child.
        ctypes.CDLL("libfontconfig.so.1").FcInit()
    _warm_up(manim)
    for module in {"manim", "numpy", *PARTS} - {"manim.config"}:
        usable_names(module)


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
    width, height = play.SIZE if request.get("video") else _picture(request["preview"] or 64)
    texts = {"": request["code"], **request["modules"]}
    if sum(map(len, texts.values())) > LONGEST:
        return _refused(None, f"the code is longer than {LONGEST:,} characters")
    trees = {name: without_main(ast.parse(code, file_of(name))) for name, code in texts.items()}
    local = {name: tree for name, tree in trees.items() if name}
    apart: list[str] = []
    if request["check"]:
        scenes_apart = request["every"] or request["scene"] is not None
        trees[""], refused, apart = checked(trees[""], local, request["scene"], scenes_apart)
        if refused:
            return {"problems": refused}
    manim.config.update({"media_dir": str(folder), "pixel_width": width, "pixel_height": height})
    try:
        done = running.run(
            trees,
            scene=request["scene"],
            every=request["every"],
            guarded=request["check"],
            began=PLAYS.append,
            filming=play.Filming() if request.get("video") else None,
            refused=apart,
        )
    except running.Refused as error:
        return _refused(None, str(error))
    except TooMuch as error:
        return {"problems": [{"kind": "limit", "line": None, "message": str(error)}]}
    return {"problems": [], **done}


def judge(request: dict[str, Any], said: Callable[[], bytes], folder: Path) -> dict[str, Any]:
    """Answer for the child that ran the code of `request`; nothing that it `said` is believed unseen."""
    preview = request["preview"]
    camera = new_camera(*_picture(preview)) if preview else None
    return judging.judge(said(), preview, camera)


def progress() -> str:
    """Return how far the scene of this child came, and what to do about it."""
    where = f", in animation {PLAYS[-1]}" if PLAYS else ", before any animation"
    return f"{where}; shorten the scene, or raise --deadline if it does not run forever"


def _picture(width: int) -> tuple[int, int]:
    return width, round(width * 9 / 16)


def _refused(line: int | None, message: str) -> dict[str, Any]:
    return {"problems": [{"kind": "refused", "line": line, "message": message}]}
