"""Write paths and commands the way a user would type them."""

from __future__ import annotations

import os
import shlex
from pathlib import Path


def near(path: Path) -> str:
    """A path as a user here would type it: relative where it lies below this folder."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def command(*words: str, experiments: Path | None = None) -> str:
    """A command line that can be pasted; names `experiments` where it is not the one found by default."""
    usual = Path(os.environ.get("JEPAMINE_EXPERIMENTS", "experiments")).absolute()
    extra = ["--experiments", near(experiments)] if experiments and experiments != usual else []
    return shlex.join(["jepamine", *words, *extra])
