"""scenes validate: whether Manim code runs, and where its objects end up."""

from __future__ import annotations

from pathlib import Path

import click

from jepamine.cli.options import File, as_json


@click.command()
@click.argument("path", type=File, metavar="FILE.py")
@click.option("--scene", metavar="NAME", help="Which scene. [default: GeneratedScene, or the only one]")
@click.option("--layout", "layout_path", type=File, metavar="FILE.json", help="Compare with this layout.")
@click.option(
    "--deadline",
    type=click.FloatRange(0, 600, min_open=True),
    default=10.0,
    show_default=True,
    help="Seconds it may run.",
)
@click.option("--preview", type=File, metavar="FILE.png", help="Write the last frame there, 854 pixels wide.")
@click.option(
    "--check/--no-check",
    default=True,
    help="Refuse what the allow-list lacks, before it runs. [default: check]",
)
@click.option("--json", "machine", is_flag=True, help="All of the report as JSON.")
def validate(
    path: Path,
    scene: str | None,
    layout_path: Path | None,
    deadline: float,
    preview: Path | None,
    check: bool,
    machine: bool,
) -> None:
    """Run FILE.py without its powers, paint nothing, and tell where its objects are.

    The code can read nothing but Python and fonts, write nothing, reach no network and start no process, as
    far as this system can see to it; the last line says what holds it back. Exit code 1 where it does not
    run.
    """
    from jepamine.errors import UserError
    from jepamine.manim.validation.command import run
    from jepamine.manim.validation.text import problems, summary

    report = run(path, scene, layout_path, deadline, preview, check)
    if machine:
        as_json(report.to_json())
        if not report.runs:
            click.get_current_context().exit(1)
    elif report.runs:
        click.echo(summary(report))
    else:
        raise UserError(problems(report, path))
