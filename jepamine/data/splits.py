"""Which clips are held out of training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from jepamine.data.clips import Clip
from jepamine.errors import UserError, did_you_mean
from jepamine.utils.progress import notify


def split(
    clips: Sequence[Clip], val_by: Literal["scene", "tubelet"], fraction: float, seed: int
) -> list[dict[str, Any]]:
    """For each clip what its line in the run's manifest says of the split, beside what it says already.

    `{"split": "train" | "val"}` for whole clips; with `val_by` "tubelet" `{"split": "mixed", "val_tubelets":
    [numbers]}`. A manifest that speaks of `train` is taken at its word: where it says `val` too that stands,
    else a part of `train` is held out; clips that say something else stay out of both. Scenes that are not
    known count as a scene a clip. Raises UserError where one of the parts would be empty.
    """
    told = Counter(str(clip.line.get("split")) for clip in clips)
    if val_by == "scene" and told["train"] and told["val"]:
        notify(f"split: as the manifest says, {told['train']} clips train, {told['val']} val{_others(told)}")
        _warn_of_leaks(clips)
        return [{} for _ in clips]
    if not told["train"] and set(told) - {"None"}:
        words = [f"'{name}'{_meant(name)}" for name in sorted(told) if name != "None"]
        more = f" and {len(words) - 3} more" if len(words) > 3 else ""
        listed = ", ".join(words[:3]) + more
        notify(f"warning: no clip's split is 'train', so the manifest's are not used: {listed}")
    if told["train"] == len(clips):
        notify(f"split: the manifest calls all {len(clips)} clips train, so a part of them is held out")
    mine = [not told["train"] or clip.line.get("split") == "train" for clip in clips]
    if not all(mine):
        notify(f"split: of the {sum(mine)} clips that the manifest calls train; {mine.count(False)} stay out")
    eligible = [clip for clip, is_mine in zip(clips, mine, strict=True) if is_mine]
    said = iter((_by_tubelet if val_by == "tubelet" else _by_scene)(eligible, fraction, seed))
    return [next(said) if is_mine else {} for is_mine in mine]


def _others(told: Counter[str]) -> str:
    """What is said of clips that are in neither part, and how many they are."""
    others = [name for name in sorted(told) if name not in ("train", "val")]
    listed = [
        f"{told[name]} say nothing" if name == "None" else f"{told[name]} say '{name}'{_meant(name)}"
        for name in others
    ]
    more = ", ..." if len(listed) > 5 else ""
    return f"; in neither: {', '.join(listed[:5])}{more}" if listed else ""


def _meant(name: str) -> str:
    return did_you_mean(name, ("train", "val"))


def _warn_of_leaks(clips: Sequence[Clip]) -> None:
    train, val = (
        {clip.scene for clip in clips if clip.line.get("split") == part} - {None} for part in ("train", "val")
    )
    if both := sorted(map(str, train & val)):
        notify(
            f"warning: {len(both)} scenes are in train and in val, such as '{both[0]}': their clips look "
            "alike, so figures of held-out clips are too good; jepamine manifest split keeps scenes apart"
        )


def _by_scene(clips: Sequence[Clip], fraction: float, seed: int) -> list[dict[str, Any]]:
    groups = [clip.scene if clip.scene is not None else clip.clip_id for clip in clips]
    if len(set(groups)) == 1 and len(clips) > 1:
        notify("warning: one scene only, so clips of it are held out; neighbouring clips look alike")
        groups = [clip.clip_id for clip in clips]
    held_out = _groups(Counter(groups), fraction, seed)
    return [{"split": "val" if group in held_out else "train"} for group in groups]


def _groups(sizes: Counter[str], fraction: float, seed: int) -> set[str]:
    # Sorted before they are drawn, so that the manifest's order does not matter.
    names = sorted(sizes)
    if len(names) < 2:
        raise UserError("a single clip cannot be split into train and val; give more clips")
    wanted = fraction * sizes.total()
    held_out: set[str] = set()
    count = 0
    for index in np.random.default_rng(seed).permutation(len(names)):
        size = sizes[names[index]]
        # A scene that overshoots by more than it fills is passed over, but one is always held out.
        if held_out and abs(count + size - wanted) >= abs(count - wanted):
            continue
        if len(held_out) == len(names) - 1:
            break
        held_out.add(names[index])
        count += size
    return held_out


def _by_tubelet(clips: Sequence[Clip], fraction: float, seed: int) -> list[dict[str, Any]]:
    owners = [(index, number) for index, clip in enumerate(clips) for number in range(clip.tubelets)]
    if len(owners) < 2:
        raise UserError("a single tubelet cannot be split into train and val; give more frames")
    count = min(max(round(fraction * len(owners)), 1), len(owners) - 1)
    said: list[dict[str, Any]] = [{"split": "mixed", "val_tubelets": []} for _ in clips]
    for drawn in np.random.default_rng(seed).permutation(len(owners))[:count]:
        index, number = owners[drawn]
        said[index]["val_tubelets"].append(number)
    for line in said:
        line["val_tubelets"].sort()
    return said


def chosen(clip: Clip, part: str | None) -> np.ndarray:
    """Which of a clip's tubelets belong to `part` ("train", "val"; None: all): bool (tubelets,)."""
    if part is None:
        return np.ones(clip.tubelets, dtype=bool)
    if "val_tubelets" in clip.line:
        held_out = np.zeros(clip.tubelets, dtype=bool)
        held_out[clip.line["val_tubelets"]] = True
        return held_out if part == "val" else ~held_out
    return np.full(clip.tubelets, clip.line.get("split") == part)
