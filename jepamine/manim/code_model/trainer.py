"""The trainer `code` of the predictor `layout-lm`: learn to write Manim code from a description and a layout.

It trains, token by token, on all families of the dataset `manim`, with one line per object that moves it to
its place in the layout: the dataset's line without the calls that position the object, or, for a line that
refers to another object (`Brace(figure, RIGHT)`), the line of the generator `template`. Frames are not used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from jepamine.config.schema import Weights
from jepamine.errors import UserError

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

    from jepamine.manim.code_model.code_examples import Example
    from jepamine.protocols import Parts, Tensors


Count = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, le=1)]


class CodeTrainer:
    """AdamW on the predictor's next-token loss, with the learning rate schedule of the trainer `layout`.

    With `layout_run`, the name of a run of that trainer, training starts only if its mean position error is
    less than `layout_threshold` units. `new_words` and `new_colours` are the shares of objects that get a
    random text or colour each time they are used.
    """

    meanings: Mapping[str, str] = {
        "val_loss": "next-token loss on held-out scenes' code, nats per token; lower is better",
        "perplexity": "exp(val_loss): the effective number of choices per token",
    }
    ranks_clips = False

    def __init__(
        self,
        record_of: Callable[[str], dict[str, Any]],
        *,
        epochs: Count = 3,
        batch_size: Count = 16,
        lr: Annotated[float, Field(gt=0)] = 3e-3,
        weight_decay: Annotated[float, Field(ge=0)] = 0.02,
        checkpoint_every: Count = 1,
        keep_checkpoints: Annotated[int, Field(ge=0)] = 2,
        val_scenes: Count = 200,
        eval_scenes: Count = 100,
        new_words: Share = 0.5,
        new_colours: Share = 0.1,
        layout_run: str = "",
        layout_threshold: Annotated[float, Field(gt=0)] = 0.5,
    ) -> None:
        self.epochs, self.batch_size, self.lr = epochs, batch_size, lr
        self.weight_decay, self.checkpoint_every = weight_decay, checkpoint_every
        self.keep_checkpoints = keep_checkpoints
        self.val_scenes, self.eval_scenes = val_scenes, eval_scenes
        self.new_words, self.new_colours = new_words, new_colours
        self.layout_run, self.layout_threshold = layout_run, layout_threshold
        self._record_of = record_of
        self._train: Sequence[Example] = ()
        self._val: Sequence[Example] = ()

    def plan(self, parts: Parts) -> list[dict[str, Any]]:
        from jepamine.manim.code_model.code_examples import plan, require_layout_run

        if self.layout_run:
            require_layout_run(self._record_of, self.layout_run, self.layout_threshold)
        return plan(parts, self.val_scenes)

    def prepare(self, parts: Parts) -> tuple[Tensors, Tensors]:
        """Return the indices of scenes, `row` int64 (N,).

        Their text is kept for the predictor's tokenizer.
        """
        import torch

        from jepamine.manim.code_model.code_examples import example_of
        from jepamine.manim.layout_model.examples import scenes_of

        self._train, self._val = (
            [example_of(clip) for clip in scenes_of(parts, split)] for split in ("train", "val")
        )
        return {"row": torch.arange(len(self._train))}, {"row": torch.arange(len(self._val))}

    def optimizer(self, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.Optimizer:
        from jepamine.runs.training import adamw

        steps = self.epochs * -(-len(self._train) // self.batch_size)
        optimizer = adamw(parameters, self.lr, self.weight_decay, steps)
        # Short trainings must forget their first, large gradients.
        for group in optimizer.param_groups:
            group["betas"] = (0.9, 0.95)
        return optimizer

    def loss(self, predictor: torch.nn.Module, batch: Tensors) -> Tensor:
        from jepamine.manim.code_model.code_examples import augment

        examples = [
            augment(self._train[row], self.new_words, self.new_colours) for row in batch["row"].tolist()
        ]
        return predictor.loss(examples)  # type: ignore[no-any-return,operator]

    def validate(self, predictor: torch.nn.Module, val: Tensors) -> dict[str, float]:
        from math import exp

        rows = val["row"].tolist()
        total = 0.0
        for start in range(0, len(rows), self.batch_size):
            examples = [self._val[row] for row in rows[start : start + self.batch_size]]
            total += float(predictor.loss(examples)) * len(examples)  # type: ignore[operator]
        loss = total / len(rows)
        return {"val_loss": loss, "perplexity": exp(min(loss, 100))}

    def evaluate(self, predictor: torch.nn.Module, parts: Parts, split: str | None) -> dict[str, Any]:
        from jepamine.manim.code_model.code_evaluation import evaluate
        from jepamine.manim.code_model.code_examples import example_of
        from jepamine.manim.layout_model.examples import scenes_of

        clips = scenes_of(parts, split)[: self.eval_scenes]
        return evaluate(predictor, [example_of(clip) for clip in clips])

    def describe(self, result: Mapping[str, Any]) -> str:
        from jepamine.manim.code_model.code_evaluation import describe

        return describe(result)


def layout_lm(
    *,
    weights: Weights = "Qwen/Qwen2.5-Coder-3B",
    revision: str | None = None,
    conditioning: Literal["slots", "lines", "prefix", "prompt-only"] = "slots",
    hidden_dim: Count = 128,
    layers: Count = 2,
    heads: Count = 4,
    feed_forward: Count = 384,
) -> nn.Module:
    """Build a `jepamine.manim.code_model.causal_lm.CodePredictor`.

    `weights` names a causal language model of transformers, on the hub (`revision` is a branch, tag or commit
    of it) or in a folder. It stays frozen and is not stored with the run; only the encoder of layouts is
    trained. "scratch" builds a small Qwen2 instead (`hidden_dim` dimensions, `layers`, `heads`,
    `feed_forward`), which is trained and stored.

    The layout is always in the prompt, as constraints. A decoder has no cross-attention, so `conditioning`
    adds to it: "prompt-only" nothing; "prefix" one embedding per object before the prompt; "lines" a vector
    on the embeddings of all tokens of the object's line, in the prompt and in the code, through a gate that
    starts near 0; "slots" the same, with positions left open in the code and filled in afterwards. Raises
    UserError if the weights are missing or incomplete.
    """
    from jepamine.manim.code_model.lm_language import from_scratch, from_weights
    from jepamine.manim.code_model.lm_module import LayoutLm

    if weights == "scratch":
        if revision is not None:
            raise UserError("predictor.revision: only names on the hub have revisions, not 'scratch'")
        return LayoutLm(from_scratch(hidden_dim, layers, heads, feed_forward), conditioning)
    return LayoutLm(from_weights(weights, revision), conditioning)
