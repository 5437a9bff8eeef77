"""Reproduce a run: train its recipe again, and say what is equal and what differs."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import torch

from jepamine.config.recipe import read as read_recipe
from jepamine.errors import UserError
from jepamine.runs import integrity, run_folder, run_status, runner
from jepamine.runs.run_folder import RunFolder
from jepamine.runs.run_record import RunRecord, recorded_threads, require_complete
from jepamine.utils.files import sha256_file
from jepamine.utils.json_files import is_number
from jepamine.utils.printing import cell, table
from jepamine.utils.tensors import load_tensors

# Fields of two records that can explain a difference.
CAUSES = ("environment", "git", "encoder", "plugins")


def reproduce(experiments: Path, name: str, new_name: str | None) -> dict[str, Any]:
    """Train the recipe of the run `name` again, as a new run, and compare the two (see `compared`).

    The new run has the old one's recipe, local plugins and number of threads, and takes its clips from the
    same dataset. Embeddings come from the store if they are in it. Raises UserError if the run is not
    finished, its files changed, or its data can no longer be read.
    """
    run = run_folder.find(experiments, name)
    record = run_status.read_record(run)
    if record["status"] != "finished":
        raise UserError(f"run '{name}' is {record['status']}; finish it first: jepamine run --resume {name}")
    require_complete(record, run.record)
    integrity.require_unchanged(run, record)
    integrity.require_trusted_code(run)
    recipe = read_recipe(run.recipe, {})
    with recorded_threads(record):
        again = runner.run(recipe, experiments, new_name or _free_name(experiments, name))
    return compared(run, again)


def _free_name(experiments: Path, name: str) -> str:
    names = (f"{name}-again{number}" for number in ("", *(f"-{count}" for count in range(2, 100_000))))
    return next(candidate for candidate in names if not (experiments / candidate).exists())


def compared(run: RunFolder, again: RunFolder) -> dict[str, Any]:
    """Return what is equal of two runs of one recipe.

    {"run", "reproduction", "equal": whether the weights are bit for bit, "largest_difference": of a weight
    (None: other shapes), "metrics": {key: [first, second]} of those that differ, "differs": {field: [first,
    second]} of data, code and versions}.
    """
    first, second = run_status.read_record(run), run_status.read_record(again)
    old, _ = load_tensors(run.weights)
    new, _ = load_tensors(again.weights)
    same_shapes = {name: tensor.shape for name, tensor in old.items()} == {
        name: tensor.shape for name, tensor in new.items()
    }
    largest = None
    if same_shapes:
        gaps = [(old[key].double() - new[key].double()).abs().max() for key in old if old[key].numel()]
        largest = float(max(gaps, default=0.0))
    keys = dict.fromkeys((*first["metrics"], *second["metrics"]))
    pairs = {key: [first["metrics"].get(key), second["metrics"].get(key)] for key in keys}
    return {
        "run": run.name,
        "reproduction": again.name,
        "equal": same_shapes and all(torch.equal(old[key], new[key]) for key in old),
        "largest_difference": largest,
        "metrics": {key: pair for key, pair in pairs.items() if pair[0] != pair[1]},
        "differs": _differs(run, first, again, second),
    }


def _differs(run: RunFolder, first: RunRecord, again: RunFolder, second: RunRecord) -> dict[str, list[Any]]:
    old, new = _causes(run, first), _causes(again, second)
    return {
        key: [old.get(key), new.get(key)]
        for key in dict.fromkeys((*old, *new))
        # A field that an older record lacks is not a difference.
        if key in old and key in new and old[key] != new[key]
    }


def _causes(run: RunFolder, record: RunRecord) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "data.clips": sha256_file(run.manifest),
        "data.manifest": record["data"]["sha256"],
    }
    whole: Any = record
    for group in CAUSES:
        for key, value in (whole.get(group) or {}).items():
            fields[f"{group}.{key}"] = _version(value) if group == "plugins" else value
    return fields


def _version(plugin: dict[str, Any]) -> Any:
    # A local plugin's source is a path, which differs; its version is the hash of the file.
    return [plugin.get("name", "").rpartition(":")[2], plugin.get("version")]


def failure(result: dict[str, Any], tolerance: float | None) -> str:
    """Return why the run counts as not reproduced; empty if it is.

    It is with equal weights, or where no metric differs by more than `tolerance`, if that is given. The
    number of the best epoch is no metric.
    """
    if result["equal"]:
        return ""
    gaps = {key: _gap(*pair) for key, pair in result["metrics"].items() if key != "best_epoch"}
    largest = max(gaps, key=lambda key: gaps[key], default=None)
    apart = 0.0 if largest is None else gaps[largest]
    if tolerance is not None and apart <= tolerance:
        return ""
    reason = f"run '{result['run']}' was not reproduced"
    if largest is None:
        return f"{reason}: its metrics were, its weights were not; --tolerance 0 accepts that"
    if math.isinf(apart):
        return f"{reason}: '{largest}' is not a number in both runs"
    limit = "" if tolerance is None else f", more than --tolerance {tolerance:g}"
    return f"{reason}: '{largest}' differs by {apart:.3g}{limit}; --tolerance NUMBER accepts a difference"


def _gap(first: Any, second: Any) -> float:
    return abs(first - second) if is_number(first) and is_number(second) else math.inf


def reproduce_summary(result: dict[str, Any]) -> str:
    """Return the result of `reproduce` as text."""
    first, second = result["run"], result["reproduction"]
    if result["equal"]:
        lines = [f"run '{second}' has the weights of '{first}', bit for bit"]
    elif result["largest_difference"] is None:
        lines = [f"run '{second}' has weights of other shapes than '{first}'"]
    else:
        lines = [
            f"run '{second}' has other weights than '{first}': the largest difference is "
            f"{cell(result['largest_difference'])}"
        ]
    if result["metrics"]:
        rows = [[key, *pair] for key, pair in result["metrics"].items()]
        lines += ["", table([["metric", first, second], *rows])]
    else:
        lines.append("all metrics are equal")
    if result["differs"]:
        rows = [[key, *(_short(value) for value in pair)] for key, pair in result["differs"].items()]
        lines += ["", "what differs between the two:", table([["field", first, second], *rows])]
    else:
        lines.append("versions, data and code are the same")
    return "\n".join(lines)


def _short(value: Any) -> str:
    text = " ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 44 else f"{text[:40]}..."
