"""Which part of a manifest a job scores: by --shard, or by the variables of its scheduler."""

from __future__ import annotations

import pytest

from jepamine.data.shards import Shard, parse_shard, scheduled_shard
from jepamine.errors import UserError


def slurm(index: object, first: int, last: int, step: int = 1, count: int | None = None) -> dict[str, str]:
    values = {"ID": index, "MIN": first, "MAX": last, "STEP": step}
    values["COUNT"] = (last - first) // step + 1 if count is None else count
    return {f"SLURM_ARRAY_TASK_{key}": str(value) for key, value in values.items()}


def grid_engine(index: object, first: int, last: int, step: int) -> dict[str, str]:
    values = {"ID": index, "FIRST": first, "LAST": last, "STEPSIZE": step}
    return {f"SGE_TASK_{key}": str(value) for key, value in values.items()}


@pytest.mark.parametrize(
    ("environment", "shard"),
    [
        (slurm(0, 0, 9), Shard(1, 10)),
        (slurm(9, 0, 9), Shard(10, 10)),
        (slurm(1, 1, 10), Shard(1, 10)),
        (slurm(7, 5, 8), Shard(3, 4)),
        (slurm(12, 4, 16, step=4), Shard(3, 4)),
        (grid_engine(3, 1, 5, 1), Shard(3, 5)),
        (grid_engine(30, 10, 50, 10), Shard(3, 5)),
        ({"PBS_ARRAY_INDEX": "1", "JEPAMINE_SHARDS": "8"}, Shard(1, 8)),
        ({"PBS_ARRAYID": "8", "JEPAMINE_SHARDS": "8"}, Shard(8, 8)),
        ({"JOB_COMPLETION_INDEX": "0", "JEPAMINE_SHARDS": "8"}, Shard(1, 8)),
        ({"JOB_COMPLETION_INDEX": "7", "JEPAMINE_SHARDS": "8"}, Shard(8, 8)),
    ],
)
def test_a_job_of_an_array_knows_its_part(environment, shard):
    (found, variable) = scheduled_shard(environment)
    assert found == shard
    assert variable in environment


@pytest.mark.parametrize("environment", [{}, {"SGE_TASK_ID": "undefined"}, {"JEPAMINE_SHARDS": "8"}])
def test_outside_of_an_array_there_is_no_part(environment):
    assert scheduled_shard(environment) is None


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        # --array=1,3,7: the index does not give the part.
        (slurm(3, 1, 7, count=3), "SLURM_ARRAY_TASK_ID=3: the array from 1 to 7 has gaps"),
        (slurm("x", 0, 3), "SLURM_ARRAY_TASK_ID='x' is not a number; pass --shard I/N"),
        ({"SLURM_ARRAY_TASK_ID": "3"}, "SLURM_ARRAY_TASK_MIN is not set"),
        (grid_engine(9, 1, 5, 1), "SGE_TASK_ID=9: the array from 1 to 5 has gaps"),
        ({"JOB_COMPLETION_INDEX": "2"}, "set JEPAMINE_SHARDS to the number of parts"),
        ({"JOB_COMPLETION_INDEX": "8", "JEPAMINE_SHARDS": "8"}, "JOB_COMPLETION_INDEX=8 is not in 0 to 7"),
        ({"PBS_ARRAY_INDEX": "0", "JEPAMINE_SHARDS": "8"}, "PBS_ARRAY_INDEX=0 is not in 1 to 8"),
        ({"PBS_ARRAY_INDEX": "1", "JEPAMINE_SHARDS": "many"}, "JEPAMINE_SHARDS='many' is not a number"),
    ],
)
def test_an_index_that_does_not_give_the_part_is_refused(environment, message):
    with pytest.raises(UserError) as refusal:
        scheduled_shard(environment)
    assert message in str(refusal.value)


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "a/b", "-1/2", "1/2/3"])
def test_a_shard_is_one_of_n(text):
    with pytest.raises(ValueError, match="I/N"):
        parse_shard(text)
    assert parse_shard("2/3") == Shard(2, 3)
