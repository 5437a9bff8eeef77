"""The dataset `manim`: scenes of real Manim with their layouts, rendered once and reused."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

from pydantic import Field

from jepamine.errors import UserError
from jepamine.protocols import Source
from jepamine.utils.files import sha256_file, write_atomic
from jepamine.utils.locks import exclusive
from jepamine.utils.progress import progress

# Part of the folder's name: raise it when scenes are drawn differently, so that old ones are not reused.
GENERATOR = 1

Weight = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]


def manim(
    data_dir: Path,
    *,
    scenes: Annotated[int, Field(ge=1, le=1_000_000)] = 6000,
    seed: Annotated[int, Field(ge=0)] = 0,
    width: Annotated[int, Field(ge=64, le=2048, multiple_of=16)] = 256,
    random: Weight = 0.4,
    structured: Weight = 0.4,
    overlap: Weight = 0.2,
    writing: Weight = 0.0,
    tables: Weight = 0.0,
    plots: Weight = 0.0,
    geometry: Weight = 0.0,
    slides: Weight = 0.0,
    notes: Weight = 0.0,
    charts: Weight = 0.0,
    figures: Weight = 0.0,
    nested: Weight = 0.0,
    threads: Annotated[int, Field(ge=0, le=1024)] = 0,
) -> Source:
    """Render `scenes` scenes into `data_dir`, or reuse them: same settings, same pixels and layouts.

    Frames are `width` pixels wide, 16:9. `random` to `nested` weigh the families; scenes of the last
    nine resemble people's: up to 40 objects, any ground, moments within an animation. A scene is a clip of
    one frame; its line also holds `layout`, `family`, `form`, `description` and `code`. Scene
    i of a seed does not depend on the number of scenes. Raises UserError if Manim is missing.
    """
    old, real = (random, structured, overlap), (writing, tables, plots, geometry, slides)
    # Folders of older recipes keep their names: later families are part of them only where they are drawn.
    later, last = (notes, charts, figures), (nested,)
    if sum((*old, *real, *later, *last)) <= 0:
        raise UserError("dataset: the weights of all families are 0; give one of them a weight")
    shares = "-".join(
        f"{weight:g}"
        for weight in (
            *old,
            *(real if any((*real, *later, *last)) else ()),
            *(later if any((*later, *last)) else ()),
            *(last if any(last) else ()),
        )
    )
    folder = data_dir / f"manim-v{GENERATOR}-n{scenes}-s{seed}-w{width}-{shares}"
    manifest, marker = folder / "scenes.jsonl", folder / "complete"
    lock = data_dir / f"{folder.name}.lock"
    with exclusive(lock, f"{folder}: another process is rendering these scenes; waiting for it", wait=True):
        if not (marker.is_file() and manifest.is_file() and marker.read_text() == sha256_file(manifest)):
            from jepamine.manim.scenes.families import Shares
            from jepamine.manim.scenes.render import PART, Job, render_scenes

            if not (folder / PART).is_file():
                shutil.rmtree(folder, ignore_errors=True)
            job = Job(folder, seed, width, Shares(*old, *real, *later, *last))
            with progress("render scenes", scenes, "scenes", every=100) as bar:
                render_scenes(job, scenes, on_scene=bar.step)
            # The marker is written last: a killed process leaves none, and the next one renders again.
            write_atomic(marker, sha256_file(manifest).encode())
    return Source(manifest, tubelet_size=1, image_size=(width * 9 // 16, width), threads=threads)
