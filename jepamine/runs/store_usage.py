"""Measure and prune the embedding stores."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from jepamine.data.embedding_store import NOTE, Store, stores_root
from jepamine.data.store_records import HEADER
from jepamine.errors import UserError, did_you_mean
from jepamine.runs.run_folder import all_runs
from jepamine.runs.run_status import read_record
from jepamine.utils.json_files import read_json
from jepamine.utils.locks import is_locked

PRUNED = ".pruned-"


def usage(experiments: Path) -> list[dict[str, Any]]:
    """Return one entry per encoder: store name, encoder, embeddings, bytes on disk, ratio to raw, runs."""
    entries = []
    users = _runs_by_weights(experiments)
    root = stores_root(experiments)
    folders = [path for path in root.iterdir() if path.is_dir()] if root.is_dir() else []
    for folder in sorted(path for path in folders if not path.name.startswith(PRUNED)):
        note = read_json(folder / NOTE) if (folder / NOTE).exists() else {}
        with Store(folder) as store:
            count = len(store)
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        raw = sum(path.stat().st_size for path in folder.glob("*.part")) - count * HEADER.size
        entries.append(
            {
                "store": folder.name,
                "encoder": note.get("name"),
                "embeddings": count,
                "bytes": size,
                "ratio_to_raw": round(size / raw, 4) if raw > 0 else None,
                "runs": users.get(note.get("weights_sha256", ""), []),
            }
        )
    return entries


def prune(experiments: Path, names: list[str], unused: bool) -> list[dict[str, Any]]:
    """Remove the stores called `names` and, with `unused`, those whose encoder no run has; return them.

    Removed embeddings are computed again when needed. A store vanishes as a whole, before its files are
    removed. Raises UserError for an unknown store, and for one that a process writes.
    """
    entries = {entry["store"]: entry for entry in usage(experiments)}
    for name in names:
        if name not in entries:
            raise UserError(f"no store '{name}'{did_you_mean(name, entries)}")
    gone = [entry for entry in entries.values() if entry["store"] in names or (unused and not entry["runs"])]
    root = stores_root(experiments)
    for entry in gone:
        for part in (root / entry["store"]).rglob("*.part"):
            if is_locked(part):
                raise UserError(f"{part}: a process is writing it; wait for it, or stop it, then prune")
    for entry in gone:
        (root / entry["store"]).rename(root / f"{PRUNED}{entry['store']}")
    for rest in root.glob(f"{PRUNED}*"):  # also what a stopped prune left
        shutil.rmtree(rest)
    return gone


def _runs_by_weights(experiments: Path) -> dict[str, list[str]]:
    users: dict[str, list[str]] = {}
    for run in all_runs(experiments):
        # A damaged record may be of any encoder: then nothing can be called unused.
        weights = read_record(run).get("encoder", {}).get("weights_sha256", "")
        users.setdefault(weights, []).append(run.name)
    return users
