"""The review page's HTML."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from jepamine.mining.review_page.filmstrips import Picture
from jepamine.mining.review_page.page import Cell, render, write_page


class Parsed(HTMLParser):
    """Start tags with their attributes, and the text of each element as a browser would read it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, text):
        if self.tags:
            self.texts.append((self.tags[-1][0], text))

    def data(self):
        """What the script is given."""
        at = next(n for n, (_, attributes) in enumerate(self.tags) if attributes.get("id") == "data")
        script = [text for tag, text in self.texts if tag == "script" and text.startswith('{"key"')]
        assert at and len(script) == 1
        return json.loads(script[0])


def with_clip(page, **fields):
    return replace(page, clips=(replace(page.clips[0], **fields), *page.clips[1:]))


def test_the_page_points_nowhere(make_page):
    for tag, attributes in Parsed(render(make_page())).tags:
        for key in ("src", "href", "action", "srcset", "poster"):
            if key in attributes:
                assert (attributes[key] or "").startswith(("data:", "#")), (tag, attributes)


def test_the_word_of_addresses_is_nowhere_and_yet_all_is_read_as_it_was(make_page):
    content = base64.b64decode("aaaahttpHTTPhTtPhttp")
    uri = Picture(content, 2, 2).uri
    assert "httpHTTPhTtPhttp" in uri
    page = with_clip(
        make_page(recipe='weights = "https://hub/x"'),
        clip_id="http://a/HTTPS",
        cells=(Cell(1, 1, (Picture(content, 2, 2),), (0.5,)),),
    )
    html = render(page)
    assert "http" not in html.lower()
    parsed = Parsed(html)
    assert uri in [attributes.get("src") for tag, attributes in parsed.tags if tag == "img"]
    assert ("span", "http://a/HTTPS") in parsed.texts
    assert ("pre", 'weights = "https://hub/x"') in parsed.texts
    assert parsed.data()["clips"][0]["line"]["clip_id"] == "http://a/HTTPS"


@pytest.mark.slow
@pytest.mark.parametrize(
    "nasty", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</script>", "<!--"]
)
def test_what_clips_and_recipes_say_is_text(make_page, nasty):
    plain = make_page(run="small")
    page = replace(
        with_clip(
            plain,
            scene=nasty,
            clip_id=nasty,
            camera=nasty,
            error=nasty,
            cells=(),
            seconds=(),
            stands_for=(nasty,),
            manifest=nasty,
        ),
        recipe=nasty,
        settings=((nasty, nasty),),
        scores_name=nasty,
        scorer=nasty,
    )
    parsed = Parsed(render(page))
    scripts = [tag for tag, _ in parsed.tags].count("script")
    assert scripts == [tag for tag, _ in Parsed(render(plain)).tags].count("script")
    assert not any("onerror" in attributes for _, attributes in parsed.tags)
    assert ("b", nasty) in parsed.texts
    line = parsed.data()["clips"][0]["line"]
    assert (line["clip_id"], line["scene"], line["manifest"]) == (nasty, nasty, nasty)


def test_a_clip_that_cannot_be_read_has_its_reason_in_place_of_pictures(make_page):
    page = make_page(1)
    broken = with_clip(page, cells=(), seconds=(), neighbours=(), error="frame /data/1.jpg: no such file")
    parsed = Parsed(render(broken))
    assert "img" not in [tag for tag, _ in parsed.tags]
    assert any("frame /data/1.jpg: no such file" in text for _, text in parsed.texts)


def test_labels_are_kept_by_run_and_score_file(make_page):
    keys = {
        Parsed(render(page)).data()["key"]
        for page in (
            make_page(),
            make_page(),
            make_page(run="other"),
            make_page(scores_sha256="cd" * 32),
        )
    }
    assert len(keys) == 3


def test_a_page_of_no_epochs_and_a_single_score_can_be_drawn(make_page):
    html = render(make_page(1, epochs=(), scores=(0.5,)))
    assert "No epoch is done yet" in html


def test_the_first_frame_shown_is_where_the_score_is_highest(make_page):
    assert make_page(1).clips[0].poster == 2


def test_of_very_many_near_duplicates_the_first_are_named(make_page):
    ids = tuple(f"clip-{number:06d}" for number in range(5000))
    html = render(with_clip(make_page(1), stands_for=ids))
    assert "Stands for 5001 clips" in html
    assert "clip-000000" in html and "clip-004999" not in html and "and 4400 more" in html


def test_an_id_that_utf8_cannot_say_is_written_all_the_same(make_page, tmp_path):
    write_page(with_clip(make_page(1), clip_id="half \ud800 pair"), tmp_path / "page.html")
    html = (tmp_path / "page.html").read_text("utf-8")
    assert Parsed(html).data()["clips"][0]["line"]["clip_id"] == "half \ud800 pair"
