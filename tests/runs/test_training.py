"""Training takes as many threads as its steps are worth."""

from __future__ import annotations

import pytest
import torch

from jepamine.mining.embedding_trainers import EmbeddingTrainer, TemporalTrainer
from jepamine.runs.training import step_threads


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
