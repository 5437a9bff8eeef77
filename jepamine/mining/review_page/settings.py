"""What the page says of a run: its settings and how it went, in a few words each."""

from __future__ import annotations

from typing import Any

from jepamine.config.recipe import Recipe
from jepamine.utils.tables import cell

# (table, key) of a recipe that are shown, where the plugin has them.
SHOWN = (
    ("masking", "ratio"),
    ("trainer", "epochs"),
    ("trainer", "batch_size"),
    ("trainer", "lr"),
)
METRICS = {
    "best_epoch": "best epoch",
    "val_loss": "held-out loss",
    "mean_cosine_similarity": "cos(predicted, clean)",
    "masked_cosine_similarity": "cos(masked, clean)",
}


def settings(record: dict[str, Any], recipe: Recipe) -> tuple[tuple[str, str], ...]:
    """(name, value) of what tells one run from another, and of what came out."""
    data, metrics = record["data"], record["metrics"]
    facts: dict[str, Any] = {
        "status": record["status"],
        "trained": str(record.get("created") or "-")[:16].replace("T", " "),
        "clips": data.get("clips"),
        "tubelets": data.get("tubelets"),
        **{kind: plugin.name for kind, plugin in recipe.plugins.items()},
        **{
            key.replace("_", " ") if table == "trainer" else f"{table} {key}": recipe.tables[table][key]
            for table, key in SHOWN
            if key in recipe.tables[table]
        },
        "seed": recipe.seed,
        **{name: metrics[key] for key, name in METRICS.items() if key in metrics},
    }
    return tuple((name, cell(value)) for name, value in facts.items())
