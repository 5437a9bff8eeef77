"""report: the best clips of a score file on one page to look at and label."""

from __future__ import annotations

from pathlib import Path

import click

from jepamine.cli.options import File, with_experiments


@click.command()
@click.argument("scores", type=File, required=False)
@click.option("--run", "name", required=True, metavar="NAME", help="The run that scored.")
@click.option("--top", type=click.IntRange(1), default=50, show_default=True, help="How many clips.")
@click.option("--manifest", type=File, help="Where the clips stand. [default: the manifest that was scored]")
@click.option("--output", type=File, help="[default: experiments/NAME/reports/SCORES.html]")
@with_experiments
def report(
    experiments: Path,
    scores: Path | None,
    name: str,
    top: int,
    manifest: Path | None,
    output: Path | None,
) -> None:
    """One HTML page of the best clips of SCORES (default: the run's newest), to look at and label."""
    from jepamine.mining.review_page.gather import gather
    from jepamine.mining.review_page.page import report_summary, write_page
    from jepamine.mining.score_files import newest_scores
    from jepamine.runs.loading import load_run

    opened = load_run(experiments, name)
    scores = scores or newest_scores(opened.folder)
    output = output or opened.folder.path / "reports" / f"{scores.stem}.html"
    page = gather(opened, scores, top, manifest.absolute() if manifest else None)
    write_page(page, output)
    click.echo(report_summary(page, output, experiments))
