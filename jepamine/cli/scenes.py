"""scenes render, annotate, generate, validate."""

from __future__ import annotations

from pathlib import Path

import click

from jepamine.cli.commands import Commands
from jepamine.cli.options import File, Folder
from jepamine.cli.scenes_generate import generate
from jepamine.cli.scenes_validate import validate


@click.group(cls=Commands)
def scenes() -> None:
    """Manim scenes: drawn, annotated, generated, checked."""


scenes.add_command(generate)
scenes.add_command(validate)


@scenes.command()
@click.option("--count", type=click.IntRange(1, 1_000_000), required=True, help="How many scenes.")
@click.option(
    "--out", type=Folder, required=True, metavar="DIR", help="Folder to write; must be new or empty."
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option(
    "--families",
    default="random=0.4,structured=0.4,overlap=0.2",
    show_default=True,
    metavar="NAME[=WEIGHT],...",
    help="How often each family is drawn.",
)
@click.option(
    "--width", type=click.IntRange(64, 2048), default=256, show_default=True, help="Pixels, 16 : 9."
)
@click.option("--workers", type=click.IntRange(1), help="Processes. [default: one a core]")
@click.option("--sheet/--no-sheet", default=True, show_default=True, help="Contact sheet of the first 48.")
def render(
    count: int, out: Path, seed: int, families: str, width: int, workers: int | None, sheet: bool
) -> None:
    """Draw COUNT scenes: frames, scenes.jsonl (layout, description, code) and sheet.png.

    The same seed gives the same pixels and layouts; scene i is the same whatever COUNT is.
    """
    from jepamine.manim.scenes.families import parse_shares
    from jepamine.manim.scenes.folder import new_folder, write_sheet
    from jepamine.manim.scenes.render import Job, render_scenes
    from jepamine.utils.progress import progress

    shares = parse_shares(families)
    new_folder(out)
    with progress("render scenes", count, "scenes", every=100) as bar:
        manifest = render_scenes(Job(out, seed, width, shares), count, workers=workers, on_scene=bar.step)
    click.echo(f"{count} scenes: {manifest}")
    if sheet:
        click.echo(f"contact sheet: {write_sheet(manifest)}")


@scenes.command()
@click.argument("file", type=File, metavar="FILE.py")
@click.option(
    "--video",
    type=File,
    metavar="FILE.mp4",
    help="Take the frames from this rendering of the scene.",
)
@click.option("--out", type=Folder, metavar="DIR", help="[default: FILE-scenes]")
@click.option("--scene", metavar="NAME", help="This scene only. [default: all in the file]")
@click.option(
    "--timeout",
    type=click.FloatRange(0, 86_400, min_open=True),
    default=60.0,
    show_default=True,
    help="Seconds a scene may take.",
)
@click.option(
    "--width", type=click.IntRange(64, 2048), default=256, show_default=True, help="Pixels, 16 : 9."
)
def annotate(
    file: Path, video: Path | None, out: Path | None, scene: str | None, timeout: float, width: int
) -> None:
    """Run the scenes of FILE and write frame and layout at the end of every play and wait.

    FILE is run as `manim` would run it: it can do whatever you can. Lines are appended to DIR/scenes.jsonl as
    they come and stay, whatever happens afterwards; those of an earlier run of the same scene are replaced.
    """
    from jepamine.manim.annotate.annotate import annotate as run
    from jepamine.manim.annotate.annotate import summary
    from jepamine.manim.scenes.folder import write_sheet
    from jepamine.utils.progress import notify

    notify(f"runs {file}, as manim would")
    result = run(
        file, out or Path(f"{file.stem}-scenes"), video=video, scene=scene, timeout=timeout, width=width
    )
    for warning in result.warnings:
        notify(f"warning: {warning}")
    click.echo(summary(result))
    click.echo(f"contact sheet: {write_sheet(result.manifest)}")
