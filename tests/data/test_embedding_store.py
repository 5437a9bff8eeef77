"""The embedding store: what is put is kept, what is damaged is dropped, and nothing else is lost."""

import contextlib
import errno
import hashlib
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
from jepamine.data.store_index import index_records
from jepamine.utils.locks import exclusive

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
from jepamine.data.store_index import index_records
from jepamine.utils.locks import exclusive
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


@pytest.fixture
def small_index(monkeypatch):
    """A store that indexes 20 records at a time and joins 4 index files."""
    monkeypatch.setattr("jepamine.data.embedding_store.INDEX_AT", 20)
    monkeypatch.setattr("jepamine.data.embedding_store.INDEX_SOME", 5)
    monkeypatch.setattr("jepamine.data.embedding_store.INDEXES", 4)


def hashed(number):
    return hashlib.sha256(number.to_bytes(4, "big")).digest()


def fill_hashed(folder, numbers):
    with Store(folder) as store:
        for number in numbers:
            store.put(hashed(number), value(number))


def missing(folder, numbers):
    with Store(folder) as store:
        return [number for number in numbers if not same_or_none(store.get(hashed(number)), value(number))]


def same_or_none(found, array):
    return found is not None and same(found, array)


@pytest.mark.usefixtures("small_index")
def test_indexed_records_of_many_writers_are_found_and_not_looked_through_again(tmp_path, monkeypatch):
    with Store(tmp_path) as early:
        for start in range(0, 700, 70):
            fill_hashed(tmp_path, range(start, start + 70))
        early.put(hashed(700), value(700))
        assert hashed(3) not in early  # it was opened before
    assert 1 <= len(list(tmp_path.glob("*.index"))) <= 5
    assert missing(tmp_path, range(701)) == []
    assert missing(tmp_path, [701, 702]) == [701, 702]
    looked = []
    monkeypatch.setattr(Store, "_add", lambda self, key, *place: looked.append(key))
    with Store(tmp_path) as store:
        assert len(store) + len(looked) == 701
    assert len(looked) < 20


@pytest.mark.usefixtures("small_index")
@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: os.truncate(path, 50)])
def test_lost_and_damaged_index_files_cost_no_record(tmp_path, damage):
    fill_hashed(tmp_path, range(100))
    fill_hashed(tmp_path, range(100, 150))
    damage(sorted(tmp_path.glob("*.index"))[0])
    assert missing(tmp_path, range(150)) == []


@pytest.mark.usefixtures("small_index")
def test_a_damaged_record_of_an_index_is_found_again_once_it_is_recomputed(tmp_path, capsys):
    fill_hashed(tmp_path, range(60))
    (part,) = tmp_path.glob("*.part")
    flip(part, HEADER + 5)
    assert missing(tmp_path, range(60)) == [0]
    assert "dropped a damaged embedding at byte 0" in capsys.readouterr().err
    fill_hashed(tmp_path, [0, *range(60, 100)])
    assert missing(tmp_path, range(100)) == []
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("small_index")
def test_keys_that_begin_alike_are_told_apart(tmp_path):
    with Store(tmp_path) as store:
        for number in range(60):
            store.put(key(number), value(number))
    assert kept(tmp_path, range(61)) == list(range(60))


@pytest.mark.usefixtures("small_index")
def test_a_place_in_a_part_is_not_taken_for_a_key(tmp_path):
    # As little-endian bytes, the first record's place is the second one's key.
    places = {hashed(1): ("a.part", 0x0102030405), (0x0102030405).to_bytes(8, "big"): ("b.part", 7)}
    index = index_records(tmp_path, places, {"a.part": (0, 1 << 40), "b.part": (0, 100)})
    assert [index.find(key) for key in places] == [[place] for place in places.values()]
    assert index.find(hashed(2)) == []
    index.close()


def test_a_part_that_was_removed_counts_as_missing(tmp_path, capsys):
    fill_hashed(tmp_path, range(40))
    first = set(tmp_path.glob("*.part"))
    fill_hashed(tmp_path, range(40, 80))
    for part in first:
        part.unlink()
    assert missing(tmp_path, range(80)) == list(range(40))


@pytest.mark.usefixtures("small_index")
def test_a_process_that_holds_the_lock_leaves_the_records_in_memory(tmp_path):
    with exclusive(tmp_path / "index.lock", "held"):
        fill_hashed(tmp_path, range(50))
    assert list(tmp_path.glob("*.index")) == []
    assert missing(tmp_path, range(50)) == []
