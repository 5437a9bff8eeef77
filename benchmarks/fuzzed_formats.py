"""Make a small sound file of every format that jepamine reads, for `fuzz_inputs.py` to damage."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

SIDE = (48, 64)
FRAMES = 8
# Nanoseconds since 1970 of the first message of a log.
START = 1_700_000_000_000_000_000
TOPIC = "/cam_front"


@dataclass(frozen=True)
class Format:
    """A format: `kind` says which commands read it, `make` writes a sound file in a folder.

    `checked` formats have checksums of their pixels, so that no damage may go unseen.
    """

    kind: str
    suffix: str
    make: Callable[[Path], bytes]
    checked: bool = False


def picture(number: int) -> Image.Image:
    """Return a frame of a scene that moves a little, RGB of size `SIDE`."""
    rows, columns = np.mgrid[: SIDE[0], : SIDE[1]]
    noise = np.random.default_rng(number).integers(0, 12, (*SIDE, 3))
    grey = (rows * 2 + columns + 8 * number) % 200
    return Image.fromarray((grey[..., None] + noise).astype(np.uint8))


def _image(form: str, folder: Path, *, mode: str = "RGB", upright: int = 1, **options: object) -> bytes:
    """Return frame 3 in Pillow's format `form`, as `mode` and with an EXIF orientation."""
    image = picture(3)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    elif mode != "RGB":
        image = image.convert(mode)
    if upright != 1:
        exif = image.getexif()
        exif[0x0112] = upright
        options["exif"] = exif
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def _video(suffix: str, codec: str, folder: Path, *, pixels: str = "yuv420p", **options: str) -> bytes:
    """Return a video of `FRAMES` frames, 4 a second (MPEG-2: 25)."""
    import av

    path = folder / f"made{suffix}"
    rate = 25 if codec == "mpeg2video" else 4
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, options=options)
        stream.height, stream.width = SIDE
        stream.pix_fmt, stream.gop_size = pixels, 4
        for number in range(FRAMES):
            frame = av.VideoFrame.from_image(picture(number))
            frame.pts, frame.time_base = number, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path.read_bytes()


def _jpegs() -> list[bytes]:
    made = []
    for number in range(FRAMES):
        file = io.BytesIO()
        picture(number).save(file, "JPEG", quality=90)
        made.append(file.getvalue())
    return made


def _mcap(folder: Path) -> bytes:
    import base64

    from mcap.writer import Writer

    file = io.BytesIO()
    writer = Writer(file)
    writer.start()
    schema = writer.register_schema("foxglove.CompressedImage", "jsonschema", b"{}")
    channel = writer.register_channel(TOPIC, "json", schema)
    for number, content in enumerate(_jpegs()):
        time = START + number * 250_000_000
        text = json.dumps({"format": "jpeg", "data": base64.b64encode(content).decode()})
        writer.add_message(channel, time, text.encode(), time)
    writer.finish()
    return file.getvalue()


def _bag(suffix: str, folder: Path) -> bytes:
    """Return a bag of ROS 1 (.bag), or the file of one of ROS 2 (.db3)."""
    from rosbags.rosbag1 import Writer as Writer1
    from rosbags.rosbag2 import StoragePlugin
    from rosbags.rosbag2 import Writer as Writer2
    from rosbags.typesys import Stores, get_typestore

    first = suffix == ".bag"
    store = get_typestore(Stores.ROS1_NOETIC if first else Stores.LATEST)
    path = folder / f"made{suffix}"
    kind = "sensor_msgs/msg/CompressedImage"
    more = {"seq": 0} if first else {}
    stamp = store.types["builtin_interfaces/msg/Time"](sec=0, nanosec=0)
    header = store.types["std_msgs/msg/Header"](stamp=stamp, frame_id="", **more)
    with Writer1(path) if first else Writer2(path, version=9, storage_plugin=StoragePlugin.SQLITE3) as writer:
        connection = writer.add_connection(TOPIC, kind, typestore=store)
        for number, content in enumerate(_jpegs()):
            data = np.frombuffer(content, np.uint8)
            message = store.types[kind](header=header, format="jpeg", data=data)
            raw = (store.serialize_ros1 if first else store.serialize_cdr)(message, kind)
            writer.write(connection, START + number * 250_000_000, bytes(raw))
    return (path if first else next(path.glob("*.db3"))).read_bytes()


