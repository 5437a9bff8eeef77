"""The service as the command line asks for it: whether what it needs is installed, then all the rest."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from jepamine.errors import UserError

NEEDED = ("cachetools", "fastapi", "prometheus_client", "python_multipart", "uvicorn")


def run(experiments: Path, host: str, port: int, **settings: Any) -> None:
    """Serve until a signal says to stop; `settings` are those of `jepamine.serving.build.Settings`.

    Raises UserError where a package is missing, and as `jepamine.serving.server.serve`.
    """
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise UserError(f"serve needs {', '.join(missing)}: pip install -e '.[serve]'")
    from jepamine.serving.build import Settings
    from jepamine.serving.server import serve

    serve(Settings(experiments, **settings), host, port)
