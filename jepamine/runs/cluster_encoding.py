"""Encode a manifest's clips on a Dask cluster, into the shared embedding store.

The workers return the hashes of the frames. With them `embed_clips` finds the embeddings in the store, and
the client reads no frame.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import jepamine
from jepamine.cluster.saved_parts import Job, finished_parts
from jepamine.cluster.tasks import Cluster, answer, opened_once
from jepamine.config.recipe import read as read_recipe
from jepamine.data.clips import Clip, read_clips
from jepamine.data.embedding_store import Store
from jepamine.data.embeddings import Unreadable, embed_clips
from jepamine.data.known_content import known_line
from jepamine.data.part_lines import clips_in, item_of
from jepamine.data.splits import chosen
from jepamine.errors import UserError
from jepamine.places import file_of
from jepamine.protocols import Parts
from jepamine.runs import build as assembly
from jepamine.runs import integrity, run_folder, run_status
from jepamine.runs.build import hardware, using
from jepamine.runs.loading import run_source
from jepamine.runs.run_folder import RunFolder
from jepamine.utils.files import sha256_file


@contextmanager
def encoded(
    parts: Parts,
    run: RunFolder,
    cluster: Cluster | None,
    *,
    splits: Sequence[str | None] = (None,),
    masked: bool = True,
    stop: bool = True,
    again: str = "--resume",
) -> Iterator[Parts]:
    """Encode the clips of `parts.source` on the cluster; give the block parts that find the embeddings.

    Only clips of `splits` (None: all), and without `masked` only clean embeddings. With `stop` the first clip
    that cannot be read raises UserError, else it is left to the block. Without a cluster the block gets
    `parts` as they are. Finished parts are saved in the run's folder until the block ends.
    """
    if cluster is None:
        yield parts
        return
    source = parts.source
    identity = _identity(parts)
    common = {
        "experiments": str(run.path.parent),
        "run": run.name,
        "root": str(source.root) if source.root else None,
        "splits": list(splits),
        "masked": masked,
        "stop": stop,
        "device": hardware().device,
        "threads": hardware().threads,
        "identity": identity,
        "trust_changes": bool(integrity.changed_files(run, run_status.read_record(run))),
    }
    job = Job(
        "encode",
        encode_part,
        source.manifest,
        common,
        lambda: (item_of(clip)._replace(wanted=_is_wanted(clip, splits)) for clip in read_clips(source)),
        again,
    )
    words = json.dumps([identity, sha256_file(source.manifest), list(splits), masked, stop])
    folder = run.path / f"encode.{hashlib.sha256(words.encode()).hexdigest()[:8]}.parts"
    with finished_parts(job, cluster, folder):
        yield dataclasses.replace(parts, source=dataclasses.replace(source, known=folder))


def encode_part(task: str) -> bytes:
    """Encode one part of a manifest on a worker, as the JSON object `task` describes it, into the store.

    Returns a line for each clip: the hashes of its frames.
    """
    return answer(task, _encode)


def _encode(wanted: dict[str, Any]) -> bytes:
    parts, store = opened_once(wanted, lambda stack: _opened(wanted, stack))
    clips = clips_in(parts.source, wanted["lines"])
    mask = parts.mask if wanted["masked"] else None
    lines = []
    for item in embed_clips(clips, parts.source, mask, parts.encoder, store):
        if not isinstance(item, Unreadable):
            lines.append(known_line(item.clip, item.digests))
        elif wanted["stop"]:
            raise item.error
    if store.read_only:
        raise UserError(f"{store.folder}: cannot be written on this worker; --dask requires a shared store")
    store.sync()
    return b"".join(lines)


def _is_wanted(clip: Clip, splits: Sequence[str | None]) -> bool:
    return any(chosen(clip, split).any() for split in splits)


def _opened(wanted: dict[str, Any], stack: ExitStack) -> tuple[Parts, Store]:
    experiments = Path(wanted["experiments"])
    # The client has trusted the run's code, and the identity says that it is the same encoder.
    with (
        integrity.trusting(changes=wanted["trust_changes"], code=True),
        using(wanted["device"], wanted["threads"]),
    ):
        run = run_folder.find(experiments, wanted["run"])
        record = run_status.read_record(run)
        integrity.require_unchanged(run, record)
        integrity.require_trusted_code(run)
        recipe = read_recipe(run.recipe, {})
        root = file_of(wanted["root"]) if wanted["root"] else None
        manifest = file_of(wanted["manifest"])
        source = dataclasses.replace(run_source(run, record), manifest=manifest, root=root)
        device = assembly.pick_device(hardware().device or recipe.device)
        parts = assembly.build_parts(recipe, source, experiments, device)
    if _identity(parts) != wanted["identity"]:
        raise UserError(
            f"{run.path}: its encoder, or jepamine itself, is of another version on this worker; workers "
            "must see the client's files under the same paths"
        )
    return parts, stack.enter_context(Store(parts.store))


def _identity(parts: Parts) -> str:
    """Return a hash of what client and workers must have in common: version, encoder, preparation, store."""
    source, encoder = parts.source, parts.encoder
    facts = [
        jepamine.__version__,
        encoder.weights_sha256,
        encoder.preprocessing,
        str(parts.store),
        source.tubelet_size,
        list(source.image_size),
        str(source.root),
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()
