"""Logs: images of messages by log time, written by the libraries that read them."""

from __future__ import annotations

import base64
import io
import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.testing import assert_array_equal
from PIL import Image

from jepamine.data.logs.sources import open_source
from jepamine.data.recordings import Recordings, open_recording
from jepamine.errors import UserError
from jepamine.places import Moment
from jepamine.utils.tensors import load_tensors

mcap_writer = pytest.importorskip("mcap.writer", reason="mcap is not installed: pip install -e '.[mcap]'")
rosbags = pytest.importorskip("rosbags.rosbag1", reason="rosbags is not installed: pip install -e '.[mcap]'")

SECOND = 1_000_000_000
START = 1_700_000_000 * SECOND
TOPIC = "/cam_front"
PIXELS = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)


def jpeg(number: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.full((16, 24, 3), 20 * number, np.uint8)).save(file, "JPEG")
    return file.getvalue()


def ros_messages(store, messages):
    """The messages (type, fields) as objects of rosbags, each with a header where its type has one."""
    types = store.types
    stamp = types["builtin_interfaces/msg/Time"](sec=0, nanosec=0)
    more = {"seq": 0} if "seq" in types["std_msgs/msg/Header"].__dataclass_fields__ else {}
    header = types["std_msgs/msg/Header"](stamp=stamp, frame_id="", **more)
    return [(kind, types[kind](header=header, **fields)) for kind, fields in messages]


