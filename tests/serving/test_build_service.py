"""Generators and the identity of a service."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

pytest.importorskip("fastapi", reason="no fastapi: pip install -e '.[serve]'")

from jepamine.manim.generators.protocol import Generated
from jepamine.manim.layouts import Layout
from jepamine.serving.build_service import identify, one_at_a_time


class Slow:
    """A generator that counts the threads inside it."""

    def __init__(self):
        self.inside, self.most = 0, 0

    def generate(self, layout, description, *, attempt=0, reading=None):
        self.inside += 1
        self.most = max(self.most, self.inside)
        time.sleep(0.01)
        self.inside -= 1
        return Generated(description, {})


@pytest.mark.parametrize(("name", "most"), [("model", 1), ("template", 4)])
def test_a_generator_is_built_once_and_a_model_is_used_by_one_thread_at_a_time(name, most):
    built = []

    def make(name, style, complexity):
        time.sleep(0.01)
        built.append(Slow())
        return built[-1]

    maker = one_at_a_time(make)

    def ask(number):
        return maker(name, "3b1b", "medium").generate(Layout(()), str(number)).code

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(ask, range(8))) == [str(number) for number in range(8)]
    assert len(built) == 1
    assert built[0].most == most


def test_the_cache_key_depends_on_the_weights_of_a_run_and_their_precision(tmp_path):
    folder = tmp_path / "boxes"
    folder.mkdir()
    record = {"status": "finished", "metrics": {"mean_iou": 0.5}, "encoder": {"weights_sha256": "e"}}
    (folder / "record.json").write_text(json.dumps(record))
    (folder / "weights.safetensors").write_bytes(b"one")
    first, mean_iou = identify(tmp_path, "boxes", False)
    assert (first.run, mean_iou) == ("boxes", 0.5)
    assert identify(tmp_path, "boxes", False)[0] == first
    assert identify(tmp_path, "boxes", True)[0] != first
    (folder / "weights.safetensors").write_bytes(b"other")
    assert identify(tmp_path, "boxes", False)[0] != first
    assert identify(tmp_path, None, False)[1] is None
