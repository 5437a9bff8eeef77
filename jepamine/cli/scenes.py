"""scenes render, annotate, generate, validate, bench: the Manim commands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from jepamine.cli.errors import Commands
from jepamine.cli.options import File, Folder, as_json, echo, with_experiments, with_trust
from jepamine.cli.overrides import plugin_settings
from jepamine.cli.scenes_bench import bench
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
    from jepamine.manim.validation.command import run
    from jepamine.manim.validation.report_text import document, problems, summary

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
    from jepamine.manim.generation.command import Outputs, run, summary

    result = run(
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
        echo(summary(result, output, preview, video))


@click.group(cls=Commands)
def scenes() -> None:
    """Render, annotate, generate, validate and measure Manim scenes."""


scenes.add_command(bench)
scenes.add_command(generate)
scenes.add_command(validate)


@scenes.command()
@click.option("--count", type=click.IntRange(1, 1_000_000), required=True, help="Number of scenes.")
@click.option("--out", type=Folder, required=True, metavar="DIR", help="Output folder; must be new or empty.")
@click.option("--seed", type=click.IntRange(0), default=0)
@click.option(
    "--families",
    default="random=0.4,structured=0.4,overlap=0.2",
    metavar="NAME[=WEIGHT],...",
    help="Relative frequency of each family.",
)
@click.option("--width", type=click.IntRange(64, 2048), default=256, help="Width in pixels (16:9).")
@click.option("--workers", type=click.IntRange(1), help="Number of processes. [default: one per core]")
@click.option("--sheet/--no-sheet", default=True, help="Draw a contact sheet of the first 48.")
def render(
    count: int, out: Path, seed: int, families: str, width: int, workers: int | None, sheet: bool
) -> None:
    """Render COUNT scenes: frames, scenes.jsonl (layout, description, code) and sheet.png.

    The same seed gives the same pixels and layouts; scene i does not depend on COUNT.
    """
    from jepamine.manim.scenes.contact_sheet import new_folder, write_sheet
    from jepamine.manim.scenes.families import parse_shares
    from jepamine.manim.scenes.render import Job, render_scenes
    from jepamine.utils.progress import progress

    shares = parse_shares(families)
    new_folder(out)
    with progress("render scenes", count, "scenes", every=100) as bar:
        manifest = render_scenes(Job(out, seed, width, shares), count, workers=workers, on_scene=bar.step)
    echo(f"{count} scenes: {manifest}")
    if sheet:
        echo(f"contact sheet: {write_sheet(manifest)}")


@scenes.command()
@click.argument("file", type=File, metavar="FILE.py")
@click.option(
    "--video",
    type=File,
    metavar="FILE.mp4",
    help="Take the frames from this video of the scene.",
)
@click.option("--out", type=Folder, metavar="DIR", help="[default: FILE-scenes]")
@click.option("--scene", metavar="NAME", help="Annotate this scene only. [default: all in the file]")
@click.option(
    "--timeout",
    type=click.FloatRange(0, 86_400, min_open=True),
    default=60.0,
    help="Time limit per scene, in seconds.",
)
@click.option("--width", type=click.IntRange(64, 2048), default=256, help="Width in pixels (16:9).")
def annotate(
    file: Path, video: Path | None, out: Path | None, scene: str | None, timeout: float, width: int
) -> None:
    """Run the scenes of FILE and write frame and layout at the end of every play and wait.

    FILE runs as `manim` would run it, with all your permissions. Lines are appended to DIR/scenes.jsonl as
    they are produced and kept if a later step fails; lines of an earlier run of the same scene are replaced.
    """
    from jepamine.manim.annotate.annotate import annotate as run
    from jepamine.manim.annotate.annotate import summary
    from jepamine.manim.scenes.contact_sheet import write_sheet
    from jepamine.utils.progress import notify

    notify(f"running {file}, as manim would")
    result = run(
        file, out or Path(f"{file.stem}-scenes"), video=video, scene=scene, timeout=timeout, width=width
    )
    for warning in result.warnings:
        notify(f"warning: {warning}")
    echo(summary(result))
    echo(f"contact sheet: {write_sheet(result.manifest)}")
