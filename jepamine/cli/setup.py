"""init, doctor: write a new project folder, or add footage to it; check the installation."""

from __future__ import annotations

from pathlib import Path

import click

from jepamine.cli.options import Folder, as_json, echo, with_experiments


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
