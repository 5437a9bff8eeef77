"""Errors of commands, in one line with the next step: a full disk, missing packages, unknown commands."""

from __future__ import annotations

import sys
from errno import ENOSPC
from typing import Any

import click

from jepamine.errors import UserError, did_you_mean
from jepamine.utils.printing import visible


class Commands(click.Group):
    """A group that reports user errors in one line and suggests the nearest command."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except UserError as error:
            raise click.ClickException(visible(str(error))) from error
        except click.ClickException as error:
            # Arguments may be names of files that a shell filled in.
            vars(error)["message"] = visible(error.message)
            raise
        except (click.Abort, click.exceptions.Exit):
            raise
        except Exception as error:
            from jepamine.config.registry import blame

            if message := blame(error):
                raise click.ClickException(visible(message)) from error
            if (
                isinstance(error, ModuleNotFoundError)
                and (error.name or "jepamine").split(".")[0] != "jepamine"
            ):
                raise click.ClickException(
                    f"{sys.executable} lacks the package {error.name}; install jepamine again in the "
                    f"environment that you use: {sys.executable} -m pip install jepamine"
                ) from error
            # A full disk or a missing permission is the environment's fault. Anything else is a bug and
            # must show.
            if not isinstance(error, OSError) or error.strerror is None:
                raise
            where = f"{error.filename}: " if error.filename else ""
            step = "; free some space, or pass --experiments on another disk" if error.errno == ENOSPC else ""
            raise click.ClickException(visible(f"{where}{error.strerror}{step}")) from error

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            ctx.fail(f"No such command '{args[0]}'{did_you_mean(args[0], self.list_commands(ctx))}.")
        return super().resolve_command(ctx, args)
