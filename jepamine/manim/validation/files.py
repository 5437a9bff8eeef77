"""The files that validation reads."""

from __future__ import annotations

from pathlib import Path

from jepamine.errors import UserError
from jepamine.manim.layouts import Layout, from_json
from jepamine.utils.files import read_bytes, read_json


def read_code(path: Path) -> str:
    """A file's text. Raises UserError where it is missing or is no UTF-8 text."""
    try:
        return read_bytes(path).decode()
    except UnicodeDecodeError:
        raise UserError(f"{path}: not UTF-8 text") from None


def read_layout(path: Path) -> Layout:
    """The layout in a JSON file, or the one at its key `layout`. Raises UserError that names file and key."""
    value = read_json(path)
    if "layout" in value:
        return from_json(value["layout"], f"{path}: layout")
    return from_json(value, f"{path}: layout")
