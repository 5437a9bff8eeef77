"""Write a new project folder, or turn a folder of footage into a project's manifest and recipe."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from jepamine.config.recipe_files import shipped_recipes
from jepamine.errors import UserError
from jepamine.protocols import Source
from jepamine.utils.files import write_atomic
from jepamine.utils.json_files import json_lines
from jepamine.utils.progress import notify
from jepamine.utils.replacing import folder_beside

SAMPLE_CLIPS = 20

GITIGNORE = """\
experiments/
.venv/
__pycache__/
"""

README = """\
# A jepamine project

Recipes are in `recipes/`; runs go to `experiments/`. Run every command in this folder.

    jepamine run recipes/default.toml
    jepamine score --run default sample/manifest.jsonl --output sample/scores.jsonl
    jepamine eval --scores sample/scores.jsonl --labels sample/labels.jsonl
    jepamine report --run default sample/scores.jsonl
    jepamine init --own FOOTAGE
"""


def write_project(folder: Path) -> list[str]:
    """Write a project into `folder` and return one line per entry: written, or kept because it exists.

    The sample is drawn: `SAMPLE_CLIPS` clips of street scenes with their labels, the same bytes each time.
    Raises UserError if `folder` cannot be created or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise UserError(f"{folder}: is a file; pass a folder") from None
    report = [
        write_new(folder / "recipes" / path.name, path.read_bytes()) for path in shipped_recipes().values()
    ]
    report.append(write_new(folder / ".gitignore", GITIGNORE.encode()))
    report.append(write_new(folder / "README.md", README.encode()))
    report.append(_write_sample(folder / "sample"))
    return report


def write_new(path: Path, content: bytes) -> str:
    """Write `content` to `path` unless that exists, and return what was done."""
    if path.exists():
        return f"{path}: kept (it exists)"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, content)
    return f"{path}: written"


def _write_sample(folder: Path) -> str:
    from jepamine.mining.street.generate import generate

    if folder.exists():
        return f"{folder}: kept (it exists)"
    # Drawn beside its place and renamed: a killed command leaves no half a sample.
    with folder_beside(folder) as temporary:
        drawn = temporary / "sample"
        drawn.mkdir()
        generate(drawn, clips=SAMPLE_CLIPS, event_rate=0.2, seed=1)
        drawn.rename(folder)
    return f"{folder}: {SAMPLE_CLIPS} drawn clips with labels"


VIDEOS = {
    ".avi", ".flv", ".h264", ".hevc", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".ts",
    ".webm", ".wmv",
}  # fmt: skip
WINDOW, FPS = 16, 10.0
HELD_OUT, SEED = 0.2, 42


def add_footage(footage: Path, folder: Path) -> list[str]:
    """Write `manifest.jsonl` of the videos or frames below `footage`, and `recipes/own.toml`, into `folder`.

    Clips are `WINDOW` frames long (videos: `FPS` per second) and do not overlap. Clips with problems are
    repaired or dropped as `jepamine manifest fix` does; then whole scenes are held out, or, if there is only
    one, its last clips. Returns the lines of a report. Raises UserError if there is no footage, if fewer than
    two clips remain, and if `folder` has a manifest already.
    """
    from jepamine.manifests.new_lines import fresh, summary

    manifest, cut = folder / "manifest.jsonl", folder / "footage.jsonl"
    for path in (manifest, cut):
        if path.exists():
            raise UserError(f"{path} exists; remove it, or pass another folder")
    folder.mkdir(parents=True, exist_ok=True)
    lines = fresh(_lines(footage), cut)
    try:
        write_atomic(cut, json_lines(lines))
        report = [f"{cut}: {summary(lines)}", *_repair(cut, manifest, len(lines))]
        split = _split(manifest)
        write_atomic(manifest, json_lines(split))
    except BaseException:
        # Half a project would stop the next try.
        for path in (cut, manifest):
            path.unlink(missing_ok=True)
        raise
    sides = Counter(line["split"] for line in split)
    report.append(f"{manifest}: {sides['train']} clips to train on, {sides['val']} held out")
    report.append(write_new(folder / "recipes" / "own.toml", _recipe()))
    return report


def _repair(cut: Path, manifest: Path, clips: int) -> list[str]:
    from jepamine.manifests.audit import audit
    from jepamine.manifests.fix import fix_manifest

    examined = audit(Source(cut))
    listed = ", ".join(f"{kind} {sum(1 for _ in items)}" for kind, items in examined.found())
    report = [f"audit: {listed or 'no problems'}"]
    # A finding that stays, such as an unusual length, is no reason to repair.
    if any(not finding.stays for finding in examined.details):
        fixed = fix_manifest(Source(cut), manifest)
        report.append(f"fix: {len(fixed.repairs)} repairs, {len(fixed.lines)} of {clips} clips remain")
    else:
        write_atomic(manifest, cut.read_bytes())
    return report


def _lines(footage: Path) -> list[dict[str, Any]]:
    from jepamine.manifests.frame_lines import frame_lines
    from jepamine.manifests.video_clips import video_lines

    if not footage.is_dir():
        raise UserError(f"{footage}: not a folder; pass the folder of your videos or frames")
    videos = sorted(
        path
        for path in footage.rglob("*")
        if path.suffix.lower() in VIDEOS and not path.name.startswith(".") and path.is_file()
    )
    if not videos:
        return frame_lines(footage, WINDOW, WINDOW, (), 1.0)
    notify(f"{footage}: {len(videos)} videos; images beside them are not read")
    return video_lines(videos, FPS, WINDOW, WINDOW, None)


def _split(manifest: Path) -> list[dict[str, Any]]:
    from jepamine.data.drives import drive_in
    from jepamine.manifests.split import split_lines
    from jepamine.utils.json_files import read_jsonl

    lines = [line for _, line in read_jsonl(manifest)]
    if len(lines) < 2:
        raise UserError(
            f"{manifest.parent}: only {len(lines)} clip; a run needs at least two, better hundreds"
        )
    if len({drive_in(line, line.get("scene")) for line in lines}) > 1:
        return list(split_lines(manifest, "drive", HELD_OUT, SEED))
    notify(
        "warning: all clips are of one drive, so the last ones are held out; they resemble those before, "
        "and held-out figures will be too good"
    )
    first_held_out = len(lines) - max(1, round(len(lines) * HELD_OUT))
    return [
        line | {"split": "train" if number < first_held_out else "val"} for number, line in enumerate(lines)
    ]


def _recipe() -> bytes:
    shipped = shipped_recipes()["clips"].read_text(encoding="utf-8")
    body = [line for line in shipped.splitlines() if not line.startswith("#   jepamine run")]
    assert 'manifest = "manifest.jsonl"' in body
    head = "# Your own footage; run it in this folder: jepamine run recipes/own.toml"
    return "\n".join([head, *body, ""]).encode()
