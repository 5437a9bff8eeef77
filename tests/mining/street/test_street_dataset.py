"""The dataset `street`: drawn once, also by two runs that start together."""

from __future__ import annotations

import threading

from jepamine.mining.street import generate as generate_module
from jepamine.mining.street.street_dataset import street


def test_the_second_of_two_runs_waits_and_uses_what_the_first_has_drawn(tmp_path, capsys, monkeypatch):
    begun, go_on, drawn = threading.Event(), threading.Event(), []
    generate = generate_module.generate

    def slowly(folder, **settings):
        drawn.append(folder)
        begun.set()
        assert go_on.wait(300)
        generate(folder, **settings)

    monkeypatch.setattr(generate_module, "generate", slowly)
    sources = {}

    def run(number):
        sources[number] = street(tmp_path, clips=2, frames=2)

    first, second = (threading.Thread(target=run, args=(number,)) for number in (1, 2))
    first.start()
    assert begun.wait(300)
    second.start()
    second.join(0.3)
    assert second.is_alive()
    go_on.set()
    first.join(300)
    second.join(300)
    assert sources[1] == sources[2]
    (folder,) = drawn
    assert f"{folder}: another process is drawing these scenes; waiting for it\n" in capsys.readouterr().err
    assert len((folder / "manifest.jsonl").read_text().splitlines()) == 2


def test_of_several_runs_one_draws_and_all_have_the_same_scenes(tmp_path, monkeypatch):
    generate, drawn = generate_module.generate, []

    def counted(folder, **settings):
        drawn.append(folder)
        generate(folder, **settings)

    monkeypatch.setattr(generate_module, "generate", counted)
    sources: list[object] = []
    runs = [
        threading.Thread(target=lambda: sources.append(street(tmp_path, clips=2, frames=2))) for _ in "abcd"
    ]
    for run in runs:
        run.start()
    for run in runs:
        run.join(300)
    assert len(drawn) == 1
    assert [source == sources[0] for source in sources] == [True] * 4
