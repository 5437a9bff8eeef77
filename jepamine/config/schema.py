"""Use a plugin's signature as the schema of its recipe table, and to call it.

Keyword-only parameters come from the recipe, with their types and defaults; all others come from the runner,
by name. So a plugin author writes plain typed Python, and pydantic does the checking.
"""

from __future__ import annotations

import datetime
import inspect
import json
import re
import sys
import types
import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, PydanticUserError, TypeAdapter, ValidationError

from jepamine.config import registry
from jepamine.errors import BrokenPluginError, UserError, brief, did_you_mean, first_line


def _absolute_where_it_is_a_folder(value: str) -> str:
    return str(Path(value).absolute()) if Path(value).is_dir() else value


#: What precedes the offer to quote a value of another type than text.
QUOTE_HINT = "; for text, quote it: "
DATES = (datetime.date, datetime.time)

#: The name of weights on a hub, or a local folder, which then becomes absolute.
Weights = Annotated[str, AfterValidator(_absolute_where_it_is_a_folder)]


def runner_parameters(plugin: Callable[..., Any]) -> list[str]:
    """Return the names of the parameters that the runner provides."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [name for name, parameter in _signature(plugin).items() if parameter.kind in kinds]


def keywords(plugin: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """Return the parameters that come from the recipe, by name."""
    return {
        name: parameter
        for name, parameter in _signature(plugin).items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }


def json_schemas(plugin: Callable[..., Any]) -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of each recipe key of a plugin, with its default if it has one."""
    schemas: dict[str, dict[str, Any]] = {}
    for name, parameter in keywords(plugin).items():
        adapter = _adapter(plugin, name, parameter)
        schemas[name] = adapter.json_schema()
        if parameter.default is not inspect.Parameter.empty:
            default = adapter.dump_python(parameter.default, mode="json", warnings=False)
            schemas[name] = {**schemas[name], "default": default}
    return schemas


