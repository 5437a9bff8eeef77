"""The embedding store: what is put is kept, what is damaged is dropped, and nothing else is lost."""

import contextlib
import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from jepamine.data.embedding_store import Store

HEADER = 52  # bytes of a record on top of its data, as the store's docstring says


def key(number):
    return number.to_bytes(32, "big")


def value(number, rows=2, columns=3):
    return np.random.default_rng(number).standard_normal((rows, columns)).astype(np.float32)


def fill(folder, numbers):
    with Store(folder) as store:
        for number in numbers:
            store.put(key(number), value(number))
    (part,) = folder.glob("*.part")
    return part


def kept(folder, numbers):
    """Which of the numbers the store holds; each that it does must be what was put."""
    with Store(folder) as store:
        found = {number: store.get(key(number)) for number in numbers}
    for number, array in found.items():
        assert array is None or array.tobytes() == value(number).tobytes()
    return [number for number, array in found.items() if array is not None]


@settings(max_examples=50, deadline=None)
@given(
    st.dictionaries(
        st.binary(min_size=32, max_size=32),
        arrays(np.float32, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=9)),
        max_size=5,
    )
)
def test_arrays_come_back_bit_for_bit_at_once_and_after_reopening(values):
    with tempfile.TemporaryDirectory() as folder:
        with Store(Path(folder) / "new") as store:
            for name, array in values.items():
                assert name not in store
                store.put(name, array)
                assert same(store.get(name), array)
        with Store(Path(folder) / "new") as store:
            assert len(store) == len(values)
            for name, array in values.items():
                assert name in store
                assert same(store.get(name), array)


def same(found, array):
    return found.dtype == np.float32 and found.shape == array.shape and found.tobytes() == array.tobytes()


def test_an_array_that_is_not_contiguous_comes_back_as_it_looks(tmp_path):
    with Store(tmp_path) as store:
        store.put(key(1), value(1).T)
        np.testing.assert_array_equal(store.get(key(1)), value(1).T)


def test_an_unknown_key_is_none_and_opening_makes_no_folder(tmp_path):
    with Store(tmp_path / "new") as store:
        assert store.get(key(1)) is None
        assert key(1) not in store
    assert not (tmp_path / "new").exists()


def test_a_store_takes_at_most_a_tenth_more_than_its_arrays(tmp_path):
    with Store(tmp_path) as store:
        for number in range(100):
            store.put(key(number), value(number, 8, 32))
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 1.1 * 100 * 8 * 32 * 4


@pytest.mark.parametrize("cut", [1, 23, 24, 25, 24 + HEADER - 1])
def test_a_torn_end_costs_the_last_record_only(tmp_path, cut, capsys):
    part = fill(tmp_path, range(3))
    os.truncate(part, part.stat().st_size - cut)
    assert kept(tmp_path, range(3)) == [0, 1]
    assert capsys.readouterr().err == ""
    with Store(tmp_path) as store:
        store.put(key(2), value(2))
    assert kept(tmp_path, range(3)) == [0, 1, 2]


def flip(part, place, bits=1):
    content = bytearray(part.read_bytes())
    content[place] ^= bits
    part.write_bytes(content)


def test_a_damaged_array_is_none_with_a_warning_and_the_others_stay(tmp_path, capsys):
    part = fill(tmp_path, range(3))
    flip(part, (HEADER + 24) + HEADER + 5)
    assert kept(tmp_path, range(3)) == [0, 2]
    assert capsys.readouterr().err == (
        f"warning: {part}: dropped a damaged embedding at byte {HEADER + 24}; it will be recomputed\n"
    )
    with Store(tmp_path) as store:
        assert store.get(key(1)) is None
        assert key(1) not in store
        store.put(key(1), value(1))
        assert same(store.get(key(1)), value(1))
    capsys.readouterr()


def test_a_damaged_array_that_was_made_again_is_found_after_reopening(tmp_path):
    part = fill(tmp_path, range(3))
    part.rename(tmp_path / "zzz.part")  # the last that is looked through: it must not hide the new one
    flip(tmp_path / "zzz.part", HEADER + 5)
    with Store(tmp_path) as store:
        assert store.get(key(0)) is None
        store.put(key(0), value(0))
    assert kept(tmp_path, range(3)) == [0, 1, 2]


def test_a_damaged_header_drops_what_follows_with_a_warning(tmp_path, capsys):
    part = fill(tmp_path, range(3))
    flip(part, (HEADER + 24) + 40)
    assert kept(tmp_path, range(3)) == [0]
    assert capsys.readouterr().err == (
        f"warning: {part}: damaged at byte {HEADER + 24}; the rest is dropped and recomputed\n"
    )


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 3 * (HEADER + 24) - 1), st.integers(1, 255))
def test_no_damaged_byte_gives_a_wrong_array_or_costs_an_earlier_record(place, bits):
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(None):
        flip(fill(Path(folder), range(3)), place, bits)
        found = kept(Path(folder), range(3))
    record, within = divmod(place, HEADER + 24)
    assert found == (list(range(record)) if within < HEADER else [n for n in range(3) if n != record])


def test_two_stores_on_one_folder_both_keep_what_they_put(tmp_path):
    with Store(tmp_path) as a, Store(tmp_path) as b:
        a.put(key(1), value(1))
        b.put(key(2), value(2))
        a.put(key(3), value(3))
        b.put(key(1), value(1))
        assert key(2) not in a  # it was opened before
    assert kept(tmp_path, range(1, 4)) == [1, 2, 3]


WRITER = """
import sys
from pathlib import Path
import numpy as np
from jepamine.data.embedding_store import Store
store = Store(Path(sys.argv[1]))
number = 0
while True:
    array = np.random.default_rng(number).standard_normal((2, 3)).astype(np.float32)
    store.put(number.to_bytes(32, "big"), array)
    number += 1
    print(number, flush=True)
"""


def test_a_writer_that_is_killed_leaves_every_record_it_finished(tmp_path):
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        while int(process.stdout.readline()) < 20:
            pass
        process.kill()  # SIGKILL, with nothing closed
        told = [20, *(int(line) for line in process.stdout if line.endswith("\n"))]
    whole = kept(tmp_path, range(told[-1] + 1))
    assert whole in (list(range(told[-1])), list(range(told[-1] + 1)))  # killed before or after it told


def test_a_full_disk_is_raised_and_leaves_a_store_that_works(tmp_path, monkeypatch):
    write = os.write
    full = []

    def fill_up(descriptor, data):
        if not full:
            full.append(True)
            return write(descriptor, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    with Store(tmp_path) as store:
        store.put(key(0), value(0))
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", fill_up)
            with pytest.raises(OSError) as raised:
                store.put(key(1), value(1))
        assert raised.value.errno == errno.ENOSPC
        assert store.get(key(1)) is None
        store.put(key(2), value(2))
        assert same(store.get(key(0)), value(0))
        assert same(store.get(key(2)), value(2))
    assert kept(tmp_path, range(3)) == [0, 2]
