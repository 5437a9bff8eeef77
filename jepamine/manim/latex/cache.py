"""SVGs of formulas, checked, and kept by the SHA-256 of their documents, in memory and in a folder."""

from __future__ import annotations

import contextlib
import hashlib
import re
import threading
from collections import OrderedDict
from pathlib import Path

from jepamine.utils.files import write_atomic
from jepamine.utils.local_cache import user_cache

#: The largest SVG of a formula.
MOST_BYTES = 2 * 2**20
ELEMENTS = frozenset(("svg", "g", "defs", "path", "use", "rect", "style", "clipPath", "symbol"))
_TAG = re.compile(r"<\s*([A-Za-z][\w:.-]*)")
_REFERENCE = re.compile(r"""(?:href|src)\s*=\s*["'](?!#)""", re.IGNORECASE)


class Unusable(ValueError):
    """An SVG contains more than outlines."""


def checked(svg: str) -> str:
    """Return an SVG. Raises Unusable for other elements, references, declarations, or over MOST_BYTES."""
    if len(svg) > MOST_BYTES:
        raise Unusable("its drawing is larger than 2 MiB")
    if "<!" in svg.replace("<!--", "") or "<?" in svg.removeprefix("<?xml"):
        raise Unusable("its drawing contains declarations")
    for name in _TAG.findall(svg):
        if name not in ELEMENTS:
            raise Unusable(f"its drawing contains <{name[:20]}>")
    if _REFERENCE.search(svg) or "url(" in svg.replace("url(#", ""):
        raise Unusable("its drawing refers to other files")
    return svg


#: Raise it when the same document gets another SVG.
VERSION = "1"
IN_MEMORY = 2000
#: Bytes in the folder above which the oldest files are deleted, down to half of it.
FULL = 128 * 2**20


def cache_folder() -> Path:
    """Return `jepamine/latex` in the user's cache folder (XDG_CACHE_HOME, by default ~/.cache)."""
    return user_cache() / "latex"


class Cache:
    """SVGs by document; from any thread. A folder that cannot be used is left out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._recent: OrderedDict[str, str] = OrderedDict()
        self._written = FULL // 8

    def get(self, document: str) -> str | None:
        """Return the SVG of a document, if it is kept."""
        key = _key(document)
        with self._lock:
            if key in self._recent:
                self._recent.move_to_end(key)
                return self._recent[key]
        try:
            path = self._path(key)
            if path.stat().st_size > MOST_BYTES:
                return None
            svg = checked(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, Unusable):
            # Missing or damaged: it is typeset again.
            return None
        self._remember(key, svg)
        return svg

    def put(self, document: str, svg: str) -> None:
        """Keep the SVG of a document."""
        key = _key(document)
        self._remember(key, svg)
        data = svg.encode()
        # A read-only home or a full disk costs time later, and nothing else.
        with contextlib.suppress(OSError):
            write_atomic(self._path(key), data)
        with self._lock:
            self._written += len(data)
            due, self._written = self._written > FULL // 8, self._written % (FULL // 8)
        if due:
            self._delete_oldest()

    def _remember(self, key: str, svg: str) -> None:
        with self._lock:
            self._recent[key] = svg
            while len(self._recent) > IN_MEMORY:
                self._recent.popitem(last=False)

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.svg"

    def _delete_oldest(self) -> None:
        # Another process may delete the same files.
        files = []
        for path in self._folder.glob("*/*.svg"):
            with contextlib.suppress(OSError):
                status = path.stat()
                files.append((status.st_mtime_ns, status.st_size, path))
        total = sum(size for _, size, _ in files)
        if total <= FULL:
            return
        for _, size, path in sorted(files):
            with contextlib.suppress(OSError):
                path.unlink()
            total -= size
            if total <= FULL // 2:
                return


def _key(document: str) -> str:
    return hashlib.sha256(f"{VERSION}\n{document}".encode()).hexdigest()
