"""Label clips from nuScenes' annotations: which contain an object of a rare, or named, category."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from jepamine.errors import UserError, did_you_mean
from jepamine.manifests.nuscenes_tables import records, row, version_folder
from jepamine.places import File
from jepamine.utils.progress import notify


def label_lines(
    root: File, version: str, lines: Sequence[dict[str, Any]], wanted: int | Sequence[str]
) -> list[dict[str, Any]]:
    """Return one label per line of `nuscenes_lines`: 1 if a sample of it has an annotation of a category.

    The categories are those that `wanted` names, or, for a number, that many of the rarest annotated ones, by
    their annotations in the whole version (ties by name). Annotations are all around the car, not only in a
    camera's view. Reports the categories and the number of positive clips on stderr. Raises UserError, with
    file and token, as `nuscenes_lines` does, and for an unknown category.
    """
    folder = version_folder(root, version)
    counts, held = _annotations(folder)
    chosen = _rarest(counts, wanted, folder) if isinstance(wanted, int) else _named(counts, wanted, folder)
    labels = []
    for line in lines:
        seen: set[str] = set().union(*(held.get(token, ()) for token in line["sample_tokens"]))
        rare = sorted(seen.intersection(chosen))
        labels.append({"clip_id": line["clip_id"], "binary_label": int(bool(rare)), "categories": rare})
    positives = sum(label["binary_label"] for label in labels)
    listed = ", ".join(f"{name} ({counts[name]} annotations)" for name in chosen)
    notify(f"labels: {positives} of {len(labels)} clips are positive, by {listed}")
    if positives in (0, len(labels)):
        notify("warning: a ranking needs both labels; choose other categories")
    return labels


def _annotations(folder: File) -> tuple[Counter[str], dict[str, set[str]]]:
    # (category -> number of annotations; sample token -> its categories)
    categories = {record["token"]: record["name"] for record in records(folder, "category", name=str)}
    instances = {
        record["token"]: row(categories, record, "category_token", folder / "instance.json")
        for record in records(folder, "instance", category_token=str)
    }
    samples = {record["token"]: None for record in records(folder, "sample")}
    counts = Counter(dict.fromkeys(categories.values(), 0))
    held: dict[str, set[str]] = {}
    path = folder / "sample_annotation.json"
    for record in records(folder, "sample_annotation", sample_token=str, instance_token=str):
        category = row(instances, record, "instance_token", path)
        row(samples, record, "sample_token", path)
        counts[category] += 1
        held.setdefault(record["sample_token"], set()).add(category)
    if not held:
        raise UserError(f"{path}: contains no annotation, so there is nothing to label by")
    return counts, held


def _rarest(counts: Counter[str], count: int, folder: File) -> list[str]:
    present = sorted((name for name in counts if counts[name]), key=lambda name: (counts[name], name))
    if count > len(present):
        raise UserError(
            f"--labels rare={count}: {folder / 'sample_annotation.json'} "
            f"has annotations of {len(present)} categories"
        )
    return present[:count]


def _named(counts: Collection[str], names: Sequence[str], folder: File) -> list[str]:
    for name in names:
        if name not in counts:
            raise UserError(
                f"--labels: {folder / 'category.json'} has no category '{name}'{did_you_mean(name, counts)}; "
                f"known: {', '.join(sorted(counts))}"
            )
    return list(dict.fromkeys(names))
