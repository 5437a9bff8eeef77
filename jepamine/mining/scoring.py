"""Score a manifest's clips: streamed, written incrementally, resumable."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from jepamine.data.clips import Clip, read_clips, read_clips_or_errors
from jepamine.data.embedding_store import Store
from jepamine.data.embeddings import Embedded, Unreadable, embed_clips
from jepamine.data.part_lines import PartLines, clips_in, items_of
from jepamine.data.shards import Shard
from jepamine.data.wrong_files import require_manifest
from jepamine.errors import UserError
from jepamine.mining.heat_maps import HeatMapper, HeatWriter, heat_end
from jepamine.mining.score_lines import score_lines
from jepamine.mining.score_parts import completion_path, save_completion
from jepamine.mining.scorer_panel import RunPanel
from jepamine.protocols import Source
from jepamine.runs.loading import LoadedRun
from jepamine.utils.files import check_output, naming, sha256_file, sync
from jepamine.utils.json_files import json_text, parse_line, raw_lines
from jepamine.utils.locks import exclusive
from jepamine.utils.progress import notify, progress

OnError = Literal["stop", "record"]

# Clips are scored together, as distances to a bank are matrix products, but never wait longer than this to be
# written: while embeddings are computed, that is a clip or two.
BATCH_CLIPS = 64
BATCH_SECONDS = 1.0


def score_manifest(
    opened: LoadedRun,
    output: Path,
    *,
    scorer: str | None,
    on_error: OnError,
    resume: bool,
    shard: Shard,
    heatmaps: bool = False,
) -> dict[str, int]:
    """Score the clips of `opened.parts.source` into the JSONL file `output`, in the manifest's order.

    Lines go to a temporary file beside `output`, which is renamed when complete. With `on_error` "stop" the
    first clip that cannot be read raises UserError, and what was scored is kept for `resume`; with "record"
    it gets a line with its error. `heatmaps` also writes the clips' heat maps, beside `output`.
    Returns {"clips": lines written, "errors": those with an error}.
    """
    check_output(output, opened.parts.source.manifest)
    require_manifest(opened.parts.source.manifest)  # before references are made, which takes minutes
    items = _items(opened.parts.source, shard, on_error == "stop")
    with Store(opened.parts.store) as store:
        panel = RunPanel(opened, store, scorer)
        try:
            return score_shard(panel, output, items, on_error, resume, _facts(panel, shard), heatmaps)
        except StoppedError as error:
            raise UserError(
                f"{error}\n{error.done} clips are scored and saved: fix it and continue with --resume, or "
                "skip such clips with --on-error record"
            ) from None


class StoppedError(UserError):
    """A clip that cannot be read; `done` clips before it are scored."""

    def __init__(self, message: str, done: int) -> None:
        super().__init__(message)
        self.done = done


def score_shard(
    panel: RunPanel,
    output: Path,
    items: Callable[[], Iterator[Clip | UserError]],
    on_error: OnError,
    resume: bool,
    facts: Mapping[str, Any],
    heatmaps: bool = False,
) -> dict[str, int]:
    """Score the clips of a shard, which `items` reads, with an opened panel; see `score_manifest`.

    `facts` tell what is scored: number and count of the shards, and all that must not be mixed.
    Raises StoppedError at the first clip that cannot be read, with `on_error` "stop".
    """
    opened = panel.opened
    # Every line is checked before the first is encoded; none is kept, however long the manifest is.
    total = sum(1 for _ in items())
    relative_to = opened.recipe.scoring["relative_to"]
    if facts["shards"] > 1 and relative_to and "drive" not in relative_to:
        raise UserError(
            "[scoring] relative_to: the clips of a camera may be in several parts, each of which sees its "
            'own only; score in one process, or train with relative_to = ["camera", "drive"]'
        )
    if panel.wants_all():
        panel.prepare(
            lambda: (
                view
                for item in _embedded(panel, items(), "look through", total)
                if isinstance(item, Embedded)
                for view in panel.views(item)
            )
        )
    mapper = HeatMapper(opened, panel.bank) if heatmaps else None
    unfinished = _unfinished(output, facts, heatmaps)
    lock = unfinished.with_suffix(".lock")
    with exclusive(lock, f"{output}: another process is scoring into it"):
        try:
            done, errors, kept = _truncate(unfinished) if resume else (0, 0, 0)
            embedded = _embedded(panel, islice(items(), done, None), "score", total, done)
            writer = HeatWriter(mapper, unfinished, output, kept) if mapper else nullcontext()
            with writer as heat:
                errors += _write(unfinished, embedded, panel, done, on_error == "stop", heat)
                if heat:
                    heat.finish()
            counts = {"clips": total, "errors": errors}
            if facts["shards"] > 1:
                save_completion(unfinished, output, {**facts, **counts})
            else:
                completion_path(output).unlink(missing_ok=True)
            unfinished.replace(output)
        except KeyboardInterrupt:
            notify(f"\ninterrupted; {unfinished} keeps what was scored: repeat the command with --resume")
            raise
        finally:
            lock.unlink(missing_ok=True)
    return counts


def _items(source: Source, shard: Shard, stop: bool) -> Callable[[], Iterator[Clip | UserError]]:
    """Return what reads the clips of a shard: its own lines, after one look at all for where they are."""
    if shard.of == 1:
        return partial(read_clips if stop else read_clips_or_errors, source)
    plan = PartLines(source.manifest, items_of(source, stop), shard.of)
    return partial(clips_in, source, plan.ranges(shard.number))


def _write(
    unfinished: Path,
    items: Iterable[Embedded | Unreadable],
    panel: RunPanel,
    done: int,
    stop: bool,
    heat: HeatWriter | None,
) -> int:
    """Append the lines of `items`, after the `done` existing ones; return how many have an error."""
    errors = 0
    with naming(unfinished), unfinished.open("ab" if done else "wb") as file:
        for batch in _batches(items, stop):
            for line in score_lines(batch, panel, heat):
                if "error" in line and stop:
                    raise StoppedError(line["error"], done)
                file.write(json_text(line).encode() + b"\n")
                done += 1
                errors += "error" in line
            # A killed process loses the clips in flight only.
            file.flush()
        sync(file)
    return errors


def _embedded(
    panel: RunPanel, items: Iterable[Clip | UserError], label: str, total: int, done: int = 0
) -> Iterator[Embedded | Unreadable]:
    parts = panel.opened.parts
    with progress(label, total, "clips", done=done) as bar:
        for item in embed_clips(items, parts.source, parts.mask, parts.encoder, panel.store):
            yield item
            bar.step()


def _batches(items: Iterable[Embedded | Unreadable], stop: bool) -> Iterator[list[Embedded | Unreadable]]:
    batch: list[Embedded | Unreadable] = []
    began = time.monotonic()
    for item in items:
        batch.append(item)
        failed = stop and isinstance(item, Unreadable)
        if failed or len(batch) == BATCH_CLIPS or time.monotonic() - began > BATCH_SECONDS:
            yield batch
            batch, began = [], time.monotonic()
    if batch:
        yield batch


def _unfinished(output: Path, facts: Mapping[str, Any], heatmaps: bool) -> Path:
    """Return the temporary name.

    It separates what must not be mixed: run, weights, scorers, manifest, shard, with and without heat maps.
    """
    words = json.dumps({**facts, "heatmaps": True} if heatmaps else facts)
    digest = hashlib.sha256(words.encode()).hexdigest()[:8]
    return output.with_name(f"{output.name}.{digest}.part")


def _facts(panel: RunPanel, shard: Shard) -> dict[str, Any]:
    opened = panel.opened
    return {
        "run": opened.folder.name,
        "weights_sha256": sha256_file(opened.weights),
        "scorers": panel.names,
        "scoring": opened.recipe.scoring,
        "manifest_sha256": sha256_file(opened.parts.source.manifest),
        "root": str(opened.parts.source.root),
        "shard": shard.number,
        "shards": shard.of,
    }


def _truncate(unfinished: Path) -> tuple[int, int, int]:
    """Truncate a torn last line of a stopped score.

    Returns (complete lines, those with an error, bytes of the lines' heat maps).
    """
    if not unfinished.exists():
        return 0, 0, 0
    count = errors = size = heat = 0
    for number, raw in raw_lines(unfinished):
        try:
            line = parse_line(unfinished, number, raw)
        except UserError:
            break
        if not raw.endswith(b"\n"):
            break
        count, errors, size = count + 1, errors + ("error" in line), size + len(raw)
        heat = max(heat, heat_end(line))
    if size < unfinished.stat().st_size:
        os.truncate(unfinished, size)
    return count, errors, heat
