"""What builders do with new manifest lines: paths for their folder, checks, a summary, what was skipped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeGuard, TypeVar

from jepamine.data.clips import as_written
from jepamine.data.manifest_lines import STREAMS
from jepamine.errors import UserError
from jepamine.places import File, Url, as_below, below, is_url
from jepamine.utils.progress import notify
from jepamine.utils.remote import exists

LISTS = ("frame_paths", "frames")
AnyFile = TypeVar("AnyFile", bound=File)


def full(path: AnyFile) -> AnyFile:
    """Return `path`, absolute, without `..`; links stay unless a `..` goes through them. A URL stays."""
    if isinstance(path, Url):
        return path
    path = path.absolute()
    return path.resolve() if ".." in path.parts else path


def paths_of(line: Mapping[str, Any]) -> list[str]:
    """Return the files that a line names, as written: its frames, or its recording."""
    frames = [path for key in LISTS if isinstance(line.get(key), list) for path in line[key]]
    cameras = line.get("cameras") if not frames else None
    frames += [path for names in cameras.values() for path in names] if _of_lists(cameras) else []
    recordings = [line.get(key) for key in STREAMS]
    return [path for path in [*frames, *recordings] if isinstance(path, str) and path]


def placed(line: dict[str, Any], folder: File | None, base: File) -> dict[str, Any]:
    """Return `line` with the paths that a manifest in `folder` needs: relative below it, else absolute.

    `folder` (from `full`) None makes all of them absolute. The line's own relative paths are relative to
    `base`.
    """
    moved_paths: dict[str, Any] = {
        key: [_place(path, folder, base) for path in line[key]]
        for key in LISTS
        if isinstance(line.get(key), list)
    }
    if not moved_paths and _of_lists(cameras := line.get("cameras")):
        moved_paths["cameras"] = {
            camera: [_place(path, folder, base) for path in names] for camera, names in cameras.items()
        }
    recordings = {key: _place(line[key], folder, base) for key in STREAMS if key in line}
    return line | moved_paths | recordings


def _of_lists(cameras: Any) -> TypeGuard[dict[str, list[Any]]]:
    return isinstance(cameras, dict) and all(isinstance(names, list) for names in cameras.values())


def _place(path: Any, folder: File | None, base: File) -> Any:
    # Anything but a path is reported by whoever reads the clip.
    if not isinstance(path, str) or not path:
        return path
    whole = full(below(base, path))
    inside = None if folder is None else as_below(whole, folder)
    return str(whole) if inside is None else inside


def moved(lines: Iterable[dict[str, Any]], manifest: File, output: File | None) -> Iterable[dict[str, Any]]:
    """Return the lines of the file `manifest` for the file `output`, changed only for another folder.

    Then relative paths are rewritten so that they stay valid; if not one clip's first file is found below the
    manifest's folder (they are relative to a `--root`) they stay, with a notice. For stdout (`output` None)
    lines are unchanged, with a notice that relative paths are valid beside `manifest` only. `lines` can be
    gone through more than once.
    """
    base = full(manifest).parent
    if output and full(output).parent == base:
        return lines
    relative = (
        path
        for line in lines
        for path in paths_of(line)[:1]
        if not is_url(path) and not Path(path).is_absolute()
    )
    if not (first := next(relative, None)):
        return lines
    if output is None:
        notify(f"frame paths stay relative to {base}")
        return lines
    if not any(exists(below(base, path)) for path in (first, *relative)):
        notify(f"no frame is found below {base}: paths are unchanged, and readers need the same --root")
        return lines
    folder = full(output).parent
    return (placed(line, folder, base) for line in lines)


def fresh(lines: Sequence[dict[str, Any]], output: File | None) -> list[dict[str, Any]]:
    """Return a builder's lines, paths relative to the current folder, for the file `output`.

    Paths below its folder become relative to it, others absolute; all of them absolute if `output` is None
    (stdout). Raises UserError if two lines have the same clip_id.
    """
    by_id: dict[str, dict[str, Any]] = {}
    for line in lines:
        earlier = by_id.setdefault(line["clip_id"], line)
        if earlier is not line:
            first, second = (paths_of(each)[0] for each in (earlier, line))
            raise UserError(f"clip_id '{line['clip_id']}' names two clips, of {first} and of {second}")
    folder = full(output).parent if output else None
    return [placed(line, folder, Path.cwd()) for line in lines]


def summary(lines: Sequence[dict[str, Any]]) -> str:
    """Summarise new `lines` in one line. Overlapping clips' frames are counted once."""
    scenes: dict[str, set[str]] = {}
    lengths: Counter[int] = Counter()
    for line in lines:
        frames = as_written(line)
        lengths[len(frames)] += 1
        scenes.setdefault(str(line.get("scene")), set()).update(frames)
    usual = max(lengths)
    shorter = len(lines) - lengths[usual]
    short = f" ({shorter} of them shorter than {usual} frames)" if shorter else ""
    return f"{len(lines)} clips{short}, {len(scenes)} scenes, {sum(map(len, scenes.values()))} frames"


class Skipped:
    """Counts of skipped input by (kind of thing, reason), each with its first example."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], int] = {}
        self._first: dict[tuple[str, str], str] = {}

    def add(self, kind: str, reason: str, first: Path | str = "", count: int = 1) -> None:
        """Count `count` more skipped things of a kind (plural: "frames"); `first` is an example."""
        if count:
            self._counts[kind, reason] = self._counts.get((kind, reason), 0) + count
            self._first.setdefault((kind, reason), str(first))

    def notify(self) -> None:
        """Report every reason in a line on stderr, in the order in which they came up."""
        for (kind, reason), count in self._counts.items():
            first = self._first[kind, reason]
            notify(f"{kind} skipped: {count} ({reason})" + (f", the first {first}" if first else ""))
