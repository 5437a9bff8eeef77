"""Show that the encoder of layouts learns in front of a frozen language model, within minutes of a core.

`python benchmarks/frozen_conditioning.py FOLDER scenes.jsonl` trains `layout-lm` on scenes of `jepamine
scenes render` with few objects, and measures the loss on held-out scenes: with each scene's own layout, and
with the vectors of another scene's layout behind the same prompt. The prompt names the layout in both cases,
so that the difference is what the vectors alone carry.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import torch

from jepamine.data.clips import read_clips
from jepamine.manim.code_model.code_examples import Example, augment, example_of
from jepamine.manim.code_model.lm_module import LayoutLm
from jepamine.manim.code_model.trainer import layout_lm
from jepamine.manim.layouts import Layout
from jepamine.protocols import Source
from jepamine.runs.training import adamw


def held_out_losses(predictor: LayoutLm, examples: Sequence[Example]) -> tuple[float, float]:
    """Return the mean next-token loss with the scenes' own layouts, and with those of others, in nats."""
    own_vectors = predictor.vectors
    others = {id(each.layout): _other(examples, place) for place, each in enumerate(examples)}
    losses = []
    with torch.inference_mode():
        for shuffled in (False, True):
            if shuffled:
                predictor.vectors = lambda layouts: own_vectors(  # type: ignore[method-assign]
                    [others[id(layout)] for layout in layouts]
                )
            losses.append(float(predictor.loss(examples)))
    predictor.vectors = own_vectors  # type: ignore[method-assign]
    return losses[0], losses[1]


def _other(examples: Sequence[Example], place: int) -> Layout:
    """Return the next scene's layout that has as many objects, so that only their facts differ."""
    turned = [*examples[place + 1 :], *examples[:place]]
    count = len(examples[place].layout.objects)
    return next((each.layout for each in turned if len(each.layout.objects) == count), turned[0].layout)


def main() -> None:
    """Train and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", help="weights and tokenizer, as save_pretrained writes them")
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--conditioning", default="slots")
    parser.add_argument("--most-objects", type=int, default=2)
    parser.add_argument("--held-out", type=int, default=8)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--every", type=int, default=20)
    parser.add_argument("--lr", type=float, default=1e-2)
    words = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    source = Source(words.manifest, tubelet_size=1, image_size=(36, 64))
    scenes = [example_of(clip) for clip in read_clips(source)]
    few = [each for each in scenes if 0 < len(each.layout.objects) <= words.most_objects]
    held_out, train = few[: words.held_out], few[words.held_out :]
    predictor: LayoutLm = layout_lm(weights=words.folder, conditioning=words.conditioning)  # type: ignore
    optimizer = adamw(predictor.parameters(), words.lr, 0.02, words.steps)
    count = sum(tensor.numel() for tensor in predictor.parameters())
    print(
        f"{count:,} trained parameters, {len(train)} scenes to train on, {len(held_out)} held out", flush=True
    )
    began = time.process_time()
    for step in range(words.steps + 1):
        if step % words.every == 0 or step == words.steps:
            own, other = held_out_losses(predictor, held_out)
            took = time.process_time() - began
            print(
                f"step {step}: own {own:.4f}, other {other:.4f} nats per token, {took:.0f} s of CPU",
                flush=True,
            )
        if step == words.steps:
            break
        optimizer.zero_grad()
        predictor.loss([augment(train[step % len(train)], 0.5, 0.1)]).backward()  # type: ignore[no-untyped-call]
        optimizer.step()


if __name__ == "__main__":
    main()
