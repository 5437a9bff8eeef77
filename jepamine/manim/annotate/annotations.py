"""The job of an annotation and the steps it writes, shared by `annotate` and its child process."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jepamine.errors import UserError
from jepamine.manim.scenes.render import MANIFEST
from jepamine.utils.files import write_atomic
from jepamine.utils.json_files import json_lines, read_json, read_jsonl


@dataclass(frozen=True)
class Job:
    """One file to annotate. `timeout` is in seconds per scene, `width` of frames in pixels.

    `media`, `stack` and `outcome` are in a temporary folder: Manim's files, the stack at a timeout, and the
    result.
    """

    file: Path
    out: Path
    media: Path
    stack: Path
    outcome: Path
    video: Path | None
    scene: str | None
    timeout: float
    width: int

    def write(self, path: Path) -> None:
        """Write the job as JSON."""
        path.write_text(json.dumps(asdict(self), default=str))

    @staticmethod
    def read(path: Path) -> Job:
        """Read a job written by `write`."""
        values = read_json(path)
        for name in ("file", "out", "media", "stack", "outcome", "video"):
            values[name] = Path(values[name]) if values[name] is not None else None
        return Job(**values)


class Steps:
    """A writer that appends the steps of one scene to the job's folder."""

    def __init__(self, job: Job, scene: str) -> None:
        self.job, self.scene = job, f"{job.file.stem}-{scene}"
        self.count = 0

    def write(self, png: bytes, line: dict[str, Any]) -> None:
        """Write a frame, then its line. Raises UserError if the folder has that scene of another file."""
        manifest = self.job.out / MANIFEST
        if not self.count:
            (self.job.out / "frames").mkdir(parents=True, exist_ok=True)
            self._refuse_anothers(manifest)
        self.count += 1
        name = f"{self.scene}-{self.count:04d}"
        path = f"frames/{name}.png"
        whole = {"clip_id": name, "scene": self.scene, "frame_paths": [path], "family": "annotated"}
        write_atomic(self.job.out / path, png)
        with manifest.open("ab") as file:
            file.write(json_lines([whole | {"source": str(self.job.file)} | line]))

    def _refuse_anothers(self, manifest: Path) -> None:
        for _, line in read_jsonl(manifest) if manifest.exists() else ():
            if line.get("scene") == self.scene and line.get("source") != str(self.job.file):
                other = line.get("source")
                raise UserError(f"{manifest}: already contains {self.scene} of {other}; choose another --out")


def settle(manifest: Path, finished: dict[str, int]) -> None:
    """Keep one line per step, the newest, and of a finished scene only as many steps as it has now.

    `finished` is the number of steps by scene. Steps of a scene that failed stay, also from earlier runs.
    """
    if not manifest.exists():
        return
    lines = [line for _, line in read_jsonl(manifest)]
    newest: dict[str, dict[str, Any]] = {}
    for line in lines:
        # Removed first: the newest is then inserted where it was written, in the order of its scene.
        newest.pop(line["clip_id"], None)
        newest[line["clip_id"]] = line
    kept = [
        line
        for line in newest.values()
        if line["scene"] not in finished or int(line["clip_id"].rpartition("-")[2]) <= finished[line["scene"]]
    ]
    if kept != lines:
        write_atomic(manifest, json_lines(kept))
