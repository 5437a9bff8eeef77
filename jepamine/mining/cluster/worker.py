"""What runs on a Dask worker: a string in, JSONL bytes out; the run is opened once per worker."""

from __future__ import annotations

import hashlib
import json
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jepamine
from jepamine.errors import UserError
from jepamine.mining.shards import Shard
from jepamine.utils.files import sha256_file

if TYPE_CHECKING:
    from jepamine.mining.panel import RunPanel
    from jepamine.runs.loading import LoadedRun

#: First byte of a result that is the message of a UserError; JSONL begins with "{".
FAILED = b"!"

# Models are not shared between threads: the tasks of one process run one after the other.
_LOCK = threading.Lock()
_OPEN: dict[str, tuple[RunPanel, ExitStack]] = {}


def score_part(task: str) -> bytes:
    """Score one part of a manifest, as the JSON object `task` describes it; return its lines.

    A UserError becomes `FAILED` and its message: it would be the same on any other worker. Anything else is
    raised, so that Dask tries again.
    """
    from jepamine.mining.scoring import score_shard

    wanted = json.loads(task)
    with _LOCK, tempfile.TemporaryDirectory(prefix="jepamine-") as folder:
        try:
            output = Path(folder) / "part.jsonl"
            shard = Shard(wanted["number"], wanted["of"])
            panel = _panel(wanted)
            score_shard(panel, output, wanted["total"], wanted["on_error"], False, shard)
            return output.read_bytes()
        except UserError as error:
            return FAILED + str(error).encode()


def identity(opened: LoadedRun) -> str:
    """Return a hash of what client and workers must have in common: version, run, weights, manifest."""
    source = opened.parts.source
    facts = [
        jepamine.__version__,
        opened.record["recipe_sha256"],
        sha256_file(opened.folder.weights),
        opened.recipe.scoring,
        sha256_file(source.manifest),
        str(source.root),
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _panel(wanted: dict[str, Any]) -> RunPanel:
    """Return the run's scorers, opened before if the last task was of the same run."""
    keys = ("experiments", "run", "manifest", "root", "scorer", "identity", "device", "trust_changes")
    key = json.dumps([wanted[name] for name in keys])
    if key not in _OPEN:
        for _, before in _OPEN.values():
            before.close()
        _OPEN.clear()
        _OPEN[key] = _opened(wanted)
    panel, _ = _OPEN[key]
    if sha256_file(panel.opened.parts.source.manifest) != wanted["manifest_sha256"]:
        raise UserError(f"{wanted['manifest']}: changed since the command began")
    return panel


def _opened(wanted: dict[str, Any]) -> tuple[RunPanel, ExitStack]:
    from jepamine.data.embedding_store import Store
    from jepamine.mining.panel import RunPanel
    from jepamine.runs.hardware import using
    from jepamine.runs.integrity import trusting
    from jepamine.runs.loading import load_run

    root = Path(wanted["root"]) if wanted["root"] else None
    # The client has trusted the run's code, and the identity says that it is the same run.
    with (
        trusting(changes=wanted["trust_changes"], code=True),
        using(wanted["device"], None),
        ExitStack() as stack,
    ):
        opened = load_run(Path(wanted["experiments"]), wanted["run"], Path(wanted["manifest"]), root)
        if identity(opened) != wanted["identity"]:
            raise UserError(
                f"{opened.folder.path} or {wanted['manifest']} is not the same on this worker, or its "
                "jepamine is of another version; workers must see the client's files under the same paths"
            )
        store = stack.enter_context(Store(opened.parts.store))
        return RunPanel(opened, store, wanted["scorer"]), stack.pop_all()
