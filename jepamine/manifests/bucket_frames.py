"""Build clips from frames in a store: the names of all of its files, the content of a few."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

from jepamine.data.file_kinds import IMAGE_SUFFIXES
from jepamine.data.images import image_size
from jepamine.errors import UserError
from jepamine.manifests.frame_lines import FrameOptions, frame_lines
from jepamine.manifests.frame_times import NAMES
from jepamine.manifests.label_maps import judged
from jepamine.manifests.new_lines import full, placed
from jepamine.manifests.windows import Cutter
from jepamine.places import File, Url
from jepamine.utils.progress import notify, shown_as
from jepamine.utils.remote import READERS, listing, read, read_head
from jepamine.utils.temporary import temporary_folder

# Bytes of an image in which its size and orientation are looked for; behind large previews, in all of it.
HEAD = 1 << 16


def lines_of_frames(
    root: File,
    window: int,
    stride: int,
    cameras: Sequence[str],
    max_gap: float,
    options: FrameOptions,
) -> list[dict[str, Any]]:
    """Return what `frame_lines` does, also for a folder in a store, whose paths are URLs then.

    Of a store the listing is read, files of times, up to five images of each group of PNG, TIFF and other
    lossless images, which may be label maps, and the beginning of one image of each window, for its size.
    Times in EXIF are not read. Raises UserError as `frame_lines`.
    """
    if isinstance(root, Path):
        return frame_lines(root, window, stride, cameras, max_gap, options)
    with _outline(root, options.label_maps) as folder, shown_as(str(folder), str(root)):
        try:
            sizes = partial(_sizes, full(folder), root)
            lines = frame_lines(
                folder, window, stride, cameras, max_gap, options, partial(Cutter, sizes=sizes)
            )
        except UserError as error:
            raise UserError(str(error).replace(str(folder), str(root))) from None
        return [placed(placed(line, full(folder), folder), None, root) for line in lines]


def _sizes(folder: Path, root: Url, frames: Sequence[str]) -> list[tuple[int, int] | None]:
    """Return the sizes of images of the store, whose names are those of `frames` in `folder`."""

    def size(frame: str) -> tuple[int, int] | None:
        file = root / Path(frame).relative_to(folder)
        return image_size(BytesIO(read_head(file, HEAD))) or image_size(BytesIO(read(file)))

    with ThreadPoolExecutor(READERS) as pool:
        return list(pool.map(size, frames))


@contextmanager
def _outline(root: Url, keep_label_maps: bool) -> Iterator[Path]:
    """Make a temporary folder with the names of a store's folder; files that must be read have content."""
    names = [PurePosixPath(file.relative_to(root)) for file in listing(root)]
    odd = [name for name in names if ".." in name.parts or not name.parts]
    if odd:
        notify(f"files skipped: {len(odd)} (names that no file on disk can have), the first {root / odd[0]}")
    names = sorted(set(names) - set(odd))
    with temporary_folder() as temporary:
        # The folder's own name may be that of a drive or camera.
        folder = temporary / (root.name or "bucket")
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).touch()
        folder.mkdir(exist_ok=True)
        needed = [name for name in names if name.name in NAMES]
        needed += [] if keep_label_maps else _judged(names)
        with ThreadPoolExecutor(READERS) as pool:
            contents = pool.map(lambda name: read(root / name), needed)
            for name, content in zip(needed, contents, strict=True):
                (folder / name).write_bytes(content)
        yield folder


def _judged(names: Sequence[PurePosixPath]) -> list[PurePosixPath]:
    """Return the images that tell label maps from footage, of every folder."""
    folders: dict[PurePosixPath, list[Path]] = {}
    for name in names:
        if name.suffix.lower() in IMAGE_SUFFIXES and not name.name.startswith("."):
            folders.setdefault(name.parent, []).append(Path(name))
    return [PurePosixPath(image) for images in folders.values() for image in judged(images)]
