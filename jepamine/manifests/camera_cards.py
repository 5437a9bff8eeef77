"""Folders of a camera's card: its numbers go on from one to the next, so that a card is one drive.

Source: Design rule for Camera File system (DCF 2.0): folders of three digits and five characters.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from jepamine.manifests.frame_folders import own_name

_FOLDER = re.compile(r"[1-9]\d\d\w{5}", re.ASCII)


def card_drives(root: Path, folders: Sequence[tuple[str, list[Path]]]) -> dict[str, str]:
    """Return the drive of each scene of `folders` below `root` that is one of several folders of a card.

    It is the path of the folder around DCIM, or where that is not below `root` the name of `root`.
    """
    cards: defaultdict[Path, list[str]] = defaultdict(list)
    for scene, paths in folders:
        folder = paths[0].parent
        if folder.parent.name.upper() == "DCIM" and _FOLDER.fullmatch(folder.name):
            cards[folder.parent.parent].append(scene)
    found = {}
    for card, scenes in cards.items():
        below = card.is_relative_to(root) and card != root
        drive = card.relative_to(root).as_posix() if below else own_name(root)
        found |= dict.fromkeys(scenes if len(scenes) > 1 else (), drive)
    return found
