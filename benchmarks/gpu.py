"""Speed and equality of encoding on a CUDA device: `nox -s gpu`. Without one it says so and ends.

    python benchmarks/gpu.py [--weights NAME] [--clips N] [--batch-size N] [--device cpu]

Clips of 16 JPEGs of 1280 x 720 are encoded, clean and masked, by `embed_clips` and by a bare PyTorch loop: a
pool of threads decodes, the main thread prepares and encodes batches, and waits for each. Ratio: ours / bare.
Without `--weights` the network has the size of V-JEPA 2 ViT-L and random weights, which cost the same.

Then it checks, and ends with 1 if one fails: frames are prepared as on the CPU, to 1e-5; a clip has the same
embedding alone and among others, to 1e-5, and on the CPU, to 1e-4 (other kernels); TF32 differs from float32,
else it was not used. `--device cpu` tries all of it without a GPU, but for TF32, which a CPU has not: its
figures mean nothing.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from loader import footage
from PIL import Image

from jepamine.data.clips import Clip, read_clips
from jepamine.data.embedding_store import Store
from jepamine.data.embeddings import Embedded, embed_clips
from jepamine.data.encoding import encode_all
from jepamine.data.frames import hide
from jepamine.encoders.frozen import precision
from jepamine.encoders.vjepa2 import VJepa2Encoder, preprocess
from jepamine.masking.patches import patches
from jepamine.protocols import Source
from jepamine.utils.printing import table
from jepamine.utils.processes import cores

SHAPE = (2, 224, 224)


def large(folder: Path) -> str:
    """Save a V-JEPA 2 network of the size of ViT-L with random weights; return its folder."""
    import transformers

    config = transformers.VJEPA2Config()  # its defaults are those of ViT-L
    transformers.VJEPA2Model(config).save_pretrained(folder)
    return str(folder)


def ours(encoder: VJepa2Encoder, source: Source) -> float:
    """Return the clips a second of `embed_clips` with an empty store."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder)) as store:
        count = sum(1 for _ in embed_clips(read_clips(source), source, patches(SHAPE), encoder, store))
    return count / (time.perf_counter() - began)


def bare(encoder: VJepa2Encoder, source: Source) -> float:
    """Return the clips a second of the barest loop that computes the same embeddings."""
    mask = patches(SHAPE)

    def load(clip: Clip) -> np.ndarray:
        frames = []
        for path in clip.frames:
            with Image.open(str(path)) as image:
                frames.append(np.asarray(image.convert("RGB").resize((224, 224), Image.Resampling.BICUBIC)))
        pixels = np.stack(frames).reshape(-1, *SHAPE, 3)
        drawn = np.stack([mask(clip.clip_id, number, number) for number in range(len(pixels))])
        return np.concatenate([pixels, hide(pixels, drawn)])

    began, count = time.perf_counter(), 0
    with ThreadPoolExecutor(cores()) as pool, torch.inference_mode(), precision(encoder.matmul):
        for pixels in pool.map(load, read_clips(source)):
            for batch in torch.split(torch.from_numpy(pixels), encoder.batch_size):
                prepared = preprocess(batch, encoder.crop).to(encoder.device)
                encoder.model.get_vision_features(pixel_values_videos=prepared).mean(dim=1).cpu()
            count += 1
    return count / (time.perf_counter() - began)


def apart(first: np.ndarray, second: np.ndarray) -> float:
    """Return the largest difference, relative to the largest value."""
    return float(np.abs(first - second).max() / np.abs(second).max())


def checks(device: str, weights: str, batch_size: int, source: Source) -> list[tuple[str, float, bool]]:
    """Return (what is compared, how far apart it is, whether that is right)."""
    cuda, cpu = (
        VJepa2Encoder(torch.device(name), weights=weights, batch_size=batch_size) for name in (device, "cpu")
    )
    fast = VJepa2Encoder(torch.device(device), weights=weights, batch_size=batch_size, matmul="high")
    rng = np.random.default_rng(0)
    arrays = [rng.integers(0, 256, (count, *SHAPE, 3), dtype=np.uint8) for count in (1, 3, 8, 1)]
    together = np.concatenate(list(encode_all(cuda, arrays)))
    alone = np.concatenate([array for each in arrays for array in encode_all(cuda, [each])])
    on_cpu = np.concatenate(list(encode_all(cpu, arrays[:2])))
    wide = torch.from_numpy(rng.integers(0, 256, (4, 2, 180, 320, 3), dtype=np.uint8))
    prepared = [preprocess(wide.to(name), cpu.crop).cpu().numpy() for name in (device, "cpu")]
    rows = [
        ("frames prepared on CUDA, and on the CPU", apart(*prepared), 1e-5),
        ("clips alone, and in shared batches", apart(together, alone), 1e-5),
        ("CUDA, and CPU", apart(together[: len(on_cpu)], on_cpu), 1e-4),
    ]
    result = [(what, distance, distance <= limit) for what, distance, limit in rows]
    tf32 = apart(np.concatenate(list(encode_all(fast, arrays))), together)
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder)) as store:
        items = list(embed_clips(read_clips(source), source, patches(SHAPE), cuda, store))
    whole = all(isinstance(item, Embedded) for item in items)
    return [
        *result,
        ("TF32, and float32", tf32, 0 < tf32 < 1e-2 or device == "cpu"),
        ("clips that cannot be encoded", 0.0, whole),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weights", help="[default: ViT-L with random weights]")
    parser.add_argument("--clips", type=int, default=100)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    arguments = parser.parse_args()
    on_gpu = arguments.device == "cuda"
    if on_gpu and not torch.cuda.is_available():
        print("no CUDA device: nothing was measured; --device cpu tries all of it without one")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        weights = arguments.weights or large(folder / "vit-l")
        source = Source(footage(folder, arguments.clips), threads=0)
        few = dataclasses.replace(source, manifest=folder / "few.jsonl")
        few.manifest.write_text("".join(source.manifest.read_text().splitlines(True)[:4]))
        rows = []
        for matmul in ("highest", "high"):
            encoder = VJepa2Encoder(
                torch.device(arguments.device),
                weights=weights,
                batch_size=arguments.batch_size,
                matmul=matmul,
            )
            ours(encoder, few), bare(encoder, few)  # to warm up
            if on_gpu:
                torch.cuda.reset_peak_memory_stats()
            rate = ours(encoder, source)
            peak = torch.cuda.max_memory_allocated() / 1e9 if on_gpu else 0.0
            rates = rate, bare(encoder, source)
            rows.append(
                [matmul, *(f"{rate:.2f}" for rate in rates), f"{rates[0] / rates[1]:.2f}", f"{peak:.1f}"]
            )
        name = torch.cuda.get_device_name() if on_gpu else "CPU"
        print(f"{name}, {cores()} cores, {arguments.clips} clips, clips a second\n")
        print(table([["matmul", "jepamine", "bare", "ratio", "peak GB"], *rows]))
        found = checks(arguments.device, weights, arguments.batch_size, few)
        print()
        lines = [[what, f"{far:.1e}", "yes" if right else "NO"] for what, far, right in found]
        print(table([["compared", "apart", "right"], *lines]))
        if not all(right for *_, right in found):
            sys.exit(1)


if __name__ == "__main__":
    main()
