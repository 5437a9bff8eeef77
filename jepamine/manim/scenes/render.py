"""Render scenes into a folder, in one process per core.

A seed writes the same bytes for any number of them.
"""

from __future__ import annotations

import io
import json
import multiprocessing.util
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import jepamine
from jepamine.errors import UserError
from jepamine.manim.engine.engine import Engine, engine, load_manim
from jepamine.manim.scenes.families import Shares
from jepamine.manim.scenes.scene import make_scene
from jepamine.utils.files import write_atomic
from jepamine.utils.json_files import json_lines, json_text
from jepamine.utils.locks import exclusive
from jepamine.utils.processes import cores, processes
from jepamine.utils.temporary import temporary_folder

#: The file with the settings in its first line, then the lines of the scenes so far; deleted at the end.
PART = "scenes.jsonl.part"
_END = b"IEND\xaeB`\x82"


@contextmanager
def unfinished(
    folder: Path, settings: dict[str, Any]
) -> Iterator[tuple[list[dict[str, Any]], Callable[[dict[str, Any]], None]]]:
    """Give the lines of the scenes that `folder` already has, and a function that adds one, meanwhile locked.

    Raises UserError if another process renders into the folder, or an interrupted one had other settings.
    """
    path = folder / PART
    with exclusive(path, f"{folder}: another process is rendering into this folder; choose another"):
        lines = _read(path, folder, settings)
        # Rewritten, without what was cut off in the middle of a line.
        path.write_text("".join(json_text(line) + "\n" for line in (settings, *lines)))
        with path.open("a") as file:

            def add(line: dict[str, Any]) -> None:
                file.write(json_text(line) + "\n")
                file.flush()

            yield lines, add
        path.unlink()


def _read(path: Path, folder: Path, settings: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for text in path.read_bytes().splitlines(keepends=True):
        try:
            line = json.loads(text) if text.endswith(b"\n") else None
        except (ValueError, RecursionError):
            break
        if not isinstance(line, dict):
            break
        found.append(line)
    if not found:
        return []
    if found[0] != settings:
        differing = sorted(key for key in settings if found[0].get(key) != settings[key])
        raise UserError(
            f"{folder}: was interrupted with other settings ({', '.join(differing)}); give the same ones to "
            "continue, or choose another folder"
        )
    lines = found[1:]
    return lines[: next((n for n, line in enumerate(lines) if not _whole(folder, line)), len(lines))]


def _whole(folder: Path, line: dict[str, Any]) -> bool:
    """Return whether the frame of a scene is there to its last byte."""
    try:
        return Path(folder, line["frame_paths"][0]).read_bytes().endswith(_END)
    except (OSError, KeyError, IndexError, TypeError):
        return False


#: The file with one line per scene.
MANIFEST = "scenes.jsonl"
# Starting a process takes as long as this many scenes.
WORTH_A_PROCESS = 150


@dataclass(frozen=True)
class Job:
    """What a process renders: scenes of a seed, `width` pixels wide, into `folder`."""

    folder: Path
    seed: int
    width: int
    shares: Shares


def render_scenes(
    job: Job, count: int, *, workers: int | None = None, on_scene: Callable[[], object] | None = None
) -> Path:
    """Write `count` scenes: `frames/*.png` and `scenes.jsonl`, one line per scene; return the latter's path.

    Scenes that an interrupted call with the same settings left in the folder are kept. `workers` is the
    number of processes, by default one per core if there are enough scenes. Raises UserError if Manim is
    missing, or another process renders into the folder.
    """
    load_manim()
    workers = workers or min(cores(), -(-count // WORTH_A_PROCESS))
    (job.folder / "frames").mkdir(parents=True, exist_ok=True)
    step = on_scene or (lambda: None)
    settings = {
        "seed": job.seed,
        "width": job.width,
        "shares": vars(job.shares),
        "version": jepamine.__version__,
    }
    with (
        unfinished(job.folder, settings) as (lines, add),
        temporary_folder() as media,
    ):
        for _ in lines[:count]:
            step()
        run = _here if workers == 1 else partial(_in_processes, workers=workers)
        for line in run(job, range(len(lines), count), media):
            add(line)
            lines.append(line)
            step()
        manifest = job.folder / MANIFEST
        write_atomic(manifest, json_lines(lines[:count]))
    return manifest


def _here(job: Job, indices: range, media: Path) -> Iterator[dict[str, Any]]:
    with engine(job.width, media) as own:
        for index in indices:
            yield render_one(own, job, index)


def _in_processes(job: Job, indices: range, media: Path, workers: int) -> Iterator[dict[str, Any]]:
    killed = "a process that rendered scenes was killed (out of memory?); render fewer at a time"
    with processes(workers, killed, _start, (job, media)) as pool:
        yield from pool.map(_render_there, indices, chunksize=8)


# What a spawned process renders with, from its start to its end; the stack keeps the engine's settings.
_own: tuple[Engine, Job] | None = None
_stack = ExitStack()


def _start(job: Job, media: Path) -> None:
    global _own
    folder = media / str(os.getpid())
    folder.mkdir()
    _own = (_stack.enter_context(engine(job.width, folder)), job)
    # At the interpreter's own end Manim's modules are half gone: it would print a traceback.
    multiprocessing.util.Finalize(None, _stack.close, exitpriority=1)


def _render_there(index: int) -> dict[str, Any]:
    assert _own is not None
    return render_one(*_own, index)


def render_one(own: Engine, job: Job, index: int) -> dict[str, Any]:
    """Render scene `index` of a job, write its frame, and return its line of `scenes.jsonl`."""
    from PIL import Image

    scene = make_scene(own, job.seed, index, job.shares)
    line = scene.line()
    buffer = io.BytesIO()
    Image.fromarray(scene.frame).save(buffer, "PNG", compress_level=3)
    # Not write_atomic: an fsync per frame takes longer than rendering, and the manifest is written last.
    (job.folder / line["frame_paths"][0]).write_bytes(buffer.getvalue())
    return line
