"""Whether a predictor of clean tokens from masked ones ranks clips better than one of clean embeddings.

    python benchmarks/token_predictor.py --footage ../shared/data/driving.jsonl

A Transformer gets the tokens of masked frames (75 % of the patches hidden, as in training), how much of each
cell is visible, and each cell's place. It predicts the tokens of the frames as they are, from one frame
(`space`) or from all frames of the clip (`space-time`). Trained on the training clips of condition S of
real_footage.py, under several masks; its held-out clips choose the epoch. Three scores of a clip:

- `error`: mean length of (clean - predicted), mean over two masks, the clip's frames and cells;
- `usual`: the same, less the mean of that vector at that cell over the drive's other clips;
- `top`: as `usual`, of each frame's five highest cells.

`clean` are the same scores of the clean tokens without a predictor. All are also computed after dividing
each dimension by its deviation over the training clips (`/ deviation`). Tokens are projected to the first
128 principal components of the training clips' tokens.
"""

from __future__ import annotations

import argparse
import copy
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import real_footage
import torch
from numpy.typing import NDArray
from planted_faults import KINDS
from real_footage import Ranked, build, rank, report, run_of
from torch import Tensor, nn

from jepamine.data.frames import hide
from jepamine.mining.token_bank import cell_tokens
from jepamine.protocols import ClipEmbeddings
from jepamine.utils.json_files import write_json

Array = NDArray[np.float32]
COMPONENTS, WIDTH, LAYERS, HEADS = 128, 128, 2, 4
MASKS, DRAWS, TOP = 2, 4, 5
PANEL = ["knn", "drive", "predicted", "residual"]


class TokenPredictor(nn.Module):
    """Clean tokens from masked ones: what a Transformer makes of all masked tokens."""

    def __init__(self, frames: int, cells: int, alone: bool) -> None:
        super().__init__()
        self.alone = alone
        self.enter = nn.Linear(COMPONENTS + 1, WIDTH)
        self.place = nn.Parameter(torch.randn(1, 1, cells, WIDTH) * 0.02)
        self.time = nn.Parameter(torch.randn(1, frames, 1, WIDTH) * 0.02)
        layer = nn.TransformerEncoderLayer(
            WIDTH, HEADS, 4 * WIDTH, 0.1, "gelu", batch_first=True, norm_first=True
        )
        self.body = nn.TransformerEncoder(layer, LAYERS, enable_nested_tensor=False)
        self.leave = nn.Linear(WIDTH, COMPONENTS)
        # The first prediction is the mean token: training can only add to it.
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)

    def forward(self, masked: Tensor, visible: Tensor) -> Tensor:
        """Map masked (B, F, L, C) and the visible share (B, F, L) to clean tokens (B, F, L, C)."""
        hidden = self.enter(torch.cat([masked, visible[..., None]], dim=-1)) + self.place + self.time
        batch, frames, cells, width = hidden.shape
        groups = hidden.reshape(-1, cells if self.alone else frames * cells, width)
        out: Tensor = self.leave(self.body(groups)).reshape(batch, frames, cells, -1)
        return out


