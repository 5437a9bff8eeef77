"""Validate files for the command line: read code and layout, write the preview."""

from __future__ import annotations

from pathlib import Path

from jepamine.errors import UserError
from jepamine.manim.layouts import Layout, from_json
from jepamine.manim.validation.report import Report
from jepamine.manim.validation.validator import validator
from jepamine.sandbox.limits import Limits
from jepamine.utils.files import read_json, read_text, write_atomic
from jepamine.utils.progress import notify


def read_code(path: Path) -> str:
    """Return a file's text. Raises UserError if it is missing or not UTF-8."""
    return read_text(path)


def read_layout(path: Path) -> Layout:
    """Read the layout in a JSON file, or at its key `layout`. Raises UserError that names file and key."""
    value = read_json(path)
    if "layout" in value:
        return from_json(value["layout"], f"{path}: layout")
    return from_json(value, f"{path}: layout")


WIDTH = 854


def run(
    path: Path,
    scene: str | None,
    layout_path: Path | None,
    deadline: float,
    preview: Path | None,
    check: bool,
    allow_unprotected: bool = False,
) -> Report:
    """Validate the file `path`; `preview` is written if the code runs.

    Raises UserError for files that cannot be read, and if the code would run without kernel protection that
    `allow_unprotected` does not waive.
    """
    code = read_code(path)
    layout = read_layout(layout_path) if layout_path is not None else None
    with validator(limits=Limits(deadline=deadline)) as opened:
        still_open = ", ".join(opened.protection.open)
        if still_open and not allow_unprotected:
            raise UserError(
                f"this system leaves {still_open} open to the code; run it on Linux with Landlock and "
                "seccomp, or with bubblewrap, or pass --allow-unprotected if you trust the code"
            )
        if still_open:
            notify(f"warning: this system leaves {still_open} open to the code of {path}")
        report = opened.validate(
            code, layout=layout, scene=scene, check=check, preview=WIDTH if preview is not None else None
        )
    if preview is not None and report.preview is not None:
        write_atomic(preview, report.preview)
    return report
