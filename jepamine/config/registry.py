"""Find plugins, report where they come from, and load them.

A plugin is named in a recipe in one of three ways: by a registered name (`registry.toml`, or an entry point
of an installed package), as `module:attribute`, or as `./file.py:attribute` beside the recipe.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import importlib.util
import sys
import tomllib
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import jepamine
from jepamine.errors import BrokenPluginError, UserError, did_you_mean, first_line

#: The package; it holds `registry.toml`, and none of its files is foreign.
_OWN = Path(jepamine.__file__).parent


@dataclass(frozen=True)
class Plugin:
    """The location of a plugin; nothing of it is imported yet.

    `source` is the package that provides it, or its file; `target` is `module:attribute`, the attribute alone
    for a file; `file` is set for local plugins only.
    """

    kind: str
    name: str
    target: str
    source: str
    version: str
    file: Path | None = None


@functools.cache
def _shipped() -> dict[str, dict[str, str]]:
    text = (_OWN / "registry.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@functools.cache
def _entry_points() -> Any:
    # Scanning the installed packages takes 10 ms; a recipe would scan once per plugin.
    return metadata.entry_points()


def kinds() -> list[str]:
    """Return the kinds of plugins, in the order of the registry."""
    return list(_shipped())


def listed(kind: str) -> list[Plugin]:
    """Return every registered plugin of a kind, sorted by name, without importing; a name may occur twice."""
    plugins = [
        Plugin(kind, name, target, "jepamine", jepamine.__version__)
        for name, target in _shipped()[kind].items()
    ]
    for point in _entry_points().select(group=f"jepamine.{kind}"):
        source = point.dist.name if point.dist else "an installed package"
        version = point.dist.version if point.dist else "unknown"
        plugins.append(Plugin(kind, point.name, point.value, source, version))
    return sorted(plugins, key=lambda plugin: (plugin.name, plugin.source))


def find(kind: str, name: str, folder: Path) -> Plugin:
    """Return the plugin that a recipe in `folder` calls `name`.

    Raises UserError for a name that is not registered (with the nearest spelling) or registered by two
    sources, for a missing file, and for words around a colon that Python cannot import.
    """
    place, colon, attribute = name.rpartition(":")
    words = [*attribute.split("."), *([] if place.endswith(".py") else place.split("."))]
    if colon and not all(word.isidentifier() for word in words):
        raise UserError(f"plugin '{name}' is neither ./FILE.py:ATTRIBUTE nor PACKAGE.MODULE:ATTRIBUTE")
    if colon and place.endswith(".py"):
        file = (folder / place).absolute()
        if not file.is_file():
            raise UserError(f"plugin '{name}': no file {file}")
        version = "sha256:" + hashlib.sha256(file.read_bytes()).hexdigest()[:12]
        return Plugin(kind, name, attribute, str(file), version, file)
    if colon:
        return Plugin(kind, name, name, place, _module_version(place))
    plugins = listed(kind)
    matches = [plugin for plugin in plugins if plugin.name == name]
    if not matches:
        candidates = [plugin.name for plugin in plugins]
        raise UserError(
            f"unknown {kind} plugin '{name}'{did_you_mean(name, candidates)}; "
            f"known: {', '.join(candidates) or 'none'}"
        )
    if len(matches) > 1:
        sources = " and ".join(f"{plugin.source} ({plugin.target})" for plugin in matches)
        raise UserError(f"{kind} plugin '{name}' is registered twice: by {sources}; uninstall one")
    return matches[0]


def _module_version(module: str) -> str:
    try:
        return metadata.version(module.partition(".")[0])
    except metadata.PackageNotFoundError:
        return "unknown"


def load(plugin: Plugin) -> Callable[..., Any]:
    """Import a plugin. Raises BrokenPluginError that names it, its source and the reason."""
    label = f"{plugin.kind} plugin '{plugin.name}' (from {plugin.source})"
    module_name, _, attribute = plugin.target.rpartition(":")
    try:
        module = _load_file(plugin.file) if plugin.file else importlib.import_module(module_name)
    # A plugin is foreign code: whatever it raises is reported as the plugin's fault, not this command's.
    except (Exception, SystemExit) as error:
        raise BrokenPluginError(
            f"{label} cannot be imported: {type(error).__name__}: {first_line(error)}"
        ) from error
    file = getattr(module, "__file__", None)
    if file and not Path(file).is_relative_to(_OWN):
        _FOREIGN[file] = f"{plugin.kind} plugin '{plugin.name}'"
    attribute_value: Any = module
    for part in attribute.split("."):
        attribute_value = getattr(attribute_value, part, None)
    if not callable(attribute_value):
        names = [name for name, value in vars(module).items() if callable(value) and name[0] != "_"]
        raise BrokenPluginError(
            f"{label}: no function or class '{attribute}'{did_you_mean(attribute, names)}"
        )
    return attribute_value  # type: ignore[no-any-return]


#: Files of foreign plugins loaded so far -> a description of the plugin.
_FOREIGN: dict[str, str] = {}


def blame(error: BaseException) -> str | None:
    """Return the place in a plugin's code that raised an error, or None if no plugin raised it.

    Errors that jepamine raises while a plugin calls it are jepamine's.
    """
    last = None
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename in _FOREIGN:
            last = frame
        elif Path(frame.filename).is_relative_to(_OWN):
            last = None
    if last is None:
        return None
    description = f"{_FOREIGN[last.filename]} raised {type(error).__name__}: {first_line(error)}"
    return f"{last.filename}:{last.lineno}: {description}\n  {last.line}"


def overview(check: bool) -> tuple[list[list[str]], list[str]]:
    """Return (header and one row per plugin, problems found); with `check` each plugin is imported."""
    rows = [["kind", "name", "from", "version", *(["state"] if check else [])]]
    broken: list[str] = []
    for kind in kinds():
        plugins = listed(kind)
        for plugin in plugins:
            state = "ok"
            try:
                if check:
                    find(kind, plugin.name, Path())
                    load(plugin)
            except UserError as error:
                state = "broken"
                broken.append(str(error))
            rows.append([kind, plugin.name, plugin.source, plugin.version, *([state] if check else [])])
    return rows, list(dict.fromkeys(broken))


def _load_file(file: Path) -> Any:
    # Named by path and content: two recipes may each have a masks.py, and an edited file is executed again.
    name = "jepamine_local_" + hashlib.sha256(str(file).encode() + file.read_bytes()).hexdigest()[:16]
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
