"""Build a plugin: call its factory with its settings and with what the runner offers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jepamine.config import registry, schema
from jepamine.errors import BrokenPluginError, UserError


def make(plugin: registry.Plugin, table: dict[str, Any], offered: Mapping[str, Any]) -> Any:
    """Call a plugin's factory with its recipe table and those of `offered` that its signature names.

    Raises BrokenPluginError if it requires more than the runner provides.
    """
    target = registry.load(plugin)
    parameters = schema.runner_parameters(target)
    unknown = [name for name in parameters if name not in offered]
    if unknown:
        raise BrokenPluginError(
            f"{plugin.kind} plugin '{plugin.name}' requires {', '.join(unknown)} from the runner, "
            f"which provides {', '.join(offered) or 'nothing'}; "
            f"its own settings must be keyword-only (after a *)"
        )
    values, errors = schema.resolve(target, table)
    if errors:
        raise UserError("\n".join(f"[{plugin.kind}] {error}" for error in errors))
    return target(**{name: offered[name] for name in parameters}, **values)
