"""scenes bench: measure a generator over prompts as people write them."""

from __future__ import annotations

from pathlib import Path

import click

from jepamine.cli.options import File, echo, with_experiments, with_trust
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
    from jepamine.manim.bench import run

    results = run.bench(experiments, generator, plugin_settings(sets), tries=tries, count=count)
    if out is not None:
        run.write(out, results)
    echo(run.summary(results))
