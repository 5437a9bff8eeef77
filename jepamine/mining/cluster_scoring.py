"""Score a manifest on a Dask cluster: parts of whole drives, saved as they come, then merged."""

from __future__ import annotations

import hashlib
import json
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import jepamine
from jepamine.cluster.saved_parts import Job, finished_parts
from jepamine.cluster.tasks import Cluster, answer, opened_once
from jepamine.data.embedding_store import Store
from jepamine.data.part_lines import clips_in, items_of
from jepamine.errors import UserError
from jepamine.mining.score_parts import completion_path, merge_parts
from jepamine.mining.scorer_panel import RunPanel
from jepamine.mining.scoring import OnError, score_shard
from jepamine.places import file_of
from jepamine.runs.build import hardware, using
from jepamine.runs.integrity import trusting
from jepamine.runs.loading import LoadedRun, load_run, require_clip_ranking
from jepamine.utils.files import check_output, sha256_file
from jepamine.utils.temporary import temporary_folder


def score_on_cluster(
    opened: LoadedRun,
    output: Path,
    cluster: Cluster,
    *,
    scorer: str | None,
    on_error: OnError,
) -> dict[str, int]:
    """Score the clips of `opened.parts.source` into `output`, byte-identical to one process.

    Finished parts are kept in a folder beside `output` until all are there. Returns {"clips":
    lines written, "errors": those with an error}. Raises UserError as `score_manifest` does, and for a
    cluster that is lost.
    """
    source = opened.parts.source
    require_clip_ranking(opened)
    check_output(output, source.manifest)
    job = Job(
        "score",
        score_part,
        source.manifest,
        _common(opened, scorer, on_error),
        lambda: items_of(source, on_error == "stop"),
    )
    folder = _folder(opened, output, scorer, on_error)
    with finished_parts(job, cluster, folder) as parts:
        counts = merge_parts(parts, source.manifest, output)
        completion_path(output).unlink(missing_ok=True)
    return counts


def score_part(task: str) -> bytes:
    """Score one part of a manifest on a worker, as the JSON object `task` describes it; return its lines."""
    return answer(task, _score)


def _score(wanted: dict[str, Any]) -> bytes:
    panel = opened_once(wanted, lambda stack: _opened(wanted, stack))
    with temporary_folder() as folder:
        output = folder / "part.jsonl"
        source = panel.opened.parts.source
        items = partial(clips_in, source, wanted["lines"])
        facts = {"shard": wanted["number"], "shards": wanted["of"]}
        score_shard(panel, output, items, wanted["on_error"], False, facts)
        return output.read_bytes()


def _opened(wanted: dict[str, Any], stack: ExitStack) -> RunPanel:
    root = file_of(wanted["root"]) if wanted["root"] else None
    # The client has trusted the run's code, and the identity says that it is the same run.
    with trusting(changes=wanted["trust_changes"], code=True), using(wanted["device"], wanted["threads"]):
        opened = load_run(Path(wanted["experiments"]), wanted["run"], file_of(wanted["manifest"]), root)
        if _identity(opened) != wanted["identity"]:
            raise UserError(
                f"{opened.folder.path} is not the same on this worker, or its jepamine is of another "
                "version; workers must see the client's files under the same paths"
            )
        return RunPanel(opened, stack.enter_context(Store(opened.parts.store)), wanted["scorer"])


def _identity(opened: LoadedRun) -> str:
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


def _folder(opened: LoadedRun, output: Path, scorer: str | None, on_error: OnError) -> Path:
    """Return the folder of finished parts; its name separates what must not be mixed."""
    digest = hashlib.sha256(json.dumps([_identity(opened), scorer, on_error]).encode()).hexdigest()[:8]
    return output.with_name(f"{output.name}.{digest}.parts")


def _common(opened: LoadedRun, scorer: str | None, on_error: OnError) -> dict[str, Any]:
    """Return what the tasks of all parts have in common."""
    source = opened.parts.source
    return {
        "experiments": str(opened.folder.path.parent),
        "run": opened.folder.name,
        "root": str(source.root) if source.root else None,
        "scorer": scorer,
        "on_error": on_error,
        "device": hardware().device,
        "threads": hardware().threads,
        "identity": _identity(opened),
        "trust_changes": bool(opened.changed),
    }
