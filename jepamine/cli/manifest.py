"""manifest nuscenes, video, split, audit, fix: build and repair manifests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from jepamine import places
from jepamine.cli.manifest_builders import frames, lerobot, mcap, physicalai, waymo
from jepamine.cli.manifest_options import (
    deliver,
    tell_next,
    with_cameras,
    with_fps,
    with_gap,
    with_max_gap,
    with_windows,
    write,
)
from jepamine.cli.options import (
    AnyFile,
    AnyFolder,
    AnyPath,
    Commands,
    File,
    echo,
    with_cluster,
    with_left_parts,
)
from jepamine.manifests.findings import KINDS

if TYPE_CHECKING:
    from jepamine.cluster.tasks import Cluster

with_root = click.option("--root", type=AnyFolder, help="Folder that frame paths are relative to.")
with_audit_gap = with_gap("A longer interval between two frames of a clip counts as a gap.")


@click.command()
@click.argument("manifest", type=AnyPath)
@with_root
@with_audit_gap
@click.option("--json", "json_", is_flag=True, help="Print one JSON document on stdout.")
@click.option("--strict", is_flag=True, help="Exit with 1 if anything is found.")
@with_cluster
@with_left_parts
def audit(
    manifest: places.File,
    root: places.File | None,
    max_gap: float,
    json_: bool,
    strict: bool,
    cluster: Cluster | None,
) -> None:
    """Find problems in the clips of MANIFEST: gaps, cuts, crossed scenes, leaks, duplicates, bad files."""
    from jepamine.manifests.audit import audit as audit_manifest
    from jepamine.manifests.audit import audit_summary
    from jepamine.protocols import Source

    findings = audit_manifest(Source(manifest, root), max_gap, cluster)
    if json_:
        for piece in findings.json():
            click.echo(piece, nl=False)
        click.echo()
    else:
        echo(audit_summary(findings))
    if strict and findings.details:
        raise click.ClickException(f"{manifest}: {findings.bad} clips have problems (--strict)")


@click.command()
@click.argument("manifest", type=AnyPath)
@click.option("--output", type=AnyFile, required=True, help="Write the repaired manifest to this file.")
@with_root
@with_max_gap
@click.option(
    "--drop",
    type=click.Choice(list(KINDS)),
    multiple=True,
    help="Drop clips with this finding instead of repairing them; repeatable.",
)
def fix(
    manifest: places.File,
    output: places.File,
    root: places.File | None,
    max_gap: float,
    drop: tuple[str, ...],
) -> None:
    """Split, shorten, move or drop the clips of MANIFEST in which `audit` finds problems."""
    from jepamine.manifests.fix import fix_manifest, fix_summary
    from jepamine.protocols import Source

    fixed = fix_manifest(Source(manifest, root), output, max_gap, drop)
    for line in fix_summary(fixed, output):
        echo(line)


@click.group(cls=Commands)
def manifest() -> None:
    """Build manifests from footage; audit, repair and split them.

    \b
    Start:    jepamine manifest frames DIR --output M.jsonl
    Then:     jepamine manifest audit M.jsonl
              jepamine manifest split M.jsonl --val 0.2 --output S.jsonl
    """


@manifest.command()
@click.argument("root", type=AnyFolder)
@click.option("--version", default="v1.0-mini", help="Folder of tables below ROOT.")
@with_cameras("Use this camera; repeatable: one clip per camera and window.", ["CAM_FRONT"])
@click.option("--sweeps/--keyframes", default=False, help="All images (12 per second), or 2 per second.")
@click.option(
    "--labels",
    metavar="rare=N|CATEGORY,...",
    help="Label clips with one of the N rarest categories, or of those named, anywhere around the car.",
)
@click.option("--labels-output", type=File, help="[default: beside --output, M.labels.jsonl]")
@with_max_gap
@with_windows
def nuscenes(
    root: places.File,
    version: str,
    cameras: tuple[str, ...],
    sweeps: bool,
    labels: str | None,
    labels_output: places.File | None,
    max_gap: float,
    window: int,
    stride: int,
    output: places.File | None,
) -> None:
    """Build a manifest from the nuScenes tables below ROOT; no clip crosses a scene."""
    categories = _categories(labels) if labels is not None else None
    if labels_output is not None and categories is None:
        raise click.UsageError("--labels-output requires --labels.")
    if categories is not None and labels_output is None:
        if output is None:
            raise click.UsageError("--labels requires --labels-output FILE or --output FILE.")
        labels_output = output.with_suffix(".labels.jsonl")
    if labels_output is not None and output is not None and labels_output.absolute() == output.absolute():
        raise click.UsageError("--labels-output is the same file as the manifest; choose another.")
    from jepamine.manifests.nuscenes import nuscenes_lines

    lines = nuscenes_lines(root, version, window, stride, cameras, sweeps, max_gap)
    if categories is None or labels_output is None:
        deliver(lines, output)
        return
    from jepamine.manifests.nuscenes_tables import label_lines
    from jepamine.utils.files import write_atomic
    from jepamine.utils.json_files import json_lines

    built = label_lines(root, version, lines, categories)
    deliver(lines, output)
    write_atomic(labels_output, json_lines(built))
    tell_next(
        f"{labels_output}: labels written. After the run:",
        ["eval", "--run", "clips", "--labels", labels_output],
    )


@manifest.command()
@click.argument("files", nargs=-1, required=True, type=AnyPath, metavar="FILE...")
@with_fps
@click.option(
    "--stream",
    type=click.IntRange(min=0),
    metavar="INDEX",
    help="Video stream to read, as ffprobe numbers them. [default: the largest]",
)
@click.option("--camera", metavar="NAME", help="Camera name to write into the lines.")
@with_windows
def video(
    files: tuple[places.File, ...],
    fps: float,
    stream: int | None,
    camera: str | None,
    window: int,
    stride: int,
    output: places.File | None,
) -> None:
    """Build clips from video files, or all below a folder, by time; no frame is written to disk.

    Files of one recording are one drive, by their names: minutes and cameras of dashcams
    (20240105_102030_F.mp4), chapters of GoPro (GH010123.MP4), segments of comma.
    """
    from jepamine.manifests.video_clips import video_lines

    deliver(video_lines(files, fps, window, stride, camera, stream), output)


@manifest.command()
@click.argument("path", type=AnyPath, metavar="MANIFEST")
@click.option(
    "--by",
    default="drive",
    metavar="KEY",
    help="Clips with an equal value of this key stay together; drive: else log, else scene.",
)
@click.option(
    "--val",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.2,
    help="Share of the clips to hold out.",
)
@click.option("--seed", type=click.IntRange(min=0), default=42)
@click.option("--output", type=AnyFile, help="Write the manifest to this file. [default: stdout]")
def split(path: places.File, by: str, val: float, seed: int, output: places.File | None) -> None:
    """Write "split": "train" or "val" into the lines of MANIFEST, without dividing a drive (--by)."""
    from jepamine.manifests.new_lines import moved
    from jepamine.manifests.split import split_lines
    from jepamine.utils.files import check_output

    if output is not None:
        check_output(output, path)
    lines = split_lines(path, by, val, seed)
    write(moved(lines, path, output), output)


def _categories(labels: str) -> int | list[str]:
    kind, equals, number = labels.partition("=")
    if equals and kind == "rare" and number.isdecimal() and int(number):
        return int(number)
    names = [name.strip() for name in labels.split(",")]
    if equals or kind == "rare" or not all(names):
        raise click.BadParameter(
            f"'{labels}' is neither rare=N nor category,category.", param_hint="--labels"
        )
    return names


for command in (frames, waymo, lerobot, physicalai, mcap, audit, fix):
    manifest.add_command(command)