def images(encoding="rgb8", pixels=PIXELS):
    data = np.frombuffer(pixels.tobytes(), np.uint8)
    size = {"height": pixels.shape[0], "width": pixels.shape[1], "step": data.size // pixels.shape[0]}
    return [("sensor_msgs/msg/Image", size | {"encoding": encoding, "is_bigendian": 0, "data": data})]


def compressed(count=4):
    return [
        ("sensor_msgs/msg/CompressedImage", {"format": "jpeg", "data": np.frombuffer(jpeg(n), np.uint8)})
        for n in range(count)
    ]


def write_bag(path: Path, messages) -> Path:
    """A bag of ROS 1 (.bag) or ROS 2 (a folder; .mcap names its storage), ten messages a second."""
    from rosbags.rosbag1 import Writer as Writer1
    from rosbags.rosbag2 import StoragePlugin
    from rosbags.rosbag2 import Writer as Writer2
    from rosbags.typesys import Stores, get_typestore

    first = path.suffix == ".bag"
    store = get_typestore(Stores.ROS1_NOETIC if first else Stores.LATEST)
    plugin = StoragePlugin.MCAP if path.suffix == ".mcap" else StoragePlugin.SQLITE3
    with Writer1(path) if first else Writer2(path, version=9, storage_plugin=plugin) as writer:
        made = ros_messages(store, messages)
        connection = writer.add_connection(TOPIC, made[0][0], typestore=store)
        for number, (kind, message) in enumerate(made):
            raw = (store.serialize_ros1 if first else store.serialize_cdr)(message, kind)
            writer.write(connection, START + number * SECOND // 10, bytes(raw))
    return path


def write_mcap(path: Path, name: str, encoding: str, kind: str, schema: bytes, messages: list[bytes]) -> Path:
    with path.open("wb") as file:
        writer = mcap_writer.Writer(file)
        writer.start()
        number = writer.register_schema(name, kind, schema)
        channel = writer.register_channel(TOPIC, encoding, number)
        for count, data in enumerate(messages):
            time = START + count * SECOND // 10
            writer.add_message(channel, time, data, time)
        writer.finish()
    return path


def write_json(path: Path, messages=None, name="foxglove.CompressedImage") -> Path:
    fields = messages or [{"format": "jpeg", "data": jpeg(number)} for number in range(4)]
    texts = [each | {"data": base64.b64encode(each["data"]).decode()} for each in fields]
    return write_mcap(path, name, "json", "jsonschema", b"{}", [json.dumps(each).encode() for each in texts])


def write_protobuf(path: Path) -> Path:
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    made = descriptor_pb2.FileDescriptorSet()
    file = made.file.add(name="i.proto", package="foxglove", syntax="proto3")
    message = file.message_type.add(name="CompressedImage")
    message.field.add(name="data", number=2, type=12, label=1)
    message.field.add(name="format", number=3, type=9, label=1)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    kind = message_factory.GetMessageClass(pool.FindMessageTypeByName("foxglove.CompressedImage"))
    messages = [kind(data=jpeg(number), format="jpeg").SerializeToString() for number in range(4)]
    return write_mcap(
        path, "foxglove.CompressedImage", "protobuf", "protobuf", made.SerializeToString(), messages
    )


LOGS = {
    "ROS 1": lambda folder: write_bag(folder / "a.bag", compressed()),
    "ROS 2, SQLite": lambda folder: write_bag(folder / "a", compressed()),
    "a file of ROS 2, SQLite": lambda folder: next(write_bag(folder / "a", compressed()).glob("*.db3")),
    "a file of ROS 2, MCAP": lambda folder: next(write_bag(folder / "a.mcap", compressed()).glob("*.mcap")),
    "Foxglove, JSON": lambda folder: write_json(folder / "a.mcap"),
    "Foxglove, protobuf": lambda folder: write_protobuf(folder / "a.mcap"),
}


@pytest.mark.parametrize("kind", LOGS)
def test_compressed_images_of_a_log_are_the_files_that_were_logged(kind, tmp_path):
    path = LOGS[kind](tmp_path)
    recording = open_recording(path, TOPIC)
    assert recording.times == [START // 1000 + 100_000 * number for number in range(4)]
    assert recording.end == START // 1000 + 400_000
    for number in (2, 0, 3):
        with Image.open(io.BytesIO(jpeg(number))) as expected:
            shown = recording.image(START // 1000 + 100_000 * number + 99_000)
            assert_array_equal(np.asarray(shown), np.asarray(expected))
    recording.close()
    with pytest.raises(UserError, match=r"images from 1700000000\.000000 to 1700000000\.400000 s"):
        recording.image(START // 1000 + 400_000)


RAW = {
    "rgb8": (PIXELS, PIXELS),
    "bgr8": (PIXELS[:, :, ::-1], PIXELS),
    "mono8": (PIXELS[:, :, 0], PIXELS[:, :, :1].repeat(3, axis=2)),
    "mono16": (PIXELS[:, :, 0].astype("<u2") * 257, PIXELS[:, :, :1].repeat(3, axis=2)),
    "yuv422": (np.full((2, 4, 2), 128, np.uint8), np.full((2, 4, 3), 130, np.uint8)),
    "yuv422_yuy2": (
        np.tile(np.array([[82, 90], [82, 240]], np.uint8), (2, 2, 1)),
        np.tile(np.array([255, 1, 0], np.uint8), (2, 4, 1)),
    ),
    "bayer_rggb8": (
        np.tile(np.array([[200, 100], [100, 50]], np.uint8), (3, 4)),
        np.tile(np.array([200, 100, 50], np.uint8), (6, 8, 1)),
    ),
}


@pytest.mark.parametrize("encoding", RAW)
def test_raw_pixels_become_rgb(encoding, tmp_path):
    stored, expected = RAW[encoding]
    path = write_bag(tmp_path / "a.bag", images(encoding, np.ascontiguousarray(stored)))
    recording = open_recording(path, TOPIC)
    assert_array_equal(np.asarray(recording.image(START // 1000)), expected)
    recording.close()


def test_an_unknown_encoding_is_an_error_that_lists_the_known(tmp_path):
    path = write_bag(tmp_path / "a.bag", images("32FC1"))
    with pytest.raises(
        UserError, match=r"a.bag#t=1700000000.000000&topic=/cam_front: pixels of encoding '32FC1'"
    ):
        open_recording(path, TOPIC).image(START // 1000)


def test_compressed_video_is_decoded_from_any_message(tmp_path):
    av = pytest.importorskip("av")
    greys = [20 + 18 * number for number in range(12)]
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.gop_size = 64, 48, "yuv420p", 4
    encoder.framerate, encoder.max_b_frames, encoder.options = 10, 0, {"tune": "zerolatency"}
    packets = []
    for grey in greys:
        frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), grey, np.uint8), format="rgb24")
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    packets += [bytes(packet) for packet in encoder.encode(None)]
    messages = [{"format": "h264", "data": data} for data in packets]
    path = write_json(tmp_path / "a.mcap", messages, "foxglove.CompressedVideo")
    recordings = Recordings()
    for number in (0, 1, 7, 6, 11, 3):
        moment = Moment(path, START // 1000 + 100_000 * number, TOPIC)
        assert abs(float(np.asarray(recordings.image(moment)).mean()) - greys[number]) < 3
    recordings.close()


def test_a_topic_that_is_not_there_is_an_error_that_lists_those_with_images(tmp_path):
    path = write_json(tmp_path / "a.mcap")
    with pytest.raises(UserError) as raised:
        open_recording(path, "/cam_fornt")
    assert str(raised.value) == (
        f"log {path}: no topic '/cam_fornt' (did you mean '/cam_front'?); topics of images: /cam_front"
    )


def test_a_file_that_is_no_log_is_an_error(tmp_path):
    (tmp_path / "a.mcap").write_bytes(b"\x89MCAP0\r\n" + bytes(40))
    with pytest.raises(UserError, match=r"^log \S+/a.mcap: cannot be read: "):
        open_recording(tmp_path / "a.mcap", TOPIC)


@pytest.mark.parametrize("place", [0.2, 0.4, 0.6])
def test_a_bit_that_changed_in_an_mcap_is_an_error_by_its_checksum(tmp_path, place):
    path = write_json(tmp_path / "a.mcap")
    content = bytearray(path.read_bytes())
    content[int(len(content) * place)] ^= 1
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"a\.mcap"):
        recording = open_recording(path, TOPIC)
        for time in recording.times:
            recording.image(time)


#: What a line says of where its frames are: all in which a log's may differ from those of frames on disk.
PLACE = {"mcap", "topic", "start", "end", "fps", "frame_paths", "first_frame"}


def but_for_places(path: Path) -> list[str]:
    """The lines of a file of clips without their places and without the path of the manifest."""
    lines = [json.loads(line.replace(f"{path.parent}/", "")) for line in path.read_text().splitlines()]
    return [json.dumps({key: line[key] for key in line if key not in PLACE}) for line in lines]


def test_manifest_weights_scores_and_report_of_a_log_are_those_of_its_frames_byte_for_byte(
    jepamine, recipe, tmp_path
):
    folders = logged, disk = tmp_path / "log", tmp_path / "disk"
    pictures = [jpeg(number) for number in range(12)]
    for folder in (logged, disk / "frames"):
        folder.mkdir(parents=True)
    names = [f"frames/{number:02d}.jpg" for number in range(12)]
    for name, data in zip(names, pictures, strict=True):
        (disk / name).write_bytes(data)
    log = write_json(logged / "a.mcap", [{"format": "jpeg", "data": data} for data in pictures])
    words = ("manifest", "mcap", log, "--topic", TOPIC, "--window", 4, "--output", logged / "m.jsonl")
    result = jepamine(*words)
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in (logged / "m.jsonl").read_text().splitlines()]
    assert [(line["mcap"], line["topic"], line["start"], line["fps"]) for line in lines] == [
        ("a.mcap", TOPIC, START / SECOND + at, 10.0) for at in (0, 0.4, 0.8)
    ]
    frames = [
        {key: line[key] for key in line if key not in PLACE} | {"frame_paths": names[4 * n : 4 * n + 4]}
        for n, line in enumerate(lines)
    ]
    (disk / "m.jsonl").write_text("".join(json.dumps(line) + "\n" for line in frames))
    assert but_for_places(logged / "m.jsonl") == but_for_places(disk / "m.jsonl")
    pages = []
    for folder in folders:
        own = ("--experiments", folder)
        manifest, scores, page = (folder / name for name in ("m.jsonl", "scores.jsonl", "page.html"))
        for words in (
            ("run", recipe, "--name", "r", "--set", f"dataset.manifest={manifest}"),
            ("score", "--run", "r", manifest, "--output", scores),
            ("report", "--run", "r", scores, "--output", page),
        ):
            result = jepamine(*words, *own)
            assert result.exit_code == 0, result.output
        pages.append(page.read_text())
    weights = [load_tensors(folder / "r" / "weights.safetensors")[0] for folder in folders]
    assert weights[0].keys() == weights[1].keys()
    assert all(torch.equal(weights[0][key], weights[1][key]) for key in weights[0])
    assert but_for_places(logged / "scores.jsonl") == but_for_places(disk / "scores.jsonl")
    assert pages[0].count("data:image") > 3
    # Under this key, a hash of the score file, the browser keeps labels.
    pages = [re.sub(r"jepamine:r:[0-9a-f]+", "", page) for page in pages]
    assert pages[0].replace(str(logged), str(disk)) == pages[1]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_in_place_of_a_log_is_refused_before_it_is_read(tmp_path):
    os.mkfifo(tmp_path / "log.mcap")
    with pytest.raises(UserError, match=r"^log log\.mcap: not a regular file \(a pipe, socket or device\)$"):
        open_source(tmp_path / "log.mcap", "log.mcap")
