"""How the review page plays and looks, in a real Chromium; `conftest.py` says what it needs."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from jepamine.mining.review_page.heat import Heat
from tests.mining.review_page.conftest import reload_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Found after `npm install --no-save axe-core` in the repository's root, or named by $AXE_CORE.
AXE = Path(os.environ.get("AXE_CORE") or Path(__file__).parents[3] / "node_modules/axe-core/axe.min.js")
LAPTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


def press(tab, *keys):
    for key in keys:
        tab.keyboard.press(key)


def test_space_plays_and_pauses(show, make_page):
    tab = show(make_page(2))
    word = tab.locator(".clip").first.locator(".play span")
    assert word.inner_text() == "Play"
    frame = tab.locator(".clip").first.locator(".screen img")
    first = frame.get_attribute("src")
    press(tab, "Space")
    assert word.inner_text() == "Pause"
    tab.wait_for_function("(src) => document.querySelector('.screen img').src !== src", arg=first)
    press(tab, "Space")
    assert word.inner_text() == "Play"
    still = frame.get_attribute("src")
    assert still in [
        image.get_attribute("src") for image in tab.locator(".clip").first.locator(".stills img").all()
    ]


def test_a_clip_plays_by_itself_unless_less_motion_is_asked_for(show, make_page):
    playing = "document.querySelectorAll('.playing').length"
    assert show(make_page(3), reduced_motion="reduce").evaluate(playing) == 0
    tab = show(make_page(3), reduced_motion="no-preference")
    tab.wait_for_function(f"{playing} === 1")
    press(tab, "j")
    assert tab.evaluate("document.querySelector('.playing').id") == "clip-2"


def test_frames_are_as_long_as_the_clip_says(show, make_page):
    page = make_page(1)
    slow = replace(page, clips=(replace(page.clips[0], seconds=(60.0, 60.0, 0.02, 60.0)),))
    tab = show(slow)
    # The first to be seen is the third, where the score is highest; the fourth stays.
    assert tab.locator(".where").inner_text() == "3 / 4"
    press(tab, "Space")
    tab.wait_for_function("document.querySelector('.where').textContent === '4 / 4'")


def test_arrow_keys_show_the_frame_before_and_after(show, make_page):
    tab = show(make_page(1))
    seen = []
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft"):
        press(tab, key)
        seen.append(tab.locator(".where").inner_text())
    assert seen == ["4 / 4", "1 / 4", "4 / 4"]


def test_only_clips_near_the_screen_have_a_large_picture(show, make_page):
    tab = show(make_page(30))
    tab.wait_for_selector(".screen img")
    assert tab.locator(".screen img").count() < 10
    tab.evaluate("document.querySelectorAll('.clip')[29].scrollIntoView()")
    tab.wait_for_selector("#clip-30 .screen img")
    tab.wait_for_function("!document.querySelector('#clip-1 .screen img')")


def test_light_and_dark_follow_the_system_and_a_button_that_is_remembered(show, make_page):
    ground = "getComputedStyle(document.body).backgroundColor"
    light = show(make_page(1), color_scheme="light").evaluate(ground)
    tab = show(make_page(1), color_scheme="dark")
    dark = tab.evaluate(ground)
    assert dark != light
    tab.get_by_role("button", name="Switch to light").click()
    assert tab.evaluate(ground) == light
    reload_until(tab, lambda: tab.evaluate(ground) == light)


def long_words(page):
    """A page whose names are long and have no place to break."""
    word = "a_very_long_name_without_a_space_" * 5
    clip = page.clips[0]
    values = tuple(replace(value, name=word + value.name, value=123456.789) for value in clip.values)
    near = tuple(replace(other, clip_id=word) for other in clip.neighbours)
    broken = replace(clip, error=f"frame /{word}: no such file", cells=(), seconds=())
    long = replace(
        clip, clip_id=word, scene=word, camera=word, values=values, neighbours=near, stands_for=(word,)
    )
    return replace(
        page, run=word[:60], clips=(long, broken, page.clips[1]), recipe=word, settings=((word, word),)
    )


def test_nothing_is_wider_than_the_screen(show, make_page):
    tab = show(long_words(make_page(2)))
    tab.evaluate("for (const element of document.querySelectorAll('details')) element.open = true")
    beyond = """[...document.querySelectorAll("body *:not(.unseen, .skip)")]
        .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest(".unseen"))
        .map((one) => one.outerHTML.slice(0, 80))"""
    for width, height in ((1280, 800), (768, 1024), (390, 844), (320, 600)):
        tab.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            tab.emulate_media(color_scheme=scheme)
            assert tab.evaluate(beyond) == [], width
            assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


def test_without_javascript_it_is_a_list_of_stills(show, make_page):
    tab = show(make_page(2), java_script_enabled=False)
    stills = tab.locator(".stills img")
    assert stills.count() == 8
    box = stills.first.bounding_box()
    assert box and box["width"] > 90
    assert not tab.get_by_role("button", name="Worth keeping").first.is_visible()
    assert tab.get_by_text("Without JavaScript").is_visible()


@pytest.mark.parametrize(("scheme", "viewport"), [("light", LAPTOP), ("dark", PHONE)], ids=["light", "dark"])
def test_axe_finds_nothing_serious(show, make_page, scheme, viewport):
    if not AXE.is_file():
        pytest.skip(f"no axe-core at {AXE}: npm install --no-save axe-core, or set AXE_CORE")
    page = make_page(3)
    broken = replace(page.clips[2], error="frame 1.jpg: no such file", cells=(), seconds=())
    tab = show(replace(page, clips=(*page.clips[:2], broken)), color_scheme=scheme, viewport=viewport)
    press(tab, "1", "j", "0")
    tab.evaluate("for (const element of document.querySelectorAll('details')) element.open = true")
    tab.add_script_tag(content=AXE.read_text())
    for state in ("page", "help"):
        if state == "help":
            press(tab, "?")
        found = tab.evaluate("axe.run().then((result) => result.violations)")
        grave = [
            (one["id"], one["impact"], [node["html"][:120] for node in one["nodes"]])
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        assert grave == [], state


def with_heat(page):
    """The page with maps of 2 x 2 cells: only the lower right cell of the third frame is hot."""
    maps = np.zeros((4, 2, 2), dtype=np.float32)
    maps[2, 1, 1] = 1
    return replace(page, clips=tuple(replace(c, heat=Heat(maps, (0.0, 0.0, 1.0, 1.0))) for c in page.clips))


COLOUR = """([x, y]) => {
    const canvas = document.querySelector(".clip .heat");
    return [...canvas.getContext("2d").getImageData(x * canvas.width, y * canvas.height, 1, 1).data];
}"""


def test_the_heat_map_covers_the_frame_and_follows_it(show, make_page):
    tab = show(with_heat(make_page(1)))
    tab.wait_for_selector(".screen .heat")
    assert tab.locator(".where").inner_text() == "3 / 4"
    red, _, _, opacity = tab.evaluate(COLOUR, [0.9, 0.9])
    assert red == 255 and opacity > 150
    assert tab.evaluate(COLOUR, [0.1, 0.1])[3] == 0
    press(tab, "ArrowRight")
    assert tab.evaluate(COLOUR, [0.9, 0.9])[3] == 0
    boxes = [tab.locator(f".screen {element}").first.bounding_box() for element in ("img", "canvas")]
    assert boxes[0] == boxes[1]


def test_h_and_a_box_hide_the_heat_map(show, make_page):
    tab = show(with_heat(make_page(2)))
    heat, box = tab.locator(".screen .heat").first, tab.locator("#heat")
    # Waited for: the picture is drawn once it is decoded.
    heat.wait_for(state="visible")
    assert box.is_checked()
    press(tab, "h")
    heat.wait_for(state="hidden")
    assert not box.is_checked()
    box.check()
    heat.wait_for(state="visible")


def test_a_page_without_heat_maps_offers_none(show, make_page):
    tab = show(make_page(1))
    press(tab, "h")
    assert tab.locator("#heat, .heat, .legend").count() == 0


def test_a_scorer_of_whole_clips_says_so_instead_of_a_bar_for_each_tubelet(show, make_page):
    page = make_page(1)
    tab = show(page)
    assert (
        tab.locator(".strip-box h3").inner_text()
        == "Score by tubelet: knnscene gives one score for the whole clip"
    )
    assert tab.locator(".bars").count() == 2
    clip = page.clips[0]
    bare = replace(clip, tubelet_scorer="", cells=tuple(replace(cell, scores=()) for cell in clip.cells))
    tab = show(replace(page, clips=(bare,)))
    assert tab.locator(".strip-box h3").inner_text() == "Framesscene gives one score for the whole clip"
    assert tab.locator(".bars").count() == 0
