"""Maps and lists in temporary files are those of Python, however little of them is kept in memory."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest

from jepamine.errors import UserError
from jepamine.utils import spilled
from jepamine.utils.spilled import SpilledList, SpilledMap, add_one, in_order


@pytest.fixture(params=[1, 3, 10_000], autouse=True)
def in_memory(request, monkeypatch):
    monkeypatch.setattr(spilled, "IN_MEMORY", request.param)


@pytest.mark.parametrize(
    "keys",
    [
        range(-5, 20),
        ["", "a", "ä", "no UTF-8 \udcff", "A"],
        [b"", b"\x00", b"\xff" * 32],
        [(), (1,), (1, 2), (2, 1), (1 << 40,)],
    ],
    ids=["int", "str", "bytes", "tuple"],
)
def test_a_map_is_a_dict_after_any_changes(keys):
    rng = random.Random(0)
    found, wanted = SpilledMap[object](), {}
    assert not found
    for _ in range(300):
        key, value = (
            rng.choice(keys),
            rng.choice([0, 7, None, "text", "\udcff", b"bytes", [1, "a"], {"b": 2}]),
        )
        if rng.random() < 0.5:
            found[key] = wanted[key] = value
        else:
            assert found.setdefault(key, value) == wanted.setdefault(key, value)
        asked = rng.choice(keys)
        assert (found.get(asked, "none"), asked in found) == (wanted.get(asked, "none"), asked in wanted)
        assert found


def test_a_list_gives_its_items_in_order_by_number_and_from_the_end():
    items = [(number, "a" * (number % 3)) for number in range(20)]
    found = SpilledList(list, tuple, items[:15])
    for item in items[15:]:
        found.append(item)
    assert (list(found), len(found)) == (items, 20)
    assert [found[number] for number in range(-20, 20)] == [items[number] for number in range(-20, 20)]
    assert (found[3:9:2], found[-2:]) == (items[3:9:2], items[-2:])
    for number in (20, -21):
        with pytest.raises(IndexError):
            found[number]


def test_a_list_can_grow_while_it_is_read():
    found = SpilledList(int, int, [1, 2])
    assert [(item, found.append(item + 10)) for item in found][:2] == [(1, None), (2, None)]
    assert list(found)[2:4] == [11, 12]


def test_counts_keep_the_order_of_first_counts():
    counts = SpilledMap[dict[str, int]]()
    for name in ("b", "a", "a", "b"):
        add_one(counts, 5, name)
    assert list((counts.get(5) or {}).items()) == [("b", 2), ("a", 2)]


def test_rows_come_in_order_and_once():
    rows = [("b", 0, (3, 4)), ("a", 7, (5,)), ("a", 2, (1, 2)), ("a", 2, (1, 2))]
    count, ordered = in_order(iter(rows))
    assert (count, list(ordered)) == (3, [(1, 2), (5,), (3, 4)])


def test_a_full_disk_is_one_line(monkeypatch):
    monkeypatch.setattr(spilled, "IN_MEMORY", 1)
    found = SpilledMap[str]()
    found[1] = "a"
    found._database("PRAGMA max_page_count = 1")
    with pytest.raises(
        UserError, match=r"temporary file cannot be used: .* full; name a folder with more space"
    ):
        for number in range(100):
            found[number] = "a" * 1000


MANY = """
import resource, sys
from jepamine.utils.spilled import SpilledList, SpilledMap
numbers, items = SpilledMap(), SpilledList(str, str)
for number in range(int(sys.argv[1])):
    numbers[f"key {number}"] = number
    items.append(f"item {number}")
assert numbers.get("key 4") == 4 and items[4] == "item 4"
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peak(count):
    command = [sys.executable, "-c", MANY, str(count)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(result.stdout) * (1 if sys.platform == "darwin" else 1024)


@pytest.mark.slow
def test_memory_does_not_grow_with_what_is_kept():
    # A dict and a list of these take 200 bytes an item, 20 MB.
    assert peak(140_000) - peak(40_000) < 5_000_000
