"""top, probe: from scores to the clips worth looking at, and from labels back to scores."""

from __future__ import annotations

from pathlib import Path

import click

from jepamine.cli.options import as_json, with_experiments

File = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("scores", type=File, required=False)
@click.option("--run", "name", required=True, metavar="NAME", help="The run that scored.")
@click.option("-k", "--count", "k", type=click.IntRange(1), default=50, show_default=True, help="How many.")
@click.option(
    "--threshold",
    type=click.FloatRange(-1, 1),
    default=0.85,
    show_default=True,
    help="Cosine from which on two clips are near-duplicates.",
)
@click.option(
    "--diversity",
    type=click.FloatRange(0, 1),
    default=0.3,
    show_default=True,
    help="Weight of being unlike the clips chosen already, against the score.",
)
@click.option("--manifest", type=File, help="Where the clips stand. [default: the manifest that was scored]")
@click.option("--output", type=File, help="Write the chosen clips there, as a manifest.")
@click.option("--json", "json_", is_flag=True, help="One JSON document on stdout.")
@with_experiments
def top(
    experiments: Path,
    scores: Path | None,
    name: str,
    k: int,
    threshold: float,
    diversity: float,
    manifest: Path | None,
    output: Path | None,
    json_: bool,
) -> None:
    """The best clips of SCORES (default: the run's newest), unlike each other, without near-duplicates."""
    from jepamine import diverse
    from jepamine.opened import open_run
    from jepamine.review import as_manifest, chosen_json, top_summary
    from jepamine.scored import newest_scores, read_scored

    opened = open_run(experiments, name)
    scores = scores or newest_scores(opened.folder)
    scored = read_scored(scores, opened.parts.source, manifest.absolute() if manifest else None)
    choices = diverse.choose(opened, scored, k, threshold, diversity)
    if output:
        as_manifest(choices, output)
    as_json(chosen_json(choices)) if json_ else click.echo(top_summary(choices, scores, output, name))
