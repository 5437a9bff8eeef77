"""Embed a manifest's clips: as training tensors, as the run's bank, and compared with predictions.

Legend of shapes: N tubelets, D dimensions of an embedding.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from jepamine.data.clips import Clip, read_clips
from jepamine.data.drives import drive_of, order_of
from jepamine.data.embedding_store import Store
from jepamine.data.embeddings import Embedded, Unreadable, embed_clips
from jepamine.data.splits import chosen
from jepamine.errors import UserError
from jepamine.mining.bank import BANK, save_bank
from jepamine.mining.bank_columns import ClipColumns, Place
from jepamine.mining.overlap import extent_of
from jepamine.mining.predictors.mlps import tubelets_before
from jepamine.mining.predictors.modules import predict
from jepamine.mining.scorers.cosines import cosine
from jepamine.protocols import Parts, Source, Tensors
from jepamine.utils.progress import progress


def embedded(parts: Parts, clips: Sequence[Clip], label: str) -> Iterator[Embedded]:
    """Yield the embeddings of `clips` with progress. Raises UserError at the first that cannot be read."""
    return streamed(parts, clips, label, len(clips))


def streamed(parts: Parts, clips: Iterable[Clip], label: str, count: int) -> Iterator[Embedded]:
    """Yield what `embedded` does of `count` clips that are read meanwhile."""
    with (
        Store(parts.store) as store,
        progress(label, count, "clips") as bar,
    ):
        for item in embed_clips(clips, parts.source, parts.mask, parts.encoder, store):
            if isinstance(item, Unreadable):
                raise item.error
            yield item
            bar.step()


def training_tensors(parts: Parts, context: int = 0) -> tuple[Tensors, Tensors]:
    """Return tensors `clean`, `masked` (N, D) and `fraction` (N, 1), float32, of the train and the val part.

    With `context`, also those of `tubelets_before`. Writes the bank of training clips to the run's folder.
    """
    sizes, count, training = {"train": 0, "val": 0}, 0, 0
    for clip in _used(parts.source):
        picked = {part: int(chosen(clip, part).sum()) for part in sizes}
        sizes = {part: sizes[part] + picked[part] for part in sizes}
        count += 1
        training += picked["train"] > 0
    tables = {part: Table(size) for part, size in sizes.items()}
    bank, facts = Table(training), ClipColumns()
    for item in streamed(parts, _used(parts.source), "encode", count):
        if chosen(item.clip, "train").any():
            place = Place(drive_of(item.clip), item.clip.camera, order_of(item.clip))
            facts.add(item.clip.clip_id, item.content, extent_of(item.clip, item.digests), place)
            bank.add({"vectors": item.clean.mean(axis=0)[None]})
        columns = {"clean": item.clean, "masked": item.masked, "fraction": item.fraction[:, None]}
        if context:
            columns["before"], columns["known"] = tubelets_before(item.clean, context)
        for part, table in tables.items():
            picked_rows = chosen(item.clip, part)
            table.add({name: column[picked_rows] for name, column in columns.items()})
    if parts.folder:
        save_bank(parts.folder / BANK, bank.columns["vectors"], facts)
    train, val = (
        {name: torch.from_numpy(column) for name, column in tables[part].columns.items()}
        for part in ("train", "val")
    )
    return train, val


def _used(source: Source) -> Iterator[Clip]:
    return (clip for clip in read_clips(source) if chosen(clip, "train").any() or chosen(clip, "val").any())


class Table:
    """Columns of `size` rows, filled from the first on; nothing is held twice."""

    def __init__(self, size: int) -> None:
        self._size, self._filled = size, 0
        self.columns: dict[str, NDArray[np.float32]] = {}

    def add(self, rows: Mapping[str, NDArray[np.float32]]) -> None:
        """Append rows, as many of each column."""
        end = self._filled
        for name, values in rows.items():
            if name not in self.columns:
                self.columns[name] = np.zeros((self._size, *values.shape[1:]), dtype=np.float32)
            end = self._filled + len(values)
            self.columns[name][self._filled : end] = values
        self._filled = end


def cosine_report(predictor: torch.nn.Module, parts: Parts, part: str | None) -> dict[str, Any]:
    """Return the cosine similarity of predicted and clean embeddings over tubelets, and that of masked ones.

    Raises UserError if no clip of the manifest belongs to `part`.
    """

    def clips() -> Iterator[Clip]:
        return (clip for clip in read_clips(parts.source) if chosen(clip, part).any())

    count = sum(1 for _ in clips())
    if not count:
        raise UserError(f"{parts.source.manifest}: no clip has the split '{part}'")
    # By tubelet: cosines, and the number of the scene.
    similarities, masked, owners = array("d"), array("d"), array("q")
    scenes: dict[str, int] = {}
    for item in streamed(parts, clips(), "eval", count):
        picked = chosen(item.clip, part)
        similarities.extend(cosine(predict(predictor, item), item.clean)[picked].tolist())
        masked.extend(cosine(item.masked, item.clean)[picked].tolist())
        scene = scenes.setdefault(item.clip.scene or "unknown", len(scenes))
        owners.extend([scene] * int(picked.sum()))
    joined = np.frombuffer(similarities)
    rows = np.argsort(np.frombuffer(owners, dtype=np.int64), kind="stable")
    ends = np.cumsum(np.bincount(np.frombuffer(owners, dtype=np.int64), minlength=len(scenes)))
    by_scene = np.split(rows, ends[:-1])
    return {
        "mean_cosine_similarity": float(joined.mean()),
        "std_cosine_similarity": float(joined.std()),
        "masked_cosine_similarity": float(np.frombuffer(masked).mean()),
        "per_scene": {scene: float(joined[by_scene[scenes[scene]]].mean()) for scene in sorted(scenes)},
        "clips": count,
        "tubelets": len(joined),
    }
