"""Remove runs: they are moved to a trash folder inside the experiments folder."""

from __future__ import annotations

from pathlib import Path

from jepamine.errors import UserError
from jepamine.runs import run_folder

TRASH = "_trash"


def remove(experiments: Path, name: str) -> Path:
    """Move the run called `name` to the trash and return its new path: NAME, NAME-2, ... there.

    Raises UserError if there is no such run, or another process is writing it.
    """
    run = run_folder.find(experiments, name)
    trash = experiments / TRASH
    trash.mkdir(exist_ok=True)
    with run.open_to_write():
        for target in (trash / name, *(trash / f"{name}-{number}" for number in range(2, 100_000))):
            if not target.exists():
                run.path.rename(target)
                return target
    raise UserError(f"no free name for run '{name}' in {trash}")
