"""Scored clips for CVAT: the labels of a task, its files, and annotations that mark the clips.

Formats: "CVAT for images 1.1" and "CVAT for video 1.1",
https://docs.cvat.ai/docs/dataset_management/formats/format-cvat/ and, for XML,
https://docs.cvat.ai/docs/dataset_management/formats/xml_format/; labels as the raw constructor takes them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from jepamine.data.recordings import recorded_times
from jepamine.mining.export.exported_clips import (
    Exported,
    below_common_folder,
    facts,
    require_no_logs,
    tasks_of,
)
from jepamine.mining.labels import BINARY
from jepamine.places import File
from jepamine.utils.files import write_atomic
from jepamine.utils.json_files import json_text

# The label that marks a clip, and the attribute that holds `binary_label`.
CLIP, QUESTION = "clip", "label"


def write_cvat(clips: Sequence[Exported], output: Path) -> None:
    """Write a folder: labels.json, and annotations for the images and for each video.

    Clips of image files: images.txt lists the files of one task, images.xml has a tag `clip` on the first
    frame of each. Clips of videos: NAME.xml has a track for each, of the whole picture; a task has one video.
    Raises UserError for clips of logs and files that cannot be read.
    """
    require_no_logs(clips, "CVAT")
    tasks = tasks_of(clips)
    write_atomic(output / "labels.json", (json_text(_labels(tasks), indent=1) + "\n").encode())
    of_images = [item for item in clips if not item.recording]
    if of_images:
        root, names = below_common_folder([file for item in of_images for file in item.images])
        lines = [f"# below {root}", *dict.fromkeys(names[file] for item in of_images for file in item.images)]
        write_atomic(output / "images.txt", ("\n".join(lines) + "\n").encode())
        _write(output / "images.xml", _images(of_images, names, tasks))
    videos: dict[tuple[File, object], list[Exported]] = {}
    for item in clips:
        if item.recording:
            videos.setdefault((item.recording.file, item.recording.stream), []).append(item)
    for (file, _), own in videos.items():
        _write(output / _name(file, videos), _video(file, own, tasks))


def _name(file: File, videos: Iterable[tuple[File, object]]) -> str:
    """Return the name of a video's XML: its own, numbered if there are several of one name."""
    alike = [other for other, _ in videos if other.stem == file.stem]
    return f"{file.stem}.xml" if len(alike) == 1 else f"{file.stem}-{alike.index(file) + 1}.xml"


def _labels(tasks: Sequence[str]) -> list[dict[str, object]]:
    constant = {"mutable": False, "default_value": ""}
    texts = ("clip_id", "score", "scene", "camera")
    attributes = [{"name": name, "input_type": "text", "values": [""]} | constant for name in texts]
    for name in _questions(tasks).values():
        attributes.append({"name": name, "input_type": "select", "values": ["", "1", "0"]} | constant)
    return [{"name": CLIP, "type": "any", "attributes": attributes}]


def _questions(tasks: Sequence[str]) -> dict[str, str]:
    """Return task -> name of its attribute."""
    return {task: QUESTION if task == BINARY else task for task in dict.fromkeys([BINARY, *tasks])}


def _head(mode: str, size: int, tasks: Sequence[str]) -> tuple[Element, Element]:
    root = Element("annotations")
    SubElement(root, "version").text = "1.1"
    task = SubElement(SubElement(root, "meta"), "task")
    for name, text in (("name", "jepamine"), ("size", str(size)), ("mode", mode)):
        SubElement(task, name).text = text
    labels = SubElement(task, "labels")
    for label in _labels(tasks):
        node = SubElement(labels, "label")
        SubElement(node, "name").text, SubElement(node, "type").text = str(label["name"]), str(label["type"])
        attributes = SubElement(node, "attributes")
        for attribute in label["attributes"]:  # type: ignore[attr-defined]
            own = SubElement(attributes, "attribute")
            for key, value in attribute.items():
                text = "\n".join(value) if isinstance(value, list) else str(value)
                SubElement(own, key).text = text
    return root, task


def _images(clips: Sequence[Exported], names: dict[File, str], tasks: Sequence[str]) -> Element:
    files = dict.fromkeys(file for item in clips for file in item.images)
    root, _ = _head("annotation", len(files), tasks)
    size = {file: item.size for item in clips for file in item.images}
    images = {}
    for number, file in enumerate(files):
        width, height = size[file]
        place = {"id": str(number), "name": names[file], "width": str(width), "height": str(height)}
        images[file] = SubElement(root, "image", place)
    for item in clips:
        tag = SubElement(images[item.images[0]], "tag", {"label": CLIP, "source": "file"})
        _attributes(tag, item, tasks)
    return root


def _video(file: File, clips: Sequence[Exported], tasks: Sequence[str]) -> Element:
    """Return the annotations of one video: a track for each clip, from its first frame to its last."""
    first = clips[0].recording
    times, _ = recorded_times(file, first.stream if first else None)
    width, height = clips[0].size
    root, task = _head("interpolation", len(times), tasks)
    original = SubElement(task, "original_size")
    SubElement(original, "width").text, SubElement(original, "height").text = str(width), str(height)
    SubElement(root[1], "source").text = file.name
    for number, item in enumerate(clips):
        track = SubElement(root, "track", {"id": str(number), "label": CLIP, "source": "file"})
        start, end = (bisect_left(times, round(item.clip.line[key] * 1e6)) for key in ("start", "end"))
        corners = {"xtl": "0", "ytl": "0", "xbr": str(width), "ybr": str(height), "z_order": "0"}
        for frame, outside in ((start, "0"), (end, "1")):
            if frame < len(times):  # a clip to the end of the video has no frame after it
                state = {"frame": str(frame), "keyframe": "1", "outside": outside, "occluded": "0"}
                _attributes(SubElement(track, "box", state | corners), item, tasks)
    return root


def _attributes(node: Element, item: Exported, tasks: Sequence[str]) -> None:
    values = {key: "" if value is None else str(value) for key, value in facts(item).items()}
    for task, name in _questions(tasks).items():
        values[name] = str(item.labels.get(task, ""))
    for name, text in values.items():
        SubElement(node, "attribute", {"name": name}).text = text


def _write(path: Path, root: Element) -> None:
    ElementTree.indent(root)
    write_atomic(path, ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")
