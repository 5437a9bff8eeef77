"""Run a recipe: build its parts, train, and resume a stopped run."""

from __future__ import annotations

import dataclasses
import hashlib
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import torch

from jepamine.cluster.tasks import Cluster
from jepamine.config.recipe import Recipe, local_files, to_toml
from jepamine.config.recipe import read as read_recipe
from jepamine.data.clips import as_written
from jepamine.errors import UserError
from jepamine.protocols import Parts, Trainer
from jepamine.runs import build as assembly
from jepamine.runs import integrity, run_folder, run_record, run_status
from jepamine.runs.cluster_encoding import encoded
from jepamine.runs.loading import of_other_runs, run_source
from jepamine.runs.run_folder import RunFolder
from jepamine.runs.run_record import RunRecord, require_complete
from jepamine.runs.training import Training, best_line, fit, step_threads
from jepamine.utils.files import sha256_file, write_atomic
from jepamine.utils.json_files import write_json_lines
from jepamine.utils.progress import notify
from jepamine.utils.tensors import load_tensors


class ManifestSize:
    """The number of clips and of tubelets of lines that have passed."""

    def __init__(self) -> None:
        self.clips = self.tubelets = 0

    def counted(self, lines: Iterable[dict[str, Any]], tubelet_size: int) -> Iterator[dict[str, Any]]:
        """Yield `lines`, counting them."""
        for line in lines:
            self.clips += 1
            self.tubelets += len(as_written(line)) // tubelet_size
            yield line


def run(recipe: Recipe, experiments: Path, name: str | None, cluster: Cluster | None = None) -> RunFolder:
    """Run `recipe` as a new run called `name`, else by the recipe's name; encode on the `cluster`, if any.

    Raises UserError for faulty input (before anything is encoded; no run is left behind) and
    KeyboardInterrupt after the run is marked interrupted.
    """
    device = assembly.pick_device(recipe.device)
    if name is not None:
        run_folder.check_free(experiments, name)
    source = assembly.build_source(recipe, experiments)
    parts = assembly.build_parts(recipe, source, experiments, device)
    trainer = assembly.build_trainer(recipe, *of_other_runs(experiments))
    if cluster and not trainer.ranks_clips:
        raise UserError(f"--dask: the trainer '{recipe.plugins['trainer'].name}' encodes no clips")
    lines, size = trainer.plan(parts), ManifestSize()

    def fill(draft: RunFolder, final_name: str) -> None:
        for file, copy in local_files(recipe).items():
            write_atomic(draft.plugins / copy, file.read_bytes())
        write_atomic(draft.recipe, to_toml(recipe).encode())
        # Another process may take the name: then the files are there, and the lines were read.
        if not draft.manifest.exists():
            write_json_lines(draft.manifest, size.counted(lines, source.tubelet_size))
        if source.labels:
            write_atomic(draft.labels, source.labels.read_bytes())
        record = _first_record(final_name, recipe, parts, size, device)
        files = integrity.file_hashes(draft)
        run_status.update(draft, **record, headline=next(iter(trainer.meanings)), files=files)
        integrity.remember_code(draft)

    folder = run_folder.create(experiments, name or recipe.name, exact=name is not None, fill=fill)
    if folder.name != (name or recipe.name):
        notify(f"run '{recipe.name}' already exists; this one is called '{folder.name}'")
    with folder.open_to_write(), run_status.status_of(folder):
        _encode_and_train(folder, recipe, parts, trainer, device, cluster)
    return folder


def run_or_resume(recipe: Recipe, experiments: Path) -> RunFolder:
    """Resume the newest run of exactly `recipe`, which is not changed if it is finished, else start one.

    Raises what `run` and `resume` do.
    """
    digest = hashlib.sha256(to_toml(recipe).encode()).hexdigest()
    same = []
    for folder in run_folder.all_runs(experiments):
        record = run_status.read_record(folder)
        if record.get("recipe_sha256") == digest:
            same.append((record.get("created", ""), folder.name))
    return resume(experiments, max(same)[1]) if same else run(recipe, experiments, None)


def run_seeds(
    recipe: Recipe, experiments: Path, name: str | None, seeds: int, cluster: Cluster | None = None
) -> list[RunFolder]:
    """Run `recipe` once per seed, from its own seed on; the others are called NAME-2, NAME-3, ...

    Raises what `run` does; runs that finished before stay.
    """
    first = run(recipe, experiments, name, cluster)
    folders = [first]
    for number in range(1, seeds):
        seeded = dataclasses.replace(recipe, name=first.name, seed=recipe.seed + number, tables=recipe.tables)
        folders.append(run(seeded, experiments, None))
    return folders


