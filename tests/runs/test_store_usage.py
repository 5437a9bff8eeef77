"""`jepamine store`: how large the stores are, and pruning."""

from __future__ import annotations

import json
import shutil

import numpy as np

from jepamine.data.embedding_store import Store


def test_the_size_is_reported_by_encoder_and_is_at_most_a_tenth_over_the_raw_floats(jepamine, recipe):
    jepamine("run", recipe, "--epochs", 1)
    jepamine("run", recipe, "--epochs", 1, "--set", "encoder.scale=100.0", "--name", "other")
    stores = json.loads(jepamine("store", "--json").output)["stores"]
    # 12 clips, clean and masked, of 2 tubelets and 48 numbers: 384 raw bytes each.
    assert [(entry["encoder"], entry["embeddings"]) for entry in stores] == [("tiny", 24), ("tiny", 24)]
    assert all(entry["bytes"] > 24 * 384 for entry in stores)
    table = jepamine("store").output
    assert stores[0]["store"] in table


def test_a_pruned_store_is_gone_and_made_again_by_the_next_run(jepamine, recipe):
    jepamine("run", recipe, "--epochs", 1)
    (entry,) = json.loads(jepamine("store", "--json").output)["stores"]
    assert "removed" in jepamine("store", "--prune", entry["store"]).output
    assert jepamine("store").output == "no embeddings are stored\n"
    assert jepamine("run", recipe, "--epochs", 1).exit_code == 0
    (again,) = json.loads(jepamine("store", "--json").output)["stores"]
    assert again["embeddings"] == 24


def test_only_stores_that_no_run_uses_are_pruned_as_unused(jepamine, recipe, tmp_path):
    jepamine("run", recipe, "--epochs", 1)
    assert json.loads(jepamine("store", "--prune-unused", "--json").output)["removed"] == []
    shutil.rmtree(tmp_path / "experiments" / "small")
    removed = json.loads(jepamine("store", "--prune-unused", "--json").output)["removed"]
    assert [entry["runs"] for entry in removed] == [[]]


def test_a_misspelt_store_is_reported(jepamine, recipe):
    jepamine("run", recipe, "--epochs", 1)
    (entry,) = json.loads(jepamine("store", "--json").output)["stores"]
    result = jepamine("store", "--prune", entry["store"][:-1])
    assert result.exit_code == 1
    assert f"did you mean '{entry['store']}'?" in result.output


def test_a_store_that_a_process_writes_is_not_pruned(jepamine, recipe, tmp_path):
    jepamine("run", recipe, "--epochs", 1)
    (entry,) = json.loads(jepamine("store", "--json").output)["stores"]
    with Store(tmp_path / "experiments" / "_store" / entry["store"]) as store:
        store.put(b"k" * 32, np.zeros((1, 2), dtype=np.float32))
        result = jepamine("store", "--prune", entry["store"])
        assert result.exit_code == 1
        assert "a process is writing it; wait for it, or stop it, then prune" in result.output
    assert "removed" in jepamine("store", "--prune", entry["store"]).output
