"""manifest frames, waymo, lerobot, physicalai, mcap: build manifests from images, videos and logs."""

from __future__ import annotations

from pathlib import Path

import click

from jepamine import places
from jepamine.cli.manifest_options import Fps, deliver, with_cameras, with_fps, with_max_gap, with_windows
from jepamine.cli.options import AnyFolder, AnyPath, Folder


@click.command()
@click.argument("folder", metavar="DIR", type=AnyFolder)
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
    folder: places.File,
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
    from jepamine.manifests.bucket_frames import lines_of_frames
    from jepamine.manifests.frame_lines import FrameOptions

    listed = [name.strip() for name in (camera_list or "").split(",")] if camera_list is not None else []
    if not all(listed):
        raise click.BadParameter(f"'{camera_list}' has an empty name.", param_hint="--cameras")
    options = FrameOptions(pattern, exclude, fps, label_maps, rig)
    deliver(lines_of_frames(folder, window, stride, [*cameras, *listed], max_gap, options), output)


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


@click.command()
@click.argument("folder", type=Folder)
@with_cameras("Use this camera; repeatable. [default: all]")
@click.option("--fps", type=Fps, help="Frames per second. [default: the dataset's]")
@with_windows
def lerobot(
    folder: Path, cameras: tuple[str, ...], fps: float | None, window: int, stride: int, output: Path | None
) -> None:
    """Build clips from the LeRobot dataset (version 3) in FOLDER; an episode is a scene and a drive.

    Requires the extras `video` and `waymo` (pyarrow).
    """
    from jepamine.manifests.lerobot import lerobot_lines

    deliver(lerobot_lines(folder, window, stride, cameras, fps), output)


@click.command()
@click.argument("folder", type=Folder)
@with_cameras("Use this camera; repeatable. [default: all]")
@with_fps
@with_windows
def physicalai(
    folder: Path, cameras: tuple[str, ...], fps: float, window: int, stride: int, output: Path | None
) -> None:
    """Build clips from NVIDIA's PhysicalAI-Autonomous-Vehicles, unzipped below FOLDER.

    Requires the extras `video` and `waymo` (pyarrow).
    """
    from jepamine.manifests.physical_ai import physical_ai_lines

    deliver(physical_ai_lines(folder, fps, window, stride, cameras), output)


@click.command()
@click.argument("files", nargs=-1, required=True, type=AnyPath, metavar="LOG...")
@click.option(
    "--topic",
    "topics",
    multiple=True,
    metavar="TOPIC",
    help="Topic of images, such as /cam_front; repeatable. [default: all that have images]",
)
@with_fps
@with_windows
def mcap(
    files: tuple[places.File, ...],
    topics: tuple[str, ...],
    fps: float,
    window: int,
    stride: int,
    output: places.File | None,
) -> None:
    """Build clips from MCAP files and ROS bags by time; no frame is written to disk.

    Read are CompressedImage, Image, RawImage and CompressedVideo of ROS 1, ROS 2 and Foxglove. A bag of ROS 2
    is its folder, or one of its files. Requires the extra `mcap` (pip install -e '.[mcap]').
    """
    from jepamine.manifests.video_clips import mcap_lines

    deliver(mcap_lines(files, topics, fps, window, stride), output)
