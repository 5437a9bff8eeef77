"""The page at `/` in a real Chromium."""

from __future__ import annotations

import base64
import os
import shutil
import zlib
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Found after `npm install --no-save axe-core` in the repository's root, or named by $AXE_CORE.
AXE = Path(os.environ.get("AXE_CORE") or Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js")
LAPTOP, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
WORDS = 'a red circle left of a blue square, with the text "energy" at the top, gleefully'


@pytest.fixture(scope="module")
def browser():
    """One Chromium for all tests of this file."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install playwright")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium on the path: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def show(browser, shared):
    """Open the page; any script or policy error fails the test, and so does any request
    to another host.
    """
    contexts, errors = [], []

    def open_page(url=shared.url, **settings):
        context = browser.new_context(**{"viewport": LAPTOP, "reduced_motion": "reduce"} | settings)
        context.set_default_timeout(300_000)
        contexts.append(context)
        tab = context.new_page()
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.on(
            "console",
            lambda message: "Failed to load resource" in message.text or errors.append(message.text),
        )
        tab.on(
            "request",
            lambda request: request.url.startswith((url, "blob:", "data:")) or errors.append(request.url),
        )
        tab.goto(url)
        tab.wait_for_load_state("networkidle")
        return tab

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


def make(tab, description=WORDS):
    tab.fill("#description", description)
    tab.get_by_role("button", name="Generate the scene").click()
    # The result of an earlier description is in view until the answer is here, which is when the form is free
    # again; a picture whose source changes while it is decoded fails to decode.
    tab.wait_for_selector("#form:not([aria-busy])")
    tab.wait_for_selector("#result:not([hidden])")
    tab.locator("#preview").evaluate("(image) => image.decode()")
    tab.locator("#video-note", has_text="Filming").wait_for(state="detached")


def test_a_description_becomes_layout_preview_and_code_side_by_side(show):
    tab = show()
    make(tab)
    layout = tab.get_by_role("img", name="Layout: circle, square, text “energy”")
    preview = tab.get_by_role("img", name="The scene as Manim draws it: circle, square, text “energy”")
    assert layout.locator("rect").count() == 3
    assert preview.evaluate("(image) => image.naturalWidth") == 32
    assert layout.bounding_box()["y"] == pytest.approx(preview.bounding_box()["y"], abs=2)
    assert "class GeneratedScene(Scene):" in tab.locator("#code").inner_text()
    assert tab.locator("#notes li").all_inner_texts() == ["“gleefully”: not understood"]
    assert tab.get_by_role("status").first.inner_text().startswith("The scene is ready: 3 objects, ")
    # x, y in the frame's units: left of the middle is left of the middle of the picture.
    boxes = [box.bounding_box() for box in layout.locator("rect").all()]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
    assert boxes[2]["y"] < boxes[0]["y"]


@pytest.fixture
def playable(shared):
    """Let the service's videos be of two frames that a browser can play."""
    pytest.importorskip("av", reason="PyAV is not installed: pip install -e '.[video]'")
    from jepamine.manim.validation.play import SIZE, mp4

    frames = [(1, zlib.compress(bytes([grey]) * SIZE[0] * SIZE[1] * 3)) for grey in (0, 200)]
    for file in shared.service.videos.folder.glob("*.mp4"):
        file.unlink()
    shared.validator.video = mp4([(times, base64.b64encode(pixels).decode()) for times, pixels in frames])


def test_the_video_takes_the_place_of_the_still_which_is_its_poster(show, playable, wait_for):
    tab = show()
    make(tab, "a red circle")
    tab.wait_for_selector("#video:not([hidden])")
    video = tab.locator("#video")
    assert video.get_attribute("aria-label") == "Video of the scene: circle"
    assert video.get_attribute("poster") == tab.locator("#preview").get_attribute("src")
    assert video.evaluate("(video) => video.controls && video.muted && video.paused")
    assert tab.locator("#preview").is_hidden()
    wait_for(lambda: video.evaluate("(video) => video.readyState >= 1"))
    assert video.evaluate("(video) => [video.videoWidth, video.videoHeight]") == [426, 240]
    assert tab.locator("#video-note").inner_text() == "Video of 426 x 240 pixels, without sound."
    assert video.bounding_box()["y"] == pytest.approx(tab.locator("#layout svg").bounding_box()["y"], abs=2)
    video.focus()
    tab.keyboard.press("Space")
    wait_for(lambda: video.evaluate("(video) => video.currentTime > 0"))
    make(tab, "a green dot")
    tab.wait_for_selector('#video[aria-label="Video of the scene: dot"]:not([hidden])')


def test_without_a_video_the_still_stays_and_one_line_gives_the_reason(show, shared):
    tab = show()
    tab.select_option("#style", "static")
    make(tab, "a blue circle")
    tab.get_by_text("No video, only the last frame: the scene has no animation").wait_for()
    assert tab.locator("#preview").is_visible()
    assert tab.locator("#video").is_hidden()
    shared.validator.video = b"no video at all"
    tab.select_option("#style", "3b1b")
    make(tab, "a pink circle")
    tab.get_by_text("No video, only the last frame: this browser cannot play it.").wait_for()
    assert tab.locator("#preview").is_visible()


def test_the_page_can_be_used_by_keyboard(show, shared):
    tab = show(permissions=["clipboard-read", "clipboard-write"])
    reached = []

    def tab_to(name):
        for _ in range(25):
            tab.keyboard.press("Tab")
            reached.append(tab.evaluate("document.activeElement.id || document.activeElement.textContent"))
            if reached[-1] == name:
                return
        raise AssertionError(f"{name} is not reached: {reached}")

    tab_to("description")
    tab.keyboard.type("a green star")
    tab_to("image")
    tab_to("style")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")
    tab_to("make")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("#result:not([hidden])")
    tab_to("copy")
    tab.keyboard.press("Enter")
    tab.get_by_role("button", name="Copied").wait_for()
    assert tab.evaluate("navigator.clipboard.readText()") == tab.locator("#code").inner_text()
    tab_to("comment")
    tab.keyboard.type("fine")
    before = shared.metric('jepamine_feedback_total{satisfied="yes"}')
    tab_to("Yes")
    tab.keyboard.press("Space")
    tab.get_by_text("Thank you.").wait_for()
    assert shared.metric('jepamine_feedback_total{satisfied="yes"}') == before + 1
    assert '"comment": "fine"' in shared.service.feedback.path.read_text()


def test_ctrl_enter_generates_the_scene(show):
    tab = show()
    tab.fill("#description", "a dot")
    tab.press("#description", "Control+Enter")
    tab.wait_for_selector("#result:not([hidden])")


def test_an_image_is_shown_sent_and_removed(show, picture):
    tab = show()
    file = {"name": "sketch.png", "mimeType": "image/png", "buffer": picture(grey=51)}
    tab.set_input_files("#image", file)
    assert tab.locator("#image-name").inner_text() == "sketch.png"
    tab.get_by_role("button", name="Generate the scene").click()
    tab.wait_for_selector("#result:not([hidden])")
    assert tab.locator("#layout-note").inner_text() == "from the image, 90 % confidence"
    tab.get_by_role("button", name="Remove the image").click()
    assert tab.evaluate("document.activeElement.id") == "image"
    assert tab.locator("#chosen").is_hidden()


def test_an_image_can_be_dropped(show, picture):
    tab = show()
    data = tab.evaluate_handle(
        """(bytes) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], "dropped.png", { type: "image/png" }));
            return data;
        }""",
        list(picture()),
    )
    tab.dispatch_event("#drop", "drop", {"dataTransfer": data})
    assert tab.locator("#image-name").inner_text() == "dropped.png"


@pytest.mark.parametrize(
    ("description", "message"),
    [
        ("", "Describe the scene or choose an image."),
        ("colourless ideas", "no object found in 'colourless ideas'"),
    ],
)
def test_errors_are_shown_in_the_form(show, description, message):
    tab = show()
    tab.fill("#description", description)
    tab.get_by_role("button", name="Generate the scene").click()
    tab.wait_for_selector("#error:not([hidden])")
    assert tab.get_by_role("alert").inner_text().startswith(message)
    assert tab.locator("#result").is_hidden()
    make(tab, "a circle")
    assert tab.locator("#error").is_hidden()


def test_text_with_html_is_escaped(show):
    tab = show()
    make(tab, 'the text "<img src=x onerror=alert(1)>" above a circle')
    assert tab.locator("#objects img, #notes img, #code img").count() == 0
    assert "<img src=x" in tab.locator("#objects tbody").text_content()


def test_the_page_fits_narrow_screens(show, playable):
    tab = show(viewport=PHONE)
    make(tab, f'a red circle and the text "{"unbroken" * 30}"')
    tab.evaluate("document.querySelector('details').open = true")
    for width in (360, 320, 768, 1280):
        tab.set_viewport_size({"width": width, "height": 740})
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


def test_the_page_follows_the_dark_color_scheme(show):
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = show(color_scheme="dark").evaluate(ground)
    assert show(color_scheme="light").evaluate(ground) != dark
    assert max(int(part) for part in dark.removeprefix("rgb(").rstrip(")").split(",")) < 60


@pytest.mark.parametrize(("scheme", "viewport"), [("light", LAPTOP), ("dark", PHONE)], ids=["light", "dark"])
def test_axe_finds_no_serious_violation(show, playable, scheme, viewport):
    if not AXE.is_file():
        pytest.skip(f"no axe-core at {AXE}: npm install --no-save axe-core, or set AXE_CORE")
    # Without it the policy keeps the injected script out.
    tab = show(color_scheme=scheme, viewport=viewport, bypass_csp=True)
    tab.add_script_tag(content=AXE.read_text())
    for state in ("empty", "error", "result"):
        if state == "error":
            tab.get_by_role("button", name="Generate the scene").click()
            tab.wait_for_selector("#error:not([hidden])")
        if state == "result":
            make(tab)
            tab.wait_for_selector("#video:not([hidden])")
            tab.evaluate("document.querySelector('details').open = true")
        violations = tab.evaluate("axe.run().then((result) => result.violations)")
        problems = [
            (one["id"], one["impact"], [node["html"][:120] for node in one["nodes"]]) for one in violations
        ]
        assert [one for one in problems if one[1] in ("serious", "critical")] == [], state
