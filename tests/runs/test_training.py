"""Training takes as many threads as its steps are worth, and does not make a GPU wait for the step count."""

from __future__ import annotations

import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from jepamine.mining.embedding_trainers import EmbeddingTrainer, TemporalTrainer
from jepamine.runs.training import adamw, rate, step_threads


@pytest.fixture
def four_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("four_threads")
@pytest.mark.parametrize(
    ("batch", "threads"),
    [(8, 1), (1999, 1), (2100, 2), (3999, 3), (1_000_000, 4)],
)
@pytest.mark.parametrize("make", [EmbeddingTrainer, TemporalTrainer])
def test_a_step_gets_a_thread_for_each_billion_operations(make, batch, threads):
    head = torch.nn.Linear(1000, 166, bias=False)  # 0.996 million operations an example
    with pytest.raises(KeyError), step_threads(make(batch_size=batch), head):
        assert torch.get_num_threads() == threads
        raise KeyError
    assert torch.get_num_threads() == 4


@pytest.mark.usefixtures("four_threads")
def test_a_trainer_that_does_not_know_the_work_of_a_step_keeps_all_threads():
    with step_threads(object(), torch.nn.Linear(2, 2)):
        assert torch.get_num_threads() == 4


def test_no_step_reads_what_is_on_a_gpu():
    # Fake tensors have a device and a shape but no values: reading one is an error.
    with FakeTensorMode():
        weight = torch.nn.Parameter(torch.zeros(3, device="cuda"))
        optimizer = adamw([weight], 1.0, 0.0, steps=5)
        rates = []
        for _ in range(5):
            weight.grad = torch.ones(3, device="cuda")
            optimizer.step()
            rates.append(optimizer.param_groups[0]["lr"])
        assert optimizer.state[weight]["step"].device.type == "cuda"
    assert rates == [rate(done, 5) for done in range(5)]


def test_a_loaded_optimizer_goes_on_from_the_step_count_of_its_checkpoint():
    def step(optimizer: torch.optim.Optimizer, weight: torch.nn.Parameter) -> float:
        weight.grad = torch.ones(3)
        optimizer.step()
        return optimizer.param_groups[0]["lr"]

    first, second = (torch.nn.Parameter(torch.zeros(3)) for _ in range(2))
    before, after = adamw([first], 1.0, 0.0, steps=9), adamw([second], 1.0, 0.0, steps=9)
    for _ in range(3):
        step(before, first)
    step(after, second)
    after.load_state_dict(before.state_dict())
    assert [step(after, second) for _ in range(2)] == [rate(3, 9), rate(4, 9)]
