"""Refuse files of other kinds where a manifest or a score file is meant, with the command that helps."""

from __future__ import annotations

import shlex
from pathlib import Path

from jepamine.data.file_kinds import Seen, kind_of_file, kind_of_folder
from jepamine.errors import UserError, did_you_mean
from jepamine.places import File
from jepamine.utils.local_cache import local
from jepamine.utils.printing import command

# Kind of file -> the next step; "": other kinds.
STEPS = {
    "images": "{frames} makes one",
    "video": "{video} makes one",
    "log": "{mcap} makes one",
    "parquet": "manifest lerobot, waymo and physicalai make one of a data set in Parquet",
    "archive": "unpack it first",
    "recipe": "{run} runs it",
    "array": "write each clip in a line of its own: jq -c '.[]' {file} > m.jsonl",
    "object": "write each clip in one line: jq -c . {file} > m.jsonl",
    "encoding": "save it as UTF-8: iconv -f UTF-16 -t UTF-8 {file} > m.jsonl",
    "labels": "give the manifest of the clips that it labels",
    "scores": "give the manifest that was scored: {manifest}",
    "nuscenes": "{nuscenes} makes one",
    "lerobot": "{lerobot} makes one",
    "run": "its manifest is {place}/manifest.jsonl",
    "files": "give a file",
    "": "jepamine manifest frames FOLDER --output m.jsonl makes one of images",
}


def require_manifest(path: File) -> None:
    """Raise UserError for a folder and for a file that is missing, or evidently other than a manifest.

    The message says what it seems to be and the next step, or the name that is nearest to a missing one. A
    file that is empty, or has lines with errors, is none of that: the reader of lines reports it.
    """
    if isinstance(path, Path) and not path.exists():
        beside = path.parent.iterdir() if path.parent.is_dir() else ()
        near = did_you_mean(path.name, (other.name for other in beside))
        raise UserError(f"{path}: no such file{near}")
    seen = _seen(path)
    if seen is not None and seen.kind != "manifest":
        raise UserError(f"{path}: is {seen.what}, not a manifest; {_step(path, seen)}")


def no_clips(path: File) -> UserError:
    """Return the error of a manifest without clips."""
    commands = f"{command('manifest', 'video')} and {command('manifest', 'frames')}"
    return UserError(f"{path}: contains no clip; {commands} write manifests")


def require_folder(path: Path, name: str = "") -> None:
    """Raise UserError, with a recipe's key before it, if there is no such folder."""
    if path.is_dir():
        return
    key = f"{name}: " if name else ""
    if path.exists():
        raise UserError(f"{key}{path} is a file; pass the folder it is in")
    beside = path.parent.iterdir() if path.parent.is_dir() else ()
    near = did_you_mean(path.name, (other.name for other in beside if other.is_dir()))
    raise UserError(f"{key}{path}: no such folder{near}")


def require_scores(path: File) -> None:
    """Raise UserError for a folder and for a file that is evidently something other than a score file."""
    seen = _seen(path)
    if seen is not None and seen.kind != "scores":
        step = f"{command('score', '--run')} NAME MANIFEST.jsonl writes one"
        raise UserError(f"{path}: is {seen.what}, not a score file; {step}")


def _step(path: File, seen: Seen) -> str:
    """Return the next step for a file or folder of another kind."""
    folder = isinstance(path, Path) and path.is_dir()
    place = str(path if folder else path.parent)
    made = {
        "frames": ("frames", place),
        "video": ("video", str(path)),
        "mcap": ("mcap", "FILE" if folder else str(path)),
        "nuscenes": ("nuscenes", place if folder else "FOLDER"),
        "lerobot": ("lerobot", place),
    }
    values = {name: command("manifest", *words, "--output", "m.jsonl") for name, words in made.items()}
    values |= {"run": command("run", str(path)), "file": shlex.quote(str(path)), "place": place}
    return STEPS[seen.kind].format_map(values | {"manifest": seen.manifest or "MANIFEST.jsonl"})


def _seen(path: File) -> Seen | None:
    on_disk = local(path)
    try:
        if on_disk.is_dir():
            return kind_of_folder(on_disk)
        return kind_of_file(on_disk) if on_disk.is_file() else None
    # Who reads the lines gives the reason.
    except OSError:
        return None
