"""Compare runs: what differs in their settings, then in their metrics."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from typing import Any

from jepamine.errors import UserError, first_line
from jepamine.runs.run_folder import RunFolder
from jepamine.runs.run_status import read_record
from jepamine.utils.files import read_text
from jepamine.utils.json_files import read_json


def compare(runs: list[RunFolder], everything: bool) -> dict[str, Any]:
    """Return {"runs": names, "settings": {key: [value per run]}, "metrics": likewise}.

    Only keys that differ, unless `everything`. Raises UserError if a record or recipe is damaged.
    """
    settings = [settings_of(run) for run in runs]
    evals = [_evals(run) for run in runs]
    if not everything:
        # An eval that only one run has cannot be compared.
        seen = Counter(key for measured in evals for key in measured)
        evals = [{key: value for key, value in measured.items() if seen[key] > 1} for measured in evals]
    metrics = []
    for run, found in zip(runs, evals, strict=True):
        record = read_record(run)
        metrics.append(
            {
                "status": record["status"],
                "epochs_done": record.get("epochs_done"),
                "best_metric": record.get("best_metric"),
                **record["metrics"],
                **found,
                **{f"seconds.{phase}": value for phase, value in record.get("seconds", {}).items()},
            }
        )
    return {
        "runs": [run.name for run in runs],
        "settings": _table(settings, everything),
        "metrics": _table(metrics, everything),
    }


def settings_of(run: RunFolder) -> dict[str, Any]:
    """Return the keys of a run's recipe and the versions of its plugins, flat; without the run's name."""
    flat = _flat(_recipe(run))
    flat.pop("name", None)
    # A local plugin's file can change while the recipe stays the same.
    plugins = read_record(run).get("plugins", {})
    return flat | {f"{kind}.version": plugin.get("version") for kind, plugin in plugins.items()}


def _evals(run: RunFolder) -> dict[str, Any]:
    """Return the results of a run's evals: AP, AUROC and verdict of each scorer, by the eval's name."""
    results: dict[str, Any] = {}
    for path in sorted(run.evals.glob("*.json")):
        for scorer, values in read_json(path).get("ranking", {}).items():
            for key in ("average_precision", "auroc", "verdict"):
                results[f"{path.stem}.{scorer}.{key}"] = values.get(key)
    return results


def _recipe(run: RunFolder) -> dict[str, Any]:
    try:
        return tomllib.loads(read_text(run.recipe))
    except (ValueError, RecursionError) as error:
        raise UserError(f"{run.recipe}: cannot be read: {first_line(error)}") from None


def _flat(table: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in table.items():
        flat |= _flat(value, f"{before}{key}.") if isinstance(value, dict) else {f"{before}{key}": value}
    return flat


def _table(columns: list[dict[str, Any]], everything: bool) -> dict[str, list[Any]]:
    keys = dict.fromkeys(key for column in columns for key in column)
    rows = {key: [column.get(key) for column in columns] for key in keys}
    return {
        key: values
        for key, values in rows.items()
        if everything or any(value != values[0] for value in values)
    }
