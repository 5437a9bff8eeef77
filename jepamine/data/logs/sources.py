"""The messages of one topic of a log: MCAP files by `mcap`, bags of ROS 1 and 2 by `rosbags`."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol

from jepamine.errors import MissingPackageError, UserError, first_line
from jepamine.utils.files import require_regular

# Messages with images, by the last part of their type's name (sensor_msgs and foxglove).
IMAGES = ("CompressedImage", "Image", "RawImage", "CompressedVideo")
MAGIC = b"\x89MCAP0"


class Source(Protocol):
    """An open log: `topics` maps each topic to the last part of its type; times are log times, in ns."""

    topics: dict[str, str]

    def messages(self, topic: str, start: int | None, stop: int | None) -> Iterator[tuple[int, Any]]:
        """Yield (time, message) from `start` up to but without `stop`, by time; a message has attributes."""

    def close(self) -> None: ...


def open_source(path: Path, name: str) -> Source:
    """Open a log by its content. Raises UserError, with `name`, if it is none or a package is missing."""
    with log_errors(name):
        if path.is_dir():
            return _Bag(path)
        require_regular(path, f"log {name}")
        with path.open("rb") as file:
            head = file.read(len(MAGIC))
        return _Mcap(path, name) if head == MAGIC else _Bag(path)


@contextlib.contextmanager
def log_errors(name: str) -> Iterator[None]:
    """Turn errors of reading a log into UserErrors that name it."""
    try:
        yield
    except UserError:
        raise
    except FileNotFoundError:
        raise UserError(f"log {name}: no such file") from None
    except ImportError:
        raise MissingPackageError("logs require a package: pip install 'jepamine[mcap]'") from None
    # mcap, rosbags, sqlite and protobuf have errors of their own, not all with a common base.
    except Exception as error:
        raise UserError(f"log {name}: cannot be read: {first_line(error)}") from None


class _Bag:
    def __init__(self, path: Path) -> None:
        from rosbags.highlevel import AnyReader
        from rosbags.typesys import Stores, get_typestore

        self._reader = AnyReader([path], default_typestore=get_typestore(Stores.LATEST))
        self._reader.open()
        self.topics = {each.topic: each.msgtype.rpartition("/")[2] for each in self._reader.connections}

    def messages(self, topic: str, start: int | None, stop: int | None) -> Iterator[tuple[int, Any]]:
        own = [each for each in self._reader.connections if each.topic == topic]
        for connection, time, data in self._reader.messages(own, start, stop):
            yield time, self._reader.deserialize(data, connection.msgtype)

    def close(self) -> None:
        self._reader.close()


class _Mcap:
    def __init__(self, path: Path, name: str) -> None:
        from mcap.reader import make_reader

        self._file = path.open("rb")
        try:
            self._reader = make_reader(self._file, validate_crcs=True)
            summary = self._reader.get_summary()
        except BaseException:
            self._file.close()
            raise
        if summary is None or not summary.channels:
            self._file.close()
            raise UserError(
                f"log {name}: has no summary of its topics: it was not closed; repair it: mcap recover {name}"
            )
        types = {number: schema.name for number, schema in summary.schemas.items()}
        self.topics = {
            channel.topic: types.get(channel.schema_id, "").replace(".", "/").rpartition("/")[2]
            for channel in summary.channels.values()
        }

    def messages(self, topic: str, start: int | None, stop: int | None) -> Iterator[tuple[int, Any]]:
        for schema, channel, message in self._reader.iter_messages(
            [topic], starting_at=start, ending_before=stop
        ):
            decode = decoder(
                channel.message_encoding,
                schema.name if schema else "",
                schema.encoding if schema else "",
                schema.data if schema else b"",
            )
            yield message.log_time, decode(message.data)

    def close(self) -> None:
        self._file.close()


@cache
def decoder(encoding: str, name: str, kind: str, schema: bytes) -> Callable[[bytes], Any]:
    """Return the function that turns a message's bytes into an object with its fields as attributes.

    `encoding` is that of messages (cdr, ros1, protobuf, json), `kind` that of the `schema` of type `name`.
    Raises UserError for others.
    """
    if encoding == "json":
        return _json
    if encoding == "protobuf":
        from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

        pool = descriptor_pool.DescriptorPool()
        for file in descriptor_pb2.FileDescriptorSet.FromString(schema).file:
            pool.Add(file)
        made = message_factory.GetMessageClass(pool.FindMessageTypeByName(name))
        return lambda data: made.FromString(data)
    if encoding not in ("cdr", "ros1"):
        raise UserError(f"messages of encoding '{encoding}' are not read; known: cdr, json, protobuf, ros1")
    from rosbags.typesys import Stores, get_types_from_idl, get_types_from_msg, get_typestore

    parts = name.split("/")
    full = name if len(parts) == 3 else f"{parts[0]}/msg/{parts[-1]}"
    store = get_typestore(Stores.EMPTY if schema else Stores.LATEST)
    if schema:
        text = schema.decode()
        store.register(get_types_from_idl(text) if kind == "ros2idl" else get_types_from_msg(text, full))
    read = store.deserialize_ros1 if encoding == "ros1" else store.deserialize_cdr
    return lambda data: read(data, full)


def _json(data: bytes) -> SimpleNamespace:
    fields = json.loads(data)
    return SimpleNamespace(**fields | {"data": base64.b64decode(fields.get("data", ""))})
