"""The files that a confined scene may read: those sent along with its code, by relative path."""

from __future__ import annotations

import base64
import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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


def install() -> Files:
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
