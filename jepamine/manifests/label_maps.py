"""Tell label maps (segmentation masks) from footage by the content of a few images of a folder."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

# Lossy formats do not keep labels.
LOSSY = {".jpg", ".jpeg"}
SAMPLES = 5
# A label map has few values, and nearly every pixel has the value of the next one; sensors have noise.
FEW_VALUES = 64
FEW_NUMBERS = 1024
FLAT = 0.9
NAMES = re.compile(r"annot|label|mask|segm|semantic|panoptic|instance|(^|[^a-z])(seg|gt|l)($|[^a-z])", re.I)


def label_maps(images: Sequence[Path]) -> set[Path]:
    """Return those of a folder's images that are label maps.

    Images are judged in groups of one ending (`0001_labelIds.png`), by up to five samples of each: all must
    be flat and of few values. Images of a single value count as label maps only if folder or file name say so
    (a covered lens is footage). Images that cannot be read are footage: reading them reports why.
    """
    groups: dict[str, list[Path]] = {}
    for path in images:
        if path.suffix.lower() not in LOSSY:
            groups.setdefault(_ending(path), []).append(path)
    return {path for group in groups.values() if _are_labels(group) for path in group}


def _ending(path: Path) -> str:
    last = re.split(r"[_.-]", path.stem)[-1]
    return (last if last.isalpha() and last != path.stem else "") + path.suffix.lower()


def _are_labels(group: list[Path]) -> bool:
    step = max(len(group) / SAMPLES, 1)
    values = [_values(group[int(number * step)]) for number in range(min(len(group), SAMPLES))]
    readable = [count for count in values if count is not None]
    if not readable or 0 in readable:
        return False
    return max(readable) > 1 or bool(NAMES.search(f"{group[0].parent.name}/{_ending(group[0])}"))


def _values(path: Path) -> int | None:
    """Return the number of values of a flat image of few values; 0 for any other, None if unreadable."""
    from PIL import Image

    try:
        with Image.open(path) as image:
            image.load()
            return _count(image) if image.width > 1 else 0
    # Pillow's decoders raise many types; whoever reads the frame reports what is wrong.
    except Exception:
        return None


def _count(image: Image.Image) -> int:
    import numpy as np

    pixels = np.asarray(image)
    if image.mode.startswith("I"):
        count, most = len(np.unique(pixels)), FEW_NUMBERS
    else:
        # None for more colours than that.
        count, most = len(image.getcolors(FEW_VALUES) or ()), FEW_VALUES
    equal = pixels[:, 1:] == pixels[:, :-1]
    flat = (equal.all(axis=-1) if equal.ndim == 3 else equal).mean() >= FLAT
    return count if flat and count <= most else 0
