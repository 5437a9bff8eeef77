"""Places of frames in streams without times, by the packets that gave them."""

from fractions import Fraction
from types import SimpleNamespace

import pytest

from jepamine.data.counted_frames import counted_stamps, numbered, places

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


STEP = Fraction(3600)
EVEN = [(3600 * number, 3600 * number - 3600, 3600) for number in range(8)]
# FFmpeg puts a packet's time on the next one: one time is missing, another is there twice.
MOVED = [*EVEN[:3], *((pts + 3600, dts, 3600) for pts, dts, _ in EVEN[3:5]), *EVEN[5:]]


@pytest.mark.parametrize(
    ("form", "reordered", "spans", "stamps"),
    [
        ("mp4", True, EVEN, None),
        ("mp4", False, [(None, None, 1)] * 3, [0, 3600, 7200]),
        ("mpeg", True, EVEN, None),
        ("mpeg", True, MOVED, [3600 * number for number in range(8)]),
        # Frames are missing, not only their times: the clock is all that is known.
        ("mpeg", True, [*MOVED[:5], (72000, 68400, 3600)], None),
        ("avi", False, [(number, number, 1) for number in range(4)], None),
        ("avi", True, [(2, 0, 1), (4, 1, 1), (3, 2, 1)], [2, 3, 4]),
        ("avi", False, [(1, 0, 1), (2, 1, 1), (8, 2, 1)], [0, 1, 2]),
        ("asf", True, [(0, 0, 1), (7200, 1, 1), (7200, 2, 1)], [0, 3600, 7200]),
        ("asf", False, EVEN, None),
    ],
)
def test_frames_are_counted_where_the_container_has_no_times_of_its_own(form, reordered, spans, stamps):
    assert counted_stamps(form, reordered, spans, STEP) == stamps
