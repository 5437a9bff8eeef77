"""Show whether a trivial pixel statistic separates the street scenes' event clips from the ordinary ones.

Each statistic of a clip is ranked against its label; an AUROC well off 0.5 would mean that the benchmark
can be solved without looking. The band to expect by chance is that of a rank statistic under a true
AUROC of 0.5, for one seed's number of events.

    python benchmarks/street_trivial_scores.py --clips 500 --event-rate 0.1 --seed 0 1 2
"""

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from jepamine.mining.street.generate import generate

NAMES = (
    "mean brightness",
    "std of pixels",
    "mean frame difference",
    "max frame difference",
    "mean saturation",
    "mean red",
    "mean green",
    "mean blue",
    "JPEG bytes",
    "Laplacian energy",
)


def clip_statistics(paths: list[Path]) -> NDArray[np.float64]:
    """Return the statistics of one clip in the order of `NAMES`, shape (10,)."""
    frames = np.stack([np.asarray(Image.open(path)) for path in paths]).astype(np.float32)
    red, green, blue = (np.ascontiguousarray(frames[..., k]) for k in range(3))
    grey = (red + green + blue) / 3
    pairs = np.abs(frames[1::2] - frames[::2]).reshape(len(frames) // 2, -1).mean(axis=1)
    most, least = np.maximum(np.maximum(red, green), blue), np.minimum(np.minimum(red, green), blue)
    inner = grey[:, 1:-1, 1:-1]
    around = grey[:, :-2, 1:-1] + grey[:, 2:, 1:-1] + grey[:, 1:-1, :-2] + grey[:, 1:-1, 2:]
    return np.array(
        [
            grey.mean(),
            grey.std(),
            pairs.mean(),
            pairs.max(),
            ((most - least) / np.maximum(most, 1)).mean(),
            red.mean(),
            green.mean(),
            blue.mean(),
            float(np.mean([path.stat().st_size for path in paths])),
            np.square(4 * inner - around).mean(),
        ]
    )


def auroc(scores: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Return the chance that an event's score exceeds an ordinary clip's; both arrays of shape (clips,)."""
    event, ordinary = scores[labels == 1], scores[labels == 0]
    above = (event[:, None] > ordinary).mean() + 0.5 * (event[:, None] == ordinary).mean()
    return float(above)


def seed_aurocs(clips: int, event_rate: float, seed: int) -> tuple[list[float], int]:
    """Return the AUROC of each statistic over the clips of one seed, and the number of events."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        generate(folder, clips=clips, event_rate=event_rate, seed=seed)
        manifest = [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]
        truth = [json.loads(line) for line in (folder / "labels.jsonl").read_text().splitlines()]
        table = np.stack([clip_statistics([folder / path for path in c["frame_paths"]]) for c in manifest])
    labels = np.array([line["binary_label"] for line in truth])
    return [auroc(column, labels) for column in table.T], int(labels.sum())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--clips", type=int, default=500)
    parser.add_argument("--event-rate", type=float, default=0.1)
    parser.add_argument("--seed", type=int, nargs="+", default=[0, 1, 2])
    asked = parser.parse_args()
    runs = [seed_aurocs(asked.clips, asked.event_rate, seed) for seed in asked.seed]
    events = runs[0][1]
    ordinary = asked.clips - events
    # the variance of the Mann-Whitney statistic when events and ordinary clips do not differ
    half = 1.96 * ((asked.clips + 1) / (12 * events * ordinary)) ** 0.5
    print(f"{asked.clips} clips, {events} events; by chance 95 % of one seed's AUROCs lie in", end=" ")
    print(f"{0.5 - half:.2f}..{0.5 + half:.2f},", end=" ")
    print(f"of their means over {len(runs)} seeds in", end=" ")
    print(f"{0.5 - half / len(runs) ** 0.5:.2f}..{0.5 + half / len(runs) ** 0.5:.2f}")
    print(f"{'statistic':<24}" + "".join(f"seed {seed:<4}" for seed in asked.seed) + "mean")
    for k, name in enumerate(NAMES):
        values = [aurocs[k] for aurocs, _ in runs]
        print(f"{name:<24}" + "".join(f"{value:<9.3f}" for value in values) + f"{np.mean(values):.3f}")


if __name__ == "__main__":
    main()
