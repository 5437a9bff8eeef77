"""Scenes as tensors: frames or tokens, masks, true layouts; and frames varied in training.

Shapes: N scenes, H x W pixels, V views of a frame (the first clean, the others masked), L tokens of D
dimensions.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from jepamine.data.clips import Clip, read_clips
from jepamine.data.frames import Frames, ahead, check, hide
from jepamine.data.splits import chosen
from jepamine.errors import UserError
from jepamine.manim.layout_model.targets import NOTHING, shown_layout, target_tensors
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH
from jepamine.protocols import Encoder, Parts, PassThroughEncoder, Tensors
from jepamine.utils.progress import progress

#: The tokens of all scenes are held in memory, up to this many bytes.
MOST_BYTES = 16 * 2**30


def scenes_of(parts: Parts, split: str | None) -> list[Clip]:
    """Return the clips of `parts.source` in `split` (None: all). Raises UserError if there are none."""
    clips = [clip for clip in read_clips(parts.source) if chosen(clip, split).any()]
    if not clips:
        raise UserError(f"{parts.source.manifest}: no clip has the split '{split}'")
    return clips


def masks_of(parts: Parts, clip: Clip, views: int) -> NDArray[np.bool_]:
    """Return `views` masks of a scene, always the same: bool (views, rows, columns)."""
    drawn = [parts.mask(clip.clip_id, view, clip.first_tubelet + view) for view in range(views)]
    for mask in drawn:
        check(mask, (1, *parts.source.image_size))
    return np.concatenate(drawn)


def load_frames(parts: Parts, clips: list[Clip], phase: str) -> Iterator[tuple[Clip, NDArray[np.uint8]]]:
    """Yield each clip with its frame, uint8 (H, W, 3). Raises UserError at the first unreadable one."""
    frames = Frames(parts.source.image_size, keep=8)
    with progress(phase, len(clips), "scenes", every=1000) as bar:
        loaded = ahead(clips, lambda clip: frames[clip.frames[0]].pixels(), parts.source.threads)
        for clip, pixels in loaded:
            if isinstance(pixels, UserError):
                raise UserError(f"{clip.place}: {pixels}")
            yield clip, pixels
            bar.step()


def examples(parts: Parts, split: str, views: int) -> Tensors:
    """Return the true layouts of a split, `hidden` bool (N, V, rows, columns), all False in the first view,
    and `family` int64 (N,), the number of each scene's family.

    In addition `frames` uint8 (N, H, W, 3) if encoding is cheap, else `tokens` float32 (N, V, L, D). V is
    views + 1. Raises UserError for an unreadable frame or layout, and if the tokens do not fit into memory.
    """
    clips = scenes_of(parts, split)
    truth = target_tensors([shown_layout(clip) for clip in clips])
    masks = [masks_of(parts, clip, views) for clip in clips]
    hidden = np.stack([np.concatenate([np.zeros_like(mask[:1]), mask]) for mask in masks])
    families = np.unique([str(clip.line.get("family")) for clip in clips], return_inverse=True)[1]
    tensors: Tensors = {"hidden": torch.from_numpy(hidden), "family": torch.from_numpy(families)} | truth
    if isinstance(parts.encoder, PassThroughEncoder) and parts.encoder.keeps_frames:
        shape = (len(clips), *parts.source.image_size, 3)
        frames = np.empty(shape, np.uint8)
        for row, (_, pixels) in enumerate(load_frames(parts, clips, f"read {split} scenes")):
            frames[row] = pixels
        return tensors | {"frames": torch.from_numpy(frames)}
    tokens: torch.Tensor | None = None
    for row, (_, pixels) in enumerate(load_frames(parts, clips, f"encode {split} scenes")):
        encoded = encode_views(parts, pixels, hidden[row])
        if tokens is None:
            _check_memory(len(clips) * encoded.numel() * 4, views)
            tokens = torch.empty(len(clips), *encoded.shape)
        tokens[row] = encoded
    assert tokens is not None
    return tensors | {"tokens": tokens}


def encode_views(parts: Parts, pixels: NDArray[np.uint8], hidden: NDArray[np.bool_]) -> torch.Tensor:
    """Return the tokens, float32 (V, L, D) on the CPU, of a frame uint8 (H, W, 3) under V masks."""
    views = hide(np.repeat(pixels[None, None], len(hidden), axis=0), hidden[:, None])
    batches = torch.split(torch.from_numpy(views), parts.encoder.batch_size)
    with torch.inference_mode():
        tokens = torch.cat([parts.encoder(batch).float().cpu() for batch in batches])
    if not torch.isfinite(tokens).all():
        raise UserError(f"encoder '{parts.encoder.name}': tokens are not finite")
    return tokens


def _check_memory(size: int, views: int) -> None:
    if size > MOST_BYTES:
        raise UserError(
            f"the encoder's tokens of these scenes take {size / 2**30:.0f} GiB, {MOST_BYTES >> 30} at most "
            f"fit; use fewer scenes, or trainer.views below {views}"
        )


def draw_view(batch: Tensors, masked: float, encoder: Encoder) -> tuple[Tensor, Tensor]:
    """Return (tokens float32 (N, L, D), hidden bool (N, rows, columns)) of a random view of each example.

    Each view is masked with probability `masked`, drawn from torch's global generator, whose state is in
    every checkpoint.
    """
    count, views = batch["hidden"].shape[:2]
    drawn = torch.randint(1, views, (count,))
    return view(batch, torch.where(torch.rand(count) < masked, drawn, 0), encoder)


def view(batch: Tensors, which: Tensor, encoder: Encoder) -> tuple[Tensor, Tensor]:
    """Return the views `which`, int64 (N,), like `draw_view`; 0 is the clean one."""
    device = batch["hidden"].device
    rows, which = torch.arange(len(which), device=device), which.to(device)
    hidden = batch["hidden"][rows, which]
    if "tokens" in batch:
        return batch["tokens"][rows, which], hidden
    # (N, H, W, 3) -> (N, T = 1, H, W, 3)
    return encoder(hide_cells(batch["frames"], hidden)[:, None]), hidden


def hide_cells(frames: Tensor, hidden: Tensor) -> Tensor:
    """Return a copy of frames uint8 (N, H, W, 3) that is 0 where `hidden` bool (N, rows, columns) is True."""
    count, height, width, _ = frames.shape
    rows, columns = hidden.shape[1:]
    cells = frames.view(count, rows, height // rows, columns, width // columns, 3)
    return (cells * ~hidden[:, :, None, :, None, None]).view(frames.shape)


# Of frames in other colours: the share that is inverted, and the least of the brightness that stays.
INVERTED, DARKEST = 0.15, 0.55
# Pixels beyond a box that may still be paint of its object.
MARGIN = 3


def varied(batch: Tensors, share: float) -> Tensors:
    """Return the batch with a share of its frames recoloured, and a share moved; without frames, as it is."""
    if not share or "frames" not in batch:
        return batch
    frames, boxes = moved(batch["frames"], batch["boxes"], batch["types"] != NOTHING, share)
    return batch | {"frames": recolored(frames, share), "boxes": boxes}


def recolored(frames: Tensor, share: float) -> Tensor:
    """Return frames uint8 (N, H, W, 3), a share of them with channels exchanged, darkened, at times inverted.

    Colours say little about what an object is; the other frames keep Manim's usual ones frequent.
    """
    count = len(frames)
    order = torch.rand(count, 3).argsort(dim=1)
    inverted = torch.rand(count) < INVERTED
    gain = DARKEST + (1 - DARKEST) * torch.rand(count)
    changed = frames.clone()
    for place in torch.nonzero(torch.rand(count) < share)[:, 0].tolist():
        pixels = frames[place][..., order[place].to(frames.device)].float() * float(gain[place])
        changed[place] = (255 - pixels if inverted[place] else pixels).round().to(torch.uint8)
    return changed


def moved(frames: Tensor, boxes: Tensor, present: Tensor, share: float) -> tuple[Tensor, Tensor]:
    """Return frames uint8 (N, H, W, 3) and boxes (N, K, 4) in units, a share of them moved by whole pixels.

    Only as far as no object leaves the frame; what leaves it on one side, ground, enters on the other.
    """
    unit = frames.shape[2] / FRAME_WIDTH
    low, high = boxes[..., :2] - boxes[..., 2:] / 2, boxes[..., :2] + boxes[..., 2:] / 2
    low = torch.where(present[..., None], low, torch.inf).amin(dim=1)
    high = torch.where(present[..., None], high, -torch.inf).amax(dim=1)
    half = low.new_tensor([FRAME_WIDTH / 2, FRAME_HEIGHT / 2])
    # Pixels that the scene may move to the left and down, to the right and up.
    down, up = ((room * unit).floor() - MARGIN for room in (low + half, half - high))
    steps = torch.rand(len(frames), 2).to(low.device) * (down + up + 1) - down
    still = (torch.rand(len(frames)) >= share).to(low.device)[:, None] | (down < 1) | (up < 1)
    steps = torch.where(still, 0.0, steps.floor()).nan_to_num(0.0, 0.0, 0.0)
    turned = torch.stack(
        [
            frame.roll((-int(up_by), int(right_by)), (0, 1))
            for frame, (right_by, up_by) in zip(frames, steps.tolist(), strict=True)
        ]
    )
    return turned, torch.cat([boxes[..., :2] + steps[:, None] / unit, boxes[..., 2:]], dim=-1)
