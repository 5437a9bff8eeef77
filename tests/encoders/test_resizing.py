"""Resizing by matrix products has the bits of PyTorch's and Pillow's own resizing on a CPU."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn.functional import interpolate

from jepamine.encoders.resizing import PILLOW_BITS, resize, resize_by_products, resizing_device

# (H, W) -> (h, w): larger, smaller, one of each, one side unchanged, single pixels.
SIZES = [
    ((224, 224), (292, 292)),
    ((90, 160), (64, 113)),
    ((97, 131), (292, 33)),
    ((64, 48), (64, 20)),
    ((33, 500), (7, 57)),
    ((1, 7), (3, 3)),
    ((720, 1280), (256, 455)),
]


def noise(height: int, width: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(height * width)
    return torch.randint(0, 256, (2, 3, height, width), dtype=torch.uint8, generator=generator)


@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
@pytest.mark.parametrize(("given", "wanted"), SIZES)
def test_the_bits_are_those_of_pytorch(given, wanted, mode):
    images = noise(*given)
    expected = interpolate(images, size=wanted, mode=mode, antialias=True, align_corners=False)
    assert torch.equal(resize_by_products(images, wanted, mode), expected)
    assert torch.equal(resize(images, wanted, mode), expected)


@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
@pytest.mark.parametrize(("given", "wanted"), SIZES)
def test_the_bits_are_those_of_pillow(given, wanted, mode):
    images = noise(*given)
    found = resize_by_products(images, wanted, mode, PILLOW_BITS)
    for image, resized in zip(images, found, strict=True):
        picture = Image.fromarray(image.permute(1, 2, 0).numpy())
        expected = picture.resize(wanted[::-1], Image.Resampling[mode.upper()])
        assert np.array_equal(resized.permute(1, 2, 0).numpy(), np.asarray(expected))


@pytest.mark.parametrize(("device", "where"), [("cpu", "cpu"), ("mps", "cpu"), ("cuda", "cuda")])
def test_devices_without_float64_leave_resizing_to_the_cpu(device, where):
    assert resizing_device(torch.device(device)) == torch.device(where)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
def test_a_gpu_resizes_with_the_bits_of_the_cpu(mode):
    images = noise(90, 160)
    assert torch.equal(resize(images.cuda(), (64, 113), mode).cpu(), resize(images, (64, 113), mode))
