"""Find the folders that contain frames: links are followed; label maps, and what is no frame, are counted."""

from __future__ import annotations

import os
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from jepamine.data.file_kinds import IMAGE_SUFFIXES, VIDEO_SUFFIXES
from jepamine.errors import UserError
from jepamine.manifests.frame_names import strays, without_ids
from jepamine.manifests.label_maps import not_footage
from jepamine.manifests.new_lines import Skipped

# What cameras write beside their videos: positions, subtitles, previews.
COMPANIONS = {
    *{".gpx", ".nmea", ".nme", ".gps", ".kml", ".fit", ".imu", ".3gf", ".sav", ".srt", ".vtt", ".ass"},
    *{".thm", ".lrv", ".lrf", ".idx", ".sub"},
}
# What is read: the other kind of footage, its suffixes, and the command that reads it.
OTHER_FOOTAGE = {
    "images": ("videos", VIDEO_SUFFIXES, "video"),
    "videos": ("images", IMAGE_SUFFIXES, "frames"),
}
# Folders that systems make for themselves; those that begin with a dot are hidden anyway.
SYSTEM_FOLDERS = {
    "@eadir",
    "#recycle",
    "$recycle.bin",
    "__macosx",
    "lost+found",
    "system volume information",
    "thumbnails",
    "thumbs",
}
SYSTEM_FILES = {"thumbs.db", "desktop.ini"}


def frame_folders(
    root: Path, skipped: Skipped, keep_label_maps: bool = False
) -> list[tuple[str, list[Path]]]:
    """Return (scene, frames) of `root` and every folder below it that contains frames, by name.

    A scene is named by its folder's path below `root`, that of `root` itself by its own name. Frames are in
    name order, numbers in names by value. Links to folders are followed; a folder that several paths lead to
    is read once. Hidden folders and those of the system are skipped, as are label maps unless
    `keep_label_maps`, and single images without a number among numbered ones. What is left out is counted in
    `skipped`. Raises UserError if `root` cannot be listed.
    """
    folders = []
    others: list[Path] = []
    for folder, files in sorted(walk(root, skipped)):
        images = []
        for path in files:
            if path.suffix.lower() not in IMAGE_SUFFIXES:
                if not path.name.startswith(".") and path.name.lower() not in SYSTEM_FILES:
                    others.append(path)
            elif path.name.startswith("."):
                skipped.add("images", "hidden", path)
            elif not path.is_file():
                skipped.add("images", "broken links, or not regular files", path)
            else:
                images.append(path)
        if not keep_label_maps:
            for reason, group in not_footage(folder.relative_to(root).parts, images).items():
                skipped.add("images", f"{reason}; --label-maps keeps them", min(group), len(group))
                images = [path for path in images if path not in group]
        odd = strays([path.stem for path in images])
        for path in images if odd else ():
            if path.stem in odd:
                skipped.add("images", "without a number, among frames that have one", path)
        frames = _in_order([path for path in images if path.stem not in odd])
        if frames:
            scene = folder.relative_to(root).as_posix() if folder != root else own_name(root)
            folders.append((scene, frames))
    skip_others(others, "images", skipped)
    return folders


def skip_others(files: Iterable[Path], wanted: str, skipped: Skipped) -> None:
    """Count `files`, which are not `wanted` ("images" or "videos"), in `skipped`, by kind."""
    footage, suffixes, command = OTHER_FOOTAGE[wanted]
    kinds: dict[str, list[Path]] = {}
    for file in files:
        suffix = file.suffix.lower()
        if suffix in suffixes:
            reason = f"{footage}: {{}}; jepamine manifest {command} reads them"
        elif suffix in COMPANIONS:
            reason = "positions, subtitles and previews of a camera: {}"
        else:
            reason = f"not {wanted}: {{}}"
        kinds.setdefault(reason, []).append(file)
    for reason, group in kinds.items():
        counts = Counter(file.suffix.lower() or "without suffix" for file in group)
        listed = ", ".join(f"{count} {suffix}" for suffix, count in counts.most_common(5))
        skipped.add("files", reason.format(listed), group[0], len(group))


def no_frames(root: Path) -> str:
    """Return the message for a folder without frames."""
    return f"no frames ({', '.join(sorted(IMAGE_SUFFIXES))}) below {root}"


def own_name(root: Path) -> str:
    """Return the scene name of the frames right in `root`."""
    name = root.name if root.name not in ("", "..") else root.resolve().name
    # A folder in it of the same name would give its clips the same ids.
    return "." if (root / name).is_dir() else name


def walk(root: Path, skipped: Skipped) -> Iterator[tuple[Path, list[Path]]]:
    """Yield (folder, its files) of `root` and all folders below it, each real folder once."""
    top, seen = Path(os.path.realpath(root)), set[Path]()
    # Links come after all that can be reached without them: a folder keeps its own path if it has one.
    links: deque[Path] = deque()
    todo = [root]
    while todo or links:
        folder = todo.pop() if todo else links.popleft()
        real = Path(os.path.realpath(folder))
        linked = folder.is_symlink() and folder != root
        # A folder around the root, or around the link itself, would be read again and again.
        around = linked and any(
            inner.is_relative_to(real) for inner in (top, Path(os.path.realpath(folder.parent)))
        )
        if real in seen or around:
            skipped.add("links", "to a folder that is read under another path, or around it", folder)
            continue
        seen.add(real)
        try:
            with os.scandir(folder) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            if folder == root:
                raise UserError(f"{root}: cannot be listed: {error.strerror}") from None
            skipped.add("folders", f"cannot be listed: {error.strerror}", folder)
            continue
        inner_folders = [entry for entry in listed if entry.is_dir()]
        for entry in inner_folders:
            path = folder / entry.name
            if _is_system(entry.name):
                skipped.add("images", "in hidden or system folders", path, _images_below(path))
            else:
                (links if entry.is_symlink() else todo).append(path)
        yield folder, [folder / entry.name for entry in listed if not entry.is_dir()]


def _is_system(name: str) -> bool:
    return name.startswith(".") or name.lower() in SYSTEM_FOLDERS


def _images_below(folder: Path) -> int:
    return sum(
        Path(name).suffix.lower() in IMAGE_SUFFIXES for _, _, names in os.walk(folder) for name in names
    )


def _in_order(paths: Sequence[Path]) -> list[Path]:
    """Return images by name, numbers by value: frame_10 comes after frame_9 even without padding zeros."""
    names = without_ids([path.stem for path in paths])
    keys = [
        [(int(part) if part.isdecimal() else -1, part) for part in re.split(r"(\d+)", name + path.suffix)]
        for name, path in zip(names, paths, strict=True)
    ]
    return [path for _, path in sorted(zip(keys, paths, strict=True))]
