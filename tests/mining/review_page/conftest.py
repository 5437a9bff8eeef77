"""A page of made-up clips, as `render` takes it, and a browser to open it in.

The browser is a Chromium on the path (Debian: `apt-get install chromium`), driven by playwright from pip.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from jepamine.mining.review_page.filmstrips import Picture, fitted
from jepamine.mining.review_page.page import Cell, Neighbour, Page, ReviewClip, ScorerValue, write_page


def picture(grey: int, width: int = 64, height: int = 36) -> Picture:
    """A small picture of one grey."""
    found = fitted([Image.new("RGB", (width, height), (grey, grey, grey))], 10_000)
    assert found
    return found[0]


def review_clip(number: int) -> ReviewClip:
    """Clip `number`: 4 frames in 2 tubelets, 2 scorers, a neighbour; every third stands for another."""
    frames = [picture(40 * frame + number % 40) for frame in range(4)]
    return ReviewClip(
        clip_id=f"clip-{number}",
        scene=f"scene-{number % 3}",
        camera="CAM_FRONT",
        place=number + 1,
        score=1 / (number + 1),
        frames=4,
        cells=(Cell(1, 1, tuple(frames[:2]), (0.2,)), Cell(2, 2, tuple(frames[2:]), (0.6,))),
        seconds=(0.1, 0.1, 0.1, 0.1),
        timed=True,
        values=(ScorerValue("scene", 1 / (number + 1), 90.0), ScorerValue("knn", 0.25, 12.5)),
        neighbours=(Neighbour("train-1", 0.125, picture(200)), Neighbour("train-2", 0.25, None)),
        stands_for=("twin",) if number % 3 == 0 else (),
        manifest="/data/manifest.jsonl",
        root="/data",
        tubelet_scorer="knn",
    )


@pytest.fixture(scope="session")
def make_page() -> Callable[..., Page]:
    """A page of `count` clips; keywords replace fields of the page."""

    def make(count: int = 3, **fields: object) -> Page:
        page = Page(
            run="small",
            scores_name="driving.jsonl",
            scores_sha256="ab" * 32,
            settings=(("status", "finished"), ("encoder", "tiny")),
            recipe="schema = 1\n",
            epochs=tuple({"epoch": 1 + n, "train_loss": 1 / (n + 1), "val_loss": 0.5} for n in range(3)),
            scorer="scene",
            scores=tuple(np.linspace(0, 1, 50).tolist()),
            clips=tuple(review_clip(number) for number in range(count)),
        )
        return replace(page, **fields)  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="module")
def browser():
    """One Chromium for all tests of a file."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install playwright")
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium on the path: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


def reload_until(tab, true):
    """Reload a page until `true()`, up to 20 s: Chromium writes a local page's storage in another process.

    Skips where the browser forgets what the test itself stores: some of those started beside many other
    processes keep nothing of a local page over a reload.
    """
    tab.evaluate("localStorage.setItem('test', 'kept')")
    ends = time.monotonic() + 20
    while True:
        tab.reload()
        if true():
            return
        if time.monotonic() > ends:
            if tab.evaluate("localStorage.getItem('test')") is None:
                pytest.skip("this Chromium keeps no storage of a local page over a reload")
            pytest.fail("not remembered within 20 s")
        tab.wait_for_timeout(300)


@pytest.fixture
def show(browser, tmp_path):
    """Open a page of the report in a context of its own; an error in its script fails the test."""
    contexts, errors = [], []

    def open_page(page, **settings):
        path = tmp_path / "page.html"
        write_page(page, path)
        context = browser.new_context(
            **{"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"} | settings
        )
        context.set_default_timeout(300_000)
        contexts.append(context)
        tab = context.new_page()
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.on("dialog", lambda dialog: (errors.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        tab.on(
            "request",
            lambda request: request.url.startswith(("file:", "data:", "blob:")) or errors.append(request.url),
        )
        tab.goto(path.as_uri())
        return tab

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []
