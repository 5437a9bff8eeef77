"""Validate files for the command line: read code and layout, write the preview."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from jepamine.errors import UserError
from jepamine.manim.layouts import Layout, from_json
from jepamine.manim.validation.names import MODULES
from jepamine.manim.validation.scene_report import Report
from jepamine.manim.validation.validator import validator
from jepamine.sandbox.limits import Limits
from jepamine.utils.files import read_bytes, read_text, write_atomic
from jepamine.utils.json_files import read_json
from jepamine.utils.printing import words
from jepamine.utils.progress import notify


def read_code(path: Path) -> str:
    """Return a file's text. Raises UserError if it is missing or not UTF-8."""
    return read_text(path)


def modules_beside(path: Path, code: str) -> dict[str, str]:
    """Return the code of the modules in a file's folder that it imports, and that these import, by name."""
    modules: dict[str, str] = {}
    waiting = [code]
    while waiting:
        for name in _IMPORT.findall(waiting.pop()):
            beside = path.with_name(f"{name}.py")
            if name in modules or name in MODULES or name == path.stem or not beside.is_file():
                continue
            modules[name] = read_code(beside)
            waiting.append(modules[name])
    return modules


def files_beside(path: Path, code: str) -> dict[str, bytes]:
    """Return the images, drawings and listings in or below a file's folder that its texts name.

    A file over 8 MiB, and whatever comes after 32 MiB together, is left out.
    """
    folder, found, left = path.resolve().parent, dict[str, bytes](), MOST_BYTES
    for name in dict.fromkeys(_QUOTED.findall(code)):
        for suffix in ("", *SUFFIXES):
            file = folder / f"{name}{suffix}"
            if file.suffix.lower() not in SUFFIXES or not file.resolve().is_relative_to(folder):
                continue
            if file.is_file() and (size := file.stat().st_size) <= min(left, LARGEST):
                found[f"{name}{suffix}"] = read_bytes(file)
                left -= size
    return found


def read_layout(path: Path) -> Layout:
    """Read the layout in a JSON file, or at its key `layout`. Raises UserError that names file and key."""
    value = read_json(path)
    if "layout" in value:
        return from_json(value["layout"], f"{path}: layout")
    return from_json(value, f"{path}: layout")


WIDTH = 854
#: Files that a scene may read, and their sizes in bytes: one's, and those of all.
SUFFIXES = words(".svg .png .jpg .jpeg .gif .py .txt .js .c .cpp .java .rs .go")
LARGEST, MOST_BYTES = 2**23, 2**25
# A short text on one line: what may be the name of a file.
_QUOTED = re.compile(r"""["']([\w][\w ./-]{0,150})["']""")
# The code is not parsed in this process: only its sandbox does that.
_IMPORT = re.compile(r"^[ \t]*(?:from|import)[ \t]+([A-Za-z_]\w*)", re.MULTILINE)


def run(
    path: Path,
    scene: str | None,
    layout_path: Path | None,
    deadline: float,
    preview: Path | None,
    check: bool,
    allow_unprotected: bool = False,
) -> list[Report]:
    """Validate the scenes of the file `path`; `preview` is written if the code of its only scene runs.

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
        reports = opened.validate_all(
            code,
            layout=layout,
            scene=scene,
            check=check,
            preview=WIDTH if preview is not None else None,
            modules=modules_beside(path, code),
            files=files_beside(path, code),
        )
    if preview is not None:
        _write_previews(preview, reports)
    return reports


def _write_previews(path: Path, reports: Sequence[Report]) -> None:
    """Write the preview of one scene to `path`, of several with their names before its suffix."""
    for report in reports:
        if report.preview is not None:
            several = path.with_name(f"{path.stem}-{report.scene}{path.suffix}")
            write_atomic(path if len(reports) == 1 else several, report.preview)