def resolve(plugin: Callable[..., Any], table: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Check a recipe table (without its key `plugin`) against a plugin's keyword parameters.

    Returns (values to call the plugin with, every default filled in; errors, each `key: what is wrong`).
    A `Path` becomes absolute; relative ones are taken from the folder the command runs in.
    """
    candidates = keywords(plugin)
    values: dict[str, Any] = {}
    errors = [
        f"{key}: unknown key{did_you_mean(key, candidates)}; known: {', '.join(candidates) or 'none'}"
        for key in table
        if key not in candidates
    ]
    for name, parameter in candidates.items():
        if name not in table:
            if parameter.default is inspect.Parameter.empty:
                errors.append(f"{name}: missing")
            else:
                values[name] = _absolute(parameter.default)
            continue
        adapter = _adapter(plugin, name, parameter)
        try:
            # Validated as JSON in strict mode: accepts an array for a tuple and a string for a Path, as TOML
            # must, and still refuses "2" or true for an int.
            value = adapter.validate_json(json.dumps(table[name]), strict=True)
        except ValidationError as error:
            hint = _quote_hint(adapter, name, table[name])
            # The kinds of a union (a path, a URL) may complain alike.
            errors += dict.fromkeys(
                f"{name}: {_sentence(problem)}{hint}" for problem in error.errors(include_url=False)
            )
        except (TypeError, ValueError):
            # Dates and times are TOML, but not JSON.
            hint = _quote_hint(adapter, name, table[name])
            errors.append(f"{name}: {shown(table[name])} is not a valid value for this key{hint}")
        else:
            values[name] = _absolute(value)
    return values, errors


def _quote_hint(adapter: TypeAdapter[Any], name: str, value: Any) -> str:
    """Offer to quote a value that would be right as text; an empty string for others."""
    text = quoted(value)
    try:
        adapter.validate_json(text, strict=True)
    except ValidationError:
        return ""
    return f"{QUOTE_HINT}{name} = {text}"


def shown(value: Any) -> str:
    """Return a TOML value for a message: a date as TOML writes it, anything else by its repr, shortened."""
    if isinstance(value, DATES):
        return f"the {'time' if isinstance(value, datetime.time) else 'date'} {_iso(value)}"
    return brief(value)


def quoted(value: Any) -> str:
    """Return how a date, number or boolean is written as text in TOML; an empty string for other values."""
    if isinstance(value, DATES):
        return f'"{_iso(value)}"'
    return f'"{str(value).lower()}"' if isinstance(value, (bool, int, float)) else ""


def _iso(value: datetime.date | datetime.time) -> str:
    return value.isoformat().replace("+00:00", "Z")


def plain(plugin: Callable[..., Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Convert resolved values to what TOML can hold: paths as text, tuples as lists, None left out."""
    signature = _signature(plugin)
    dumped = {
        name: _adapter(plugin, name, signature[name]).dump_python(value, mode="json", warnings=False)
        for name, value in values.items()
    }
    return {name: value for name, value in dumped.items() if value is not None}


def _absolute(value: Any) -> Any:
    if isinstance(value, Path):
        return value.absolute()
    return type(value)(map(_absolute, value)) if isinstance(value, (tuple, list)) else value


def _signature(plugin: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(plugin).parameters
    except (TypeError, ValueError) as error:
        raise BrokenPluginError(f"{plugin!r} has no readable signature: {first_line(error)}") from error


def _adapter(plugin: Callable[..., Any], name: str, parameter: inspect.Parameter) -> TypeAdapter[Any]:
    if parameter.annotation is inspect.Parameter.empty:
        return TypeAdapter(Any)
    # Only the recipe's parameters are evaluated: those from the runner may use types imported under
    # TYPE_CHECKING, so that a recipe can be checked without torch.
    holder = types.SimpleNamespace(__annotations__={name: parameter.annotation})
    # A class may inherit its __init__ from another module, whose names its annotations use.
    function = plugin.__init__ if inspect.isclass(plugin) else plugin
    names = getattr(function, "__globals__", None) or vars(sys.modules[plugin.__module__])
    try:
        hints = typing.get_type_hints(holder, globalns=names, include_extras=True)
    except NameError as error:
        raise BrokenPluginError(f"the type of '{name}' in {plugin.__qualname__}: {error}") from error
    try:
        return TypeAdapter(hints[name])
    except PydanticUserError as error:
        raise BrokenPluginError(
            f"the type of '{name}' in {plugin.__qualname__}: {first_line(error)}"
        ) from error


def _sentence(problem: Any) -> str:
    inside = "".join(f"[{part}]" for part in problem["loc"] if isinstance(part, int))
    message = str(problem["msg"])
    return (
        f"{inside}{' ' if inside else ''}{message[:1].lower()}{message[1:]}, found {shown(problem['input'])}"
    )


def make(plugin: registry.Plugin, table: dict[str, Any], offered: Mapping[str, Any]) -> Any:
    """Call a plugin's factory with its recipe table and those of `offered` that its signature names.

    Raises BrokenPluginError if it requires more than the runner provides.
    """
    target = registry.load(plugin)
    parameters = runner_parameters(target)
    unknown = [name for name in parameters if name not in offered]
    if unknown:
        raise BrokenPluginError(
            f"{plugin.kind} plugin '{plugin.name}' requires {', '.join(unknown)} from the runner, "
            f"which provides {', '.join(offered) or 'nothing'}; "
            f"its own settings must be keyword-only (after a *)"
        )
    values, errors = resolve(target, table)
    if errors:
        raise UserError("\n".join(f"[{plugin.kind}] {error}" for error in errors))
    return target(**{name: offered[name] for name in parameters}, **values)


RUN_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?")


def valid_name(name: str) -> bool:
    """Return whether `name` can name a run: letters, digits, `.`, `_`, `-`, no `..`, no leading sign."""
    return RUN_NAME.fullmatch(name) is not None and ".." not in name and len(name) <= 100
