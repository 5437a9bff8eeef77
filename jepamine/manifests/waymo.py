"""Build clips from Waymo Open Dataset v2: camera images in Parquet files, one file per segment.

Columns are those of the component camera_image: `key.segment_context_name`, `key.frame_timestamp_micros`,
`key.camera_name` and `[CameraImageComponent].image` (a JPEG file).
Source: github.com/waymo-research/waymo-open-dataset, src/waymo_open_dataset/v2.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from jepamine.errors import UserError, did_you_mean
from jepamine.manifests.folder_layouts import NAMED
from jepamine.manifests.input_files import load_parquet, parquet_errors
from jepamine.manifests.new_lines import Skipped, full
from jepamine.manifests.tracks import Track, report, track_lines
from jepamine.manifests.windows import Cutter
from jepamine.utils.files import write_atomic
from jepamine.utils.progress import notify

COMPONENT = "camera_image"
SEGMENT, TIME, CAMERA = "key.segment_context_name", "key.frame_timestamp_micros", "key.camera_name"
IMAGE = "[CameraImageComponent].image"
#: Waymo's CameraName.
CAMERAS = {1: "FRONT", 2: "FRONT_LEFT", 3: "FRONT_RIGHT", 4: "SIDE_LEFT", 5: "SIDE_RIGHT"}
# Rows read at a time: an image has about 300 kB.
BATCH = 32


def waymo_lines(
    folder: Path,
    frames: Path,
    window: int,
    stride: int,
    cameras: Sequence[str] = ("FRONT",),
    max_gap: float = 1.0,
) -> list[dict[str, Any]]:
    """Return manifest lines of the camera images below `folder`, which are written below `frames`.

    An image becomes `frames`/SEGMENT/CAMERA/SEGMENT__CAMERA__TIME.jpg, byte for byte, unless that file is
    there. The segment is scene and drive. No clip spans more than `max_gap` seconds between frames. Raises
    UserError without pyarrow, for an unknown camera, without Parquet files or images of the cameras, and for
    a file that cannot be read, lacks a column, or has a value that is no file name, time or image.
    """
    for camera in cameras:
        if camera not in CAMERAS.values():
            known = ", ".join(CAMERAS.values())
            raise UserError(f"no camera '{camera}'{did_you_mean(camera, CAMERAS.values())}; cameras: {known}")
    tracks: dict[tuple[str, str], dict[int, str]] = {}
    written = kept = 0
    skipped = Skipped()
    files = _files(folder)
    for file in files:
        for segment, camera, time, image in _images(file, cameras, skipped):
            path = full(frames) / segment / camera / f"{segment}__{camera}__{time}.jpg"
            if path.is_file() and path.stat().st_size == len(image):
                kept += 1
            else:
                write_atomic(path, image)
                written += 1
            tracks.setdefault((segment, camera), {})[time] = str(path)
    if not tracks:
        raise UserError(f"{folder}: no image of {', '.join(cameras)}; choose another --camera")
    skipped.notify()
    notify(f"read: {written + kept} images in {len(files)} file{'s' * (len(files) != 1)}")
    notify(f"{frames}: {written} images written" + (f", {kept} already present" if kept else ""))
    ordered = [
        Track(NAMED, segment, segment, camera, [shots[t] for t in sorted(shots)], sorted(shots), TIME)
        for (segment, camera), shots in sorted(tracks.items())
    ]
    report(ordered)
    cutter = Cutter(window, stride, max_gap)
    lines = [line for track in ordered for line in track_lines(track, cutter)]
    cutter.notify()
    if not lines:
        raise UserError(f"{folder}: no segment has a tubelet (2 frames)")
    return lines


def _files(folder: Path) -> list[Path]:
    below = sorted(
        path
        for path in folder.rglob("*.parquet")
        if path.parent.name == COMPONENT and not path.name.startswith((".", "_"))
    )
    # The component's own folder may be called anything once downloaded.
    files = below or sorted(path for path in folder.glob("*.parquet") if not path.name.startswith((".", "_")))
    if not files:
        raise UserError(
            f"{folder}: no .parquet file in it or in a folder {COMPONENT} below it; "
            f"download the component {COMPONENT} of Waymo's version 2"
        )
    return files


def _images(file: Path, cameras: Sequence[str], skipped: Skipped) -> Iterator[tuple[str, str, int, bytes]]:
    """Yield (segment, camera, microseconds, JPEG) of a file's rows that are of `cameras`; count others."""
    parquet = load_parquet()
    with parquet_errors(file), contextlib.closing(parquet.ParquetFile(file)) as table:
        missing = [name for name in (SEGMENT, TIME, CAMERA, IMAGE) if name not in table.schema_arrow.names]
        if missing:
            raise UserError(f"{file}: no column '{missing[0]}'; expected the component {COMPONENT}")
        row = 0
        for batch in table.iter_batches(BATCH, columns=[SEGMENT, TIME, CAMERA, IMAGE]):
            columns = [batch.column(name) for name in (SEGMENT, TIME, IMAGE)]
            for number, name in enumerate(batch.column(CAMERA).to_pylist()):
                camera = CAMERAS.get(name, f"CAMERA_{name}")
                if camera not in cameras:
                    skipped.add("images", "of other cameras; --camera chooses")
                else:
                    segment, time, image = (column[number].as_py() for column in columns)
                    _check(f"{file}: row {row + number}", segment, time, image)
                    yield segment, camera, time, image
            row += batch.num_rows


def _check(place: str, segment: Any, time: Any, image: Any) -> None:
    # The segment becomes a folder, so it must not lead out of the one given.
    if not isinstance(segment, str) or not re.fullmatch(r"[A-Za-z0-9_][\w.-]*", segment):
        raise UserError(f"{place}: '{SEGMENT}' is not the name of a segment: {segment!r}")
    if not isinstance(time, int) or time < 0:
        raise UserError(f"{place}: '{TIME}' is not a time in microseconds: {time!r}")
    if not isinstance(image, bytes) or not image.startswith(b"\xff\xd8"):
        raise UserError(f"{place}: '{IMAGE}' is not a JPEG image")
