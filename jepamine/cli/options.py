"""Options that several commands share."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click


class Named(click.Path):
    """A path that is named: an unset shell variable gives "", which is no folder to write into."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not str(value).strip():
            self.fail("is empty; name one.", param, ctx)
        return super().convert(value, param, ctx)


File = Named(dir_okay=False, path_type=Path)
Folder = Named(file_okay=False, path_type=Path)


def with_experiments(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command its `experiments` folder: the option after the verb, else the one before it."""

    @click.option(
        "--experiments",
        type=Folder,
        default=None,
        help="Folder of runs. [default: experiments]",
    )
    @functools.wraps(command)
    def wrapped(experiments: Path | None, **options: Any) -> None:
        # Absolute: what is written into recipes and records must not depend on the folder of the command.
        command(experiments=Path(experiments or click.get_current_context().obj).absolute(), **options)

    return wrapped


def as_json(value: object) -> None:
    """One JSON document on stdout and nothing else."""
    click.echo(json.dumps(value, indent=2))
