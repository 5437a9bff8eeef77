"""Find the recipes that come with jepamine, by name, in a checkout or an installed wheel."""

from __future__ import annotations

from pathlib import Path

import jepamine


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
