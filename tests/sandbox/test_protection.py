"""Which protection is in force, and what is said where parts of it are missing."""

from __future__ import annotations

import dataclasses

import pytest

from jepamine.sandbox import landlock
from jepamine.sandbox import seccomp as seccomp
from jepamine.sandbox.bubblewrap import readable
from jepamine.sandbox.protection import POWERS, Protection, from_trial

FULL = Protection(7, True, True, True, ("AS", "CPU"), POWERS)


@pytest.mark.parametrize(
    ("protection", "said"),
    [
        (FULL, "Landlock 7, seccomp, bubblewrap, limits"),
        (dataclasses.replace(FULL, bubblewrap=False), "Landlock 7, seccomp, limits"),
        (
            Protection(0, True, False, True, ("AS",), ("network", "processes", "signals")),
            "seccomp, limits; not closed: reading, writing",
        ),
        (
            Protection(0, False, False, False, (), ()),
            "none; not closed: reading, writing, network, processes, signals",
        ),
    ],
    ids=["all", "no bubblewrap", "no Landlock", "none"],
)
def test_protection_names_what_is_in_force_and_what_is_not_closed(protection, said):
    assert str(protection) == said


def test_only_an_attempt_that_failed_closes_a_power():
    confinement = {"no_new_privileges": True, "landlock": 7, "seccomp": True, "limits": ["AS"]}
    found = from_trial({"confinement": confinement, "answer": {"closed": ["network"]}}, False)
    assert found.closed == ("network",)
    assert found.open == ("reading", "writing", "processes", "signals")


def test_a_kernel_without_landlock_or_a_filter_is_reported_and_nothing_breaks(monkeypatch, tmp_path):
    done = []
    monkeypatch.setattr(landlock, "be_first_to_go", lambda: None)
    monkeypatch.setattr(landlock, "set_limits", lambda limits: ("CPU",))
    monkeypatch.setattr(landlock, "drop_capabilities", lambda: False)
    monkeypatch.setattr(landlock, "prctl", lambda *words: done.append(words))
    monkeypatch.setattr(landlock, "syscall", no_such_call)
    monkeypatch.setattr(seccomp, "this_machine", lambda: None)
    found = landlock.confine(landlock.Limits(), [tmp_path], tmp_path)
    assert found == landlock.Confinement(True, 0, False, ("CPU",))
    assert done == [(38, 1)]


def test_a_system_without_prctl_is_reported_and_nothing_breaks(monkeypatch, tmp_path):
    monkeypatch.setattr(landlock, "be_first_to_go", lambda: None)
    monkeypatch.setattr(landlock, "set_limits", lambda limits: ())
    monkeypatch.setattr(landlock, "drop_capabilities", lambda: False)
    monkeypatch.setattr(landlock, "prctl", no_prctl)
    assert landlock.confine(landlock.Limits(), [], tmp_path) == landlock.Confinement(False, 0, False, ())


def test_a_project_s_folder_is_not_readable_for_being_on_the_path(monkeypatch, tmp_path):
    import sys

    monkeypatch.syspath_prepend(tmp_path)
    found = readable()
    assert tmp_path not in found and not {tmp_path}.intersection(*[path.parents for path in found])
    assert any(path in found for path in map(type(tmp_path), (sys.prefix + "/lib", "/usr/lib")))


def no_such_call(*_):
    raise OSError(38, "Function not implemented")


def no_prctl(*_):
    raise AttributeError("prctl")
