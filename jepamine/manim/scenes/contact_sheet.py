"""Draw a contact sheet: frames with their boxes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from jepamine.errors import UserError
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, TYPES, Box, Layout
from jepamine.manim.scenes.render import PART
from jepamine.utils.files import write_atomic
from jepamine.utils.json_files import read_jsonl

#: The size of a frame on the sheet, in pixels.
TILE = (384, 216)
CAPTION = 16
#: The number of scenes on a sheet.
MOST = 48


def contact_sheet(
    tiles: Sequence[tuple[Path, Layout, str]], columns: int = 6, boxes: bool = True
) -> Image.Image:
    """Return a sheet of (frame, layout, caption), `columns` wide, each object's box in its type's colour."""
    columns = min(columns, max(len(tiles), 1))
    rows = -(-len(tiles) // columns)
    sheet = Image.new("RGB", (columns * (TILE[0] + 4), rows * (TILE[1] + CAPTION + 4)), "#202020")
    for index, (path, layout, caption) in enumerate(tiles):
        left, top = (index % columns) * (TILE[0] + 4), (index // columns) * (TILE[1] + CAPTION + 4)
        with Image.open(path) as image:
            tile = image.convert("RGB").resize(TILE, Image.Resampling.LANCZOS)
        if boxes:
            draw_boxes(tile, layout)
        sheet.paste(tile, (left, top + CAPTION))
        ImageDraw.Draw(sheet).text((left + 2, top + 2), caption, fill="#d0d0d0")
    return sheet


def draw_boxes(image: Image.Image, layout: Layout) -> None:
    """Draw the objects' boxes, with their types, onto a frame; dotted ones are the visible parts."""
    draw = ImageDraw.Draw(image)
    for item in layout.objects:
        hue = TYPES.index(item.type) * 360 // len(TYPES)
        colour = f"hsl({hue}, 90%, 60%)"
        corners = pixels(item.box, image.size)
        draw.rectangle(corners, outline=colour)
        if item.visible_box is not None:
            draw.rectangle(pixels(item.visible_box, image.size), outline="#606060")
        share = f" {item.visible:.0%}" if item.visible < 1 else ""
        draw.text((corners[0] + 2, max(corners[1] - 11, 0)), item.type + share, fill=colour)


def pixels(box: Box, size: tuple[int, int]) -> tuple[float, float, float, float]:
    """Return (left, top, right, bottom) in pixels of a frame of `size`, for a box in Manim units."""
    x, y, width, height = box
    across, down = size[0] / FRAME_WIDTH, size[1] / FRAME_HEIGHT
    left, right = (x - width / 2 + FRAME_WIDTH / 2) * across, (x + width / 2 + FRAME_WIDTH / 2) * across
    top, bottom = (FRAME_HEIGHT / 2 - y - height / 2) * down, (FRAME_HEIGHT / 2 - y + height / 2) * down
    return left, top, right, bottom


def sheet_of(lines: Sequence[dict[str, Any]], folder: Path) -> Image.Image:
    """Return the contact sheet of the first scenes of a `scenes.jsonl` in `folder`."""
    from jepamine.manim.layouts import from_json

    tiles = [
        (
            folder / line["frame_paths"][0],
            from_json(line["layout"]),
            f"{line['clip_id']} {line.get('form') or line.get('family', '')}",
        )
        for line in lines[:MOST]
    ]
    return contact_sheet(tiles)


def new_folder(folder: Path) -> None:
    """Create an empty folder, or keep that of an interrupted rendering.

    Raises UserError if it is not empty otherwise: frames of two runs must not mix.
    """
    if folder.is_dir() and any(folder.iterdir()) and not (folder / PART).is_file():
        raise UserError(f"--out {folder}: the folder is not empty; choose another, or remove it first")
    folder.mkdir(parents=True, exist_ok=True)


def write_sheet(manifest: Path) -> Path:
    """Write the contact sheet of the first scenes, `sheet.png`, beside `scenes.jsonl`; return its path."""
    import io

    lines = []
    for number, line in read_jsonl(manifest):
        lines.append(line)
        if number == MOST:
            break
    buffer = io.BytesIO()
    sheet_of(lines, manifest.parent).save(buffer, "PNG")
    write_atomic(manifest.parent / "sheet.png", buffer.getvalue())
    return manifest.parent / "sheet.png"
