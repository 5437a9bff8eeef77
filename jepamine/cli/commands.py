"""Groups of commands, the top one and those below it."""

from __future__ import annotations

from typing import Any

import click

from jepamine.errors import UserError, did_you_mean


class Commands(click.Group):
    """A group that tells a user's mistake in a line and offers the nearest command."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except UserError as error:
            raise click.ClickException(str(error)) from error
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as error:
            from jepamine.config.registry import blame

            if said := blame(error):
                raise click.ClickException(said) from error
            # A full disk, no permission: the environment's fault. Anything else is ours and shows itself.
            if not isinstance(error, OSError) or error.strerror is None:
                raise
            where = f"{error.filename}: " if error.filename else ""
            raise click.ClickException(f"{where}{error.strerror}") from error

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            ctx.fail(f"No such command '{args[0]}'{did_you_mean(args[0], self.list_commands(ctx))}.")
        return super().resolve_command(ctx, args)
