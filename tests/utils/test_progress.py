"""Progress: plain lines where stderr is no terminal, a bar where it is."""

from __future__ import annotations

import io
import re
import sys

import pytest

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
