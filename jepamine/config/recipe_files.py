"""Recipe files: those that come with jepamine found by name, read as TOML, and overrides of their keys."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import jepamine
from jepamine.errors import UserError, did_you_mean, first_line
from jepamine.utils.files import read_text
from jepamine.utils.printing import command


def shipped_recipes() -> dict[str, Path]:
    """Return the recipes that come with this installation, by name without `.toml`, sorted.

    They are beside the package in a checkout (`recipes/`) and inside it in a wheel (`jepamine/recipes/`).
    """
    package = Path(jepamine.__file__).parent
    inside = package / "recipes"
    folder = inside if inside.is_dir() else package.parent / "recipes"
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def locate_recipe(path: Path) -> Path:
    """Return `path`, or the shipped recipe of that name if there is no such file.

    Only a bare name counts, with or without `.toml`: `default`, not `recipes/default.toml`.
    """
    if path.exists() or len(path.parts) != 1 or path.suffix not in ("", ".toml"):
        return path
    return shipped_recipes().get(path.stem if path.suffix else path.name, path)


def parse_override(text: str) -> tuple[list[str], Any]:
    """Parse `table.key=VALUE` into (path of keys, TOML value); a bare word is a string.

    Raises ValueError if the key or the value is missing.
    """
    key, equals, value = text.partition("=")
    path = [part.strip() for part in key.split(".")]
    if not equals or not all(path) or not value.strip():
        raise ValueError(f"'{text}' is not table.key=VALUE")
    try:
        return path, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return path, value.strip()
    except (ValueError, RecursionError) as error:
        raise ValueError(f"'{key}' has a value that cannot be read: {first_line(error)}") from None


def read_document(path: Path) -> dict[str, Any]:
    if not path.exists():
        # A path as Windows writes it has one part here.
        folder = Path(str(path).replace("\\", "/")).parent
        candidates = [str(file) for file in folder.glob("*.toml")] if folder.is_dir() else []
        shipped = ", ".join(shipped_recipes())
        hint = (
            did_you_mean(str(path), [*candidates, *shipped_recipes()]) or f" (by name there are: {shipped})"
        )
        raise UserError(f"{path}: no such recipe{hint}")
    if path.is_dir():
        inside = ", ".join(sorted(str(file) for file in path.glob("*.toml")))
        choice = inside or f"by name there are: {', '.join(shipped_recipes())}"
        raise UserError(f"{path}: is a folder, not a recipe; give a file ({choice})")
    try:
        return tomllib.loads(read_text(path))
    # ValueError: invalid TOML, or an integer of thousands of digits.
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path}: not TOML: {first_line(error)}{_manifest_hint(path)}") from None


def _manifest_hint(path: Path) -> str:
    """Return what to do with a manifest that was given instead of a recipe; empty for another file."""
    if path.suffix not in (".jsonl", ".json"):
        return ""
    return f"; to train on a manifest: {command('run', 'clips', '--set', f'dataset.manifest={path}')}"
