"""The folder of rendered scenes: frames, `scenes.jsonl`, `sheet.png`."""

from __future__ import annotations

from pathlib import Path

from jepamine.errors import UserError
from jepamine.utils.files import read_jsonl, write_atomic


def new_folder(folder: Path) -> None:
    """Make an empty folder. Raises UserError where something is in it: frames of two runs must not mix."""
    if folder.is_dir() and any(folder.iterdir()):
        raise UserError(f"--out {folder}: the folder is not empty; choose another, or remove it first")
    folder.mkdir(parents=True, exist_ok=True)


def write_sheet(manifest: Path) -> Path:
    """Write the contact sheet of the first scenes, `sheet.png`, beside `scenes.jsonl`; returns its path."""
    import io

    from jepamine.manim.scenes.contact_sheet import MOST, sheet_of

    lines = []
    for number, line in read_jsonl(manifest):
        lines.append(line)
        if number == MOST:
            break
    buffer = io.BytesIO()
    sheet_of(lines, manifest.parent).save(buffer, "PNG")
    write_atomic(manifest.parent / "sheet.png", buffer.getvalue())
    return manifest.parent / "sheet.png"
