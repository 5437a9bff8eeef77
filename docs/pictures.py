"""Take the pictures of README and tutorials from runs on drawn clips: `python docs/pictures.py RUNS`.

RUNS is an experiments folder with the run `default`, scored with `--heatmaps`, and its review page. Needs
playwright and a Chromium on the path. Pictures are reduced to 96 colours.
"""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).parent / "pictures"
LAPTOP, PHONE = {"width": 1080, "height": 700}, {"width": 390, "height": 844}


def main(runs: Path) -> None:
    """Write `review.png` and `review-phone.png` into docs/pictures."""
    report = (runs / "default" / "reports" / "manifest.html").absolute()
    if not report.is_file():
        sys.exit(f"{report}: no such file; run score --heatmaps and report on the run default")
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, viewport, scheme in (("review", LAPTOP, "light"), ("review-phone", PHONE, "dark")):
            context = chromium.new_context(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
            tab = context.new_page()
            tab.goto(report.as_uri())
            tab.wait_for_selector(".screen img")
            tab.locator(".clip").first.scroll_into_view_if_needed()
            tab.keyboard.press("1")
            tab.keyboard.press("h")  # the frame without its heat map
            save(tab, FOLDER / f"{name}.png")
        chromium.close()


def save(tab: Page, path: Path) -> None:
    """Write a screenshot of what `tab` shows as a PNG of 96 colours."""
    picture = Image.open(io.BytesIO(tab.screenshot())).convert("RGB")
    picture.quantize(96, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
