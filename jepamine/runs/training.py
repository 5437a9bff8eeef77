"""The training loop: epochs, checkpoints, the best weights, resuming; and AdamW with its schedule."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch

from jepamine.errors import UserError
from jepamine.protocols import RetainingTrainer, SizedTrainer, Tensors, Trainer
from jepamine.runs.checkpoints import checkpoint_path, latest, load_checkpoint, save_checkpoint
from jepamine.runs.retention import superfluous
from jepamine.utils.files import write_atomic
from jepamine.utils.json_files import json_lines, read_jsonl
from jepamine.utils.progress import Progress, notify, progress
from jepamine.utils.tensors import load_tensors, save_tensors


@dataclass(frozen=True)
class Training:
    """Where training writes: the run's folder, and what identifies the run in its files.

    `config` is in weights and checkpoints; checkpoints also hold the whole `recipe`, as TOML.
    """

    metrics: Path
    weights: Path
    checkpoints: Path
    config: dict[str, Any]
    recipe: str = ""


# Multiplications and additions of a step for each thread: threads wait for each other several times a step.
# Beside 4 busy processes on two cores, two threads took 34 times as long as one for a step of 2e5, 19 times
# for 6e7, 3 times for 2e8, 1.8 times for 1.3e9 and as long for 2e10; on the idle machine 1.2, 0.5, 0.5, 0.7
# and 0.5 times (benchmarks/head_threads.py). One thread is never more than twice as slow.
STEP_WORK = 1e9


@contextlib.contextmanager
def step_threads(trainer: Trainer, predictor: torch.nn.Module) -> Iterator[None]:
    """Compute on the CPU in the block with as many of the threads as a training step is worth."""
    before = torch.get_num_threads()
    if isinstance(trainer, SizedTrainer):
        work = trainer.step_work(sum(parameter.numel() for parameter in predictor.parameters()))
        torch.set_num_threads(min(before, max(1, int(work / STEP_WORK))))
    try:
        yield
    finally:
        torch.set_num_threads(before)


def fit(
    predictor: torch.nn.Module,
    trainer: Trainer,
    train: Tensors,
    val: Tensors,
    where: Training,
    seed: int,
    on_epoch: Callable[[dict[str, Any]], None],
) -> list[dict[str, Any]]:
    """Train `predictor` from its latest checkpoint, or from the start; return the lines of metrics.jsonl.

    `on_epoch` is called with each epoch's line once all of that epoch is on disk. On a CPU, with one number
    of threads, the weights do not depend on where a run was stopped and resumed. Raises UserError if the loss
    is not finite.
    """
    device = next(predictor.parameters()).device
    train = {name: tensor.to(device) for name, tensor in train.items()}
    val = {name: tensor.to(device) for name, tensor in val.items()}
    optimizer = trainer.optimizer(predictor.parameters())
    shuffle = torch.Generator().manual_seed(seed)
    done = _resume(where, predictor, optimizer, shuffle)
    # Epochs after the checkpoint are trained again, with the same result.
    lines = [line for _, line in read_jsonl(where.metrics)][:done] if done else []

    with progress("train", trainer.epochs, "epochs", every=1, done=done) as bar:
        for epoch in range(done + 1, trainer.epochs + 1):
            began = time.perf_counter()
            train_loss = _epoch(predictor, trainer, optimizer, shuffle, train, bar)
            predictor.eval()
            with torch.inference_mode():
                metrics = trainer.validate(predictor, val)
            if not (math.isfinite(train_loss) and math.isfinite(metrics["val_loss"])):
                raise UserError(
                    f"training diverged in epoch {epoch}: the loss is not finite; lower trainer.lr"
                )
            seconds = round(time.perf_counter() - began, 4)
            lines.append({"epoch": epoch, "train_loss": train_loss, **metrics, "seconds": seconds})
            _save_best(where, predictor, lines)
            if epoch % trainer.checkpoint_every == 0 or epoch == trainer.epochs:
                # Last: a checkpoint implies that everything before it is on disk.
                _save_checkpoint(where, trainer, predictor, optimizer, shuffle, lines)
            on_epoch(lines[-1])
            bar.step(note=f"train_loss {train_loss:.5f}, val_loss {metrics['val_loss']:.5f}")
    return lines


def _resume(
    where: Training, predictor: torch.nn.Module, optimizer: torch.optim.Optimizer, shuffle: torch.Generator
) -> int:
    """Load the latest checkpoint, if there is a usable one; return the number of epochs that are done."""
    checkpoint = latest(where.checkpoints)
    if checkpoint is None:
        return 0
    if not _has_history(where, checkpoint):
        notify("warning: the weights or metrics so far are missing or damaged; training starts over")
        return 0
    try:
        return int(load_checkpoint(checkpoint, predictor, optimizer, shuffle)["epoch"])
    except UserError as error:
        raise UserError(f"{error}\ndelete that file to continue from the checkpoint before it") from None


def _save_best(where: Training, predictor: torch.nn.Module, lines: list[dict[str, Any]]) -> None:
    """Write the metrics so far, and the weights if the last epoch is the best."""
    write_atomic(where.metrics, json_lines(lines))
    if best_line(lines) is lines[-1]:
        # One key, as safetensors orders several differently each time: equal runs write equal files.
        best_state = {"config": {"epoch": lines[-1]["epoch"], **where.config}}
        save_tensors(where.weights, predictor.state_dict(), best_state)


def _save_checkpoint(
    where: Training,
    trainer: Trainer,
    predictor: torch.nn.Module,
    optimizer: torch.optim.Optimizer,
    shuffle: torch.Generator,
    lines: list[dict[str, Any]],
) -> None:
    """Write the checkpoint of the last epoch, and remove those that the trainer does not keep."""
    epoch = lines[-1]["epoch"]
    config = {**where.config, "recipe": where.recipe}
    facts = {"epoch": epoch, "config": config, "best_metric": best_line(lines)["val_loss"]}
    save_checkpoint(checkpoint_path(where.checkpoints, epoch), predictor, optimizer, shuffle, facts)
    # After the new one: a run that is killed here has one too many and never one too few.
    losses = {line["epoch"]: line["val_loss"] for line in lines}
    keep = trainer.keep_checkpoints if isinstance(trainer, RetainingTrainer) else 0
    for old in superfluous(where.checkpoints, losses, keep):
        old.unlink(missing_ok=True)


def _has_history(where: Training, checkpoint: Path) -> bool:
    """Return whether the best weights, and a line of metrics for each epoch of a checkpoint, are usable."""
    try:
        load_tensors(where.weights)
        lines = [line for _, line in read_jsonl(where.metrics)]
    except UserError:
        return False
    done = int(checkpoint.stem.removeprefix("epoch-"))
    return len(lines) >= done and all(
        line.get("epoch") == epoch and isinstance(line.get("val_loss"), int | float)
        for epoch, line in enumerate(lines[:done], 1)
    )


def _epoch(
    predictor: torch.nn.Module,
    trainer: Trainer,
    optimizer: torch.optim.Optimizer,
    shuffle: torch.Generator,
    train: Tensors,
    bar: Progress,
) -> float:
    """Train one epoch over `train` in a new order; return the mean loss of its examples."""
    predictor.train()
    count = len(next(iter(train.values())))
    device = next(predictor.parameters()).device
    total = torch.zeros((), device=device)
    order = torch.randperm(count, generator=shuffle).to(device)
    batches = torch.split(order, trainer.batch_size)
    seen = 0
    for number, rows in enumerate(batches, 1):
        batch = {name: tensor[rows] for name, tensor in train.items()}
        loss = trainer.loss(predictor, batch)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        # Kept on the device: reading it every step would make a GPU wait.
        total += loss.detach() * len(rows)
        seen += len(rows)
        mean = partial(_loss_so_far, total, seen)
        bar.within(number, len(batches), "batches", mean)
    return float(total) / count


def _loss_so_far(total: torch.Tensor, seen: int) -> str:
    return f"train_loss {float(total) / seen:.5f}"


def best_line(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the epoch whose weights are kept: the first with the lowest val_loss."""
    return min(lines, key=lambda line: line["val_loss"])


