"""Speed of `run` against bare PyTorch loops over the same work, in one process: `nox -s bench`.

Each pair is run in turn, A B A B ..., and the ratio is taken pair by pair: machines are noisy, and a ratio of
neighbours is not. Prints a table and writes it as JSON.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from jepamine.data.clips import read_clips
from jepamine.data.embedding_store import Store
from jepamine.data.embeddings import embed_clips
from jepamine.data.frames import hide
from jepamine.encoders.efficientnet import EfficientNetLite0
from jepamine.encoders.vjepa2 import VJepa2Encoder, preprocess
from jepamine.masking.patches import patches
from jepamine.mining.embedding_trainers import EmbeddingTrainer
from jepamine.mining.predictors.modules import Mlp
from jepamine.mining.street.generate import generate
from jepamine.protocols import Encoder, Source
from jepamine.runs.training import Training, fit

CPU = torch.device("cpu")


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def pairs(ours: Callable[[], float], bare: Callable[[], float], times: int) -> dict[str, float]:
    """Rates or times of both (medians), and the median of ours / bare pair by pair."""
    ours(), bare()  # to warm up
    # Who goes first takes turns: a machine that slows down during a pair must not count against one of them.
    measured = [(ours(), bare()) if turn % 2 else (bare(), ours())[::-1] for turn in range(times)]
    return {
        "jepamine": statistics.median(a for a, _ in measured),
        "bare": statistics.median(b for _, b in measured),
        "ratio": statistics.median(a / b for a, b in measured),
    }


def encoding(
    encoder: Encoder,
    ready: Callable[[torch.Tensor], torch.Tensor],
    forward: Callable[[torch.Tensor], torch.Tensor],
    source: Source,
    folder: Path,
    clips: int,
    times: int,
) -> dict[str, float]:
    """Tubelets a second of run's encode phase, frames on disk to store, and of `forward` on ready tensors."""
    chosen = list(read_clips(source))[:clips]
    mask = patches((2, 224, 224))
    tubelets = sum(clip.tubelets for clip in chosen)
    turns = iter(range(1_000))

    def ours() -> float:
        with Store(folder / f"store-{next(turns)}") as store:
            return tubelets / seconds(lambda: list(embed_clips(chosen, source, mask, encoder, store)))

    rng = np.random.default_rng(0)
    batches = []
    for clip in chosen:
        clean = rng.integers(0, 256, (clip.tubelets, 2, 224, 224, 3), dtype=np.uint8)
        drawn = np.stack([mask(clip.clip_id, number, 0) for number in range(clip.tubelets)])
        batches += [ready(torch.from_numpy(clean)), ready(torch.from_numpy(hide(clean, drawn)))]

    def loop() -> None:
        with torch.inference_mode():
            for batch in batches:
                forward(batch)

    return pairs(ours, lambda: tubelets / seconds(loop), times)


def efficientnet(folder: Path, source: Source, times: int) -> dict[str, float]:
    encoder = EfficientNetLite0(CPU)

    def ready(frames: torch.Tensor) -> torch.Tensor:
        return (frames.flatten(0, 1).permute(0, 3, 1, 2).float() - 127) / 128

    def forward(pixels: torch.Tensor) -> torch.Tensor:
        return encoder.network.extract_features(pixels).mean(dim=(2, 3)).unflatten(0, (-1, 2)).mean(dim=1)

    return encoding(encoder, ready, forward, source, folder / "efficientnet", 16, times)


def vjepa2(folder: Path, times: int) -> dict[str, float]:
    from transformers import VJEPA2Config, VJEPA2Model
    from transformers.utils import logging

    logging.disable_progress_bar()
    # One clip of two tubelets, and many pairs: these take seconds, in which a machine's speed drifts.
    (folder / "short").mkdir()
    generate(folder / "short", clips=1, event_rate=0, seed=0, frames=4)
    source = Source(folder / "short" / "manifest.jsonl")
    VJEPA2Model(VJEPA2Config()).save_pretrained(folder / "vit-l")
    encoder = VJepa2Encoder(CPU, weights=str(folder / "vit-l"))

    def forward(pixels: torch.Tensor) -> torch.Tensor:
        return encoder.model.get_vision_features(pixel_values_videos=pixels).mean(dim=1)

    return encoding(
        encoder, lambda frames: preprocess(frames, 256), forward, source, folder / "vjepa2", 1, times
    )


def epochs(folder: Path, times: int, count: int = 1000, dim: int = 1280) -> dict[str, float]:
    """Seconds an epoch of the training loop, checkpoints and metrics included, and of a bare loop."""
    torch.manual_seed(0)
    data = {"clean": torch.randn(count, dim), "masked": torch.randn(count, dim)}
    data["fraction"] = torch.full((count, 1), 0.75)
    held_out = {name: tensor[: count // 5] for name, tensor in data.items()}
    turns = iter(range(1_000))

    def ours() -> float:
        run = folder / f"run-{next(turns)}"
        where = Training(run / "metrics.jsonl", run / "weights.safetensors", run / "checkpoints", {})
        trainer = EmbeddingTrainer(epochs=3, checkpoint_every=5)
        model = Mlp(dim, dim, 0.1)
        return seconds(lambda: fit(model, trainer, data, held_out, where, 0, lambda line: None)) / 3

    def loop() -> None:
        model = Mlp(dim, dim, 0.1)
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
        normalize = torch.nn.functional.normalize
        for _ in range(3):
            model.train()
            for rows in torch.randperm(count).split(8):
                predicted = normalize(model(data["masked"][rows], data["fraction"][rows]), dim=1)
                loss = torch.nn.functional.l1_loss(predicted, normalize(data["clean"][rows], dim=1))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()

    return pairs(ours, lambda: seconds(loop) / 3, times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=7, help="pairs of each, after one to warm up")
    parser.add_argument("--output", type=Path, default=Path("experiments/bench.json"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "street").mkdir()
        generate(folder / "street", clips=16, event_rate=0.1, seed=0, frames=8)
        source = Source(folder / "street" / "manifest.jsonl")
        table = {
            "encode efficientnet-lite0, tubelets/s (goal >= 0.9)": efficientnet(folder, source, given.times),
            "encode V-JEPA 2 ViT-L, tubelets/s (goal >= 0.95)": vjepa2(folder, 2 * given.times),
            "train, seconds an epoch (goal <= 1.3)": epochs(folder, given.times),
        }
    print(f"{'':54}{'jepamine':>10}{'bare':>10}{'ratio':>8}")
    for what, row in table.items():
        print(f"{what:54}{row['jepamine']:10.3f}{row['bare']:10.3f}{row['ratio']:8.3f}")
    given.output.parent.mkdir(parents=True, exist_ok=True)
    given.output.write_text(json.dumps(table, indent=2) + "\n")


if __name__ == "__main__":
    main()
