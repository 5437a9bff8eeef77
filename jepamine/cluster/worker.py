"""What runs on a Dask worker: a JSON text in, JSONL bytes out; models are opened once per worker."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar, cast

from jepamine.errors import UserError
from jepamine.places import File, file_of
from jepamine.utils.files import sha256_file
from jepamine.utils.local_cache import local
from jepamine.utils.remote import exists

#: First byte of a result that is the message of a UserError; JSONL begins with "{".
FAILED = b"!"

Opened = TypeVar("Opened")

# Models are not shared between threads: the tasks of one process run one after the other.
_LOCK = threading.Lock()
_OPEN: dict[str, tuple[object, ExitStack]] = {}
# Hashes of manifests by path, size and time of change: a task need not read the lines of all others.
_HASHES: dict[tuple[Path, int, int], str] = {}


def answer(task: str, work: Callable[[dict[str, Any]], bytes]) -> bytes:
    """Return what `work` makes of the JSON object `task`.

    A UserError becomes `FAILED` and its message: it would be the same on any other worker. Anything else is
    raised, so that Dask tries again.
    """
    wanted = json.loads(task)
    with _LOCK:
        try:
            manifest = file_of(wanted["manifest"])
            if not exists(manifest) or _sha256_once(manifest) != wanted["manifest_sha256"]:
                raise UserError(
                    f"{manifest}: not the same on this worker, or changed since the command began; workers "
                    "must see the client's files under the same paths"
                )
            return work(wanted)
        except UserError as error:
            return FAILED + str(error).encode()


def opened_once(wanted: dict[str, Any], make: Callable[[ExitStack], Opened]) -> Opened:
    """Return what `make` opens for the tasks that differ from `wanted` in nothing but their part.

    It is closed when a task of another kind comes.
    """
    key = json.dumps({name: value for name, value in wanted.items() if name not in ("number", "lines")})
    if key not in _OPEN:
        for _, before in _OPEN.values():
            before.close()
        _OPEN.clear()
        with ExitStack() as stack:
            opened = make(stack)
            _OPEN[key] = opened, stack.pop_all()
    return cast(Opened, _OPEN[key][0])


def _sha256_once(manifest: File) -> str:
    path = local(manifest)
    state = path.stat()
    key = path, state.st_size, state.st_mtime_ns
    if key not in _HASHES:
        _HASHES[key] = sha256_file(path)
    return _HASHES[key]
