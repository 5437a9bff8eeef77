"""The cosine scorers, on embeddings small enough to work out by hand."""

import numpy as np
import pytest

from jepamine.mining.scorers.cosines import cosine, masked, predicted
from jepamine.protocols import ClipEmbeddings


def rows(*values):
    return np.array(values, dtype=np.float32)


CLIP = ClipEmbeddings(
    clip_id="c",
    scene=None,
    clean=rows([3, 4], [1, 0], [1, 0]),
    masked=rows([3, 4], [1, 0], [0, 2]),
    predicted=rows([4, 3], [-5, 0], [7, 0]),
    content=b"",
    frames=lambda: np.zeros(0),
)


def test_predicted_is_one_minus_the_cosine_of_predicted_and_clean():
    assert predicted()([CLIP])[0] == pytest.approx([0.04, 2, 0], abs=1e-15)


def test_masked_is_one_minus_the_cosine_of_masked_and_clean():
    assert masked()([CLIP])[0] == pytest.approx([0, 0, 1], abs=1e-15)


def test_the_cosine_is_float64_one_a_row_and_does_not_hang_on_length():
    a, b = rows([1, 1], [1e-30, 0], [3e38, 0]), rows([1, 0], [1e30, 0], [3e38, 3e38])
    similarity = cosine(a, b)
    assert (similarity.dtype, similarity.shape) == (np.float64, (3,))
    assert similarity == pytest.approx([0.5**0.5, 1, 0.5**0.5], abs=1e-15)


def test_a_row_of_zeros_is_like_nothing():
    assert cosine(rows([0, 0], [1, 0], [0, 0]), rows([1, 0], [0, 0], [0, 0])).tolist() == [0, 0, 0]
