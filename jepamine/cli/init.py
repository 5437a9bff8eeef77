"""init: write a new project folder, or turn footage into a manifest and a recipe."""

from __future__ import annotations

from pathlib import Path

import click

from jepamine.cli.options import Folder, echo


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
    from jepamine.mining.new_project import write_project
    from jepamine.mining.own_footage import add_footage
    from jepamine.utils.shell import command

    lines = write_project(folder) if footage is None else add_footage(footage, folder)
    enter = [] if folder == Path() else ["  cd " + command(str(folder)).removeprefix("jepamine ")]
    recipe = "recipes/default.toml" if footage is None else "recipes/own.toml"
    echo("\n".join([*lines, "Next:", *enter, "  " + command("run", recipe)]))
