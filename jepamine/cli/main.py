"""The `jepamine` command: arguments to calls, results to text. No logic lives here."""

from __future__ import annotations

import logging
from pathlib import Path

import click

import jepamine
from jepamine.cli.export import export, labels
from jepamine.cli.manifest import manifest
from jepamine.cli.options import Commands, Folder
from jepamine.cli.review import probe, report, search, top
from jepamine.cli.run import eval_command, run
from jepamine.cli.runs import compare, reproduce, rm, runs, show, store
from jepamine.cli.scenes import scenes
from jepamine.cli.score import merge, score
from jepamine.cli.serve import serve
from jepamine.cli.setup import check, doctor, init, plugins
from jepamine.utils.progress import silence


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.version_option(jepamine.__version__, message="jepamine %(version)s")
@click.option(
    "--experiments",
    type=Folder,
    envvar="JEPAMINE_EXPERIMENTS",
    default="experiments",
    help="Folder of runs; every command also takes it as an option.",
)
@click.option(
    "-q", "--quiet", is_flag=True, help="Print no progress and no notices, only warnings and errors."
)
@click.pass_context
def cli(ctx: click.Context, experiments: Path, quiet: bool) -> None:
    """Find the few driving clips worth a human's time; place the objects of Manim scenes.

    \b
    Start:    jepamine init PROJECT
    Driving:  jepamine run default
              jepamine score --run default MANIFEST.jsonl
              jepamine eval --run default --labels LABELS.jsonl
              jepamine compare default default-2
    Manim:    jepamine scenes generate "a red circle above a blue square"
              jepamine run manim
    """
    ctx.obj = experiments
    if quiet:
        ctx.with_resource(silence())


for command in (
    init,
    run,
    score,
    merge,
    export,
    labels,
    eval_command,
    runs,
    show,
    compare,
    check,
    plugins,
    store,
    reproduce,
    rm,
    manifest,
    top,
    search,
    report,
    probe,
    scenes,
    serve,
    doctor,
):
    cli.add_command(command)


def main() -> None:
    """Run the console script."""
    # torchao, which transformers imports if installed, warns about CUDA extensions it cannot load.
    for name in ("torchao", "torch.utils._pytree"):
        logging.getLogger(name).setLevel(logging.ERROR)
    cli(prog_name="jepamine")
