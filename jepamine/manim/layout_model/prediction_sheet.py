"""Draw frames with true and predicted boxes side by side."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from jepamine.data.clips import Clip
from jepamine.data.frames import hide
from jepamine.manim.layout_model.evaluation.matching import FOUND_IOU, boxes_of, match
from jepamine.manim.layout_model.examples import load_frames
from jepamine.manim.layout_model.inference import predict
from jepamine.manim.layout_model.targets import shown_layout
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, Layout
from jepamine.protocols import Parts
from jepamine.utils.files import write_atomic

#: The number of scenes, spread evenly over all of them.
SCENES = 16
WIDTH, GAP = 480, 6
TRUE, RIGHT, WRONG_TYPE, WRONG = "#FFFFFF", "#5CD65C", "#FFB000", "#FF4040"
LEGEND = "left: true layout.  middle: predicted.  right: predicted from the masked frame."
COLOURS = ((RIGHT, "IoU of 0.5 or more, right type"), (WRONG_TYPE, "wrong type"), (WRONG, "false positive"))


def write_sheet(predictor: torch.nn.Module, parts: Parts, clips: list[Clip], path: Path) -> None:
    """Write a PNG with one row per scene: true boxes, predictions, and predictions from the masked frame.

    Predicted boxes are labelled with type and confidence. Raises UserError for an unreadable frame.
    """
    picked = [clips[place] for place in np.unique(np.linspace(0, len(clips) - 1, SCENES).round().astype(int))]
    clean, masked, masks = predict(predictor, parts, picked)
    height = round(WIDTH * FRAME_HEIGHT / FRAME_WIDTH)
    sheet = Image.new("RGB", (3 * (WIDTH + GAP) - GAP, 28 + len(picked) * (height + GAP)), "#303030")
    _legend(ImageDraw.Draw(sheet))
    for row, (clip, pixels) in enumerate(load_frames(parts, picked, "draw")):
        true, top = shown_layout(clip), 28 + row * (height + GAP)
        hidden = hide(pixels[None, None], masks[row][None, None])[0, 0]
        pictures = [
            _drawn(pixels, true, [TRUE] * len(true.objects)),
            _drawn(pixels, clean[row], _colours(true, clean[row])),
            _drawn(_tinted(hidden, masks[row]), masked[row], _colours(true, masked[row])),
        ]
        for column, picture in enumerate(pictures):
            sheet.paste(picture, (column * (WIDTH + GAP), top))
    file = io.BytesIO()
    sheet.save(file, format="PNG")
    write_atomic(path, file.getvalue())


def _legend(draw: ImageDraw.ImageDraw) -> None:
    font = ImageFont.load_default(14)
    draw.text((6, 6), LEGEND, fill=TRUE, font=font)
    left = 6 + draw.textlength(LEGEND, font=font) + 30
    for colour, text in COLOURS:
        draw.text((left, 6), text, fill=colour, font=font)
        left += draw.textlength(text, font=font) + 24


def _colours(true: Layout, predicted: Layout) -> list[str]:
    """Return a colour for each predicted object: found, of the wrong type, or a false positive."""
    colours = [WRONG] * len(predicted.objects)
    place, overlap = match(boxes_of(true), boxes_of(predicted))
    for item, index, iou in zip(true.objects, place, overlap, strict=True):
        if iou >= FOUND_IOU:
            colours[index] = RIGHT if predicted.objects[index].type == item.type else WRONG_TYPE
    return colours


def _tinted(pixels: NDArray[np.uint8], mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Paint hidden patches grey, as their black is also the frame's."""
    rows, columns = mask.shape
    cells = np.kron(mask, np.ones((pixels.shape[0] // rows, pixels.shape[1] // columns), bool))
    return np.where(cells[..., None], np.uint8(48), pixels)


def _drawn(pixels: NDArray[np.uint8], layout: Layout, colours: list[str]) -> Image.Image:
    height = round(WIDTH * FRAME_HEIGHT / FRAME_WIDTH)
    picture = Image.fromarray(pixels).resize((WIDTH, height), Image.Resampling.BICUBIC)
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(10)
    scale = WIDTH / FRAME_WIDTH
    for item, colour in zip(layout.objects, colours, strict=True):
        left = (item.x - item.width / 2 + FRAME_WIDTH / 2) * scale
        top = (FRAME_HEIGHT / 2 - item.y - item.height / 2) * scale
        box = (left, top, left + item.width * scale, top + item.height * scale)
        draw.rectangle(box, outline=colour)
        text = item.type if item.confidence == 1 else f"{item.type} {item.confidence:.2f}"
        draw.text((left + 1, max(top - 12, 0)), text, fill=colour, font=font)
    return picture
