"""Answers of CVAT's exports for images and for video, version 1.1: annotations.xml, or a zip with it.

Format: https://docs.cvat.ai/docs/dataset_management/formats/format-cvat/
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from jepamine.errors import UserError, first_line
from jepamine.mining.label_import.answers import Answer, Reading
from jepamine.utils.files import read_bytes

# The label of exported clips, which is no answer itself.
CLIP = "clip"
# Attributes that say which clip it is, and are no answers.
FACTS = {"score", "scene", "camera"}


def read_cvat(path: Path, reading: Reading) -> Iterator[Answer]:
    """Yield the answers of an export: tags, shapes and tracks, and their attributes.

    An attribute is a question, `label` the one of `binary_label`; the label of a tag, shape or track is a
    choice. The clip is named by the attribute clip_id, else found by the name of the image. Raises UserError
    for a file that is no such export.
    """
    root = _root(path)
    for image in root.iter("image"):
        name = image.get("name") or ""
        own = [part for part in image if part.get("label") is not None]
        clips = [clip for part in own if (clip := _clip_id(part, reading)) is not None]
        for part in own:
            # A tag beside that of a clip is of the clip, too.
            clip_id = _clip_id(part, reading) or (clips[0] if len(set(clips)) == 1 else None)
            yield from _answer(part, f"{path}: image '{name}'", clip_id, name, reading)
    video = root.findtext(".//meta//source") or ""
    for track in root.iter("track"):
        shown = [shape for shape in track if shape.get("outside") != "1"]
        place = f"{path}: track {track.get('id')}"
        clip_id = next((clip for shape in shown if (clip := _clip_id(shape, reading)) is not None), None)
        for shape in shown[:1]:
            yield from _answer(shape, place, clip_id, video, reading, track.get("label") or "")


def _root(path: Path) -> ElementTree.Element:
    content = read_bytes(path)
    try:
        if zipfile.is_zipfile(io.BytesIO(content)):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                content = archive.read("annotations.xml")
        root = ElementTree.fromstring(content)
    except KeyError:
        raise UserError(
            f"{path}: has no annotations.xml: export it from CVAT as 'CVAT for images 1.1'"
        ) from None
    except (ElementTree.ParseError, zipfile.BadZipFile) as error:
        raise UserError(f"{path}: not XML: {first_line(error)}") from None
    if root.tag != "annotations":
        raise UserError(f"{path}: not an export of CVAT: its root is <{root.tag}>, not <annotations>")
    return root


def _answer(
    part: ElementTree.Element, place: str, clip_id: str | None, media: str, reading: Reading, label: str = ""
) -> Iterator[Answer]:
    label = part.get("label") or label
    choices = [("", label)] if label != CLIP else []
    for attribute in part.iter("attribute"):
        name, text = attribute.get("name") or "", (attribute.text or "").strip()
        answered = reading.is_question(name) or reading.value(text) is not None
        if text and answered and not reading.is_id(name) and name not in FACTS:
            choices.append((name, text))
    if choices:
        yield Answer(place, clip_id, tuple(choices), (media,) if media else ())
    else:
        reading.tally["without a choice"] += 1


def _clip_id(part: ElementTree.Element, reading: Reading) -> str | None:
    for attribute in part.iter("attribute"):
        if reading.is_id(attribute.get("name") or "") and attribute.text:
            return attribute.text
    return None
