"""Wrap the server in bubblewrap if it is installed: own namespaces, a nearly empty file system."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from jepamine.sandbox.limits import MIB, Limits
from jepamine.sandbox.readable import FONTS, LIBRARIES, OTHERS, PACKAGES

#: The size of `home`: the folder of one child at a time, and what the server itself writes.
HOME_BYTES = (Limits().folder + 16) * MIB


def installed() -> bool:
    """Return whether bubblewrap is installed."""
    return sys.platform == "linux" and shutil.which("bwrap") is not None


def prefix(home: Path, more: Iterable[Path]) -> list[str]:
    """Return the command prefix that runs Python inside bubblewrap.

    Inside are the system's and Python's libraries and `more`, all read-only, and `home`, a tmpfs of
    HOME_BYTES, to write in.
    """
    # Not --die-with-parent: the parent would be the thread that starts it. The server ends with its stdin.
    return [*_box(more), "--new-session", "--size", str(HOME_BYTES), "--tmpfs", str(home), *_in(home)]


def program_prefix(folder: Path, more: Iterable[Path]) -> list[str]:
    """Return the prefix for a program that writes in the existing `folder`; the rest is as in `prefix`.

    It stays in its parent's session, so that one signal ends the whole group.
    """
    return [*_box(more), "--bind", str(folder), str(folder), *_in(folder)]


def _in(folder: Path) -> list[str]:
    return ["--chdir", str(folder), "--"]


def _box(more: Iterable[Path]) -> list[str]:
    words = [shutil.which("bwrap") or "bwrap", "--unshare-all", "--cap-drop", "ALL"]
    words += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
    interpreter = Path(sys.executable)
    needed = [
        Path(name) for name in ("/usr", "/bin", *LIBRARIES, *FONTS, *OTHERS) if not name.startswith("/dev")
    ]
    needed += [
        Path(sys.prefix),
        Path(sys.base_prefix),
        interpreter.parent,
        interpreter.resolve().parent,
        *(Path(folder) for folder in sys.path if Path(folder).name in PACKAGES),
        *more,
    ]
    for path in _outermost(needed):
        if path.is_symlink():
            words += ["--symlink", str(path.readlink()), str(path)]
        else:
            words += ["--ro-bind-try", str(path), str(path)]
    return words


def _outermost(paths: Iterable[Path]) -> list[Path]:
    outermost = set(paths)
    return sorted(path for path in outermost if not outermost.intersection(path.parents))
