"""top, search, probe, report: from scores to clips worth looking at, and from labels back to scores."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jepamine import places
from jepamine.cli.options import (
    AnyFile,
    File,
    as_json,
    echo,
    with_cluster,
    with_experiments,
    with_hardware,
    with_left_parts,
    with_trust,
)
from jepamine.mining import DIVERSITY, THRESHOLD

if TYPE_CHECKING:
    from jepamine.cluster.tasks import Cluster


def with_choice(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of choosing clips: how many, and how unlike each other."""

    @click.option("-k", "--count", "k", type=click.IntRange(1), default=50, help="How many.")
    @click.option(
        "--threshold",
        type=click.FloatRange(-1, 1),
        default=THRESHOLD,
        help="Clips with at least this cosine similarity are near-duplicates.",
    )
    @click.option(
        "--diversity",
        type=click.FloatRange(0, 1),
        default=DIVERSITY,
        help="Weight of the distance to clips already chosen, against the score.",
    )
    @functools.wraps(command)
    def wrapped(**options: Any) -> None:
        command(**options)

    return wrapped


@click.command()
@click.argument("scores", type=AnyFile, required=False)
@click.option("--run", "name", required=True, metavar="NAME", help="Run that made the scores.")
@with_choice
@click.option("--manifest", type=AnyFile, help="Manifest of the clips. [default: the one that was scored]")
@click.option("--output", type=File, help="Write the chosen clips to this manifest.")
@click.option("--json", "json_", is_flag=True, help="Print one JSON document on stdout.")
@with_hardware
@with_trust
@with_experiments
def top(
    experiments: Path,
    scores: places.File | None,
    name: str,
    k: int,
    threshold: float,
    diversity: float,
    manifest: places.File | None,
    output: Path | None,
    json_: bool,
) -> None:
    """List the best clips of SCORES (default: the run's newest), diverse and without near-duplicates."""
    from jepamine.mining import selection
    from jepamine.mining.score_files import newest_scores, read_scored
    from jepamine.mining.summaries import as_manifest, chosen_json, top_summary
    from jepamine.runs.loading import load_run
    from jepamine.utils.progress import notify

    opened = load_run(experiments, name)
    scores = scores or newest_scores(opened.folder)
    where = manifest.absolute() if manifest else None
    scored = read_scored(scores, opened.parts.source, where, selection.pool_of(k))
    chosen = selection.choose(opened, scored, k, threshold, diversity)
    for _, error in chosen.unreadable:
        notify(f"warning: skipped: {error}")
    choices = chosen.choices
    if output:
        as_manifest(choices, output)
    as_json(chosen_json(choices)) if json_ else echo(top_summary(choices, scores, output, name))


@click.command()
@click.option("--run", "name", required=True, metavar="NAME", help="Run whose embeddings are used.")
@click.option("--like", multiple=True, metavar="CLIP_ID", help="Clip to find similar ones of; repeatable.")
@click.option(
    "--unlike", multiple=True, metavar="CLIP_ID", help="Clip that results must differ from; repeatable."
)
@click.option(
    "--image", "images", multiple=True, type=File, help="Image to find similar clips of; repeatable."
)
@click.option(
    "--text", "texts", multiple=True, help="Text to find clips of (encoders with text); repeatable."
)
@with_choice
@click.option("--manifest", type=AnyFile, help="Manifest to search. [default: the run's]")
@click.option("--output", type=File, help="Write the clips to this file, a manifest with scores.")
@click.option("--json", "json_", is_flag=True, help="Print one JSON document on stdout.")
@with_cluster
@with_left_parts
@with_hardware
@with_trust
@with_experiments
def search(
    experiments: Path,
    name: str,
    like: tuple[str, ...],
    unlike: tuple[str, ...],
    images: tuple[Path, ...],
    texts: tuple[str, ...],
    k: int,
    threshold: float,
    diversity: float,
    manifest: places.File | None,
    output: Path | None,
    json_: bool,
    cluster: Cluster | None,
) -> None:
    """List the clips most like some clips, images or texts; `report` shows the --output for review."""
    from jepamine.mining import search as searching
    from jepamine.mining.search_examples import Query
    from jepamine.mining.summaries import chosen_json, search_summary
    from jepamine.runs.loading import load_run

    opened = load_run(experiments, name)
    source = searching.searched_source(opened, manifest)
    query = Query(like, unlike, images, texts)
    found = searching.search(opened, source, query, k, threshold, diversity, cluster)
    if output:
        searching.write_found(found, output)
    as_json(chosen_json(found.choices)) if json_ else echo(search_summary(found, output, name))


@click.command()
@click.option("--run", "name", required=True, metavar="NAME", help="Run whose embeddings are used.")
@click.option("--labels", type=File, required=True, help="JSONL with clip_id and binary_label.")
@click.option("--scores", type=File, help="Clips to choose from. [default: the run's newest score file]")
@click.option(
    "--manifest", type=File, help="Manifest for clips whose lines do not name one. [default: the run's]"
)
@click.option("--next", "count", type=click.IntRange(0), default=10, help="Number of clips to label next.")
@click.option(
    "--base-rate",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Share of positives in the footage, for probabilities. [default: the labels']",
)
@click.option("--drop-held-out", is_flag=True, help="Ignore labels of scenes that the run is evaluated on.")
@click.option("--output", type=File, help="Write the clips to label next to this manifest.")
@click.option("--json", "json_", is_flag=True, help="Print one JSON document on stdout.")
@with_hardware
@with_trust
@with_experiments
def probe(
    experiments: Path,
    name: str,
    labels: Path,
    scores: Path | None,
    manifest: Path | None,
    count: int,
    base_rate: float | None,
    drop_held_out: bool,
    output: Path | None,
    json_: bool,
) -> None:
    """Fit a logistic head to LABELS, save it as the scorer `probe`, and list the clips to label next."""
    from jepamine.mining.label_rounds import label_round
    from jepamine.mining.summaries import clips_as_manifest, round_json, round_summary
    from jepamine.runs.loading import load_run

    opened = load_run(experiments, name)
    result = label_round(
        opened,
        labels,
        scores=scores,
        manifest=manifest,
        count=count,
        drop_held_out=drop_held_out,
        base_rate=base_rate,
    )
    if output:
        clips_as_manifest([item.clip for item in result.next], output)
    as_json(round_json(result)) if json_ else echo(round_summary(result, output, name))


@click.command()
@click.argument("scores", type=File, required=False)
@click.option("--run", "name", required=True, metavar="NAME", help="Run that made the scores.")
@click.option("--top", type=click.IntRange(1), default=50, help="Number of clips.")
@click.option("--manifest", type=AnyFile, help="Manifest of the clips. [default: the one that was scored]")
@click.option("--output", type=File, help="[default: experiments/NAME/reports/SCORES.html]")
@with_hardware
@with_trust
@with_experiments
def report(
    experiments: Path,
    scores: Path | None,
    name: str,
    top: int,
    manifest: places.File | None,
    output: Path | None,
) -> None:
    """Write one HTML page of the best clips of SCORES (default: the run's newest), to review and label."""
    from jepamine.mining.review_page.gather import gather
    from jepamine.mining.review_page.page import report_summary, write_page
    from jepamine.mining.score_files import newest_scores
    from jepamine.runs.loading import load_run

    opened = load_run(experiments, name)
    scores = scores or newest_scores(opened.folder)
    output = output or opened.folder.path / "reports" / f"{scores.stem}.html"
    page = gather(opened, scores, top, manifest.absolute() if manifest else None)
    write_page(page, output)
    echo(report_summary(page, output, experiments))
