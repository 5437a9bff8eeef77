"""A resolved recipe as text that runs again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tomli_w

from jepamine.config import registry
from jepamine.config.recipe import SCHEMA, TABLES, Recipe


def local_files(recipe: Recipe) -> dict[Path, str]:
    """The recipe's local plugin files -> their names in a run's folder `plugins/`, all different."""
    names: dict[Path, str] = {}
    for plugin in (*recipe.plugins.values(), *recipe.scorers.values()):
        if plugin.file and plugin.file not in names:
            name, number = plugin.file.name, 2
            while name in names.values():
                name, number = f"{plugin.file.stem}_{number}.py", number + 1
            names[plugin.file] = name
    return names


def to_toml(recipe: Recipe) -> str:
    """The recipe as TOML that runs again from the run's folder, local plugins lying in its `plugins/`."""
    files = local_files(recipe)

    def named(plugin: registry.Plugin) -> str:
        return f"./plugins/{files[plugin.file]}:{plugin.target}" if plugin.file else plugin.name

    scorers = {name: named(plugin) for name, plugin in recipe.scorers.items()}
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "name": recipe.name,
        "seed": recipe.seed,
        "device": recipe.device,
        **{kind: {"plugin": named(recipe.plugins[kind]), **recipe.tables[kind]} for kind in TABLES},
        "scoring": {scorers.get(key, key): value for key, value in recipe.scoring.items()}
        | {
            "scorer": scorers[recipe.scoring["scorer"]],
            "also": [scorers[name] for name in recipe.scoring["also"]],
        },
    }
    return tomli_w.dumps(document)
