"""Places of frames in streams without times, by the packets that gave them."""

from types import SimpleNamespace

import pytest

from jepamine.data.video_index import numbered, places

LONG = list(range(60))


@pytest.mark.parametrize(
    ("shown", "count", "found"),
    [
        ([0, 1, 2], 3, [0, 1, 2]),
        # B-frames: packets come in another order than frames are shown.
        ([0, 2, 1, 3], 4, [0, 1, 2, 3]),
        # Two frames of one packet, none of the next: none is lost.
        ([0, 1, 1, 3], 4, [0, 1, 2, 3]),
        ([], 2, [None, None][:0]),
    ],
)
def test_frames_keep_their_order_where_none_is_lost(shown, count, found):
    assert places(shown, count) == found


def test_a_lost_frame_leaves_a_hole_and_its_neighbours_are_uncertain():
    found = places([number for number in LONG if number != 30], len(LONG))
    assert found[:14] == LONG[:14]
    assert found[14:46] == [None] * 32
    assert found[46:] == LONG[47:]


def test_frames_after_the_last_place_are_none():
    assert places([0, 1, 2, 3], 3) == [0, 1, 2]


def test_packets_are_numbered_from_the_first_that_can_be_decoded():
    packets = [
        SimpleNamespace(size=size, is_discard=discard, pts=None)
        for size, discard in [(5, False), (0, False), (5, True), (5, False), (5, False)]
    ]
    assert [packet.pts for packet in numbered(packets, 1)] == [-1, None, None, 0, 1]