class Tokens:
    """Tokens of clips, clean and under masks, float32 (F, L, C), projected by `project` once it is known."""

    def __init__(self, ranked: Ranked) -> None:
        self.parts = ranked.opened.parts
        source = self.parts.source
        self.grid = self.parts.encoder.grid((source.tubelet_size, *source.image_size))
        self.mean = np.zeros(0, dtype=np.float32)
        self.components = np.zeros(0, dtype=np.float32)

    def raw(self, pixels: NDArray[np.uint8]) -> Array:
        """Return the tokens of frames (N, T, H, W, 3), float32 (F, L, D)."""
        cells = self.grid[0] * self.grid[1]
        tokens = cell_tokens(self.parts.encoder, pixels, cells)
        return tokens.reshape(-1, cells, tokens.shape[2])

    def fit(self, clips: list[ClipEmbeddings]) -> None:
        """Fit the projection to the clean tokens of the training clips."""
        rows = np.concatenate([self.raw(clip.frames())[::2] for clip in clips]).reshape(-1, 1280)
        self.mean = rows.mean(axis=0)
        _, _, directions = np.linalg.svd(rows - self.mean, full_matrices=False)
        projected = (rows - self.mean) @ directions[:COMPONENTS].T
        self.components = directions[:COMPONENTS] / np.sqrt((projected**2).sum(axis=1).mean())

    def clean(self, clip: ClipEmbeddings) -> Array:
        return (self.raw(clip.frames()) - self.mean) @ self.components.T

    def masked(self, clip: ClipEmbeddings, draw: int) -> tuple[Array, Array]:
        """Return the tokens of the clip under another mask, and the visible share of each cell (F, L)."""
        pixels = clip.frames()
        drawn = np.stack([self.parts.mask(f"{clip.clip_id}\nmask {draw}", n, n) for n in range(len(pixels))])
        rows, columns = self.grid
        size = drawn.shape[2] // rows, drawn.shape[3] // columns
        cells = (~drawn).reshape(-1, rows, size[0], columns, size[1]).mean(axis=(2, 4))
        tokens = (self.raw(hide(pixels, drawn)) - self.mean) @ self.components.T
        return tokens, cells.reshape(len(tokens), -1).astype(np.float32)


def examples(tokens: Tokens, clips: list[ClipEmbeddings], draws: int) -> list[tuple[Tensor, ...]]:
    """Return (masked, visible, clean) of each clip under each mask."""
    found = []
    for clip in clips:
        clean = torch.from_numpy(tokens.clean(clip))
        for draw in range(draws):
            masked, visible = tokens.masked(clip, draw)
            found.append((torch.from_numpy(masked), torch.from_numpy(visible), clean))
    return found


def batches(rows: list[tuple[Tensor, ...]], order: NDArray[np.int64]) -> Iterator[list[Tensor]]:
    for start in range(0, len(order), 4):
        columns = zip(*(rows[row] for row in order[start : start + 4]), strict=True)
        yield [torch.stack(column) for column in columns]


def fitted(
    train: list[tuple[Tensor, ...]], val: list[tuple[Tensor, ...]], alone: bool, epochs: int
) -> TokenPredictor:
    """Train with L1, AdamW; return the weights of the epoch with the lowest loss of held-out clips."""
    torch.manual_seed(0)
    frames, cells, _ = train[0][0].shape
    model, rng = TokenPredictor(frames, cells, alone), np.random.default_rng(0)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.01)
    best: tuple[float, dict[str, Tensor]] = (np.inf, {})
    for epoch in range(epochs):
        model.train()
        for masked, visible, clean in batches(train, rng.permutation(len(train))):
            loss = nn.functional.l1_loss(model(masked, visible), clean)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        model.eval()
        with torch.inference_mode():
            losses = [
                float(nn.functional.l1_loss(model(masked, visible), clean))
                for masked, visible, clean in batches(val, np.arange(len(val)))
            ]
            baseline = float(np.mean([np.abs(clean.numpy()).mean() for _, _, clean in val]))
        if np.mean(losses) < best[0]:
            best = (float(np.mean(losses)), copy.deepcopy(model.state_dict()))
        print(f"epoch {epoch + 1}: held-out L1 {np.mean(losses):.4f}, of the mean token {baseline:.4f}")
    model.load_state_dict(best[1])
    return model


def vectors(tokens: Tokens, clip: ClipEmbeddings, models: dict[str, TokenPredictor]) -> dict[str, Array]:
    """Return (clean - predicted) by each model, mean over masks, and the clean tokens: (F, L, C) each."""
    clean = tokens.clean(clip)
    found = {"clean": clean}
    drawn = [tokens.masked(clip, DRAWS + number) for number in range(MASKS)]
    masked, visible = (torch.from_numpy(np.stack(column)) for column in zip(*drawn, strict=True))
    for name, model in models.items():
        with torch.inference_mode():
            found[name] = clean - model(masked, visible).numpy().mean(axis=0)
    return found


