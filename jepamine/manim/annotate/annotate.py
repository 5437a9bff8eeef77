"""Annotate a Manim file: run it in a process of its own, and collect its frames and layouts."""

from __future__ import annotations

import ast
import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from jepamine.errors import UserError, first_line
from jepamine.manim.annotate.annotations import Job, settle
from jepamine.manim.engine.engine import load_manim
from jepamine.manim.layouts import MAX_OBJECTS
from jepamine.manim.scenes.render import MANIFEST
from jepamine.utils.files import read_bytes
from jepamine.utils.json_files import read_json, read_jsonl
from jepamine.utils.temporary import temporary_folder

# Seconds beyond a scene's limit until its process is ended: it may still be importing Manim.
GRACE = 60.0


@dataclass(frozen=True)
class Annotated:
    """The result of an annotation. `unmapped` counts classes of objects without a known type."""

    manifest: Path
    frames: int
    scenes: int
    unmapped: dict[str, int]
    left_out: int
    warnings: tuple[str, ...]


def annotate(
    file: Path, out: Path, *, video: Path | None, scene: str | None, timeout: float, width: int = 256
) -> Annotated:
    """Run the scenes of `file` and write, for the end of every play and wait, frame and layout into `out`.

    The file runs with all its owner's permissions. With `video` the frames come from there. Lines are
    appended to `scenes.jsonl` as they are produced and kept if a later step fails; the scenes after one that
    fails are annotated all the same. Raises UserError, with file and line of each failure, if the file or a
    scene fails, the file contains no scene, or a scene takes longer than `timeout` seconds.
    """
    _check(file)
    load_manim()
    with temporary_folder() as folder:
        job = Job(
            file.absolute(),
            out.absolute(),
            folder / "media",
            folder / "stack",
            folder / "outcome.json",
            video.absolute() if video else None,
            scene,
            timeout,
            width,
        )
        job.write(folder / "job.json")
        code = _run(folder / "job.json", job)
        outcome = read_json(job.outcome) if job.outcome.exists() else {}
        stack = job.stack.read_text() if job.stack.exists() else ""
    finished = outcome.get("finished", {})
    settle(job.out / MANIFEST, finished)
    error = outcome.get("error") if outcome else _died(job, code, stack)
    if error:
        raise UserError(f"{error}{_kept(job)}")
    return Annotated(
        out / MANIFEST,
        sum(finished.values()),
        len(finished),
        outcome["unmapped"],
        outcome["left_out"],
        tuple(outcome["warnings"]),
    )


def _check(file: Path) -> None:
    """Raise UserError for what is wrong without running the file."""
    try:
        ast.parse(read_bytes(file), str(file))
    except SyntaxError as error:
        raise UserError(f"{file}:{error.lineno or 1}: {type(error).__name__}: {error.msg}") from None
    except ValueError as error:
        raise UserError(f"{file}: not a Python file: {first_line(error)}") from None


def summary(result: Annotated) -> str:
    """Return what was annotated, and which classes have no known type."""
    lines = [f"{result.frames} steps of {result.scenes} scenes: {result.manifest}"]
    if result.unmapped:
        kinds = ", ".join(f"{name} {count}" for name, count in sorted(result.unmapped.items()))
        lines.append(f"no type known, written as the closest one: {kinds}")
    if result.left_out:
        lines.append(f"skipped, beyond {MAX_OBJECTS} objects per frame: {result.left_out}")
    return "\n".join(lines)


def _run(path: Path, job: Job) -> int:
    """Return the exit code of the child that annotates the job at `path`."""
    # The file's folder comes first in the child's path, the current one not at all: as with `manim`.
    package = str(Path(__file__).parents[3])
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "jepamine.manim.annotate.scene_process", str(path)],
        stdin=subprocess.DEVNULL,
        # What the file prints is not part of our output.
        stdout=2,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        start_new_session=True,
    )
    try:
        # The child ends itself when a scene's time is up; one that cannot is ended from here.
        while process.poll() is None:
            marker = job.stack if job.stack.exists() else path
            if time.time() - marker.stat().st_mtime > job.timeout + GRACE:
                raise UserError(
                    f"{job.file}: its process does not answer after {job.timeout:g} s{_kept(job)}"
                )
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(1)
        return process.returncode
    finally:
        # What the file has started must not outlive it.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _died(job: Job, code: int, stack: str) -> str:
    if stack.startswith("Timeout"):
        lines = re.findall(r'File "(.+)", line (\d+) in (.+)', stack)
        own_lines = [f":{line}" for name, line, _ in lines if name == str(job.file)]
        return (
            f"{job.file}{own_lines[0] if own_lines else ''}: still running after {job.timeout:g} s; "
            "fix the endless loop, or allow more time with --timeout"
        )
    if code < 0:
        return f"{job.file}: its process died of {signal.Signals(-code).name}"
    return f"{job.file}: its process ended with exit code {code}, before its scenes did"


def _kept(job: Job) -> str:
    manifest = job.out / MANIFEST
    if not manifest.is_file():
        return ""
    count = sum(line.get("source") == str(job.file) for _, line in read_jsonl(manifest))
    steps = "1 step" if count == 1 else f"{count} steps"
    return f"; what was annotated is kept ({steps}): {manifest}" if count else ""
