"""Options that change keys of a recipe or of a plugin: --set, and shorthands such as --lr."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

#: Path of a key in a recipe -> its value.
Overrides = dict[tuple[str, ...], Any]

# Shorthands for --set, by option.
SHORTCUTS = {
    "lr": ("trainer", "lr"),
    "epochs": ("trainer", "epochs"),
    "batch_size": ("trainer", "batch_size"),
    "seed": ("seed",),
    "device": ("device",),
    "threads": ("dataset", "threads"),
}


def with_overrides(command: Callable[..., None]) -> Callable[..., None]:
    """Add --set and its shorthands to a command; it gets the `overrides` of its recipe."""

    @click.option(
        "--set",
        "sets",
        multiple=True,
        metavar="TABLE.KEY=VALUE",
        help="Override a recipe key with a TOML value.",
    )
    @click.option("--lr", type=float, help="--set trainer.lr")
    @click.option("--epochs", type=int, help="--set trainer.epochs")
    @click.option("--batch-size", type=int, help="--set trainer.batch_size")
    @click.option("--seed", type=int, help="--set seed")
    @click.option("--device", type=click.Choice(["cpu", "cuda", "mps", "auto"]), help="--set device")
    @click.option("--threads", type=int, help="--set dataset.threads; 0 is one per core")
    @functools.wraps(command)
    def wrapped(sets: tuple[str, ...], **options: Any) -> None:
        short = {key: options.pop(key) for key in SHORTCUTS}
        command(overrides=_overrides(sets, short), **options)

    return wrapped


def _overrides(sets: tuple[str, ...], short: dict[str, Any]) -> Overrides:
    """Return the overrides of TABLE.KEY=VALUE texts and of the shorthands that were passed, which win."""
    from jepamine.config.recipe_files import parse_override

    overrides: Overrides = {}
    for text in sets:
        try:
            path, value = parse_override(text)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--set") from None
        overrides[tuple(path)] = value
    return overrides | {SHORTCUTS[key]: value for key, value in short.items() if value is not None}


def plugin_settings(texts: tuple[str, ...]) -> dict[str, Any]:
    """Parse KEY=VALUE; a value that is not valid TOML is a string."""
    from jepamine.config.recipe_files import parse_override

    settings: dict[str, Any] = {}
    for text in texts:
        try:
            (key,), value = parse_override(text)
        except ValueError:
            raise click.BadParameter(f"{text!r} is not KEY=VALUE", param_hint="--set") from None
        settings[key] = value
    return settings
