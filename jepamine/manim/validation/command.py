"""A validation as the command line asks for it: files in, a report and a preview out."""

from __future__ import annotations

from pathlib import Path

from jepamine.errors import UserError
from jepamine.manim.validation.files import read_code, read_layout
from jepamine.manim.validation.report import Report
from jepamine.manim.validation.validator import validator
from jepamine.sandbox.limits import Limits
from jepamine.utils.files import write_atomic
from jepamine.utils.progress import notify

WIDTH = 854


def run(
    path: Path,
    scene: str | None,
    layout_path: Path | None,
    deadline: float,
    preview: Path | None,
    check: bool,
) -> Report:
    """Validate the file `path`; `preview` is written where the code runs.

    Raises UserError for files that cannot be read, and where nothing but the allow-list would hold code back
    that is not checked by it.
    """
    code = read_code(path)
    layout = read_layout(layout_path) if layout_path is not None else None
    with validator(limits=Limits(deadline=deadline)) as opened:
        still_open = ", ".join(opened.protection.open)
        if still_open and not check:
            raise UserError(f"--no-check: this system leaves {still_open} open to the code; check it instead")
        if still_open:
            notify(f"warning: this system leaves {still_open} open: only the check of {path} holds it back")
        report = opened.validate(
            code, layout=layout, scene=scene, check=check, preview=WIDTH if preview is not None else None
        )
    if preview is not None and report.preview is not None:
        write_atomic(preview, report.preview)
    return report
