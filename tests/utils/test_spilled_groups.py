"""Groups are those of a dictionary of lists, however little of them is kept in memory."""

from __future__ import annotations

import random
import sqlite3

import pytest

from jepamine.errors import UserError
from jepamine.utils import spilled, spilled_groups
from jepamine.utils.spilled_groups import SpilledGroups

NAMES = ["", "a", "ä", "no UTF-8 \udcff", "A"]


@pytest.fixture(
    params=[(1, 1), (300, 20), (1 << 20, 1 << 20)], ids=["nothing", "little", "all"], autouse=True
)
def limits(request, monkeypatch):
    monkeypatch.setattr(spilled_groups, "IN_MEMORY", request.param[0])
    monkeypatch.setattr(spilled_groups, "KEPT", request.param[1])


def test_a_group_has_its_items_in_their_order_whenever_it_is_asked_for():
    rng = random.Random(0)
    groups, wanted = SpilledGroups(list), {}
    for number in range(400):
        name = rng.choice(NAMES)
        if rng.random() < 0.6:
            item = b"%d" % number * rng.randrange(3)
            groups.add(name, item)
            wanted.setdefault(name, []).append(item)
        else:
            assert groups.get(name) == wanted.get(name)
    assert list(groups) == list(wanted.values())
    assert [groups.get(name) for name in NAMES] == [wanted[name] for name in NAMES]


def test_there_is_no_group_without_a_name_or_without_items():
    groups = SpilledGroups(list)
    assert groups.get(None) is groups.get("a") is None
    assert list(groups) == []


def test_a_group_is_made_once_where_it_is_kept():
    made = []
    groups = SpilledGroups(lambda items: made.append(items) or items)
    groups.add("a", b"x")
    assert groups.get("a") is groups.get("a")
    assert made == [[b"x"]]


def test_a_full_disk_is_an_error_with_the_next_step(monkeypatch):
    monkeypatch.setattr(spilled_groups, "IN_MEMORY", 1)

    def connect(*words, **options):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(spilled.sqlite3, "connect", connect)
    with pytest.raises(UserError, match=r"disk is full; name a folder with more space .* SQLITE_TMPDIR"):
        SpilledGroups(list).add("a", b"x")
