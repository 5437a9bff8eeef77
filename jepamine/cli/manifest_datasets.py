"""manifest lerobot, physicalai, mcap: build manifests from data sets of videos, and from logs."""

from __future__ import annotations

from pathlib import Path

import click

from jepamine import places
from jepamine.cli.manifest_options import Fps, deliver, with_cameras, with_fps, with_windows
from jepamine.cli.options import AnyPath, Folder


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
    from jepamine.manifests.mcap import mcap_lines

    deliver(mcap_lines(files, topics, fps, window, stride), output)
