"""Recipes: read, overridden, checked and resolved, without building anything.

All errors of a recipe are reported at once, each with file and key.
"""

from __future__ import annotations

import inspect
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import tomli_w
from pydantic import Field

from jepamine.config import registry, schema
from jepamine.config.recipe_files import read_document
from jepamine.config.schema import valid_name
from jepamine.errors import UserError, did_you_mean
from jepamine.utils.json_files import is_number

TABLES = ("dataset", "masking", "encoder", "predictor", "trainer")
SCHEMA = 1


@dataclass(frozen=True)
class Recipe:
    """A resolved recipe: every default filled in, paths absolute, plugins found.

    `tables` holds plain TOML values by table, without the key `plugin`; `plugins` gives the location of each
    table's plugin, `scorers` those that `scoring` names.
    """

    name: str
    seed: int
    device: str
    plugins: dict[str, registry.Plugin]
    tables: dict[str, dict[str, Any]]
    scoring: dict[str, Any]
    scorers: dict[str, registry.Plugin]


def general(
    *,
    name: str = "",
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 42,
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
) -> None:
    """Declare the recipe's top-level keys; like a plugin's, the signature is the schema."""


def scoring(
    *,
    scorer: str = "predicted",
    also: tuple[str, ...] = ("predicted", "masked"),
    cameras: Literal["max", "mean"] = "max",
    relative_to: tuple[Literal["camera", "drive"], ...] = (),
) -> None:
    """Declare the keys of `[scoring]`; tables inside it hold the settings of single scorers.

    `cameras` is how the scores of a clip of several cameras become one. `relative_to`: the distances to
    training clips are taken after the mean of the clip's camera or drive was moved to the training clips'.
    """


def read(path: Path, overrides: Mapping[tuple[str, ...], Any]) -> Recipe:
    """Read the recipe at `path`, apply `overrides` (path of keys -> TOML value), check and resolve it.

    Raises UserError with every error found.
    """
    document = read_document(path)
    for keys, value in overrides.items():
        table = document
        for key in keys[:-1]:
            table = table.setdefault(key, {})
            if not isinstance(table, dict):
                raise UserError(f"{path}: {'.'.join(keys)}: '{key}' is a value, not a table")
        table[keys[-1]] = value
    recipe, errors = _resolve(path, document)
    if recipe is None:
        raise UserError("\n".join(_located(path, error, overrides) for error in errors))
    return recipe


def _located(path: Path, error: str, overrides: Mapping[tuple[str, ...], Any]) -> str:
    """Return an error with the source of the value that it is about: the recipe or the command line."""
    for keys in overrides:
        start = f"[{keys[0]}] {keys[1]}" if len(keys) == 2 else keys[0]
        if re.match(re.escape(start) + r"\b", error):
            key = ".".join(keys)
            # On the command line a shell takes the quotes away unless they are quoted themselves.
            head, hint, _ = error.partition(schema.QUOTE_HINT)
            option = f"{hint}--set " + shlex.quote(f"{key}={schema.quoted(overrides[keys])}") if hint else ""
            return f"--set {key}: {head}{option}"
    return f"{path}: {error}"


def _resolve(path: Path, document: dict[str, Any]) -> tuple[Recipe | None, list[str]]:
    errors: list[str] = []
    errors += [f"{key}: must be finite" for key in _not_finite(document)]
    candidates = ("schema", *inspect.signature(general).parameters, *TABLES, "scoring")
    unknown = [key for key in document if key not in candidates]
    if document.get("schema", SCHEMA) != SCHEMA:
        errors.append(
            f"schema: this jepamine reads schema {SCHEMA}, found {schema.shown(document['schema'])}"
        )
    top_level = {key: document[key] for key in inspect.signature(general).parameters if key in document}
    values, problems = schema.resolve(general, top_level)
    errors += problems
    name = values.get("name") or re.sub(r"[^A-Za-z0-9._-]+|\.\.+", "-", path.stem).strip("-._")
    if not valid_name(name):
        errors.append(f"name: {name!r} cannot name a run: letters, digits, '.', '_' and '-' only")

    plugins: dict[str, registry.Plugin] = {}
    tables: dict[str, dict[str, Any]] = {}
    for kind in TABLES:
        try:
            plugins[kind], tables[kind] = _plugin_table(kind, document.get(kind), path.parent)
        except _Problems as found:
            errors += found.errors
    scoring_table, scorers, problems = _scoring(document.get("scoring", {}), path.parent)
    errors += problems
    for key in unknown:
        noun = "table" if isinstance(document[key], dict) else "key"
        inner = [f"{kind}.{key}" for kind, table in tables.items() if key in table]
        hint = f" (did you mean '{inner[0]}'?)" if inner else did_you_mean(key, candidates)
        errors.append(f"{key}: unknown {noun}{hint}")
    if errors:
        return None, errors
    return Recipe(name, values["seed"], values["device"], plugins, tables, scoring_table, scorers), []


