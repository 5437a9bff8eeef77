"""The page at `/`: three files of this package, nothing from other hosts."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.responses import Response

FOLDER = Path(__file__).with_name("page")
FILES = {
    "/": ("index.html", "text/html"),
    "/page/icon.svg": ("icon.svg", "image/svg+xml"),
    "/page/page.css": ("page.css", "text/css"),
    "/page/layout.js": ("layout.js", "text/javascript"),
    "/page/page.js": ("page.js", "text/javascript"),
}


def policy(previews: str) -> str:
    """Return the content security policy: this service only, and the host of previews."""
    parts = urlsplit(previews)
    elsewhere = f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        f"img-src 'self' blob:{elsewhere}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def add_page(app: FastAPI) -> None:
    """Serve the page."""
    for path, (name, kind) in FILES.items():
        _add(app, path, (FOLDER / name).read_bytes(), f"{kind}; charset=utf-8")


def _add(app: FastAPI, path: str, content: bytes, kind: str) -> None:
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}

    @app.get(path, include_in_schema=False)
    @app.head(path, include_in_schema=False)
    def file(request: Request) -> Response:
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(content, headers=headers, media_type=kind)
