"""The command line `jepamine`: words to calls, results to text. No logic lives here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import jepamine
from jepamine.cli.listing import check, compare, plugins, runs, show, store
from jepamine.cli.mining import eval_command, run, score
from jepamine.cli.review import top
from jepamine.errors import UserError, did_you_mean


class Commands(click.Group):
    """A group that tells a user's mistake in a line and offers the nearest command."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except UserError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            # A full disk, no permission: the environment's fault. Anything else is ours and shows itself.
            if error.strerror is None:
                raise
            where = f"{error.filename}: " if error.filename else ""
            raise click.ClickException(f"{where}{error.strerror}") from error

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            ctx.fail(f"No such command '{args[0]}'{did_you_mean(args[0], self.list_commands(ctx))}.")
        return super().resolve_command(ctx, args)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(jepamine.__version__, message="jepamine %(version)s")
@click.option(
    "--experiments",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="JEPAMINE_EXPERIMENTS",
    default="experiments",
    show_default=True,
    help="Folder of runs; also as an option of every command.",
)
@click.pass_context
def cli(ctx: click.Context, experiments: Path) -> None:
    """Find the few driving clips worth a human's time.

    \b
    Start:    jepamine run recipes/default.toml
    Then:     jepamine score --run default MANIFEST.jsonl
              jepamine eval --run default --labels LABELS.jsonl
              jepamine compare default default-2
    """
    ctx.obj = experiments


for command in (run, score, eval_command, runs, show, compare, check, plugins, store, top):
    cli.add_command(command)


def main() -> None:
    """The console script."""
    cli(prog_name="jepamine")
