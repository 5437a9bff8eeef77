"""Locks: held by one process, waited for, and released however it ends."""

import errno
import fcntl
import subprocess
import sys
import threading

import pytest

from jepamine.errors import UserError
from jepamine.utils.locks import exclusive, is_locked

HOLDER = """
import sys
from pathlib import Path
from jepamine.utils.locks import exclusive
with exclusive(Path(sys.argv[1]), "taken"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock tmp_path/lock."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_lock_that_another_process_holds_is_refused_at_once(tmp_path, holder):
    with pytest.raises(UserError, match=r"^busy$"), exclusive(tmp_path / "lock", "busy"):
        pass
    assert is_locked(tmp_path / "lock")


def test_a_lock_is_free_once_its_holder_is_killed(tmp_path, holder):
    holder.kill()  # SIGKILL: it cannot clean up
    holder.wait()
    assert not is_locked(tmp_path / "lock")
    with exclusive(tmp_path / "lock", "busy"):
        assert is_locked(tmp_path / "lock")


def test_a_lock_is_free_after_its_block_also_after_an_error(tmp_path):
    with pytest.raises(KeyError), exclusive(tmp_path / "new" / "lock", "busy"):
        raise KeyError
    assert not is_locked(tmp_path / "new" / "lock")


def test_a_lock_that_no_one_ever_took_is_free_and_asking_makes_no_file(tmp_path):
    assert not is_locked(tmp_path / "lock")
    assert list(tmp_path.iterdir()) == []


def test_a_lock_is_waited_for_with_one_notice(tmp_path, holder, capsys):
    order = []

    def wait():
        with exclusive(tmp_path / "lock", "busy; waiting", wait=True):
            order.append("waited")

    waiting = threading.Thread(target=wait)
    waiting.start()
    waiting.join(0.2)
    assert waiting.is_alive()
    order.append("released")
    holder.kill()
    waiting.join(300)
    assert order == ["released", "waited"]
    assert capsys.readouterr().err == "busy; waiting\n"


def test_a_lock_file_that_its_holder_removes_is_locked_again_by_the_next(tmp_path, holder):
    path = tmp_path / "lock"

    def wait():
        with exclusive(path, "busy", wait=True):
            assert is_locked(path)

    waiting = threading.Thread(target=wait)
    waiting.start()
    waiting.join(0.2)
    path.unlink()
    holder.kill()
    waiting.join(300)
    assert not waiting.is_alive()
    assert path.exists()


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOTSUP, errno.ENOLCK])
def test_a_file_system_without_locks_is_an_error_that_names_the_file(tmp_path, monkeypatch, number):
    def flock(descriptor, operation):
        raise OSError(number, "not here")

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(UserError) as raised, exclusive(tmp_path / "lock", "busy"):
        pass
    assert str(raised.value) == (
        f"{tmp_path / 'lock'}: cannot be locked: not here; "
        "use a folder on a file system with locks, such as a local disk"
    )
    assert not is_locked(tmp_path / "lock")


def test_another_error_of_a_lock_names_the_file(tmp_path, monkeypatch):
    def flock(descriptor, operation):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(OSError, match="Input/output error") as raised, exclusive(tmp_path / "lock", "busy"):
        pass
    assert raised.value.filename == str(tmp_path / "lock")
