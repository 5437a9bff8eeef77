"""doctor: one line per piece, exit 1 only if something is broken."""

import json
import shutil
from importlib import metadata

import pytest

from jepamine.runs import doctor


def states(result):
    return {check["name"]: check["state"] for check in json.loads(result.stdout)}


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def test_doctor_has_a_line_for_each_piece_and_says_that_nothing_is_broken(jepamine):
    result = jepamine("doctor")
    lines = result.stdout.splitlines()
    assert (result.exit_code, lines[-1]) == (0, "Nothing is broken.")
    assert {line.split()[0] for line in lines[:-1]} <= {"ok", "missing"}
    assert {"python", "torch", "device", "experiments", "video", "sandbox", "hub"} <= {
        line.split()[1] for line in lines[:-1]
    }


def test_a_missing_extra_is_optional_and_names_what_it_adds_and_its_packages(jepamine, monkeypatch):
    def version(name):
        if name == "av":
            raise metadata.PackageNotFoundError(name)
        return "1"

    monkeypatch.setattr(doctor.metadata, "version", version)
    result = jepamine("doctor", "--json")
    video = next(check for check in json.loads(result.stdout) if check["name"] == "video")
    assert (result.exit_code, video) == (
        0,
        {"name": "video", "state": "missing", "note": "adds video files as footage: pip install av"},
    )


def test_a_full_disk_is_broken(jepamine, monkeypatch):
    usage = shutil.disk_usage("/")._replace(free=10**9)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: usage)
    result = jepamine("doctor")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (1, "Needs attention: experiments")
    assert "1 GB free; runs may fail" in result.stdout


def test_a_torch_that_cannot_be_imported_is_broken_and_the_line_names_the_next_step(monkeypatch):
    def fails(name):
        raise OSError("libcudart.so.12: cannot open shared object file")

    monkeypatch.setattr(doctor.importlib, "import_module", fails)
    check = doctor._package("torch")
    assert (check.state, check.note) == (
        "broken",
        "cannot be imported: libcudart.so.12: cannot open shared object file; "
        "reinstall it (pip install -U torch)",
    )


def test_extras_for_developers_are_left_out():
    assert {"manim", "video", "serve"} <= doctor.extras().keys()
    assert not doctor.FOR_DEVELOPERS & doctor.extras().keys()


def test_each_extra_says_what_it_adds_and_none_is_described_that_does_not_exist():
    assert set(doctor.ADDS) == set(doctor.extras())
