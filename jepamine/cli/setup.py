"""init, doctor, check, plugins: a new project folder, the installation, recipes and what they may name."""

from __future__ import annotations

from pathlib import Path

import click

from jepamine.cli.options import Folder, Recipe, as_json, echo, with_experiments, with_trust
from jepamine.utils.printing import table, visible


@click.command()
@click.option("--json", "json_", is_flag=True, help="Print one JSON document on stdout.")
@with_experiments
def doctor(experiments: Path, json_: bool) -> None:
    """Check the installation: one line per piece. Exits with 1 if something is broken."""
    from dataclasses import asdict

    from jepamine.runs.doctor import examine, report

    checks = examine(experiments)
    as_json([asdict(check) for check in checks]) if json_ else echo(report(checks))
    if any(check.state == "broken" for check in checks):
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("folder", type=Folder, default=".")
@click.option(
    "--own",
    "footage",
    type=Folder,
    metavar="FOOTAGE",
    help="Build a manifest and a recipe from the videos or frames below this folder.",
)
def init(folder: Path, footage: Path | None) -> None:
    """Write recipes, a sample and a README into FOLDER; existing files are kept. [default: .]

    With --own the footage is cut into clips, audited, repaired and split, and recipes/own.toml fits it.
    """
    from jepamine.mining.project import add_footage, write_project
    from jepamine.utils.printing import command

    lines = write_project(folder) if footage is None else add_footage(footage, folder)
    enter = [] if folder == Path() else ["  cd " + command(str(folder)).removeprefix("jepamine ")]
    recipe = "recipes/default.toml" if footage is None else "recipes/own.toml"
    echo("\n".join([*lines, "Next:", *enter, "  " + command("run", recipe)]))


@click.command()
@click.argument("recipes", nargs=-1, required=True, type=Recipe, metavar="RECIPE...")
@with_trust
@with_experiments
def check(experiments: Path, recipes: tuple[Path, ...]) -> None:
    """Validate recipes without building anything; reports all errors at once."""
    from jepamine.config.recipe import read
    from jepamine.errors import UserError
    from jepamine.runs.integrity import require_trusted_recipe

    errors: list[str] = []
    for path in recipes:
        try:
            require_trusted_recipe(path)
            read(path, {})
            echo(f"{path}: ok")
        except UserError as error:
            errors.append(str(error))
    if errors:
        raise UserError("\n".join(errors))


@click.command()
@click.option("--check", "check_", is_flag=True, help="Import each plugin; exit with 1 if one is broken.")
@click.option("--json", "json_", is_flag=True, help="Print one JSON document on stdout.")
@with_experiments
def plugins(experiments: Path, check_: bool, json_: bool) -> None:
    """List every plugin by kind, with its name and source."""
    from jepamine.config.registry import overview

    rows, broken = overview(check_)
    if json_:
        as_json([dict(zip(rows[0], row, strict=True)) for row in rows[1:]])
    else:
        echo(table(rows))
    if broken:
        raise click.ClickException(visible("\n".join(broken)))
