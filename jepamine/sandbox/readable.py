"""The paths that confined code may read: interpreter, libraries, imported packages, fonts."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

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
    paths -= {Path("/"), Path("/usr"), Path.home()}
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