def resume(experiments: Path, name: str, cluster: Cluster | None = None) -> RunFolder:
    """Resume a stopped run, with as many threads as it had; encode on the `cluster`, if any.

    On a CPU, with the same versions, it ends with the same weights as an uninterrupted one. A finished run is
    not changed. Raises UserError as `run` does, and if another process writes the run.
    """
    folder = run_folder.find(experiments, name)
    with folder.open_to_write():
        record = run_status.read_record(folder)
        if record["status"] == "finished":
            integrity.require_unchanged(folder, record)
            # Its summary asks the run's own plugins what their metrics mean.
            integrity.require_trusted_code(folder)
            require_weights(folder)
            notify(f"run '{name}' is already finished; nothing to do")
            return folder
        require_complete(record, folder.record)
        if sha256_file(folder.recipe) != record["recipe_sha256"]:
            raise UserError(
                f"{folder.recipe}: changed since run '{name}' started; start a new run with it: "
                f"jepamine run {folder.recipe}"
            )
        integrity.require_unchanged(folder, record)
        integrity.require_trusted_code(folder)
        recipe = read_recipe(folder.recipe, {})
        device = assembly.pick_device(recipe.device)
        with run_record.recorded_threads(record), run_status.status_of(folder):
            history = run_record.resumed(name, record, str(device), run_status.now())
            run_status.update(folder, status="running", failure=None, sessions=history)
            parts = assembly.build_parts(recipe, run_source(folder, record), experiments, device)
            if parts.encoder.weights_sha256 != record["encoder"]["weights_sha256"]:
                raise UserError(
                    f"the encoder '{parts.encoder.name}' has other weights than when run '{name}' started"
                )
            trainer = assembly.build_trainer(recipe, *of_other_runs(experiments))
            _encode_and_train(folder, recipe, parts, trainer, device, cluster)
    return folder


def require_weights(run: RunFolder) -> None:
    """Raise UserError, with the next step, if the weights of a finished run are missing or damaged."""
    try:
        load_tensors(run.weights)
    except UserError as error:
        raise UserError(
            f"{error}, though the run is finished; train it again under another name: "
            f"jepamine run {run.recipe} --name {run.name}-again"
        ) from None


def _encode_and_train(
    folder: RunFolder,
    recipe: Recipe,
    parts: Parts,
    trainer: Trainer,
    device: torch.device,
    cluster: Cluster | None,
) -> None:
    source = dataclasses.replace(parts.source, manifest=folder.manifest, root=None)
    run_parts = dataclasses.replace(parts, source=source, folder=folder.path)
    began = time.perf_counter()
    again = f"jepamine run --resume {folder.name}" + (f" --dask {cluster.address}" if cluster else "")
    with encoded(run_parts, folder, cluster, splits=("train", "val"), again=again) as ready:
        train, val = trainer.prepare(ready)
    prepared = time.perf_counter()
    run_status.update(folder, seconds={"encode": round(prepared - began, 3)})
    predictor = assembly.build_predictor(recipe, run_parts, device)

    def on_epoch(line: dict[str, Any]) -> None:
        run_status.update(folder, epochs_done=line["epoch"])

    where = Training(
        folder.metrics,
        folder.weights,
        folder.checkpoints,
        {"recipe_sha256": sha256_file(folder.recipe)},
        folder.recipe.read_text("utf-8"),
    )
    with step_threads(trainer, predictor):
        lines = fit(predictor, trainer, train, val, where, recipe.seed, on_epoch)
    best = best_line(lines)
    ended = time.perf_counter()
    run_status.update(
        folder,
        best_metric=best["val_loss"],
        metrics={key: value for key, value in best.items() if key not in ("epoch", "seconds")}
        | {"best_epoch": best["epoch"]},
        files=integrity.file_hashes(folder),
        seconds={"train": round(ended - prepared, 3), "total": round(ended - began, 3)},
    )


def _first_record(
    name: str, recipe: Recipe, parts: Parts, size: ManifestSize, device: torch.device
) -> RunRecord:
    source = parts.source
    return {
        "schema": 1,
        "name": name,
        "status": "running",
        "created": run_status.now(),
        "finished": None,
        "recipe_sha256": hashlib.sha256(to_toml(recipe).encode()).hexdigest(),
        "seed": recipe.seed,
        "plugins": {
            kind: {"name": plugin.name, "source": plugin.source, "version": plugin.version}
            for kind, plugin in recipe.plugins.items()
        },
        "encoder": {"name": parts.encoder.name, "weights_sha256": parts.encoder.weights_sha256},
        "environment": run_record.environment(str(device)),
        "git": run_record.git_state(),
        "data": {
            "manifest": str(source.manifest.absolute()),
            "sha256": sha256_file(source.manifest),
            "labels": str(source.labels.absolute()) if source.labels else None,
            "clips": size.clips,
            "tubelets": size.tubelets,
            "root": str(source.root.absolute()) if source.root else None,
            "tubelet_size": source.tubelet_size,
            "image_size": list(source.image_size),
            "threads": source.threads,
        },
        "epochs_done": 0,
        "best_metric": None,
        "metrics": {},
        "seconds": {},
        "failure": None,
    }
