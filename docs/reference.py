"""Make the reference from the code: commands, plugins with their recipe keys, file formats.

As a hook of mkdocs it adds its pages to the site, with the README as the first page. `python
docs/reference.py FOLDER` writes them as Markdown, and schemas of types into `jepamine/schemas/`.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from pydantic import TypeAdapter

from jepamine.cli.main import cli
from jepamine.config import recipe, registry, schema
from jepamine.manim.layouts import Layout
from jepamine.runs.run_record import RunRecord

ROOT = Path(__file__).parents[1]
SCHEMAS = ROOT / "jepamine" / "schemas"

EXIT_CODES = """\
## Exit codes

| code | meaning |
|---|---|
| 0 | done |
| 1 | input or environment are at fault: one or a few lines name file and line, or key, and the next step; \
or a check failed: `--strict` of `eval` and `manifest audit`, `reproduce` with another result |
| 2 | the command line is at fault: an unknown command or option, or a value out of range |

An interrupted command (Ctrl-C) exits with 1 too; `jepamine run --resume NAME` continues a run. Results go to
standard output, progress, notices and warnings to standard error. `--json` prints one JSON document.
"""


def pages() -> dict[str, str]:
    """Return every generated page: its path in the site -> Markdown."""
    return {
        "reference/commands.md": "# Commands\n\n" + EXIT_CODES + "".join(commands()),
        "reference/recipes.md": "# Recipe keys and plugins\n\n" + "".join(recipe_keys()),
        "reference/formats.md": "# File formats\n\n" + "".join(formats()),
    }


def commands(command: click.Command = cli, parent: click.Context | None = None) -> Iterator[str]:
    """Yield a section for each command, with its usage, arguments and options."""
    context = click.Context(command, info_name=command.name if parent else "jepamine", parent=parent)
    name = context.command_path
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"\n## {name}\n\n```text\n{name} {usage}\n```\n\n{prose(command.help or '')}\n\n"
    rows = []
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record and "--help" not in record[0]:
            rows.append(f"| `{cell(record[0])}` | {cell(record[1])} |\n")
    if rows:
        yield "| option | |\n|---|---|\n" + "".join(rows)
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            if found is not None and not found.hidden:
                yield from commands(found, context)


def prose(text: str) -> str:
    """Return a help text as Markdown: paragraphs after `\\b` keep their lines."""
    parts = []
    for part in inspect.cleandoc(text).split("\n\n"):
        parts.append(f"```text\n{part[1:].strip(chr(10))}\n```" if part.startswith("\b") else part)
    return "\n\n".join(parts)


def cell(text: str) -> str:
    """Return text for a cell of a table."""
    return re.sub(r"\s+", " ", text).replace("|", "\\|").replace("<", "&lt;")


def recipe_keys() -> Iterator[str]:
    """Yield the keys of a recipe: top level, `[scoring]`, and each plugin's table."""
    yield "## Top level\n\n" + key_table(recipe.general)
    yield "\n## [scoring]\n\n" + key_table(recipe.scoring)
    for kind in registry.kinds():
        yield f"\n## {kind}\n"
        for plugin in registry.listed(kind):
            if plugin.source != "jepamine":
                continue
            factory = registry.load(plugin)
            text = (inspect.getdoc(factory) or "").partition("\n\n")[0]
            yield f"\n### {kind}: {plugin.name}\n\n{text}\n\n`{plugin.target}`\n\n"
            yield key_table(factory)


def key_table(factory: Any) -> str:
    """Return the table of a factory's recipe keys."""
    rows = "".join(
        f"| `{name}` | {kind_of(found)} | {shown(found)} |\n"
        for name, found in schema.json_schemas(factory).items()
    )
    return "| key | type | default |\n|---|---|---|\n" + rows if rows else "No keys.\n"


def shown(found: dict[str, Any]) -> str:
    """Return a default as TOML writes it, `required` without one, nothing for None."""
    if "default" not in found:
        return "required"
    default = found["default"]
    return "" if default is None else f"`{cell(json.dumps(default))}`"


def kind_of(found: dict[str, Any]) -> str:
    """Return a JSON Schema in words, such as `integer, 0 to 1024`."""
    if "$ref" in found:
        return "object"
    if "anyOf" in found:
        return " or ".join(kind_of(one) for one in found["anyOf"] if one.get("type") != "null")
    if "enum" in found:
        return ", ".join(f"`{json.dumps(one)}`" for one in found["enum"])
    if "const" in found:
        return f"`{json.dumps(found['const'])}`"
    kind = str(found.get("type", "any"))
    if kind == "array":
        items = found.get("items") or (found.get("prefixItems") or [{}])[0]
        return f"list of {kind_of(items)}"
    if found.get("format") == "path":
        return "path"
    if str(found.get("pattern", "")).endswith("://"):
        return "URL"
    limits = {
        "minimum": "at least {}",
        "exclusiveMinimum": "above {}",
        "maximum": "at most {}",
        "exclusiveMaximum": "below {}",
        "multipleOf": "a multiple of {}",
    }
    return ", ".join([kind, *(text.format(found[key]) for key, text in limits.items() if key in found)])


def formats() -> Iterator[str]:
    """Yield a section for each JSON Schema that the package has."""
    yield (
        "JSON Schemas of these files come with the package, in `jepamine/schemas/`. Readers accept further "
        "keys and keep them; files of earlier versions stay readable.\n"
    )
    for path in sorted(SCHEMAS.glob("*.json")):
        found = json.loads(path.read_text())
        yield f"\n## {found['title']}\n\n{found['description']}\n\n`jepamine/schemas/{path.name}`\n\n"
        yield "| key | type | |\n|---|---|---|\n"
        needed = found.get("required", [])
        for key, value in found["properties"].items():
            text = cell(value.get("description", "")) or ("required" if key in needed else "")
            yield f"| `{key}` | {kind_of(value)} | {text} |\n"


def made_schemas() -> dict[str, str]:
    """Return the schemas that follow from types: file name -> JSON."""
    record = TypeAdapter(RunRecord).json_schema()
    layout = TypeAdapter(Layout).json_schema()
    start = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    described = {
        "record": record | {"title": "Run record", "required": ["status", "metrics"]},
        "layout": layout | {"title": "Layout"},
    }
    return {
        f"{name}.schema.json": json.dumps(start | found, indent=2) + "\n" for name, found in described.items()
    }


def on_files(files: Any, config: Any) -> Any:
    """Add the generated pages to a site of mkdocs."""
    from mkdocs.structure.files import File

    readme = (ROOT / "README.md").read_text().replace("](docs/", "](")
    for path, text in {"index.md": readme, **pages()}.items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Replace links to files outside the site, such as SECURITY.md, by their text."""
    return re.sub(r"\[([^\]]*)\]\((?:\.\./[^)]*|[A-Z]+\.md)\)", r"\1", markdown)


if __name__ == "__main__":
    for name, content in made_schemas().items():
        (SCHEMAS / name).write_text(content)
    for place, content in pages().items():
        target = Path(sys.argv[1]) / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
