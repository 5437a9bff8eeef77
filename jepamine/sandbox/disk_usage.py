"""What a child takes on disk: the files of its folder, and deleted files that it holds open or mapped."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path


def holds_more(folder: Path, size: int, entries: int) -> bool:
    """Return whether a folder holds more than `size` bytes on disk, or more than `entries` files and folders.

    A folder that cannot be read counts as more.
    """
    total = count = 0
    waiting = [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as inside:
                for entry in inside:
                    count += 1
                    with contextlib.suppress(FileNotFoundError):
                        status = entry.stat(follow_symlinks=False)
                        total += _bytes(status)
                        if stat.S_ISDIR(status.st_mode):
                            waiting.append(entry.path)
                    if count > entries or total > size:
                        return True
        except FileNotFoundError:
            # Deleted between two checks; the next one sees what exists then.
            continue
        except OSError:
            return True
    return False


def deleted_bytes(process: int, folder: Path, largest: int) -> int:
    """Return the bytes of the deleted files that a process holds open or, below `folder`, mapped.

    Mapped files cannot be measured without privileges: each counts as `largest`. 0 where /proc is missing.
    """
    sizes: dict[tuple[int, int], int] = {}
    for task in Path(f"/proc/{process}/task").glob("*"):
        # A thread ends, and closes files, at any time.
        with contextlib.suppress(OSError), os.scandir(task / "fd") as descriptors:
            for descriptor in descriptors:
                with contextlib.suppress(OSError):
                    status = descriptor.stat()
                    if stat.S_ISREG(status.st_mode) and status.st_nlink == 0:
                        sizes[status.st_dev, status.st_ino] = _bytes(status)
        with contextlib.suppress(OSError):
            for line in (task / "maps").read_bytes().splitlines():
                if line.endswith(b" (deleted)"):
                    _, _, _, device, inode, path = line.split(maxsplit=5)
                    if path.startswith(os.fsencode(folder) + b"/"):
                        major, minor = (int(number, 16) for number in device.split(b":"))
                        sizes.setdefault((os.makedev(major, minor), int(inode)), largest)
    return sum(sizes.values())


def _bytes(status: os.stat_result) -> int:
    return max(status.st_size, status.st_blocks * 512)
