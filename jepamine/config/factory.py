"""A plugin made: its factory called with its settings and with what is offered to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jepamine.config import registry, schema
from jepamine.errors import BrokenPluginError, UserError


def make(plugin: registry.Plugin, table: dict[str, Any], offered: Mapping[str, Any]) -> Any:
    """Call a plugin's factory with its recipe table and those of `offered` that its signature names.

    Raises BrokenPluginError where it wants more than the runner has.
    """
    target = registry.load(plugin)
    wanted = schema.runner_parameters(target)
    unknown = [name for name in wanted if name not in offered]
    if unknown:
        raise BrokenPluginError(
            f"{plugin.kind} plugin '{plugin.name}' wants {', '.join(unknown)} from the runner, which gives "
            f"{', '.join(offered) or 'nothing'}; settings of its own must be keyword-only (after a *)"
        )
    values, errors = schema.resolve(target, table)
    if errors:
        raise UserError("\n".join(f"[{plugin.kind}] {error}" for error in errors))
    return target(**{name: offered[name] for name in wanted}, **values)
