"""The token bank: tokens of a run's training clips, and how far another clip's tokens are from them.

The distance of each token to the nearest tokens of normal footage is PatchCore's map of anomalies (Roth et
al. 2022, arXiv:2106.08265), with the bank drawn at random instead of by a coreset. Tokens are centred first:
what all of them share says nothing about where a frame is unusual.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from jepamine.data.clips import read_clips
from jepamine.data.splits import chosen
from jepamine.errors import UserError
from jepamine.mining.bank import BANK
from jepamine.mining.clip_embeddings import embedded
from jepamine.mining.distances import unit
from jepamine.protocols import Encoder
from jepamine.runs.loading import LoadedRun, run_source
from jepamine.utils.files import sha256_file
from jepamine.utils.tensors import load_tensors, save_tensors

FILE = "tokens.safetensors"
# At most this many training tubelets are encoded for the bank, and tokens kept of them: 10 MB.
TUBELETS = 256
TOKENS = 4096
NEAREST = 3


@dataclass(frozen=True)
class TokenBank:
    """`tokens` float32 (M, D), centred by `mean` (D,), of unit length; `rows` int64 (M,): whose they are.

    A row counts the training clips in the order of the run's bank.
    """

    tokens: NDArray[np.float32]
    rows: NDArray[np.int64]
    mean: NDArray[np.float32]

    def distances(self, tokens: NDArray[np.float32], excluded: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the mean cosine distance to the nearest tokens, float32 (N, L), of tokens (N, L, D).

        `excluded` are rows of training clips that are not compared with, unless no others are in the bank.
        """
        kept = ~np.isin(self.rows, excluded)
        known = torch.from_numpy(self.tokens[kept] if kept.any() else self.tokens)
        count, length, dim = tokens.shape
        queries = torch.from_numpy(unit(tokens.reshape(-1, dim) - self.mean))
        nearest = (queries @ known.T).topk(min(NEAREST, len(known)), dim=1).values
        distances: NDArray[np.float32] = (1 - nearest.mean(dim=1)).clamp(min=0).numpy()
        return distances.reshape(count, length)


def cell_tokens(encoder: Encoder, pixels: NDArray[np.uint8], cells: int) -> NDArray[np.float32]:
    """Return the tokens of a grid's `cells`, float32 (N, F * cells, D), of tubelets uint8 (N, T, H, W, 3).

    F is the number of grids of a tubelet. The token of a whole frame before each grid (of class) is left out.
    Raises UserError if the tokens are neither.
    """
    with torch.inference_mode():
        batches = torch.split(torch.from_numpy(pixels), encoder.batch_size)
        tokens = torch.cat([encoder(batch).float().cpu() for batch in batches])
    count, length, dim = tokens.shape
    if length % cells == 0:
        return tokens.numpy()
    if length % (cells + 1):
        raise UserError(
            f"the encoder '{encoder.name}' returned {length} tokens for a tubelet, which do not fill "
            f"its grid of {cells} cells"
        )
    # (N, F * (1 + cells), D) -> (N, F, 1 + cells, D) -> (N, F * cells, D)
    return tokens.reshape(count, -1, cells + 1, dim)[:, :, 1:].reshape(count, -1, dim).numpy()


def token_bank(opened: LoadedRun, cells: int) -> TokenBank:
    """Return a run's token bank: from its folder, else encoded from its training clips and kept there.

    `cells` is the size of the encoder's grid.

    Raises UserError if a training clip can no longer be read.
    """
    path = opened.folder.path / FILE
    state = {"bank": sha256_file(opened.folder.path / BANK), "sample": [TUBELETS, TOKENS]}
    if path.is_file():
        tensors, metadata = load_tensors(path)
        if metadata.get("state") == state:
            return TokenBank(
                tensors["tokens"].float().numpy(), tensors["rows"].numpy(), tensors["mean"].numpy()
            )
    bank = _drawn(opened, cells)
    tensors = {
        "tokens": torch.from_numpy(bank.tokens).half(),
        "rows": torch.from_numpy(bank.rows),
        "mean": torch.from_numpy(bank.mean),
    }
    save_tensors(path, tensors, {"state": state})
    # As it will be read: the first command and the ones after it give the same.
    return TokenBank(tensors["tokens"].float().numpy(), bank.rows, bank.mean)


def _drawn(opened: LoadedRun, cells: int) -> TokenBank:
    encoder = opened.parts.encoder
    drawn: list[NDArray[np.float32]] = []
    owners: list[int] = []
    for row, tubelets in _training_tubelets(opened):
        # (n, L, D) -> (n * L, D)
        tokens = cell_tokens(encoder, tubelets, cells)
        drawn.append(tokens.reshape(-1, tokens.shape[2]))
        owners += [row] * len(drawn[-1])
    tokens, rows = np.concatenate(drawn), np.array(owners, dtype=np.int64)
    if not np.isfinite(tokens).all():
        raise UserError(f"the encoder '{encoder.name}' returned tokens that are not finite")
    chosen_tokens = np.random.default_rng(0).permutation(len(tokens))[:TOKENS]
    mean = tokens.mean(axis=0, dtype=np.float64).astype(np.float32)
    return TokenBank(unit(tokens[chosen_tokens] - mean), rows[chosen_tokens], mean)


def _training_tubelets(opened: LoadedRun) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """Yield (row in the bank, tubelets uint8 (n, T, H, W, 3)) of training clips, evenly over all of them."""
    source = run_source(opened.folder, opened.record)
    clips = [clip for clip in read_clips(source) if chosen(clip, "train").any()]
    rows = np.unique(np.linspace(0, len(clips) - 1, min(len(clips), TUBELETS)).round().astype(int))
    each = max(TUBELETS // len(clips), 1)
    parts = dataclasses.replace(opened.parts, source=source)
    items = embedded(parts, [clips[row] for row in rows], "tokens")
    for row, item in zip(rows, items, strict=True):
        picked = np.flatnonzero(chosen(item.clip, "train"))
        middles = (np.arange(min(each, len(picked))) + 0.5) * len(picked) / min(each, len(picked))
        yield int(row), item.frames()[picked[middles.astype(int)]]
