"""scenes render, annotate, bench: scenes as data, and generators measured over prompts."""

from __future__ import annotations

from pathlib import Path

import click

from jepamine.cli.options import File, Folder, echo, with_experiments, with_trust
from jepamine.cli.overrides import plugin_settings


@click.command()
@click.option("--generator", default="template", show_default=True, metavar="NAME")
@click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="KEY=VALUE",
    help="Setting of the generator, such as model=NAME.",
)
@click.option("--tries", type=click.IntRange(1, 20), default=3, show_default=True)
@click.option("--count", type=click.IntRange(1), help="Ask this many of the 60 prompts. [default: all]")
@click.option("--out", type=File, metavar="FILE.jsonl", help="Write a line for each prompt.")
@with_trust
@with_experiments
def bench(
    experiments: Path, generator: str, sets: tuple[str, ...], tries: int, count: int | None, out: Path | None
) -> None:
    """Ask a generator for 60 scenes that people ask for, and measure what was run.

    Counts scenes that run, planned objects that are in their places, scenes with all objects and facts asked
    for, faults (off-screen, not visible, unplanned overlaps), tokens and seconds.
    """
    from jepamine.manim.bench import run_bench

    results = run_bench.bench(experiments, generator, plugin_settings(sets), tries=tries, count=count)
    if out is not None:
        run_bench.write(out, results)
    echo(run_bench.summary(results))


@click.command()
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


@click.command()
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
