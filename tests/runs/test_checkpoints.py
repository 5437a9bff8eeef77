"""Checkpoints: training goes on as if it had not stopped, and a damaged file is named."""

import itertools
import json

import pytest
import torch
from torch import nn

from jepamine.errors import UserError
from jepamine.runs.checkpoints import checkpoint_path, latest, load_checkpoint, save_checkpoint
from jepamine.utils.tensors import save_tensors

OPTIMIZERS = {
    "adamw": lambda parameters: torch.optim.AdamW(parameters, lr=1e-2, weight_decay=0.1),
    "amsgrad": lambda parameters: torch.optim.AdamW(parameters, lr=1e-2, amsgrad=True),
    "momentum": lambda parameters: torch.optim.SGD(parameters, lr=1e-2, momentum=0.9, nesterov=True),
    "sgd": lambda parameters: torch.optim.SGD(parameters, lr=1e-2),
}


@pytest.fixture(autouse=True)
def random_state():
    """Leave torch's random numbers as they were."""
    with torch.random.fork_rng():
        yield


def fresh(optimizer="adamw", seed=0, hidden=5):
    """A predictor with dropout, its optimizer and the generator of its order."""
    torch.manual_seed(seed)
    predictor = nn.Sequential(nn.Linear(3, hidden), nn.Dropout(0.5), nn.Linear(hidden, 3))
    return predictor, OPTIMIZERS[optimizer](predictor.parameters()), torch.Generator().manual_seed(seed)


def train(state, steps):
    predictor, optimizer, shuffle = state
    data = torch.linspace(-1, 1, 24).reshape(8, 3)
    for _ in range(steps):
        batch = data[torch.randperm(8, generator=shuffle)[:4]]
        loss = (predictor(batch) - batch).abs().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def content(state):
    predictor, optimizer, shuffle = state
    state = optimizer.state_dict()["state"]
    slots = {f"{index}.{slot}": state[index][slot] for index in state for slot in state[index]}
    tensors = predictor.state_dict() | slots | {"order": shuffle.get_state(), "rng": torch.get_rng_state()}
    return {name: None if tensor is None else tensor.tolist() for name, tensor in tensors.items()}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("steps", [0, 1, 3])
def test_training_continues_bit_for_bit_as_if_it_had_not_stopped(tmp_path, optimizer, steps):
    state = fresh(optimizer)
    train(state, steps)
    save_checkpoint(tmp_path / "c", *state, {"epoch": 3, "config": {"lr": 1e-4}, "best_metric": 0.1})
    saved = content(state)
    train(state, 3)
    expected = content(state)
    assert expected != saved

    again = fresh(optimizer, seed=99)
    assert content(again) != saved
    metadata = load_checkpoint(tmp_path / "c", *again)
    assert {key: metadata[key] for key in ("epoch", "config", "best_metric")} == {
        "epoch": 3, "config": {"lr": 1e-4}, "best_metric": 0.1
    }  # fmt: skip
    assert content(again) == saved
    train(again, 3)
    assert content(again) == expected


def test_a_learning_rate_that_was_changed_is_kept(tmp_path):
    state = fresh()
    state[1].param_groups[0]["lr"] = 0.123456789
    save_checkpoint(tmp_path / "c", *state, {})
    again = fresh()
    load_checkpoint(tmp_path / "c", *again)
    assert again[1].param_groups[0]["lr"] == 0.123456789


def test_a_checkpoint_of_other_shapes_is_an_error_that_names_file_and_layer(tmp_path):
    save_checkpoint(tmp_path / "c", *fresh(hidden=5), {})
    with pytest.raises(UserError) as raised:
        load_checkpoint(tmp_path / "c", *fresh(hidden=6))
    assert str(raised.value).startswith(f"{tmp_path / 'c'}: the weights do not fit the recipe's predictor: ")
    assert "size mismatch for 0.weight" in str(raised.value)


def test_a_checkpoint_of_another_optimizer_is_an_error_that_names_the_file(tmp_path):
    state = fresh("sgd")
    two_groups = torch.optim.SGD([{"params": [parameter]} for parameter in state[0].parameters()], lr=1)
    save_checkpoint(tmp_path / "c", state[0], two_groups, state[2], {})
    with pytest.raises(UserError) as raised:
        load_checkpoint(tmp_path / "c", *fresh("sgd"))
    assert str(raised.value).startswith(f"{tmp_path / 'c'}: not a complete checkpoint of this run: ")


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-1], lambda b: b[:100], lambda b: b"", lambda b: b"text" * 9]
)
def test_a_damaged_checkpoint_is_an_error_that_names_the_file(tmp_path, damage):
    path = tmp_path / "c"
    save_checkpoint(path, *fresh(), {})
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(UserError) as raised:
        load_checkpoint(path, *fresh())
    assert str(raised.value).startswith(f"{path}: damaged or not a safetensors file: ")


def test_weights_alone_are_not_a_checkpoint(tmp_path):
    state = fresh()
    model = {f"model.{name}": tensor for name, tensor in state[0].state_dict().items()}
    save_tensors(tmp_path / "c", model, {"epoch": 1})
    with pytest.raises(UserError) as raised:
        load_checkpoint(tmp_path / "c", *state)
    assert str(raised.value).startswith(f"{tmp_path / 'c'}: not a complete checkpoint of this run: ")


def test_a_missing_checkpoint_is_an_error_that_names_it(tmp_path):
    with pytest.raises(UserError) as raised:
        load_checkpoint(tmp_path / "c", *fresh())
    assert str(raised.value) == f"{tmp_path / 'c'}: no such file"


def test_a_checkpoint_is_numbers_and_json_and_nothing_else(tmp_path):
    state = fresh()
    train(state, 1)
    save_checkpoint(tmp_path / "c", *state, {"epoch": 1})
    data = (tmp_path / "c").read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    for text in header.pop("__metadata__").values():
        json.loads(text)
    spans = sorted(entry["data_offsets"] for entry in header.values())
    assert spans[0][0] == 0
    assert spans[-1][1] == len(data) - 8 - length
    assert all(before[1] == after[0] for before, after in itertools.pairwise(spans))
    # Random number states are bytes; all else is floats that no object can hide in.
    assert {name for name, entry in header.items() if entry["dtype"] != "F32"} == {"rng.torch", "rng.shuffle"}


def test_the_latest_checkpoint_is_that_of_the_highest_epoch(tmp_path):
    assert latest(tmp_path) is None
    assert checkpoint_path(tmp_path, 5).name == "epoch-005.safetensors"
    for epoch in (5, 999, 1000, 10):
        checkpoint_path(tmp_path, epoch).touch()
    (tmp_path / ".epoch-2000.safetensors.x.tmp").touch()
    assert latest(tmp_path) == tmp_path / "epoch-1000.safetensors"
