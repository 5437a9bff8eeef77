"""Recognise files by their beginning: what else users have beside manifests and score files."""

from __future__ import annotations

import json
import os
import re
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

# What Pillow decodes; AVIF from its version 11.3 on.
IMAGE_SUFFIXES = {
    *{".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".webp", ".tif", ".tiff", ".tga"},
    *{".ppm", ".pgm", ".pnm", ".jp2", ".j2k", ".avif"},
}
VIDEO_SUFFIXES = {
    *{".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".ts", ".m2ts", ".mts", ".mpg", ".mpeg", ".flv"},
    *{".wmv", ".asf", ".3gp", ".3g2", ".ogv", ".f4v", ".vob", ".m2v", ".mxf", ".dv", ".360", ".insv"},
    *{".h264", ".h265", ".264", ".265", ".hevc", ".ivf", ".obu", ".y4m", ".mjpeg", ".mjpg"},
}
LOG_SUFFIXES = {".mcap", ".bag", ".db3"}
# Bytes of a file that are looked at, and entries of a folder.
HEAD = 1 << 16
ENTRIES = 10_000
# The keys by which a manifest's line has frames.
FRAME_KEYS = {"frame_paths", "frames", "cameras", "video", "mcap"}
# Regular expression for a file's first bytes -> what it is, and the kind of its next step.
SIGNATURES = {
    rb"\x89PNG|\xff\xd8\xff|GIF8|BM.{4}\0\0\0\0|RIFF.{4}WEBP|II\*\0|MM\0\*|P[1-6]\s": ("an image", "images"),
    rb".{4}ftypavi[fs]|\0\0\0\x0cjP  |\xff\x4f\xff\x51": ("an image", "images"),
    rb".{4}ftyp|\x1aE\xdf\xa3|RIFF.{4}AVI |G.{187}G|.{4}G.{191}G|\0\0\x01\xba|0&\xb2u|FLV\x01|\0\0\0?\x01": (
        "a video",
        "video",
    ),
    rb"\x89MCAP0|#ROSBAG|SQLite format 3": ("a log", "log"),
    rb"PAR1": ("a Parquet file", "parquet"),
    rb"PK\x03\x04|\x1f\x8b|7z\xbc\xaf|Rar!|BZh|\xfd7zXZ|\x28\xb5/\xfd|.{257}ustar": ("an archive", "archive"),
    rb"\x89HDF|\x93NUMPY|\x80[\x02-\x05]|.{4}\0{4}\{\"": ("a file of arrays", ""),
}


class Seen(NamedTuple):
    """What a file or folder is, as a phrase with its article, and the kind of next step that suits it.

    `manifest` is the one that a score file names.
    """

    what: str
    kind: str = ""
    manifest: str = ""


def kind_of_file(path: Path) -> Seen | None:
    """Return what a regular file is by its beginning; None for what may be lines of clips or scores."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    for signature, (what, kind) in SIGNATURES.items():
        if re.match(signature, head, re.DOTALL):
            return Seen(what, kind)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Seen("UTF-16 text", "encoding")
    if b"\0" in head:
        return Seen("a binary file")
    text = head.decode("utf-8-sig", errors="replace").strip()
    if not text:
        return None
    first = text.partition("\n")[0].strip()
    if first[0] in "{[":
        return _json_kind(first, text, whole=path.suffix.lower() == ".json")
    if first.startswith("<"):
        return Seen("XML or HTML")
    if path.suffix.lower() in (".csv", ".tsv"):
        return Seen("a table (CSV)")
    if path.suffix.lower() == ".toml" or re.search(r"^\[(dataset|encoder|trainer)\]", text, re.MULTILINE):
        return Seen("a recipe (TOML)", "recipe")
    if path.suffix.lower() in (".yaml", ".yml"):
        return Seen("YAML")
    if Path(first.split(",")[0].strip("\"' ")).suffix.lower() in IMAGE_SUFFIXES:
        return Seen("a list of images")
    return Seen("text")


def _json_kind(first: str, text: str, *, whole: bool) -> Seen | None:
    """Return what JSON is by its first line and its first keys; None for lines of clips, scores or labels.

    `whole`: the file is called a document, not lines.
    """
    try:
        value = json.loads(first)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict):
        return _line_kind(value, first, whole=whole)
    # One object over lines, an array, or a line that is longer than what was read.
    spread = re.match(r'\{\s*\n\s*"', text) is not None
    if value == [] or not (spread or first.startswith("[") or len(first) > HEAD // 2):
        return None
    keys = set(re.findall(r'"(\w+)"\s*:', text))
    if not keys & FRAME_KEYS or keys & {"labels", "objects"}:
        return _document_kind(keys)
    if first.startswith("["):
        return Seen("a JSON array of clips", "array")
    return Seen("a JSON object over several lines", "object") if spread else None


def _line_kind(line: dict[str, Any], first: str, *, whole: bool) -> Seen | None:
    """Return what a file of objects is by its first one."""
    keys = set(line)
    frames = line.get("frames")
    if keys & FRAME_KEYS and not (isinstance(frames, list) and frames and isinstance(frames[0], dict)):
        # A manifest may have scores, as `search` writes them: it is both.
        return None if "score" in keys else Seen("a manifest", "manifest")
    if "clip_id" in keys:
        if "score" in keys:
            return Seen("a score file", "scores", str(line.get("manifest") or ""))
        return Seen("a file of labels", "labels") if keys & {"binary_label", "labels"} else None
    return _document_kind(set(re.findall(r'"(\w+)"\s*:', first)), certain=whole)


def _document_kind(keys: set[str], *, certain: bool = True) -> Seen | None:
    """Return what a JSON document with these keys is; if it is `certain` that it is one, at least that."""
    if {"images", "annotations"} <= keys or {"images", "file_name"} <= keys or {"image_id", "bbox"} <= keys:
        return Seen("a file of annotations in COCO's form")
    if "box2d" in keys or ({"name", "attributes"} <= keys and keys & {"labels", "frames"}):
        return Seen("a file of labels in BDD100K's form")
    if "token" in keys and any(key.endswith("_token") or key == "filename" for key in keys):
        return Seen("a table of nuScenes", "nuscenes")
    if {"data", "annotations"} <= keys:
        return Seen("an export of Label Studio")
    if keys & {"file_name", "image", "image_path", "filename"}:
        return Seen("JSON about single images")
    return Seen("a JSON document") if certain else None


def kind_of_folder(path: Path) -> Seen:
    """Return what a folder is by its names, and those below it."""
    if (path / "record.json").is_file() and (path / "manifest.jsonl").is_file():
        return Seen("a run folder", "run")
    if any(path.glob("v1.0-*/sample_data.json")):
        return Seen("a folder of nuScenes", "nuscenes")
    if (path / "meta" / "info.json").is_file():
        return Seen("a LeRobot dataset", "lerobot")
    names = islice((name for _, _, files in os.walk(path) for name in files), ENTRIES)
    suffixes = {Path(name).suffix.lower() for name in names}
    if manifests := sorted(file.name for file in path.glob("*.jsonl")):
        return Seen(f"a folder (with {', '.join(manifests[:3])})", "files")
    for kind, own in (("images", IMAGE_SUFFIXES), ("video", VIDEO_SUFFIXES), ("log", LOG_SUFFIXES)):
        if suffixes & own:
            return Seen(f"a folder of {kind}{'' if kind == 'images' else 's'}", kind)
    return Seen("a folder", "files")