def _parquet(columns: dict[str, Sequence[object]], folder: Path) -> bytes:
    import pyarrow
    from pyarrow import parquet

    file = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), file)
    return file.getvalue()


def _waymo(folder: Path) -> bytes:
    from jepamine.manifests.waymo import CAMERA, IMAGE, SEGMENT, TIME

    times = [START // 1000 + 250_000 * number for number in range(FRAMES)]
    images = _jpegs()
    return _parquet({SEGMENT: ["s1"] * FRAMES, TIME: times, CAMERA: [1] * FRAMES, IMAGE: images}, folder)


def _stamps(folder: Path) -> bytes:
    return "".join(f"2011-09-26 13:02:{25 + number}.964389445\n" for number in range(FRAMES)).encode()


# The encoder of HEVC prints what it does.
QUIET = {"x265-params": "log-level=none"}
FORMATS = {
    "jpg": Format("image", ".jpg", partial(_image, "JPEG", quality=90)),
    "jpg, turned": Format("image", ".jpg", partial(_image, "JPEG", quality=90, upright=6)),
    "jpg, progressive": Format("image", ".jpeg", partial(_image, "JPEG", quality=90, progressive=True)),
    "png": Format("image", ".png", partial(_image, "PNG"), True),
    "png, 16 bits": Format("image", ".png", partial(_image, "PNG", mode="I;16"), True),
    "png, palette": Format("image", ".png", partial(_image, "PNG", mode="P"), True),
    "tiff": Format("image", ".tif", partial(_image, "TIFF", compression="tiff_lzw")),
    "tiff, 16 bits": Format("image", ".tiff", partial(_image, "TIFF", mode="I;16")),
    "webp": Format("image", ".webp", partial(_image, "WEBP", lossless=True)),
    "webp, lossy": Format("image", ".webp", partial(_image, "WEBP", quality=90)),
    "bmp": Format("image", ".bmp", partial(_image, "BMP")),
    "ppm": Format("image", ".ppm", partial(_image, "PPM")),
    "mp4": Format("video", ".mp4", partial(_video, ".mp4", "libx264")),
    "mov, HEVC": Format("video", ".mov", partial(_video, ".mov", "libx265", **QUIET)),
    "mkv": Format("video", ".mkv", partial(_video, ".mkv", "libx264", bf="2")),
    "webm": Format("video", ".webm", partial(_video, ".webm", "libvpx-vp9")),
    "avi": Format("video", ".avi", partial(_video, ".avi", "mpeg4")),
    "avi, B-frames": Format("video", ".avi", partial(_video, ".avi", "libx264", bf="2")),
    "avi, MJPEG": Format("video", ".avi", partial(_video, ".avi", "mjpeg", pixels="yuvj420p")),
    "ts": Format("video", ".ts", partial(_video, ".ts", "libx264")),
    "m2ts": Format("video", ".m2ts", partial(_video, ".m2ts", "libx264", bf="2")),
    "mpg": Format("video", ".mpg", partial(_video, ".mpg", "mpeg2video")),
    "flv": Format("video", ".flv", partial(_video, ".flv", "libx264")),
    "wmv": Format("video", ".wmv", partial(_video, ".wmv", "mpeg4")),
    "h264": Format("video", ".h264", partial(_video, ".h264", "libx264", bf="2")),
    "hevc": Format("video", ".hevc", partial(_video, ".hevc", "libx265", **QUIET)),
    "mcap": Format("log", ".mcap", _mcap, True),
    "bag": Format("log", ".bag", partial(_bag, ".bag")),
    "db3": Format("log", ".db3", partial(_bag, ".db3")),
    "Parquet (Waymo)": Format("waymo", ".parquet", _waymo),
    "Parquet (times)": Format(
        "physicalai",
        ".parquet",
        partial(_parquet, {"timestamp": [250_000 * number for number in range(FRAMES)]}),
    ),
    "timestamps.txt": Format("times", "timestamps.txt", _stamps),
    "timestamps.json": Format(
        "times", "timestamps.json", lambda folder: json.dumps([15 + n / 4 for n in range(FRAMES)]).encode()
    ),
}
