"""Split clips into a train part and held-out parts: val and, if asked for, test."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from jepamine.data.clips import Clip
from jepamine.data.drives import drive_of
from jepamine.errors import UserError, did_you_mean
from jepamine.utils.columns import Rows
from jepamine.utils.progress import notify


class SplitClip(NamedTuple):
    """What decides the part of a clip; `split` is that of its line."""

    clip_id: str
    drive: str | None
    scene: str | None
    camera: str | None
    split: str
    tubelets: int


class SplitClips:
    """What decides the parts of clips, in 28 bytes a clip beside its id; names are held once."""

    def __init__(self) -> None:
        self._ids, self._ends = bytearray(), array("q", [0])
        # Numbers of `_names`, four a clip.
        self._named, self._tubelets = array("i"), array("i")
        self._names: dict[str | None, int] = {}

    def add(self, clip: Clip) -> None:
        """Append a clip."""
        self._ids += clip.clip_id.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._ids))
        self._tubelets.append(clip.tubelets)
        names = (drive_of(clip), clip.scene, clip.camera, str(clip.line.get("split")))
        self._named.extend(self._names.setdefault(name, len(self._names)) for name in names)

    def rows(self) -> Rows[SplitClip]:
        """Return the clips that were added."""
        names: list[Any] = list(self._names)

        def row(number: int) -> SplitClip:
            clip_id = self._ids[self._ends[number] : self._ends[number + 1]].decode("utf-8", "surrogatepass")
            drive, scene, camera, part = (names[each] for each in self._named[4 * number : 4 * number + 4])
            return SplitClip(clip_id, drive, scene, camera, part, self._tubelets[number])

        return Rows(len(self._tubelets), row)


def split(
    clips: Sequence[SplitClip],
    val_by: Literal["scene", "tubelet"],
    fraction: float,
    seed: int,
    test_fraction: float = 0.0,
) -> Sequence[dict[str, Any]]:
    """Return for each clip the keys that its line in the run's manifest gains.

    `{"split": "train" | "val" | "test"}` for whole clips; `test_fraction` of the clips are taken from the
    train part, so that val is the same with and without. With `val_by` "tubelet" it is
    `{"split": "mixed", "val_tubelets": [numbers]}`. A manifest with `train` is followed: its `val` is used if
    it has one, else a part of `train` is held out; clips with another value stay out of both. Whole drives
    are held out (`jepamine.data.drives`): all cameras and scenes of one are in the same part. A clip without
    drive and scene counts as a drive of its own; of a single drive whole scenes, else clips are held out.

    Raises UserError if one of the parts would be empty, or a test part cannot be held out.
    """
    if test_fraction and val_by == "tubelet":
        raise UserError("test_fraction holds out whole drives; it needs val_by = 'scene'")
    if test_fraction and fraction + test_fraction >= 1:
        raise UserError(
            f"val_fraction {fraction:g} and test_fraction {test_fraction:g} leave nothing to train on"
        )
    counts = Counter(clip.split for clip in clips)
    if val_by == "scene" and counts["train"] and counts["val"]:
        notify(
            f"split: as in the manifest, {counts['train']} clips train, {counts['val']} val{_unused(counts)}"
        )
        _warn_of_leaks(clips)
        if test_fraction:
            notify(f"test_fraction is not used: the manifest has {counts['test']} clips with split 'test'")
        return [{}] * len(clips)
    if not counts["train"] and set(counts) - {"None"}:
        words = [f"'{name}'{_did_you_mean(name)}" for name in sorted(counts) if name != "None"]
        more = f" and {len(words) - 3} more" if len(words) > 3 else ""
        listed = ", ".join(words[:3]) + more
        notify(f"warning: no clip's split is 'train', so the manifest's splits are not used: {listed}")
    if counts["train"] == len(clips):
        notify(f"split: all {len(clips)} clips of the manifest are train, so a part of them is held out")
    # A byte a clip, as manifests are long.
    mine = bytearray(not counts["train"] or clip.split == "train" for clip in clips)
    if not all(mine):
        notify(f"split: of the {sum(mine)} clips marked train; {mine.count(0)} are not used")
    if val_by == "tubelet":
        return _by_tubelet(clips, mine, fraction, seed)
    eligible = clips if all(mine) else [clip for clip, is_mine in zip(clips, mine, strict=True) if is_mine]
    keys = iter(_by_scene(eligible, fraction, seed, test_fraction))
    nothing: dict[str, Any] = {}
    return [next(keys) if is_mine else nothing for is_mine in mine]


def _unused(counts: Counter[str]) -> str:
    """Describe the clips that are in neither part."""
    rest = [name for name in sorted(counts) if name not in ("train", "val")]
    listed = [
        f"{counts[name]} without a split"
        if name == "None"
        else f"{counts[name]} with split '{name}'{_did_you_mean(name)}"
        for name in rest
    ]
    more = ", ..." if len(listed) > 5 else ""
    return f"; in neither: {', '.join(listed[:5])}{more}" if listed else ""


def _did_you_mean(name: str) -> str:
    return did_you_mean(name, ("train", "val"))


def _warn_of_leaks(clips: Sequence[SplitClip]) -> None:
    train, val = ({clip.drive for clip in clips if clip.split == part} - {None} for part in ("train", "val"))
    if both := sorted(map(str, train & val)):
        notify(
            f"warning: {len(both)} drives are in both train and val, such as '{both[0]}': their clips look "
            "alike, so held-out figures are too good; jepamine manifest split keeps drives apart"
        )


def _by_scene(
    clips: Sequence[SplitClip], fraction: float, seed: int, test_fraction: float
) -> list[dict[str, Any]]:
    groups = _drives(clips)
    val = _groups(Counter(groups), fraction, seed)
    if test_fraction and len(set(groups) - val) < 2:
        raise UserError("too few drives for a train, a val and a test part; set test_fraction = 0")
    rest = Counter(group for group in groups if group not in val)
    test = _groups(rest, test_fraction * len(groups) / rest.total(), seed) if test_fraction else set()
    keys = {part: {"split": part} for part in ("train", "val", "test")}
    return [keys["val" if group in val else "test" if group in test else "train"] for group in groups]


def _drives(clips: Sequence[SplitClip]) -> list[str]:
    """Return the group of each clip: its drive, or smaller ones where there is only one drive."""
    groups = [clip.clip_id if clip.drive is None else clip.drive for clip in clips]
    if len(set(groups)) > 1 or len(clips) < 2:
        return groups
    scenes = [clip.clip_id if clip.scene is None else clip.scene for clip in clips]
    cameras: dict[str, set[str | None]] = {}
    for clip, scene in zip(clips, scenes, strict=True):
        cameras.setdefault(scene, set()).add(clip.camera)
    # Where each scene is one camera's view, scenes show the same moments.
    if len(cameras) > 1 and len({frozenset(views) for views in cameras.values()}) == 1:
        notify("warning: only one drive, so scenes of it are held out; scenes of one drive look alike")
        return scenes
    notify("warning: only one drive, so clips of it are held out; neighbouring clips look alike")
    return [clip.clip_id for clip in clips]


def _groups(sizes: Counter[str], fraction: float, seed: int) -> set[str]:
    # Sorted before drawing, so that the manifest's order does not matter.
    names = sorted(sizes)
    if len(names) < 2:
        raise UserError("a single clip cannot be split into train and val; add more clips")
    target = fraction * sizes.total()
    held_out: set[str] = set()
    count = 0
    for index in np.random.default_rng(seed).permutation(len(names)):
        size = sizes[names[index]]
        # A drive that overshoots by more than it fills is skipped, but one is always held out.
        if held_out and abs(count + size - target) >= abs(count - target):
            continue
        if len(held_out) == len(names) - 1:
            break
        held_out.add(names[index])
        count += size
    return held_out


def _by_tubelet(
    clips: Sequence[SplitClip], mine: Sequence[int], fraction: float, seed: int
) -> Rows[dict[str, Any]]:
    """Return the keys of each clip, made as they are asked for; {} for those that are not `mine`."""
    counts = (clip.tubelets if own else 0 for clip, own in zip(clips, mine, strict=True))
    ends = np.cumsum(np.fromiter(counts, dtype=np.int64, count=len(clips)))
    tubelets = int(ends[-1]) if len(clips) else 0
    if tubelets < 2:
        raise UserError("a single tubelet cannot be split into train and val; add more frames")
    count = min(max(round(fraction * tubelets), 1), tubelets - 1)
    held_out = np.zeros(tubelets, dtype=bool)
    held_out[np.random.default_rng(seed).permutation(tubelets)[:count]] = True

    def row(number: int) -> dict[str, Any]:
        start = int(ends[number - 1]) if number else 0
        numbers = np.flatnonzero(held_out[start : ends[number]]).tolist()
        return {"split": "mixed", "val_tubelets": numbers} if mine[number] else {}

    return Rows(len(clips), row)


def chosen(clip: Clip, part: str | None) -> np.ndarray:
    """Return which tubelets of a clip belong to `part`, bool (tubelets,).

    `part` is "train", "val" or "test"; None: all.
    """
    if part is None:
        return np.ones(clip.tubelets, dtype=bool)
    if "val_tubelets" in clip.line:
        held_out = np.zeros(clip.tubelets, dtype=bool)
        held_out[clip.line["val_tubelets"]] = True
        return {"val": held_out, "train": ~held_out}.get(part, np.zeros(clip.tubelets, dtype=bool))
    return np.full(clip.tubelets, clip.line.get("split") == part)
