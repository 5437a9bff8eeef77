"""What several commands share: options, and errors in one line with the next step."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from errno import ENOSPC
from pathlib import Path
from typing import Any

import click

from jepamine.errors import UserError, did_you_mean, how_to_install
from jepamine.places import Url, is_url
from jepamine.utils.json_files import json_text
from jepamine.utils.printing import visible


class Named(click.Path):
    """A path that must not be empty: an unset shell variable gives "", the current folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not str(value).strip():
            self.fail("is empty; pass a path.", param, ctx)
        if is_url(str(value)):
            return self.remote(str(value), param, ctx)
        return super().convert(value, param, ctx)

    def remote(self, text: str, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse a URL: most commands write beside the file, or read it again and again."""
        self.fail(f"{text} is a URL; pass a path on this machine.", param, ctx)


class NamedPlace(Named):
    """A path, or a URL that fsspec reads."""

    def remote(self, text: str, param: click.Parameter | None, ctx: click.Context | None) -> Url:
        return Url(text)


class RecipeFile(Named):
    """A recipe's path, or the bare name of one that comes with jepamine."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from jepamine.config.recipe_files import locate_recipe

        return locate_recipe(super().convert(value, param, ctx))


Recipe = RecipeFile(path_type=Path)

File = Named(dir_okay=False, path_type=Path)

Folder = Named(file_okay=False, path_type=Path)

AnyFile = NamedPlace(dir_okay=False, path_type=Path)

AnyPath = NamedPlace(path_type=Path)

AnyFolder = NamedPlace(file_okay=False, path_type=Path)

with_checkpoint = click.option(
    "--checkpoint",
    metavar="EPOCH",
    help="Use this checkpoint, such as epoch-010. [default: the best weights]",
)


def with_experiments(command: Callable[..., None]) -> Callable[..., None]:
    """Pass a command its `experiments` folder: the option after the verb, else the one before it."""

    @click.option("--experiments", type=Folder, help="Folder of runs. [default: experiments]")
    @functools.wraps(command)
    def wrapped(experiments: Path | None, **options: Any) -> None:
        # Absolute: recipes and records must not depend on the folder the command ran in.
        command(experiments=Path(experiments or click.get_current_context().obj).absolute(), **options)

    return wrapped


def with_trust(command: Callable[..., None]) -> Callable[..., None]:
    """Add --trust-changes and --trust to a command that uses a run."""

    @click.option(
        "--trust-changes", is_flag=True, help="Use a run whose files changed after it; results are marked."
    )
    @click.option("--trust", is_flag=True, help="Run Python code in a run folder from elsewhere.")
    @functools.wraps(command)
    def wrapped(trust_changes: bool, trust: bool, **options: Any) -> None:
        from jepamine.runs.integrity import trusting

        with trusting(changes=trust_changes, code=trust):
            command(**options)

    return wrapped


# For commands whose own results cannot be continued; used below `with_cluster`.
with_left_parts = click.option(
    "--resume", "left", is_flag=True, help="With --dask: use the parts that a stopped command has finished."
)


def with_cluster(command: Callable[..., None]) -> Callable[..., None]:
    """Add --dask, --parts and --dask-resource to a command; it gets a `cluster`, None without --dask."""

    @click.option(
        "--dask",
        metavar="ADDRESS",
        help="Use the workers of this Dask scheduler: tcp://HOST:8786, tls://HOST:8786 or a scheduler file.",
    )
    @click.option("--parts", type=click.IntRange(1), help="With --dask: number of parts. [default: 256]")
    @click.option(
        "--dask-resource",
        "resources",
        multiple=True,
        metavar="NAME=N",
        help="With --dask: what a part needs of its worker, such as GPU=1.",
    )
    @functools.wraps(command)
    def wrapped(dask: str | None, parts: int | None, resources: tuple[str, ...], **options: Any) -> None:
        left = options.pop("left", False)
        if not dask:
            if parts or resources or left:
                require = "--parts, --dask-resource" + (" and --resume" if left else "")
                raise click.UsageError(f"{require} require --dask ADDRESS.")
            command(cluster=None, **options)
            return
        from jepamine.cluster.tasks import Cluster

        needs: dict[str, float] = {}
        for text in resources:
            name, _, amount = text.partition("=")
            if not name or not amount.isdecimal():
                raise click.BadParameter(f"'{text}' is not NAME=N.", param_hint="--dask-resource")
            needs[name] = float(amount)
        resume = left or bool(options.get("resume"))
        command(cluster=Cluster(dask, needs, parts, resume), **options)

    return wrapped


def with_hardware(command: Callable[..., None]) -> Callable[..., None]:
    """Add --device and --threads to a command that uses a run."""

    @click.option(
        "--device",
        type=click.Choice(["cpu", "cuda", "mps", "auto"]),
        help="Device to use. [default: the run's]",
    )
    @click.option(
        "--threads",
        type=click.IntRange(0, 1024),
        help="Threads that read frames; 0 is one per core. [default: the run's]",
    )
    @functools.wraps(command)
    def wrapped(device: str | None, threads: int | None, **options: Any) -> None:
        from jepamine.runs.build import using

        with using(device, threads):
            command(**options)

    return wrapped


def echo(text: object, *, nl: bool = True, err: bool = False) -> None:
    """Print text on stdout; what a terminal would obey is escaped."""
    click.echo(visible(str(text)), nl=nl, err=err)


def as_json(value: object) -> None:
    """Print one JSON document on stdout and nothing else; numbers that JSON lacks are null."""
    click.echo(json_text(value, indent=2))


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
                    f"{sys.executable} lacks the package {error.name}; {how_to_install()}"
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


def refuse(*rules: tuple[bool, str]) -> None:
    """Raise a usage error with the first message whose condition holds: options that do not go together."""
    for violated, message in rules:
        if violated:
            raise click.UsageError(message)
