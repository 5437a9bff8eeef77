"""Encoding on a real Dask cluster: run, eval and search give what one process gives, and read no frame."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from jepamine.utils.files import write_atomic

pytest.importorskip("distributed", reason="Dask is not installed: pip install -e '.[dask]'")


@pytest.fixture
def alone(jepamine, recipe, tmp_path) -> Path:
    """The experiments of one process, with its run `small`."""
    folder = tmp_path / "alone"
    assert jepamine("run", recipe, "--experiments", folder, "--epochs", 2).exit_code == 0
    return folder


@pytest.fixture
def address(cluster) -> tuple[str, ...]:
    return ("--dask", cluster.scheduler_address, "--parts", "3", "--dask-resource", "GPU=1")


@pytest.fixture
def unread(monkeypatch) -> list[Path]:
    """The frames that this process has read; workers do not see the patch."""
    import jepamine.data.frames

    read, places = jepamine.data.frames._read, []

    def note(path):
        places.append(path)
        return read(path)

    monkeypatch.setattr("jepamine.data.frames._read", note)
    return places


def tensors(path: Path) -> dict[str, bytes]:
    """The bits of a file of tensors; the order of its header differs between processes."""
    return {name: array.tobytes() for name, array in load_file(path).items()}


@pytest.mark.slow
def test_a_run_has_the_weights_of_one_process(jepamine, recipe, alone, address, unread, tmp_path):
    result = jepamine("run", recipe, "--epochs", 2, *address)
    assert result.exit_code == 0, result.output
    assert unread == []
    folder = tmp_path / "experiments" / "small"
    for name in ("weights.safetensors", "bank.safetensors"):
        assert tensors(folder / name) == tensors(alone / "small" / name)
    assert list(folder.glob("*.parts")) == []


@pytest.mark.slow
def test_a_worker_that_is_killed_while_it_encodes_changes_no_weight(
    cluster, jepamine, recipe, alone, address, tmp_path
):
    folder = tmp_path / "experiments"

    def kill_when_the_first_part_arrives() -> None:
        while not list(folder.glob("*/encode.*.parts/0*.jsonl")):
            time.sleep(0.005)
        # A worker that another test has killed has no process until it is started again.
        while not (pids := [worker.pid for worker in cluster.workers.values() if worker.pid]):
            time.sleep(0.005)
        os.kill(pids[0], signal.SIGKILL)

    killer = threading.Thread(target=kill_when_the_first_part_arrives, daemon=True)
    killer.start()
    result = jepamine("run", recipe, "--epochs", 2, *address)
    assert result.exit_code == 0, result.output
    killer.join(300)
    assert not killer.is_alive()
    for name in ("weights.safetensors", "bank.safetensors"):
        assert tensors(folder / "small" / name) == tensors(alone / "small" / name)


@pytest.mark.slow
def test_a_stopped_run_encodes_only_the_missing_parts(
    jepamine, recipe, alone, address, tmp_path, monkeypatch
):
    saved = []

    def stop_at_the_second(path, data):
        if len(saved) == 1:
            raise KeyboardInterrupt
        write_atomic(path, data)
        saved.append(path.name)

    with monkeypatch.context() as patch:
        patch.setattr("jepamine.cluster.saved_parts.write_atomic", stop_at_the_second)
        result = jepamine("run", recipe, "--epochs", 2, *address)
    assert result.exit_code != 0
    assert (
        f"1 of 3 parts are finished and saved: continue with jepamine run --resume small --dask {address[1]}"
        in (result.output)
    )
    monkeypatch.setattr(
        "jepamine.cluster.saved_parts.write_atomic",
        lambda path, data: (saved.append(path.name), write_atomic(path, data)),
    )
    assert jepamine("run", "--resume", "small", *address).exit_code == 0
    assert sorted(saved) == ["000001.jsonl", "000002.jsonl", "000003.jsonl"]
    weights = [tensors(root / "small" / "weights.safetensors") for root in (tmp_path / "experiments", alone)]
    assert weights[0] == weights[1]


@pytest.mark.slow
def test_eval_and_search_print_what_one_process_prints(
    jepamine, recipe, clips, alone, address, unread, tmp_path
):
    assert jepamine("run", recipe, "--epochs", 2).exit_code == 0
    other = clips.with_name("dask-other.jsonl")
    lines = [json.loads(line) for line in clips.read_text().splitlines()]
    # Frames in another order: clips that no store has yet.
    turned = [
        line | {"clip_id": f"t-{line['clip_id']}", "frame_paths": line["frame_paths"][::-1]} for line in lines
    ]
    other.write_text("".join(json.dumps(line) + "\n" for line in turned))
    evaluation = ("eval", "--run", "small", other, "--json")
    searching = ("search", "--run", "small", "--like", "s0-0", "--manifest", other, "-k", 3, "--json")
    unread.clear()
    results = [jepamine(*evaluation, *address)]
    assert unread == []
    results.append(jepamine(*searching, *address))
    expected = [jepamine(*words, "--experiments", alone) for words in (evaluation, searching)]
    for result, single in zip(results, expected, strict=True):
        assert result.exit_code == single.exit_code == 0, result.output
        assert json.loads(result.stdout) == json.loads(single.stdout)


def test_a_frame_that_cannot_be_read_stops_eval_and_is_skipped_by_search(jepamine, recipe, clips, address):
    assert jepamine("run", recipe, "--epochs", 2).exit_code == 0
    broken = clips.with_name("dask-unread.jsonl")
    lines = [json.loads(line) for line in clips.read_text().splitlines()]
    lines[7] |= {"frame_paths": ["scene-2/lost.jpg"] * 4}
    broken.write_text("".join(json.dumps(line) + "\n" for line in lines))
    result = jepamine("eval", "--run", "small", broken, *address)
    assert result.exit_code == 1
    assert "dask-unread.jsonl:8: frame" in result.output
    assert "lost.jpg: no such file" in result.output
    result = jepamine("search", "--run", "small", "--like", "s0-0", "--manifest", broken, *address)
    assert result.exit_code == 0, result.output
    assert "warning: skipped" in result.output


def test_what_encodes_no_clips_refuses_a_cluster(jepamine, recipe):
    text = recipe.read_text()
    recipe.write_text(text[: text.index("[dataset]")] + "[dataset]\nplugin = 'layouts'\n")
    result = jepamine("eval", "--scores", "s.jsonl", "--labels", "l.jsonl", "--dask", "tcp://h:1")
    assert result.exit_code == 2
    assert "--dask requires --run NAME." in result.output
    result = jepamine("eval", "--run", "small", "--resume")
    assert result.exit_code == 2
    assert "--parts, --dask-resource and --resume require --dask ADDRESS." in result.output
