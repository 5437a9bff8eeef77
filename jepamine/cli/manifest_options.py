"""Options that the manifest builders share, and the output of their lines."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import click

from jepamine import places
from jepamine.cli.options import AnyFile

Command = TypeVar("Command", bound=Callable[..., Any])
Fps = click.FloatRange(min=0, max=1000, min_open=True)
WINDOW = "Frames per clip, rounded down to an even number."
with_fps = click.option("--fps", type=Fps, default=10.0, help="Frames per second.")


def with_cameras(help: str, default: Sequence[str] = ()) -> Callable[[Command], Command]:
    """Add the repeatable option --camera to a command; it gets `cameras`."""
    return click.option("--camera", "cameras", multiple=True, default=default, metavar="CAMERA", help=help)


def with_gap(help: str) -> Callable[[Command], Command]:
    """Add --max-gap, in seconds, to a command."""
    positive = click.FloatRange(min=0, min_open=True)
    return click.option("--max-gap", type=positive, default=1.0, metavar="SECONDS", help=help)


with_max_gap = with_gap("No clip spans a longer interval between two frames.")


def with_windows(command: Callable[..., None]) -> Callable[..., None]:
    """Add --window, --stride and --output to a command; the stride defaults to the window."""

    @functools.wraps(command)
    def wrapped(window: int, stride: int | None, **options: Any) -> None:
        command(window=window, stride=stride or window, **options)

    for option in (
        click.option("--output", type=AnyFile, help="Write the manifest to this file. [default: stdout]"),
        click.option(
            "--stride",
            type=click.IntRange(min=1),
            help="Frames from the start of one clip to the start of the next. [default: the window]",
        ),
        click.option("--window", type=click.IntRange(min=2), default=16, help=WINDOW),
    ):
        wrapped = option(wrapped)
    return wrapped


def deliver(lines: list[dict[str, Any]], output: places.File | None) -> None:
    """Write a builder's lines to `output` or stdout, and report how much footage they cover."""
    from jepamine.manifests.new_lines import fresh, summary
    from jepamine.utils.progress import notify

    lines = fresh(lines, output)
    notify(summary(lines))
    write(lines, output)


def write(lines: Iterable[dict[str, Any]], output: places.File | None) -> None:
    """Write lines unchanged to `output` or stdout, and suggest the next commands."""
    from jepamine.utils.json_files import json_text, write_json_lines
    from jepamine.utils.progress import notify
    from jepamine.utils.remote import exists

    if output is None:
        for line in lines:
            click.echo(json_text(line))
    else:
        how = "replaced" if exists(output) else "written"
        write_json_lines(output, lines)
        notify(f"{output}: {how}")
    path = output or "M.jsonl"
    tell_next(
        "Next:" if output else "Next, with the lines saved to a file (--output M.jsonl):",
        ["manifest", "audit", path],
        ["run", "recipes/clips.toml", "--set", f"dataset.manifest={path}"],
    )


def tell_next(heading: str, *commands: list[object]) -> None:
    """Print `heading` and below it commands to type."""
    from jepamine.utils.printing import command
    from jepamine.utils.progress import notify

    notify("\n".join([heading, *("  " + command(*map(str, words)) for words in commands)]))
