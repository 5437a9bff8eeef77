"""manifest frames, nuscenes, video, split: clips out of footage; audit and fix besides."""

from __future__ import annotations

from pathlib import Path

import click

from jepamine.cli.manifest_options import deliver, tell_next, with_max_gap, with_windows, write
from jepamine.cli.options import Commands, File, Folder, as_json
from jepamine.manifests.findings.finding import KINDS

with_root = click.option("--root", type=Folder, help="Frame paths are relative to it.")
with_audit_gap = click.option(
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
@with_audit_gap
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


@click.group(cls=Commands)
def manifest() -> None:
    """Build manifests from footage; audit, mend and split them.

    \b
    Start:    jepamine manifest frames DIR --output M.jsonl
    Then:     jepamine manifest audit M.jsonl
              jepamine manifest split M.jsonl --by scene --val 0.2 --output S.jsonl
    """


@manifest.command()
@click.argument("folder", metavar="DIR", type=Folder)
@click.option(
    "--camera", "cameras", multiple=True, metavar="CAMERA", help="Keep this one; repeatable. [default: all]"
)
@with_max_gap
@with_windows
def frames(
    folder: Path, cameras: tuple[str, ...], max_gap: float, window: int, stride: int, output: Path | None
) -> None:
    """Frames below DIR: a folder a scene, or names LOG__CAMERA__TIMESTAMP.jpg (microseconds).

    Frames in folders are taken in name order. Where no name says a camera, --camera says it of all.
    """
    from jepamine.manifests.frames import frame_lines

    deliver(frame_lines(folder, window, stride, cameras, max_gap), output)


@manifest.command()
@click.argument("root", type=Folder)
@click.option("--version", default="v1.0-mini", show_default=True, help="The folder of tables below ROOT.")
@click.option(
    "--camera",
    "cameras",
    multiple=True,
    default=["CAM_FRONT"],
    show_default=True,
    metavar="CAMERA",
    help="Repeatable: one clip a camera and window.",
)
@click.option(
    "--sweeps/--keyframes", default=False, show_default=True, help="All images (12 a second), or 2 a second."
)
@click.option(
    "--labels",
    metavar="rare=N|CATEGORY,...",
    help="Label clips that hold one of the N rarest categories, or of those named, all around the car.",
)
@click.option("--labels-output", type=File, help="[default: beside --output, M.labels.jsonl]")
@with_max_gap
@with_windows
def nuscenes(
    root: Path,
    version: str,
    cameras: tuple[str, ...],
    sweeps: bool,
    labels: str | None,
    labels_output: Path | None,
    max_gap: float,
    window: int,
    stride: int,
    output: Path | None,
) -> None:
    """nuScenes below ROOT, from its own tables; no clip crosses a scene."""
    wanted = _wanted(labels) if labels is not None else None
    if labels_output is not None and wanted is None:
        raise click.UsageError("--labels-output goes with --labels.")
    if wanted is not None and labels_output is None:
        if output is None:
            raise click.UsageError("--labels goes with --labels-output FILE, or with --output FILE.")
        labels_output = output.with_suffix(".labels.jsonl")
    if labels_output is not None and output is not None and labels_output.absolute() == output.absolute():
        raise click.UsageError("--labels-output is the manifest's own file; name another.")
    from jepamine.manifests.nuscenes import nuscenes_lines

    lines = nuscenes_lines(root, version, window, stride, cameras, sweeps, max_gap)
    if wanted is None or labels_output is None:
        deliver(lines, output)
        return
    from jepamine.manifests.nuscenes_labels import label_lines
    from jepamine.utils.files import json_lines, write_atomic

    found = label_lines(root, version, lines, wanted)
    deliver(lines, output)
    write_atomic(labels_output, json_lines(found))
    tell_next(
        f"{labels_output}: the labels. After the run:", ["eval", "--run", "clips", "--labels", labels_output]
    )


@manifest.command()
@click.argument("files", nargs=-1, required=True, type=File, metavar="FILE...")
@click.option(
    "--fps",
    type=click.FloatRange(min=0, max=1000, min_open=True),
    default=10.0,
    show_default=True,
    help="Frames a second.",
)
@click.option("--camera", metavar="NAME", help="What the lines call the camera.")
@with_windows
def video(
    files: tuple[Path, ...], fps: float, camera: str | None, window: int, stride: int, output: Path | None
) -> None:
    """Clips straight from video by time; no frame is written."""
    from jepamine.manifests.video import video_lines

    deliver(video_lines(list(files), fps, window, stride, camera), output)


@manifest.command()
@click.argument("path", type=File, metavar="MANIFEST")
@click.option(
    "--by", default="scene", show_default=True, metavar="KEY", help="Clips equal in it stay together."
)
@click.option(
    "--val",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.2,
    show_default=True,
    help="Share of the clips to hold out.",
)
@click.option("--seed", type=click.IntRange(min=0), default=42, show_default=True)
@click.option("--output", type=File, help="Write the manifest there. [default: stdout]")
def split(path: Path, by: str, val: float, seed: int, output: Path | None) -> None:
    """Write "split": "train" or "val" into the lines of MANIFEST; scenes (--by) are never divided."""
    from jepamine.manifests.paths import moved
    from jepamine.manifests.split import split_lines
    from jepamine.utils.files import check_output

    if output is not None:
        check_output(output, path)
    lines = split_lines(path, by, val, seed)
    write(moved(lines, path, output), output)


def _wanted(labels: str) -> int | list[str]:
    kind, equals, number = labels.partition("=")
    if equals and kind == "rare" and number.isdecimal() and int(number):
        return int(number)
    names = [name.strip() for name in labels.split(",")]
    if equals or kind == "rare" or not all(names):
        raise click.BadParameter(
            f"'{labels}' is neither rare=N nor category,category.", param_hint="--labels"
        )
    return names


manifest.add_command(audit)
manifest.add_command(fix)
