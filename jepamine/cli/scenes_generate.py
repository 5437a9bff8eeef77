"""scenes generate: Manim code for a description, an image, or both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from jepamine.cli.options import File, as_json, with_experiments
from jepamine.manim.generators.styles import COMPLEXITIES, LAYOUTS, STYLE_NAMES


@click.command()
@click.argument("description", required=False, default="")
@click.option("--image", type=File, metavar="REF.png", help="Objects stand where they stand in this image.")
@click.option("--run", "run_name", metavar="NAME", help="The layout run that looks at the image.")
@click.option(
    "--layout",
    "layout_from",
    type=click.Choice(LAYOUTS),
    default="auto",
    show_default=True,
    help="Where the layout comes from. [auto: what is given]",
)
@click.option(
    "--generator", default="template", show_default=True, metavar="NAME", help="Who writes the code."
)
@click.option("--style", type=click.Choice(STYLE_NAMES), default="3b1b", show_default=True)
@click.option("--complexity", type=click.Choice(COMPLEXITIES), default="medium", show_default=True)
@click.option(
    "--tries", type=click.IntRange(1, 20), default=3, show_default=True, help="Before template takes over."
)
@click.option("--int8", is_flag=True, help="Quantize the runs' linear layers: smaller, for a CPU.")
@click.option("--output", type=File, metavar="FILE.py", help="Write the code there. [default: stdout]")
@click.option("--preview", type=File, metavar="FILE.png", help="Write the last frame there, 854 pixels wide.")
@click.option("--json", "machine", is_flag=True, help="All of it as one JSON document.")
@with_experiments
def generate(
    experiments: Path,
    description: str,
    image: Path | None,
    run_name: str | None,
    layout_from: Any,
    generator: str,
    style: Any,
    complexity: Any,
    tries: int,
    int8: bool,
    output: Path | None,
    preview: Path | None,
    machine: bool,
) -> None:
    """Write Manim code for DESCRIPTION: it has been run, and its objects stand where the layout says.

    \b
    jepamine scenes generate "a red circle left of a blue square" --output scene.py
    manim scene.py GeneratedScene
    """
    from jepamine.manim.generation.command import Outputs, run, summary

    made = run(
        experiments,
        description,
        image,
        Outputs(output, preview),
        run_name=run_name,
        tries=tries,
        int8=int8,
        style=style,
        complexity=complexity,
        generator=generator,
        layout=layout_from,
    )
    if machine:
        as_json(made.to_json())
    elif output is None:
        click.echo(made.code, nl=False)
    else:
        click.echo(summary(made, output, preview))
