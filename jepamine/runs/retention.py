"""Which checkpoints of a run are kept, and how runs are removed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jepamine.errors import UserError
from jepamine.runs import run_folder
from jepamine.runs.run_folder import RunFolder
from jepamine.utils.json_files import read_jsonl
from jepamine.utils.locks import is_locked
from jepamine.utils.progress import notify


def epoch_of(checkpoint: Path) -> int:
    """Return the epoch, from 1, of a checkpoint file."""
    return int(checkpoint.stem.removeprefix("epoch-"))


def checkpoints_of(folder: Path) -> list[Path]:
    """Return the checkpoints in `folder`, the earliest first."""
    files = folder.glob("epoch-*.safetensors")
    return sorted((path for path in files if path.stem.removeprefix("epoch-").isdecimal()), key=epoch_of)


def superfluous(folder: Path, losses: Mapping[int, float], keep: int) -> list[Path]:
    """Return the checkpoints in `folder` other than the last `keep` and the best; none if `keep` is 0.

    `losses` are epoch -> validation loss; the best checkpoint is the first with the lowest.
    """
    if keep == 0:
        return []
    checkpoints = checkpoints_of(folder)
    known = [path for path in checkpoints if epoch_of(path) in losses]
    best = min(known, key=lambda path: losses[epoch_of(path)], default=None)
    return [path for path in checkpoints[:-keep] if path != best]


def prune_runs(experiments: Path, names: tuple[str, ...], keep: int, dry_run: bool) -> list[dict[str, Any]]:
    """Remove the checkpoints of runs but the last `keep` and the best; return {run, checkpoints, bytes}.

    `names` are the runs; if empty, all whose recipes do not ask for all checkpoints. A run that another
    process is writing is skipped with a warning. `dry_run` removes nothing. Raises UserError for an unknown
    run.
    """
    runs = [run_folder.find(experiments, name) for name in names] or run_folder.all_runs(experiments)
    entries = []
    for run in runs:
        if is_locked(run.lock):
            notify(f"warning: run '{run.name}' is being written by another process; skipped")
            continue
        files = superfluous(run.checkpoints, _losses(run), keep)
        if not files:
            continue
        if not names and _keeps_all(run):
            notify(
                f"run '{run.name}' keeps its {len(files)} other checkpoints ([trainer] keep_checkpoints = 0)"
                f"; to remove them: jepamine runs prune {run.name}"
            )
            continue
        size = sum(path.stat().st_size for path in files)
        entries.append({"run": run.name, "checkpoints": [path.stem for path in files], "bytes": size})
        if not dry_run:
            with run.open_to_write():
                for path in files:
                    path.unlink(missing_ok=True)
    return entries


def _keeps_all(run: RunFolder) -> bool:
    """Return whether the run's recipe asks for all checkpoints; earlier versions' recipes say nothing."""
    try:
        trainer = tomllib.loads(run.recipe.read_text("utf-8"))["trainer"]
    except (OSError, ValueError, KeyError):
        return False
    return isinstance(trainer, dict) and trainer.get("keep_checkpoints") == 0


def _losses(run: RunFolder) -> dict[int, float]:
    if not run.metrics.is_file():
        return {}
    lines = (line for _, line in read_jsonl(run.metrics))
    return {line["epoch"]: line["val_loss"] for line in lines if "epoch" in line and "val_loss" in line}


def find_checkpoint(run: RunFolder, name: str) -> Path:
    """Return a run's checkpoint by its name, such as epoch-010. Raises UserError that lists those kept."""
    kept = [path.stem for path in checkpoints_of(run.checkpoints)]
    if name not in kept:
        listed = f"; it has {', '.join(kept)}" if kept else "; it has none"
        raise UserError(
            f"run '{run.name}' has no checkpoint '{name}'{listed} (trainer.keep_checkpoints = 0 keeps all); "
            "the best weights are used without --checkpoint"
        )
    return run.checkpoints / f"{name}.safetensors"


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