class _Problems(Exception):
    def __init__(self, errors: list[str]) -> None:
        self.errors = errors


def _plugin_table(kind: str, table: Any, folder: Path) -> tuple[registry.Plugin, dict[str, Any]]:
    if not isinstance(table, dict):
        raise _Problems([f'[{kind}]: missing; it names a plugin: plugin = "..."'])
    name = table.get("plugin")
    if not isinstance(name, str):
        raise _Problems(
            [f"[{kind}] plugin: " + ("missing" if name is None else f"not a name: {schema.shown(name)}")]
        )
    try:
        plugin = registry.find(kind, name, folder)
        target = registry.load(plugin)
        values, errors = schema.resolve(target, {key: table[key] for key in table if key != "plugin"})
        if errors:
            raise _Problems([f"[{kind}] {error}" for error in errors])
        return plugin, schema.plain(target, values)
    except UserError as error:
        raise _Problems([f"[{kind}] plugin: {error}"]) from error


def _scoring(table: Any, folder: Path) -> tuple[dict[str, Any], dict[str, registry.Plugin], list[str]]:
    if not isinstance(table, dict):
        return {}, {}, [f"[scoring]: expected a table, found {schema.shown(table)}"]
    own = {key: value for key, value in table.items() if not isinstance(value, dict)}
    values, problems = schema.resolve(scoring, own)
    if problems:
        return {}, {}, [f"[scoring] {problem}" for problem in problems]
    resolved = schema.plain(scoring, values)
    settings = {key: value for key, value in table.items() if isinstance(value, dict)}
    scorers: dict[str, registry.Plugin] = {}
    errors: list[str] = []
    for name in dict.fromkeys((values["scorer"], *values["also"], *settings)):
        try:
            scorers[name] = registry.find("scorer", name, folder)
            target = registry.load(scorers[name])
            given, problems = schema.resolve(target, settings.get(name, {}))
            errors += [f"[scoring.{name}] {problem}" for problem in problems]
            if (given or name in settings) and not problems:
                resolved[name] = schema.plain(target, given)
        except UserError as error:
            errors.append(f"[scoring] {error}")
    return resolved, scorers, errors


def _not_finite(value: Any, key: str = "") -> list[str]:
    if isinstance(value, dict):
        return [keys for name in value for keys in _not_finite(value[name], f"{key}.{name}".lstrip("."))]
    if isinstance(value, list):
        return [keys for item in value for keys in _not_finite(item, key)]
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return [key] if number and not is_number(value) else []


def local_files(recipe: Recipe) -> dict[Path, str]:
    """Return the recipe's local plugin files -> their distinct names in a run's folder `plugins/`."""
    names: dict[Path, str] = {}
    for plugin in (*recipe.plugins.values(), *recipe.scorers.values()):
        if plugin.file and plugin.file not in names:
            name, number = plugin.file.name, 2
            while name in names.values():
                name, number = f"{plugin.file.stem}_{number}.py", number + 1
            names[plugin.file] = name
    return names


def to_toml(recipe: Recipe) -> str:
    """Return TOML that runs again from the run's folder, with local plugins in its `plugins/`."""
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
