"""The review page as a file, and what the command says of it."""

from __future__ import annotations

from pathlib import Path

from jepamine.mining.review_page.page import Page, render
from jepamine.utils.files import write_atomic
from jepamine.utils.shell import command, near


def write_page(page: Page, output: Path) -> None:
    """Write the page. Raises OSError where the disk is full; no part of a page is left then."""
    # What UTF-8 has no bytes for (half a surrogate pair, in an id) becomes a character reference.
    write_atomic(output, render(page).encode("utf-8", "xmlcharrefreplace"))


def report_summary(page: Page, output: Path, experiments: Path) -> str:
    """Where the page is, how large, and what to do with it."""
    broken = sum(clip.error is not None for clip in page.clips)
    lines = [
        f"review page of {len(page.clips)} of {len(page.scores)} clips: {near(output)} "
        f"({output.stat().st_size / 1e6:.1f} MB)"
    ]
    if broken:
        lines.append(f"{broken} of them cannot be read any more; the page says why")
    lines += [
        "Next: open it in a browser, label clips (1 worth keeping, 0 not) and download the labels; then:",
        "  " + command("probe", "--run", page.run, "--labels", page.download, experiments=experiments),
    ]
    return "\n".join(lines)
