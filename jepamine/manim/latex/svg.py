"""Check the SVG of a formula before a child or a cache gets it: only outlines and their places."""

from __future__ import annotations

import re

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
