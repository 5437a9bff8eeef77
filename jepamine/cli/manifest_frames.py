"""manifest frames, waymo: build manifests from images on disk or in Parquet files."""

from __future__ import annotations

from pathlib import Path

import click

from jepamine import places
from jepamine.cli.manifest_options import Fps, deliver, with_cameras, with_max_gap, with_windows
from jepamine.cli.options import Folder


@click.command()
@click.argument("folder", metavar="DIR", type=Folder)
@with_cameras("Keep only this camera; repeatable. [default: all]")
@click.option("--cameras", "camera_list", metavar="CAMERA,...", help="Keep only these cameras.")
@click.option(
    "--pattern",
    metavar="PATTERN",
    help="Names in another layout, such as '{drive}_{camera}_{frame}.png' or '{drive}/{time_ns}.jpg'.",
)
@click.option(
    "--exclude",
    multiple=True,
    metavar="GLOB",
    help="Leave out images whose path, folder or name matches; repeatable.",
)
@click.option("--fps", type=Fps, help="Frames per second, for frames whose names hold no times.")
@click.option("--rig", is_flag=True, help="Cut clips of all cameras of a drive at the same moments.")
@click.option(
    "--label-maps", is_flag=True, help="Keep label maps (segmentation masks); they are skipped by default."
)
@with_max_gap
@with_windows
def frames(
    folder: Path,
    cameras: tuple[str, ...],
    camera_list: str | None,
    pattern: str | None,
    exclude: tuple[str, ...],
    fps: float | None,
    rig: bool,
    label_maps: bool,
    max_gap: float,
    window: int,
    stride: int,
    output: places.File | None,
) -> None:
    """Build a manifest of the frames below DIR: one folder per scene, or the layout of a data set.

    Recognised are LOG__CAMERA__TIMESTAMP.jpg (nuScenes), Argoverse 2, KITTI raw, BDD100K, several drives in
    a folder (0016E5_00390.png) and folders per camera (left, right). Other frames of a folder are taken in
    name order; links to folders are followed, hidden folders are skipped. If no name gives a camera,
    --camera names it for all.
    """
    from jepamine.manifests.frames import FrameOptions, frame_lines

    listed = [name.strip() for name in (camera_list or "").split(",")] if camera_list is not None else []
    if not all(listed):
        raise click.BadParameter(f"'{camera_list}' has an empty name.", param_hint="--cameras")
    options = FrameOptions(pattern, exclude, fps, label_maps, rig)
    deliver(frame_lines(folder, window, stride, [*cameras, *listed], max_gap, options), output)


@click.command()
@click.argument("folder", type=Folder)
@click.option(
    "--frames", type=Folder, required=True, metavar="DIR", help="Write the images, as they are, below DIR."
)
@with_cameras(
    "Use this camera (FRONT, FRONT_LEFT, FRONT_RIGHT, SIDE_LEFT, SIDE_RIGHT); repeatable.", ["FRONT"]
)
@with_max_gap
@with_windows
def waymo(
    folder: Path,
    frames: Path,
    cameras: tuple[str, ...],
    max_gap: float,
    window: int,
    stride: int,
    output: places.File | None,
) -> None:
    """Build a manifest from Waymo's Parquet files (version 2, component camera_image) below FOLDER.

    Requires the extra `waymo` (pip install -e '.[waymo]'). JPEG files are copied out of the Parquet files
    unchanged; images already in DIR are not written again.
    """
    from jepamine.manifests.waymo import waymo_lines

    deliver(waymo_lines(folder, frames, window, stride, cameras, max_gap), output)
