"""Tell label maps and depth images from footage by a few images of a folder and the folder's name."""

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
# Words of folders whose images hold measurements or labels if they have a form that cameras do not write.
MEASURED = {
    *("depth", "depths", "disp", "disparity", "disparities", "inverse", "flow", "normal", "normals", "range"),
    *("semantic", "semantics", "seg", "segmentation", "instance", "instances", "panoptic", "mask", "masks"),
    *("label", "labels", "annot", "annotation", "annotations", "gt", "groundtruth"),
}
NOT_OF_CAMERAS = {"P": "palette", "RGBA": "RGBA", "LA": "RGBA", "F": "32-bit"}


def not_footage(folders: Sequence[str], images: Sequence[Path]) -> dict[str, set[Path]]:
    """Return those of a folder's images that are no footage, by reason: label maps, depth, disparity.

    `folders` are the folder's names below the one that was given. Images are judged in groups of one ending
    (`0001_labelIds.png`), by up to five samples of each. They are label maps if all are flat and of few
    values; images of a single value only if folder or file name say so (a covered lens is footage). They
    are measurements if a folder or their ending is called so and all have 16 or 32 bits, a palette or an
    alpha channel: a camera of 16 bits (thermal) and JPEGs in a folder called `depth` are footage. Images that
    cannot be read are footage: reading them reports why.
    """
    found: dict[str, set[Path]] = {}
    for ending, group in _groups(images).items():
        reason = "label maps" if _are_labels(group) else _measured([*folders, Path(ending).stem], group)
        if reason:
            found.setdefault(reason, set()).update(group)
    return found


def judged(images: Sequence[Path]) -> list[Path]:
    """Return the images of a folder that `not_footage` opens."""
    return [path for group in _groups(images).values() for path in _samples(group)]


def _groups(images: Sequence[Path]) -> dict[str, list[Path]]:
    groups: dict[str, list[Path]] = {}
    for path in images:
        if path.suffix.lower() not in LOSSY:
            groups.setdefault(_ending(path), []).append(path)
    return groups


def _samples(group: list[Path]) -> list[Path]:
    step = max(len(group) / SAMPLES, 1)
    return [group[int(number * step)] for number in range(min(len(group), SAMPLES))]


def _measured(names: Sequence[str], group: list[Path]) -> str | None:
    """Return what a group's images are, if a name says that they are measurements, and their pixels too."""
    words = [(word.lower(), name) for name in names for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)]
    named = next((name for word, name in words if word in MEASURED), None)
    if named is None:
        return None
    forms = [form for path in _samples(group) if (form := _form(path)) is not None]
    if not forms or "" in forms:
        return None
    return f"{'/'.join(sorted(set(forms)))} images called {named}: no footage"


def _form(path: Path) -> str | None:
    """Return the form of an image's pixels if it is none of a camera's, else ""; None if unreadable."""
    from jepamine.data.images import open_image

    try:
        with open_image(path) as image:
            mode = image.mode
    except Exception:
        return None
    return "16-bit" if mode.startswith("I") else NOT_OF_CAMERAS.get(mode, "")


def _ending(path: Path) -> str:
    last = re.split(r"[_.-]", path.stem)[-1]
    return (last if last.isalpha() and last != path.stem else "") + path.suffix.lower()


def _are_labels(group: list[Path]) -> bool:
    values = [_values(path) for path in _samples(group)]
    readable = [count for count in values if count is not None]
    if not readable or 0 in readable:
        return False
    return max(readable) > 1 or bool(NAMES.search(f"{group[0].parent.name}/{_ending(group[0])}"))


def _values(path: Path) -> int | None:
    """Return the number of values of a flat image of few values; 0 for any other, None if unreadable."""
    from jepamine.data.images import open_image

    try:
        with open_image(path) as image:
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
