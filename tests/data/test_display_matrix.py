"""Frames of a video are turned and mirrored as its display matrix says."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from jepamine.data.recordings import Recordings
from jepamine.data.video_index import video_index
from jepamine.places import Moment

av = pytest.importorskip("av", reason="PyAV is not installed: pip install -e '.[video]'")

ONE = 1 << 16
IDENTITY = (1, 0, 0, 1)
# (a, b, c, d): a pixel at (x, y) is shown at (a x + c y, b x + d y).
MATRICES = [
    (-1, 0, 0, 1),
    (1, 0, 0, -1),
    (-1, 0, 0, -1),
    (0, 1, -1, 0),
    (0, -1, 1, 0),
    (0, 1, 1, 0),
    (0, -1, -1, 0),
    IDENTITY,
]


def packed(matrix):
    a, b, c, d = (ONE * value for value in matrix)
    return struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """An mp4 of frames that are bright at the upper left, and its pixels as they are stored."""
    path = tmp_path_factory.mktemp("stored") / "a.mp4"
    rows, columns = np.mgrid[:32, :64]
    picture = np.repeat((250 - 5 * rows - columns)[..., None], 3, axis=2).clip(0, 255).astype(np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"crf": "1"})
        stream.height, stream.width, stream.pix_fmt = 32, 64, "yuv420p"
        for _ in range(4):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path, shown(path)


def shown(path):
    return np.asarray(Recordings().image(Moment(path, video_index(path).times[1])))


def moved(pixels, matrix):
    """Each pixel at the place that the matrix gives it."""
    a, b, c, d = matrix
    rows, columns = np.mgrid[: pixels.shape[0], : pixels.shape[1]]
    x, y = a * columns + c * rows, b * columns + d * rows
    x, y = x - x.min(), y - y.min()
    result = np.zeros((y.max() + 1, x.max() + 1, 3), np.uint8)
    result[y, x] = pixels
    return result


@pytest.mark.parametrize("matrix", MATRICES, ids=str)
def test_a_pixel_is_where_the_display_matrix_of_the_track_puts_it(stored, matrix, tmp_path):
    path, pixels = stored
    content = path.read_bytes()
    # The first matrix is that of the movie, the second that of its track.
    track = content.index(b"tkhd")
    at = content.index(packed(IDENTITY), track)
    turned = tmp_path / "turned.mp4"
    turned.write_bytes(content[:at] + packed(matrix) + content[at + 36 :])
    assert_array_equal(shown(turned), moved(pixels, matrix))
