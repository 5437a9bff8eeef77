"""The content of the review page, and its HTML."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from markupsafe import Markup, escape
from numpy.typing import NDArray

from jepamine.mining.review_page import svg_plots
from jepamine.mining.review_page.filmstrips import Picture
from jepamine.mining.review_page.heat import Heat, as_json, scale
from jepamine.utils.files import write_atomic
from jepamine.utils.json_files import json_text
from jepamine.utils.printing import cell, command, near

HERE = Path(__file__).parent
SCRIPTS = ("labels.js", "heat.js", "player.js", "page.js", "keys.js")
STYLES = ("page.css", "clip.css")
# Shown characters of the ids that a clip stands for.
IDS = 12_000
# The page contains no address, and a search for this word proves it: also if base64, a scene or a recipe
# has it.
ADDRESS = re.compile("(htt)(p)", re.IGNORECASE)


@dataclass(frozen=True)
class Cell:
    """A piece of a clip's strip: tubelets `first` to `last`, counted from 1, their scores and frames."""

    first: int
    last: int
    frames: tuple[Picture, ...]
    scores: tuple[float, ...]


@dataclass(frozen=True)
class ScorerValue:
    """One scorer's value for a clip.

    `percentile` is 0 to 100 within the score file, None for a single clip.
    """

    name: str
    value: float
    percentile: float | None


@dataclass(frozen=True)
class Neighbour:
    """A training clip near to the one reviewed; `distance` is the cosine distance of clean embeddings."""

    clip_id: str
    distance: float
    picture: Picture | None


@dataclass(frozen=True)
class ReviewClip:
    """One clip to review. `place` counts from 1 in the score file by score.

    `seconds` is how long each shown frame stays, in the order of `cells`; `timed` is whether the manifest
    has the times. `stands_for` are ids of near-duplicates. `tubelet_scorer` made the scores of `cells`; empty
    if there are none. A clip that cannot be read has `error` and no cells.
    """

    clip_id: str
    scene: str | None
    camera: str | None
    place: int
    score: float
    frames: int
    cells: tuple[Cell, ...]
    seconds: tuple[float, ...]
    timed: bool
    values: tuple[ScorerValue, ...]
    neighbours: tuple[Neighbour, ...]
    stands_for: tuple[str, ...]
    manifest: str
    root: str | None
    tubelet_scorer: str = ""
    heat: Heat | None = None
    error: str | None = None

    @property
    def pictures(self) -> list[Picture]:
        """Return the shown frames in order."""
        return [frame for piece in self.cells for frame in piece.frames]

    @property
    def poster(self) -> int:
        """Return the index of the shown frame with the clip's highest score."""
        best, number, poster = -float("inf"), 0, 0
        for piece in self.cells:
            if piece.scores and max(piece.scores) > best:
                best, poster = max(piece.scores), number
            number += len(piece.frames)
        return poster

    @property
    def ids_shown(self) -> tuple[str, ...]:
        """Return the first ids of `stands_for`, as many as a page has room for."""
        room, count = IDS, 0
        while count < len(self.stands_for) and room > 0:
            room -= len(f"<li>{escape(self.stands_for[count])}</li>")
            count += 1
        return self.stands_for[:count]


@dataclass(frozen=True)
class Page:
    """A run, a score file and the clips to review, in their order.

    `settings` are (name, value) to show, `epochs` the lines of metrics.jsonl, `scorer` the one that `score`
    repeats, `scores` the scores of the whole file, `scores_sha256` the file's hash.
    """

    run: str
    scores_name: str
    scores_sha256: str
    settings: tuple[tuple[str, str], ...]
    recipe: str
    epochs: tuple[dict[str, Any], ...]
    scorer: str
    scores: Sequence[float] | NDArray[np.float64]
    clips: tuple[ReviewClip, ...]

    @property
    def heat_scale(self) -> tuple[float, float] | None:
        """Return the distances that the heat maps' colours begin and end at; None without heat maps."""
        return scale([clip.heat for clip in self.clips if clip.heat])

    @property
    def download(self) -> str:
        """Return the name of the label file that the page offers."""
        return f"labels-{self.run}-{Path(self.scores_name).stem}.jsonl"


def render(page: Page) -> str:
    """Return the page as one HTML document: no file beside it, no address in it."""
    scores = [score for clip in page.clips for piece in clip.cells for score in piece.scores]
    # The values of an empty and a full bar: from 0, or from below it if a score is.
    low, high = min([0.0, *scores]), max([0.0, *scores]) or 1.0
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            page=page,
            heat=page.heat_scale,
            data=_data(page),
            loss=svg_plots.loss_curve(page.epochs),
            distribution=svg_plots.histogram(page.scores, [clip.score for clip in page.clips]),
            bars=lambda scores: svg_plots.bars(scores, low, high),
            style=Markup("\n").join(Markup((HERE / name).read_text("utf-8")) for name in STYLES),
            script=Markup("\n").join(Markup((HERE / name).read_text("utf-8")) for name in SCRIPTS),
        )
    )


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_without_address,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = lambda value: cell(float(value))
    return environment


def _data(page: Page) -> Markup:
    """Return what the script needs, as JSON that is safe inside a script element."""
    ends = page.heat_scale
    value = {
        "key": f"jepamine:{page.run}:{page.scores_sha256[:16]}",
        "download": page.download,
        "clips": [
            {
                "line": {
                    "clip_id": clip.clip_id,
                    "binary_label": None,
                    "scene": clip.scene,
                    "manifest": clip.manifest,
                    "root": clip.root,
                },
                "milliseconds": [round(1000 * seconds) for seconds in clip.seconds],
                "poster": clip.poster,
                "heat": as_json(clip.heat, *ends) if clip.heat and ends else None,
            }
            for clip in page.clips
        ],
    }
    text = re.sub("[<>&']", lambda values: f"\\u{ord(values[0]):04x}", json_text(value))
    return Markup(ADDRESS.sub(lambda values: f"{values[1]}\\u{ord(values[2]):04x}", text))


def _without_address(value: Any) -> Markup:
    """Escape a value for the template, with `p` of the forbidden word as a character reference."""
    return Markup(ADDRESS.sub(lambda text: f"{text[1]}&#{ord(text[2])};", str(escape(value))))


def write_page(page: Page, output: Path) -> None:
    """Write the page. Raises OSError if the disk is full; no part of a page is left then."""
    # What UTF-8 has no bytes for (half a surrogate pair, in an id) becomes a character reference.
    write_atomic(output, render(page).encode("utf-8", "xmlcharrefreplace"))


def report_summary(page: Page, output: Path, experiments: Path) -> str:
    """Return where the page is, its size, and what to do next."""
    broken = sum(clip.error is not None for clip in page.clips)
    lines = [
        f"review page of {len(page.clips)} of {len(page.scores)} clips: {near(output)} "
        f"({output.stat().st_size / 1e6:.1f} MB)"
    ]
    if broken:
        lines.append(f"{broken} of them can no longer be read; the page says why")
    lines += [
        "Next: open it in a browser, label clips (1 worth keeping, 0 not) and download the labels; then:",
        "  " + command("probe", "--run", page.run, "--labels", page.download, experiments=experiments),
    ]
    return "\n".join(lines)
