"""Wrap the server in bubblewrap if it is installed, with the paths that confined code may read."""

from __future__ import annotations

import shutil
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

from jepamine.sandbox.limits import MIB, Limits
from jepamine.utils.local_cache import user_home

LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
FONTS = (
    "/etc/fonts",
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/usr/share/fontconfig",
    "/var/cache/fontconfig",
)
OTHERS = ("/usr/share/locale", "/usr/share/zoneinfo", "/dev/null", "/dev/urandom")
PACKAGES = ("site-packages", "dist-packages")


def readable() -> list[Path]:
    """Return the paths without those inside of others.

    Of a project's folder only what is imported from it.
    """
    prefixes = {Path(prefix) for prefix in (sys.prefix, sys.base_prefix)}
    paths = {Path(path) for path in (*LIBRARIES, *FONTS, *OTHERS)}
    paths |= {prefix / part for prefix in prefixes for part in ("lib", "lib64", "etc/fonts", "share/fonts")}
    paths |= {Path(path) for name, path in sysconfig.get_paths().items() if name.endswith("lib")}
    for name in sys.path:
        path = Path(name)
        if path.name in PACKAGES or any(prefix in path.parents for prefix in prefixes):
            paths.add(path)
    paths |= _imported()
    # Prefixes of the system itself would open all of it.
    paths -= {Path("/"), Path("/usr"), user_home()}
    return sorted(path for path in paths if not paths.intersection(path.parents))


def _imported() -> set[Path]:
    folders = set()
    for name, module in list(sys.modules.items()):
        if "." in name or name == "__main__":
            continue
        for folder in getattr(module, "__path__", None) or ():
            folders.add(Path(folder))
        file = getattr(module, "__file__", None)
        if isinstance(file, str):
            folders.add(Path(file))
    return folders


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
