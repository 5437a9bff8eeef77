"""scenes generate, validate: code for a description, and where the objects of code are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from jepamine.cli.options import Commands, File, as_json, echo, with_experiments, with_trust
from jepamine.cli.overrides import plugin_settings
from jepamine.cli.scenes_data import annotate, bench, render
from jepamine.manim.generators.styles import COMPLEXITIES, LAYOUTS, STYLE_NAMES


@click.command()
@click.argument("path", type=File, metavar="FILE.py")
@click.option("--scene", metavar="NAME", help="Run this scene only. [default: all in the file]")
@click.option("--layout", "layout_path", type=File, metavar="FILE.json", help="Compare with this layout.")
@click.option(
    "--deadline", type=click.FloatRange(0, 600, min_open=True), default=10.0, help="Time limit in seconds."
)
@click.option(
    "--preview", type=File, metavar="FILE.png", help="Write the last frame to this file, 854 pixels wide."
)
@click.option(
    "--check/--no-check",
    default=True,
    help="Refuse code outside the allow-list before it runs.",
)
@click.option("--allow-unprotected", is_flag=True, help="Run even if the code cannot be fully sandboxed.")
@click.option("--json", "machine", is_flag=True, help="Print the full report as JSON.")
def validate(
    path: Path,
    scene: str | None,
    layout_path: Path | None,
    deadline: float,
    preview: Path | None,
    check: bool,
    allow_unprotected: bool,
    machine: bool,
) -> None:
    """Run FILE.py in the sandbox without rendering, and report where its objects are.

    The code can read nothing but Python and fonts, write nothing, open no connection and start no process,
    as far as this system can enforce it; the last line lists the protections in force. Exits with 1 if the
    code does not run.
    """
    from jepamine.errors import UserError
    from jepamine.manim.validation.report_text import document, problems, summary
    from jepamine.manim.validation.validate_command import run

    reports = run(path, scene, layout_path, deadline, preview, check, allow_unprotected)
    failed = not all(report.runs for report in reports)
    if machine:
        as_json(document(reports))
        if failed:
            click.get_current_context().exit(1)
        return
    for report in reports:
        if report.runs:
            echo(summary(report))
    if failed:
        raise UserError(problems(reports, path))


@click.command()
@click.argument("description", required=False, default="")
@click.option("--image", type=File, metavar="REF.png", help="Place objects as in this image.")
@click.option("--run", "run_name", metavar="NAME", help="Layout run that reads the image.")
@click.option(
    "--layout",
    "layout_from",
    type=click.Choice(LAYOUTS),
    default="auto",
    help="Source of the layout. [auto: whatever is given]",
)
@click.option("--generator", default="template", metavar="NAME", help="Generator that writes the code.")
@click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="KEY=VALUE",
    help="Setting of the generator, such as model=NAME.",
)
@click.option("--style", type=click.Choice(STYLE_NAMES), default="3b1b")
@click.option("--complexity", type=click.Choice(COMPLEXITIES), default="medium")
@click.option(
    "--tries", type=click.IntRange(1, 20), default=3, help="Attempts before falling back to template."
)
@click.option("--int8", is_flag=True, help="Quantize the runs' linear layers (smaller; for CPUs).")
@click.option("--anyway", is_flag=True, help="Go on even if too little of the description is understood.")
@click.option("--output", type=File, metavar="FILE.py", help="Write the code to this file. [default: stdout]")
@click.option(
    "--preview", type=File, metavar="FILE.png", help="Write the last frame to this file, 854 pixels wide."
)
@click.option("--video", type=File, metavar="FILE.mp4", help="Film the scene in the sandbox (426 x 240).")
@click.option("--json", "machine", is_flag=True, help="Print everything as one JSON document.")
@with_trust
@with_experiments
def generate(
    experiments: Path,
    description: str,
    image: Path | None,
    run_name: str | None,
    layout_from: Any,
    generator: str,
    sets: tuple[str, ...],
    style: Any,
    complexity: Any,
    tries: int,
    int8: bool,
    anyway: bool,
    output: Path | None,
    preview: Path | None,
    video: Path | None,
    machine: bool,
) -> None:
    """Write Manim code for DESCRIPTION; the code has been run, and its objects match the layout.

    \b
    jepamine scenes generate "a red circle left of a blue square" --output scene.py
    manim scene.py GeneratedScene
    """
    from jepamine.errors import UserError
    from jepamine.manim.generation.generate_command import Outputs, run, summary

    result, no_video = run(
        experiments,
        description,
        image,
        Outputs(output, preview, video),
        run_name=run_name,
        tries=tries,
        int8=int8,
        settings=plugin_settings(sets),
        style=style,
        complexity=complexity,
        generator=generator,
        layout=layout_from,
        anyway=anyway,
    )
    if machine:
        as_json(result.to_json())
    elif output is None:
        click.echo(result.code, nl=False)
    else:
        echo(summary(result, output, preview, None if no_video else video))
    if no_video:
        raise UserError(no_video)


@click.group(cls=Commands)
def scenes() -> None:
    """Render, annotate, generate, validate and measure Manim scenes."""


scenes.add_command(annotate)
scenes.add_command(bench)
scenes.add_command(generate)
scenes.add_command(render)
scenes.add_command(validate)
