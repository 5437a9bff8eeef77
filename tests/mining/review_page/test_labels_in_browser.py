"""Labelling on the review page, in a real Chromium; `conftest.py` says what it needs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from jepamine.mining.review_page.page import write_page
from tests.mining.review_page.conftest import reload_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HERE = "[...document.querySelectorAll('.clip')].indexOf(document.activeElement)"
CURRENT = "[...document.querySelectorAll('.clip')].findIndex((clip) => clip.ariaCurrent === 'true')"


def press(tab, *keys):
    for key in keys:
        tab.keyboard.press(key)


def labels_of(tab):
    return tab.evaluate("[...document.querySelectorAll('.clip')].map((clip) => clip.dataset.label)")


def downloaded(tab):
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Download").click()
    text = Path(download.value.path()).read_text()
    return download.value.suggested_filename, [json.loads(line) for line in text.splitlines()]


def test_labels_set_by_keys_survive_a_reload_and_come_back_in_the_file(show, make_page):
    tab = show(make_page(4))
    press(tab, "1", "j", "0", "j", "1", "u", "j", "1")
    assert tab.locator("#labelled").inner_text() == "3" and tab.locator("#left").inner_text() == "1"
    reload_until(tab, lambda: labels_of(tab) == ["1", "0", "", "1"])
    assert tab.locator("#labelled").inner_text() == "3"
    name, lines = downloaded(tab)
    assert name == "labels-small-driving.jsonl"
    place = {"manifest": "/data/manifest.jsonl", "root": "/data"}
    assert lines == [
        {"clip_id": "clip-0", "binary_label": 1, "scene": "scene-0", **place},
        {"clip_id": "clip-1", "binary_label": 0, "scene": "scene-1", **place},
        {"clip_id": "clip-3", "binary_label": 1, "scene": "scene-0", **place},
    ]


def test_a_reload_that_reads_older_labels_does_not_write_them_back(show, make_page):
    # Chromium stores in another process: a reload right after a key may read what was there before.
    tab = show(make_page(2))
    press(tab, "1")
    stored = "Object.values(localStorage).find((value) => value.includes('clip-0'))"
    assert tab.evaluate(stored) == '[["clip-0",1]]'
    tab.add_init_script("Storage.prototype.read = Storage.prototype.getItem")
    tab.add_init_script("Storage.prototype.getItem = () => null")
    reload_until(tab, lambda: tab.evaluate("localStorage.read('test')") == "kept")
    assert labels_of(tab) == ["", ""]
    assert tab.evaluate(stored) == '[["clip-0",1]]'


def test_labels_belong_to_one_score_file(show, make_page):
    tab = show(make_page(2))
    press(tab, "1")
    write_page(make_page(2, scores_sha256="cd" * 32), Path(tab.url.removeprefix("file://")))
    tab.reload()
    assert labels_of(tab) == ["", ""]


def test_labels_set_by_the_mouse_are_reported_and_leave_the_keys_to_the_clip(show, make_page):
    tab = show(make_page(3))
    second = tab.locator(".clip").nth(1)
    second.get_by_role("button", name="Worth keeping").click()
    assert labels_of(tab) == ["", "1", ""]
    assert second.get_by_role("button", name="Worth keeping").get_attribute("aria-pressed") == "true"
    assert tab.get_by_role("status").inner_text() == "Clip 2: worth keeping. 1 labelled, 2 left."
    press(tab, "0")
    assert labels_of(tab) == ["", "0", ""]
    second.get_by_role("button", name="Clear").click()
    assert labels_of(tab) == ["", "", ""] and tab.evaluate(HERE) == 1


def test_j_and_k_move_the_focus_and_stop_at_the_ends(show, make_page):
    tab = show(make_page(3))
    places = []
    for key in "jjjkkk":
        press(tab, key)
        places.append(tab.evaluate(HERE))
    assert places == [1, 2, 2, 1, 0, 0]
    assert tab.get_by_role("status").inner_text() == "This is the first clip."


def test_keys_go_to_the_clip_that_was_scrolled_to(show, make_page):
    tab = show(make_page(8))
    tab.evaluate("document.querySelectorAll('.clip')[5].scrollIntoView()")
    tab.wait_for_function(f"{CURRENT} === 5")
    press(tab, "1")
    assert labels_of(tab).index("1") == 5


def test_the_filter_shows_what_is_left_and_lets_a_slip_be_undone(show, make_page):
    tab = show(make_page(3))
    press(tab, "1")
    tab.get_by_label("Unlabelled").check()
    shown = "[...document.querySelectorAll('.clip:not([hidden])')].map((clip) => clip.id)"
    assert tab.evaluate(shown) == ["clip-2", "clip-3"]
    press(tab, "0")
    assert tab.evaluate(shown) == ["clip-2", "clip-3"]
    press(tab, "j")
    assert tab.evaluate(shown) == ["clip-3"] and tab.evaluate(HERE) == 2
    press(tab, "1")
    tab.get_by_label("All", exact=True).check()
    assert tab.evaluate(shown) == ["clip-1", "clip-2", "clip-3"]
    assert labels_of(tab) == ["1", "0", "1"]


def test_next_after_a_label_moves_on(show, make_page):
    tab = show(make_page(3))
    tab.get_by_text("Next after a label").click()
    press(tab, "1", "0")
    assert labels_of(tab) == ["1", "0", ""] and tab.evaluate(HERE) == 2


def test_a_script_in_a_scene_is_text_and_does_not_run(show, make_page):
    page = make_page(1)
    nasty = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    tab = show(replace(page, clips=(replace(page.clips[0], scene=nasty, clip_id=nasty),), recipe=nasty))
    assert tab.locator(".head b").inner_text() == nasty
    press(tab, "1")
    assert downloaded(tab)[1][0]["clip_id"] == nasty


def test_letters_can_be_switched_off(show, make_page):
    tab = show(make_page(2))
    press(tab, "?")
    tab.get_by_label("Keys of one letter").uncheck()
    tab.get_by_role("button", name="Close").click()
    press(tab, "1", "j")
    assert labels_of(tab) == ["", ""] and tab.evaluate(CURRENT) == 0
