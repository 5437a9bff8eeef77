"""Progress: plain lines where stderr is no terminal, a bar where it is."""

from __future__ import annotations

import io
import re
import sys

import pytest

from jepamine.utils import progress as module
from jepamine.utils.progress import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_elsewhere_a_plain_line_comes_every_ten_clips_and_at_the_end(capsys):
    with progress("encode", 25, "clips") as bar:
        for _ in range(25):
            bar.step()
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(",")[0] for line in lines] == [
        "encode: 10/25 clips", "encode: 20/25 clips", "encode: 25/25 clips"
    ]  # fmt: skip
    assert all(re.search(r", [\d.]+ a second, \d+ s left$", line) for line in lines)


def test_elsewhere_a_plain_line_comes_every_epoch_with_its_note(capsys):
    with progress("train", 2, "epochs", every=1) as bar:
        bar.step(note="val_loss 0.5")
        bar.step(note="val_loss 0.4")
    lines = capsys.readouterr().err.splitlines()
    assert [line.rpartition(", ")[2] for line in lines] == ["val_loss 0.5", "val_loss 0.4"]


def test_steps_that_were_done_before_count(capsys):
    with progress("train", 12, "epochs", every=1, done=10) as bar:
        bar.step()
        bar.step()
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(",")[0] for line in lines] == ["train: 11/12 epochs", "train: 12/12 epochs"]


def test_on_a_terminal_a_bar_shows_rate_and_time_left(monkeypatch: pytest.MonkeyPatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("LINES", "40")
    with progress("encode", 5, "clips") as bar:
        for _ in range(5):
            bar.step(note="a note")
    last = terminal.getvalue().split("\r")[-1]
    assert "5/5" in last
    assert "clips/s" in last


def test_progress_within_an_epoch_shows_rate_time_left_and_the_loss(capsys, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: clock[0])
    notes = []

    def note():
        notes.append(clock[0])
        return "train_loss 0.5"

    with progress("train", 3, "epochs", every=1) as bar:
        for batch in range(1, 51):
            clock[0] += 1
            bar.within(batch, 50, "batches", note)
        bar.step()
        clock[0] += 5
        bar.within(1, 50, "batches", note)
    lines = capsys.readouterr().err.splitlines()
    # Every ten seconds, and the clock starts again with each epoch.
    assert notes == [110.0, 120.0, 130.0, 140.0, 150.0]
    assert lines[0] == (
        "train: epoch 1/3: 10/50 batches, 1.0 a second, 40 s left of 140 s in all, train_loss 0.5"
    )
    assert lines[-1].startswith("train: 1/3 epochs, ")


def test_a_long_phase_prints_ten_lines_and_at_most_twenty_more(capsys):
    with progress("score", 10_000, "clips") as bar:
        for _ in range(10_000):
            bar.step()
    counts = [int(re.search(r"(\d+)/", line)[1]) for line in capsys.readouterr().err.splitlines()]
    assert counts == [*range(10, 101, 10), *range(595, 10_000, 495), 10_000]


def test_steps_of_many_units_do_not_skip_their_line(capsys):
    with progress("score", 96, "clips") as bar:
        for _ in range(4):
            bar.step(24)
    counts = [line.split("/")[0] for line in capsys.readouterr().err.splitlines()]
    assert counts == ["score: 24", "score: 48", "score: 72", "score: 96"]


def test_silenced_only_warnings_are_printed(capsys):
    with module.silence(), progress("score", 1, "clips") as bar:
        bar.step()
        module.notify("m.jsonl: written")
        module.notify("warning: odd")
    module.notify("again")
    assert capsys.readouterr().err == "warning: odd\nagain\n"
