"""Run folders: their files, create one, and find one by name."""

from __future__ import annotations

import errno
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from jepamine.config.schema import valid_name
from jepamine.errors import UserError, did_you_mean
from jepamine.utils.files import UMASK, unless_unsupported
from jepamine.utils.locks import exclusive
from jepamine.utils.replacing import folder_beside


@dataclass(frozen=True)
class RunFolder:
    """The paths of everything in one run's folder."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def record(self) -> Path:
        return self.path / "record.json"

    @property
    def recipe(self) -> Path:
        return self.path / "recipe.toml"

    @property
    def manifest(self) -> Path:
        return self.path / "manifest.jsonl"

    @property
    def labels(self) -> Path:
        return self.path / "labels.jsonl"

    @property
    def metrics(self) -> Path:
        return self.path / "metrics.jsonl"

    @property
    def weights(self) -> Path:
        return self.path / "weights.safetensors"

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoints"

    @property
    def plugins(self) -> Path:
        return self.path / "plugins"

    @property
    def evals(self) -> Path:
        return self.path / "evals"

    @property
    def scores(self) -> Path:
        return self.path / "scores"

    @property
    def lock(self) -> Path:
        return self.path / ".lock"

    def open_to_write(self) -> AbstractContextManager[None]:
        """Hold the run's lock for writing. Raises UserError if another process holds it."""
        return exclusive(self.lock, f"run '{self.name}' is being written by another process")


def create(experiments: Path, name: str, *, exact: bool, fill: Callable[[RunFolder, str], None]) -> RunFolder:
    """Create a run's folder; a taken name gets -2, -3, ... or, with `exact`, is a UserError.

    `fill` writes the first files, given the final name. The folder appears complete, by a rename: a process
    killed here leaves either no run or one that can be resumed.
    """
    check_name(name)
    experiments.mkdir(parents=True, exist_ok=True)
    with folder_beside(experiments / name) as folder:
        draft = RunFolder(folder)
        with unless_unsupported():
            folder.chmod(0o777 & ~UMASK)
        for candidate in (name, *(f"{name}-{number}" for number in range(2, 100_000))):
            run = RunFolder(experiments / candidate)
            if not run.path.exists():
                fill(draft, candidate)
                if _renamed(draft, run):
                    return run
            if exact:
                check_free(experiments, name)
        raise UserError(f"no free name for run '{name}' in {experiments}")


def _renamed(draft: RunFolder, run: RunFolder) -> bool:
    """Give a draft its name; return False if another process has taken it meanwhile."""
    try:
        draft.path.rename(run.path)
    except OSError as error:
        if error.errno in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR):
            return False
        raise UserError(
            f"{run.path}: the file system cannot rename a folder: {error.strerror}; use --experiments DIR on "
            "another, such as a local disk"
        ) from None
    return True


def check_free(experiments: Path, name: str) -> None:
    """Raise UserError if `name` is not a valid name for a run or is taken."""
    check_name(name)
    if (experiments / name).exists():
        raise UserError(
            f"run '{name}' already exists in {experiments}; choose another --name, "
            + (
                f"or continue it: jepamine run --resume {name}"
                if RunFolder(experiments / name).record.is_file()
                else f"as {experiments / name} holds no run record that could be resumed"
            )
        )


NO_RUNS = "; there are no runs: change to the folder where it was trained, or pass --experiments FOLDER"


def check_name(name: str) -> None:
    """Raise UserError if `name` is not a valid name for a run: it could point outside experiments."""
    if not valid_name(name):
        raise UserError(f"'{name}' is not a valid run name: letters, digits, '.', '_' and '-' only, no '..'")


def find(experiments: Path, name: str) -> RunFolder:
    """Return the run called `name`. Raises UserError, with the nearest name, if there is none."""
    check_name(name)
    folder = RunFolder(experiments / name)
    if not folder.record.is_file():
        names = [run.name for run in all_runs(experiments)]
        hint = f"; runs: {', '.join(names[:10])}" if names else NO_RUNS
        raise UserError(f"no run '{name}' in {experiments}{did_you_mean(name, names) or hint}")
    return folder


def all_runs(experiments: Path) -> list[RunFolder]:
    """Return every run under `experiments`, by name."""
    if not experiments.is_dir():
        return []
    folders = [RunFolder(path) for path in experiments.iterdir() if valid_name(path.name)]
    return sorted((run for run in folders if run.record.is_file()), key=lambda run: run.name)