WARM_UP = 0.1


def rate(done: int, steps: int) -> float:
    """Return the factor of the learning rate after `done` of `steps` steps: linear warm-up, cosine decay."""
    warm = max(round(WARM_UP * steps), 1)
    if done < warm:
        return (done + 1) / warm
    return 0.5 * (1 + math.cos(math.pi * min((done - warm) / max(steps - warm, 1), 1)))


def adamw(
    parameters: Iterable[torch.nn.Parameter], lr: float, weight_decay: float, steps: int
) -> torch.optim.Optimizer:
    """Return AdamW over `steps` steps. The step count is AdamW's own state, which checkpoints hold."""
    optimizer = torch.optim.AdamW(parameters, lr=lr, weight_decay=weight_decay, fused=True)
    done: int | None = None

    def before(optimizer: torch.optim.Optimizer, *_: Any) -> None:
        nonlocal done
        if done is None:
            # Once: the count is on the device, and each reading waits for all that a GPU has to do.
            done = next((int(state["step"]) for state in optimizer.state.values() if "step" in state), 0)
        for group in optimizer.param_groups:
            group["lr"] = lr * rate(done, steps)
        done += 1

    def forget(_: torch.optim.Optimizer) -> None:
        nonlocal done
        done = None

    optimizer.register_step_pre_hook(before)
    optimizer.register_load_state_dict_post_hook(forget)
    return optimizer
