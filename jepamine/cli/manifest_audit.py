"""manifest audit, manifest fix: what is wrong with a manifest, and a mended one."""

from __future__ import annotations

from pathlib import Path

import click

from jepamine.cli.options import File, Folder, as_json
from jepamine.manifests.findings.finding import KINDS

with_root = click.option("--root", type=Folder, help="Frame paths are relative to it.")
with_max_gap = click.option(
    "--max-gap",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    metavar="SECONDS",
    help="More than this between two frames of a clip is a gap.",
)


@click.command()
@click.argument("manifest", type=File)
@with_root
@with_max_gap
@click.option("--json", "json_", is_flag=True, help="One JSON document on stdout.")
@click.option("--strict", is_flag=True, help="Exit 1 where anything is found.")
def audit(manifest: Path, root: Path | None, max_gap: float, json_: bool, strict: bool) -> None:
    """What is wrong with the clips of MANIFEST: gaps, cuts, crossed scenes, leaks, duplicates, bad files."""
    from jepamine.manifests.audit import audit as audit_manifest
    from jepamine.manifests.audit import audit_summary
    from jepamine.protocols import Source

    found = audit_manifest(Source(manifest, root), max_gap)
    as_json(found.json()) if json_ else click.echo(audit_summary(found))
    if strict and found.details:
        count = len({item.clip for item in found.details})
        raise click.ClickException(f"{manifest}: something is wrong with {count} clips (--strict)")


@click.command()
@click.argument("manifest", type=File)
@click.option("--output", type=File, required=True, help="Write the mended manifest there.")
@with_root
@with_max_gap
@click.option(
    "--drop",
    type=click.Choice(list(KINDS)),
    multiple=True,
    help="Drop these clips rather than mend; repeatable.",
)
def fix(manifest: Path, output: Path, root: Path | None, max_gap: float, drop: tuple[str, ...]) -> None:
    """Divide, shorten, move or drop the clips of MANIFEST in which `audit` finds something."""
    from jepamine.manifests.fix import fix_manifest, fix_summary
    from jepamine.protocols import Source

    fixed = fix_manifest(Source(manifest, root), output, max_gap, drop)
    click.echo(fix_summary(fixed, output))
