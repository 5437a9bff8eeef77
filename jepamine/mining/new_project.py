"""Write a new project folder: recipes, a small drawn sample with labels, .gitignore and README."""

from __future__ import annotations

from pathlib import Path

from jepamine.config.shipped_recipes import shipped_recipes
from jepamine.errors import UserError
from jepamine.utils.files import write_atomic
from jepamine.utils.replacing import folder_beside

SAMPLE_CLIPS = 20

GITIGNORE = """\
experiments/
.venv/
__pycache__/
"""

README = """\
# A jepamine project

Recipes are in `recipes/`; runs go to `experiments/`. Run every command in this folder.

    jepamine run recipes/default.toml
    jepamine score --run default sample/manifest.jsonl --output sample/scores.jsonl
    jepamine eval --scores sample/scores.jsonl --labels sample/labels.jsonl
    jepamine report --run default sample/scores.jsonl
    jepamine init --own FOOTAGE
"""


def write_project(folder: Path) -> list[str]:
    """Write a project into `folder` and return one line per entry: written, or kept because it exists.

    The sample is drawn: `SAMPLE_CLIPS` clips of street scenes with their labels, the same bytes each time.
    Raises UserError if `folder` cannot be created or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise UserError(f"{folder}: is a file; pass a folder") from None
    report = [
        write_new(folder / "recipes" / path.name, path.read_bytes()) for path in shipped_recipes().values()
    ]
    report.append(write_new(folder / ".gitignore", GITIGNORE.encode()))
    report.append(write_new(folder / "README.md", README.encode()))
    report.append(_write_sample(folder / "sample"))
    return report


def write_new(path: Path, content: bytes) -> str:
    """Write `content` to `path` unless that exists, and return what was done."""
    if path.exists():
        return f"{path}: kept (it exists)"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, content)
    return f"{path}: written"


def _write_sample(folder: Path) -> str:
    from jepamine.mining.street.generate import generate

    if folder.exists():
        return f"{folder}: kept (it exists)"
    # Drawn beside its place and renamed: a killed command leaves no half a sample.
    with folder_beside(folder) as temporary:
        drawn = temporary / "sample"
        drawn.mkdir()
        generate(drawn, clips=SAMPLE_CLIPS, event_rate=0.2, seed=1)
        drawn.rename(folder)
    return f"{folder}: {SAMPLE_CLIPS} drawn clips with labels"
