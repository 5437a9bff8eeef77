"""Speed of `run` against bare PyTorch loops over the same work, in one process: `nox -s bench`.

Each pair is run in turn, A B A B ..., and the ratio is taken pair by pair: machines are noisy, and a ratio of
neighbours is not. The last rows compare `score` by the recipes' panel with that of the panel that they once
had, on stored embeddings, in CPU time. Prints a table and writes it as JSON.

    python benchmarks/speed.py --only panel
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from jepamine.config import recipe
from jepamine.data.clips import read_clips
from jepamine.data.embedding_store import Store
from jepamine.data.embeddings import embed_clips
from jepamine.data.frames import hide
from jepamine.data.shards import Shard
from jepamine.encoders.efficientnet import EfficientNetLite0
from jepamine.encoders.vjepa2 import VJepa2Encoder, preprocess
from jepamine.masking.patches import patches
from jepamine.mining.embedding_trainers import EmbeddingTrainer
from jepamine.mining.predictors.modules import Mlp
from jepamine.mining.scoring import score_manifest
from jepamine.mining.street.generate import generate
from jepamine.protocols import Encoder, Source
from jepamine.runs import runner
from jepamine.runs.loading import load_run
from jepamine.runs.training import Training, fit

CPU = torch.device("cpu")
# The panel of the recipes before scorers that compare within a drive.
FORMER = {
    "scorer": "scene",
    "also": ["predicted", "masked", "knn", "mahalanobis", "uniqueness", "ensemble", "random"],
    "ensemble": {"of": ["predicted", "knn", "mahalanobis"], "combine": "mean", "capped": [], "strict": []},
}
# As many numbers as efficientnet-lite0, in no time.
ENCODER = """
import numpy as np, torch

class Projection:
    name, weights_sha256, preprocessing = "projection", "2" * 64, "means of 32 x 32 pixels"
    batch_size, dim = 8, 1280

    def __init__(self):
        rows = np.random.default_rng(0).normal(0, 0.1, (147, 1280)).astype("float32")
        self.rows = torch.from_numpy(rows)

    def __call__(self, frames):
        cells = frames.float().reshape(len(frames), -1, 7, 32, 7, 32, 3).mean(dim=(1, 3, 5)).flatten(1)
        return torch.cos(cells / 32 @ self.rows)[:, None]
"""


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


def bare_loops(folder: Path, times: int) -> dict[str, dict[str, float]]:
    """Measure encoding and training against bare PyTorch loops."""
    (folder / "street").mkdir()
    generate(folder / "street", clips=16, event_rate=0.1, seed=0, frames=8)
    source = Source(folder / "street" / "manifest.jsonl")
    return {
        "encode efficientnet-lite0, tubelets/s (goal >= 0.9)": efficientnet(folder, source, times),
        "encode V-JEPA 2 ViT-L, tubelets/s (goal >= 0.95)": vjepa2(folder, 2 * times),
        "train, seconds an epoch (goal <= 1.3)": epochs(folder, times),
    }


def panels(folder: Path, times: int, trained: int, clips: int) -> dict[str, dict[str, float]]:
    """Measure `score` on stored embeddings, CPU seconds, by the panel of the recipes and by their former one.

    At a run's first score its own clips are scored, too, as what ranks are taken among.
    """
    (folder / "projection.py").write_text(ENCODER)
    default = (Path(__file__).parents[1] / "recipes" / "default.toml").read_text()
    own = folder / "own.toml"
    own.write_text(default.replace('"efficientnet-lite0"', '"./projection.py:Projection"'))
    runner.run(recipe.read(own, {("dataset", "clips"): trained, ("trainer", "epochs"): 1}), folder, "panel")
    (folder / "scored").mkdir()
    generate(folder / "scored", clips=clips, event_rate=0.04, seed=1, frames=8)
    opened = load_run(folder, "panel", folder / "scored" / "manifest.jsonl")
    reference = opened.folder.path / "reference.json"

    def scored(scoring: dict[str, object], first: bool) -> float:
        if first:
            reference.unlink(missing_ok=True)
        chosen = dataclasses.replace(opened.recipe, scoring=opened.recipe.scoring | scoring)
        by = dataclasses.replace(opened, recipe=chosen)
        began = time.process_time()
        score_manifest(by, folder / "s.jsonl", scorer=None, on_error="stop", resume=False, shard=Shard(1, 1))
        return time.process_time() - began

    def again(scoring: dict[str, object]) -> float:
        scored(scoring, first=True)  # the other panel's reference was there
        return scored(scoring, first=False)

    return {
        "score, CPU seconds (goal <= 1.3)": pairs(lambda: again({}), lambda: again(FORMER), times),
        "score for the first time, CPU seconds": pairs(
            lambda: scored({}, True), lambda: scored(FORMER, True), times
        ),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["panel"])
    parser.add_argument("--trained", type=int, default=240, help="clips of the run that scores")
    parser.add_argument("--scored", type=int, default=500, help="clips that it scores")
    parser.add_argument("--times", type=int, default=7, help="pairs of each, after one to warm up")
    parser.add_argument("--output", type=Path, default=Path("experiments/bench.json"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table = {} if given.only else bare_loops(folder, given.times)
        table |= panels(folder, given.times, given.trained, given.scored)
    print(f"{'':54}{'jepamine':>10}{'bare/old':>10}{'ratio':>8}")
    for what, row in table.items():
        print(f"{what:54}{row['jepamine']:10.3f}{row['bare']:10.3f}{row['ratio']:8.3f}")
    given.output.parent.mkdir(parents=True, exist_ok=True)
    given.output.write_text(json.dumps(table, indent=2) + "\n")


if __name__ == "__main__":
    main()
