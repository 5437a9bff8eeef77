"""Load a user's Manim file: its scenes, and messages for its errors."""

from __future__ import annotations

import importlib.util
import inspect
import shutil
import sys
import traceback
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any, TypeVar

from jepamine.errors import UserError, did_you_mean, first_line

LATEX = (
    "MathTex and Tex need LaTeX (on Debian or Ubuntu: apt install texlive-latex-base texlive-latex-extra "
    "texlive-fonts-recommended dvisvgm)"
)
Result = TypeVar("Result")


def scene_classes(path: Path, wanted: str | None, manim: Any) -> list[Any]:
    """Run a file; return its scenes in order, or the one called `wanted`.

    Raises UserError if the file fails, has no scene, or not that one.
    """
    module = guarded(path, lambda: _load(path))
    scenes = [
        value
        for value in vars(module).values()
        if _is_scene(value, manim) and value.__module__ == module.__name__
    ]
    if not scenes:
        raise UserError(f"{path}: no scene in it, no class that inherits from Scene and has a construct")
    if wanted is None:
        return scenes
    names = [kind.__name__ for kind in scenes]
    if wanted not in names:
        near = did_you_mean(wanted, names)
        raise UserError(f"{path}: no scene '{wanted}'{near}; it has: {', '.join(names)}")
    return [kind for kind in scenes if kind.__name__ == wanted]


def _is_scene(value: Any, manim: Any) -> bool:
    if not (inspect.isclass(value) and issubclass(value, manim.Scene)):
        return False
    # One without a construct is there for others to inherit from.
    return getattr(value, "construct", None) is not manim.Scene.construct


def guarded(path: Path, work: Callable[[], Result]) -> Result:
    """Return what `work` returns. Any error in it is raised as a UserError with the line of `path`."""
    try:
        return work()
    except UserError:
        raise
    except BaseException as error:
        # SystemExit too: a file that calls exit() has not shown its scenes.
        raise UserError(_message(path, error)) from None


def source_of(kind: Any) -> str | None:
    """Return the source of a scene's class, None if it cannot be read."""
    try:
        return inspect.getsource(kind)
    except (OSError, TypeError):
        return None


def _load(path: Path) -> Any:
    # A name that no module has: a scene file may be called fractions.py or manim.py.
    name = f"scenes of {path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UserError(f"{path}: not a Python file; its name must end in .py")
    sys.meta_path.insert(0, _Library(path.stem))
    # As Manim does: modules beside the file can be imported, and `__name__` is not "__main__".
    sys.path.insert(0, str(path.parent))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class _Library:
    """Finds a library's module called as the user's file, where there is one, not that file.

    Libraries import some of theirs late: Pillow imports `fractions` for the first PNG.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        try:
            self.spec = importlib.util.find_spec(name)
        # Raised for modules without a spec, such as __main__.
        except ValueError:
            self.spec = None

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Return the library's module, as importlib asks; None for all other names."""
        return self.spec if name == self.name else None


def _message(path: Path, error: BaseException) -> str:
    kind = type(error).__name__
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return f"{path}:{error.lineno}: {kind}: {error.msg}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame.lineno for frame in frames if frame.filename == str(path)]
    place = f"{path}:{own[-1]}" if own else str(path)
    if any("tex_file_writing" in frame.filename for frame in frames) and shutil.which("latex") is None:
        return f"{place}: {LATEX}"
    message = first_line(error)
    return f"{place}: {kind}" + (f": {message}" if message != kind else "")
