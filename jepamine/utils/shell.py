"""Write paths and commands the way a user would type them."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from jepamine.places import File, Url


def near(path: File) -> str:
    """Return a path or URL as a user would type it: a path relative if it is below the current folder."""
    if isinstance(path, Url):
        return str(path)
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def command(*words: str, experiments: Path | None = None) -> str:
    """Return a command line to paste; it names `experiments` if that is not the default."""
    usual = Path(os.environ.get("JEPAMINE_EXPERIMENTS", "experiments")).absolute()
    extra = ["--experiments", near(experiments)] if experiments and experiments != usual else []
    return shlex.join(["jepamine", *words, *extra])
