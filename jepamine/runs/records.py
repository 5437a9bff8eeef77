"""Run folders and their records: made, found by name, read and updated."""

from __future__ import annotations

import contextlib
import datetime
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from jepamine.config.schema import valid_name
from jepamine.errors import UserError, did_you_mean
from jepamine.utils.files import UMASK, exclusive, is_locked, read_json, write_json
from jepamine.utils.progress import notify


def now() -> str:
    """The time, UTC, ISO 8601 to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def environment(device: str) -> dict[str, Any]:
    """Versions of what computes, and on what."""
    return {
        "python": platform.python_version(),
        "torch": metadata.version("torch"),
        "transformers": metadata.version("transformers"),
        "platform": platform.platform(),
        "device": device,
        "cpus": os.cpu_count(),
    }


def git_state() -> dict[str, Any]:
    """Commit of the folder the command runs in, and whether it has changes; None outside of git."""

    def git(*words: str) -> str | None:
        try:
            done = subprocess.run(["git", *words], capture_output=True, text=True, timeout=10, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    changes = git("status", "--porcelain")
    return {"commit": git("rev-parse", "HEAD"), "dirty": None if changes is None else bool(changes)}


@dataclass(frozen=True)
class RunFolder:
    """Where everything of one run lies."""

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
        """Hold the run for writing. Raises UserError where another process does."""
        return exclusive(self.lock, f"run '{self.name}' is being written by another process")


def create(experiments: Path, name: str, *, exact: bool, fill: Callable[[RunFolder, str], None]) -> RunFolder:
    """Make a run's folder; a taken name gets -2, -3, ... or, with `exact`, is a UserError.

    `fill` writes the first files, for the name it is given. The folder appears whole, by a rename: a process
    that is killed here leaves either no run or one that can be resumed.
    """
    check_name(name)
    experiments.mkdir(parents=True, exist_ok=True)
    draft = RunFolder(Path(tempfile.mkdtemp(prefix=".new-", dir=experiments)))
    try:
        draft.path.chmod(0o777 & ~UMASK)
        for candidate in (name, *(f"{name}-{number}" for number in range(2, 100_000))):
            run = RunFolder(experiments / candidate)
            if not run.path.exists():
                fill(draft, candidate)
                with contextlib.suppress(OSError):
                    draft.path.rename(run.path)
                    return run
            if exact:
                check_free(experiments, name)
        raise UserError(f"no free name for run '{name}' in {experiments}")
    finally:
        shutil.rmtree(draft.path, ignore_errors=True)


def check_free(experiments: Path, name: str) -> None:
    """Raise UserError where `name` is no run's name or is taken."""
    check_name(name)
    if (experiments / name).exists():
        raise UserError(
            f"run '{name}' exists already in {experiments}; take another --name, "
            + (
                f"or go on with it: jepamine run --resume {name}"
                if RunFolder(experiments / name).record.is_file()
                else f"for {experiments / name} holds no run record to go on with"
            )
        )


def check_name(name: str) -> None:
    """Raise UserError where `name` cannot be a run's name (and so might point outside of experiments/)."""
    if not valid_name(name):
        raise UserError(f"'{name}' is not a run's name: letters, digits, '.', '_' and '-' only, no '..'")


def find(experiments: Path, name: str) -> RunFolder:
    """The run called `name`. Raises UserError, with the nearest name, where there is none."""
    check_name(name)
    folder = RunFolder(experiments / name)
    if not folder.record.is_file():
        names = [run.name for run in all_runs(experiments)]
        known = f"; there are: {', '.join(names[:10])}" if names else "; there are no runs yet"
        raise UserError(f"no run '{name}' in {experiments}{did_you_mean(name, names) or known}")
    return folder


def all_runs(experiments: Path) -> list[RunFolder]:
    """Every run under `experiments`, by name."""
    if not experiments.is_dir():
        return []
    folders = [RunFolder(path) for path in experiments.iterdir() if valid_name(path.name)]
    return sorted((run for run in folders if run.record.is_file()), key=lambda run: run.name)


def read_record(run: RunFolder) -> dict[str, Any]:
    """A run's record. One that says `running` while no process holds the run was killed: `interrupted`.

    Raises UserError that names the file where it is damaged.
    """
    record = read_json(run.record)
    if not isinstance(record.get("status"), str) or not isinstance(record.get("metrics"), dict):
        raise UserError(f"{run.record}: not a run record: it lacks 'status' or 'metrics'")
    if record["status"] == "running" and not is_locked(run.lock):
        record["status"] = "interrupted"
    return record


def require_whole(run: RunFolder, record: dict[str, Any]) -> None:
    """Raise UserError where a record lacks what taking up or using its run needs."""
    wanted = {
        "data": ("tubelet_size", "image_size"),
        "encoder": ("weights_sha256",),
        "recipe_sha256": (),
        "epochs_done": (),
    }
    for key, inner in wanted.items():
        value = record.get(key)
        missing = [name for name in inner if not isinstance(value, dict) or name not in value]
        if value is None or missing:
            raise UserError(
                f"{run.record}: not a whole run record: it lacks '{'.'.join([key, *missing[:1]])}'"
            )


def update(run: RunFolder, **changes: Any) -> None:
    """Change fields of the record on disk, atomically; a dict is merged into the one that stands there."""
    record = read_json(run.record) if run.record.exists() else {}
    for key, value in changes.items():
        old = record.get(key)
        record[key] = {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value
    write_json(run.record, record)


@contextlib.contextmanager
def status_of(run: RunFolder) -> Iterator[None]:
    """Keep the record's status right whatever ends the block: finished, interrupted, failed (and why)."""
    try:
        yield
    except KeyboardInterrupt:
        update(run, status="interrupted", failure=None)
        notify(f"\ninterrupted; go on with: jepamine run --resume {run.name}")
        raise
    except BaseException as error:
        reason = str(error) if isinstance(error, UserError) else f"{type(error).__name__}: {error}"
        # On a full disk not even the reason can be written; the error itself still reaches the user.
        with contextlib.suppress(OSError):
            update(run, status="failed", failure=reason)
        notify(
            f"run '{run.name}' failed; once that is mended, go on with: jepamine run --resume {run.name}\n"
            f"It goes on with the recipe, plugins and manifest kept in {run.path}; to change those, begin a "
            "new run with another --name."
        )
        raise
    update(run, status="finished", finished=now(), failure=None)
