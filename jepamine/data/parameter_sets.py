"""Read the parameter sets of sequences of H.264 and HEVC: how their pictures are numbered, and their size.

Sources: ITU-T H.264 (7.3.2.1), H.265 (7.3.2.2).
"""

from __future__ import annotations

from dataclasses import dataclass

from jepamine.data.codec_units import Bits

# Profiles of H.264 whose parameter sets describe the colour format.
HIGH = {44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244}


@dataclass(frozen=True)
class Stream:
    """What the parameter sets say: bits of a picture's number, and what comes before it in a slice.

    `gaps`: frame_num of H.264 may leave numbers out.
    """

    bits: int
    planes: bool
    frame_bits: int = 0
    in_decoding_order: bool = False
    output_flag: bool = False
    extra: int = 0
    gaps: bool = False


def h264_stream(bits: Bits) -> tuple[int, Stream | None, tuple[int, ...]]:
    """Return (number of the set, what it says, size and crop in its units).

    What it says is None for interlaced pictures and rare kinds of numbers.
    """
    profile = bits.take(8)
    bits.take(16)
    number, planes, chroma = bits.golomb(), False, 1
    if profile in HIGH:
        chroma = bits.golomb()
        planes = bool(bits.take(1)) if chroma == 3 else False
        bits.golomb()
        bits.golomb()
        bits.take(1)
        if bits.take(1):
            for place in range(12 if chroma == 3 else 8):
                if bits.take(1):
                    _skip_scaling(bits, 16 if place < 6 else 64)
    frame_bits, kind = bits.golomb() + 4, bits.golomb()
    low_bits = bits.golomb() + 4 if kind == 0 else 0
    if kind == 1:
        bits.take(1)
        bits.golomb()
        bits.golomb()
        for _ in range(bits.golomb()):
            bits.golomb()
    bits.golomb()
    gaps = bool(bits.take(1))
    width, height, progressive = bits.golomb(), bits.golomb(), bits.take(1)
    bits.take(1 if progressive else 2)
    shape = (width, height, *_crop(bits))
    if kind == 1 or not progressive:
        return number, None, shape
    return number, Stream(low_bits, planes, frame_bits, kind == 2, gaps=gaps), shape


def _crop(bits: Bits) -> tuple[int, ...]:
    return tuple(bits.golomb() for _ in range(4)) if bits.take(1) else ()


def _skip_scaling(bits: Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            code = bits.golomb()
            following = (last + ((code + 1) // 2 if code % 2 else -(code // 2))) % 256
        last = following or last


def hevc_stream(bits: Bits) -> tuple[int, Stream, tuple[int, ...]]:
    """Return (number of the set, what it says, size and crop in its units)."""
    bits.take(4)
    layers = bits.take(3)
    bits.take(1 + 96)
    present = [(bits.take(1), bits.take(1)) for _ in range(layers)]
    bits.take(2 * (8 - layers) if layers else 0)
    for profile, level in present:
        bits.take(88 * profile + 8 * level)
    number = bits.golomb()
    planes = bool(bits.take(1)) if bits.golomb() == 3 else False
    shape = (bits.golomb(), bits.golomb(), *_crop(bits))
    bits.golomb()
    bits.golomb()
    return number, Stream(bits.golomb() + 4, planes), shape