def scores(
    rows: dict[str, Array], usual: dict[str, Array], deviation: Array | None
) -> dict[str, list[float]]:
    """Return the clips' three scores; `usual` are the drives' mean vectors (L, C) by clip."""
    table: dict[str, list[float]] = {"error": [], "usual": [], "top": []}
    for name, vector in rows.items():
        less = vector - usual[name]
        if deviation is not None:
            vector, less = vector / deviation, less / deviation
        lengths = np.linalg.norm(less, axis=2)
        table["error"].append(float(np.linalg.norm(vector, axis=2).mean()))
        table["usual"].append(float(lengths.mean()))
        table["top"].append(float(np.sort(lengths, axis=1)[:, -TOP:].mean()))
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    root = Path(__file__).parents[1]
    parser.add_argument("--footage", type=Path, default=root.parent / "shared" / "data" / "driving.jsonl")
    parser.add_argument("--experiments", type=Path, default=Path("experiments"))
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--resamples", type=int, default=1000)
    parser.add_argument("--output", type=Path)
    given = parser.parse_args()
    experiments = given.experiments.absolute()
    bed = build(given.footage, experiments / "_data" / f"footage-{given.footage.stem}", 8, 4, 3)
    train = [line for line in bed.lines if line["part"] == 0]
    test = [line for line in bed.lines if line["part"] == 1]
    run = run_of(bed, "footage-s", train, experiments, root / "recipes" / "clips.toml")
    real_footage.PANEL[:] = PANEL
    planted = [bed.planted(line, kind) for kind in KINDS for line in test]
    ranked = Ranked(experiments, run, bed, [*bed.lines, *planted])
    table = rank(ranked, bed, test, run, mixed=False)

    tokens = Tokens(ranked)
    trained = [ranked.clips[line["clip_id"]] for line in train]
    segments = list(dict.fromkeys(line["segment"] for line in train))
    held_out = {line["clip_id"] for line in train if line["segment"] in segments[3::4]}
    tokens.fit([clip for clip in trained if clip.clip_id not in held_out])
    kept = examples(tokens, [clip for clip in trained if clip.clip_id not in held_out], DRAWS)
    val = examples(tokens, [clip for clip in trained if clip.clip_id in held_out], 2)
    models = {
        name: fitted(kept, val, alone, given.epochs)
        for name, alone in (("space", True), ("space-time", False))
    }
    every = [line["clip_id"] for line in test]
    every += [f"{name}+{kind}" for kind in KINDS for name in every]
    found = {
        name: vectors(tokens, ranked.clips[name], models)
        for name in [*every, *(line["clip_id"] for line in train)]
    }
    lines = {line["clip_id"]: line for line in bed.lines}
    for model in ("clean", *models):
        rows = {name: vector[model] for name, vector in found.items()}
        usual = {name: usual_of(rows, lines, name) for name in rows}
        deviations = [rows[line["clip_id"]].mean(axis=0) - usual[line["clip_id"]] for line in train]
        deviation = np.sqrt(np.mean(np.square(deviations), axis=(0, 1))).astype(np.float32)
        wanted = {name: rows[name] for name in every}
        for suffix, divided in (("", None), (" / deviation", deviation)):
            for score, values in scores(wanted, usual, divided).items():
                table.scores[f"{model} {score}{suffix}"] = np.array(values)
    result = report(f"S, {given.footage.stem}", table, given.resamples, "drive")
    if given.output:
        write_json(given.output, result)


def usual_of(rows: dict[str, Array], lines: dict[str, dict], name: str) -> Array:
    """Return the mean vector at each cell (L, C) over the drive's clean clips without common frames."""
    own = lines[name.partition("+")[0]]
    others = [
        rows[other].mean(axis=0)
        for other, line in lines.items()
        if line["drive"] == own["drive"] and not set(line["frame_paths"]) & set(own["frame_paths"])
    ]
    mean: Array = np.mean(others, axis=0) if others else np.zeros_like(rows[name][0])
    return mean


if __name__ == "__main__":
    main()
