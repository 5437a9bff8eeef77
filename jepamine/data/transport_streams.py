"""Check the packets of transport streams (TS, M2TS), which all have the same size.

Readers look for the next packet that is in order: a damaged one hides a frame without an error, where no
counter says so, which is at the start and the end. Source: ITU-T H.222.0 (2.4.3).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SYNC, NULL, PAT = 0x47, 0x1FFF, 0
# Sizes of packets, plain, with a time before them (M2TS), and with bytes of correction behind.
SIZES = {188: 0, 192: 4, 204: 0}
# PIDs of tables below this are standard. Packets by which the size is recognised, and that are read at once.
TABLES, FEW, MANY = 0x20, 50, 1 << 18
Packets = NDArray[np.uint8]


def broken_packet(path: Path) -> int | None:
    """Return the place (byte) of the first packet that no writer makes; None if all are in order.

    It has no mark of its begin, is marked as damaged or without content, begins no frame although it says so,
    begins one of another kind or length than its stream has, or is the only one of its kind and in no table.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(FEW * max(SIZES))
        length, first = _lattice(start)
        listed, seen, alone = set[int](), dict[int, int](), dict[int, int]()
        kinds = dict[int, int]()
        at = first
        while at + length <= size:
            file.seek(at)
            content = file.read(MANY * length)
            count = len(content) // length
            rows = np.frombuffer(content, np.uint8, count * length).reshape(count, length)
            packets = rows[:, SIZES[length] : SIZES[length] + 188]
            wrong = _wrong(packets)
            if wrong is not None:
                return at + wrong * length
            pids = _pids(packets)
            listed |= _listed(packets[pids == PAT])
            for pid in np.unique(pids).tolist():
                places = np.flatnonzero(pids == pid)
                other = _other_frame(packets[places], kinds, pid)
                if other is not None:
                    return at + int(places[other]) * length
                seen[pid] = seen.get(pid, 0) + len(places)
                alone[pid] = at + int(places[0]) * length
                if pid in listed:
                    listed |= _elementary(packets[places])
            at += count * length
        unlisted = [alone[pid] for pid, many in seen.items() if many == 1 and pid not in listed]
        return min(unlisted) if listed and unlisted else at if at < size else None


def _lattice(start: bytes) -> tuple[int, int]:
    """Return the size of packets and the place of the first, by where the mark of their begin is."""
    content = np.frombuffer(start, np.uint8)
    found = [
        (-float(np.mean(content[first + before :: length] == SYNC)), first, length)
        for length, before in SIZES.items()
        for first in range(length)
        if first + before < len(content)
    ]
    _, first, length = min(found, default=(0.0, 0, 188))
    return length, first


def _pids(packets: Packets) -> NDArray[np.uint16]:
    high = (packets[:, 1] & 0x1F).astype(np.uint16)
    return (high * np.uint16(256) + packets[:, 2]).astype(np.uint16)


def _wrong(packets: Packets) -> int | None:
    """Return the number of the first packet that is wrong in itself."""
    padding = _pids(packets) == NULL
    odd = (packets[:, 0] != SYNC) | (packets[:, 1] > 127) | ((packets[:, 3] & 0x30 == 0) & ~padding)
    long = (packets[:, 3] & 0x20 > 0) & (packets[:, 4] > 183)
    begins = (packets[:, 1] & 0x40 > 0) & ~padding & (packets[:, 3] & 0x10 > 0)
    numbers = np.flatnonzero(odd | long)
    first = int(numbers[0]) if len(numbers) else None
    for number in np.flatnonzero(begins).tolist():
        if first is not None and number >= first:
            break
        if not _is_begin(_payload(packets[number])):
            return number
    return first


def _other_frame(packets: Packets, kinds: dict[int, int], pid: int) -> int | None:
    """Return the number of the first packet of a PID that begins a frame of another kind, or length.

    `kinds` are the kinds by PID, which is added to them. A length of 0 is not stated, that of the last frame
    is not known.
    """
    sizes = 184 - np.where(packets[:, 3] & 0x20, 1 + packets[:, 4].astype(int), 0)
    sizes *= packets[:, 3] & 0x10 > 0
    begins = np.flatnonzero((packets[:, 1] & 0x40 > 0) & (sizes >= 6))
    heads = [_payload(packets[number])[:6] for number in begins.tolist()]
    if not heads or any(head[:3] != b"\0\0\1" for head in heads):
        return None
    held = np.add.reduceat(sizes, begins)
    for number, head, size in zip(begins.tolist(), heads, held.tolist(), strict=True):
        stated = int.from_bytes(head[4:])
        whole = number == begins[-1] or not stated or stated + 6 == size
        if kinds.setdefault(pid, head[3]) != head[3] or not whole:
            return int(number)
    return None


def _payload(packet: Packets) -> bytes:
    """Return what a packet holds behind its own head."""
    return packet[4 + (1 + int(packet[4]) if packet[3] & 0x20 else 0) :].tobytes()


def _is_begin(payload: bytes) -> bool:
    """Return whether a section of a table begins here, or a packet of a stream (2.4.3.6) with sound times."""
    if len(payload) < 14:
        return True
    if payload[:3] != b"\0\0\1":
        # The number of bytes before the section, its kind, and two bits that are always set.
        return payload[0] == 0 and payload[2] & 0x30 == 0x30
    if not 0xE0 <= payload[3] <= 0xEF:
        return payload[3] >= 0xBC
    times = payload[7] >> 6
    stamps = [(9, 2 | times & 1), (14, 1)][: max(times - 1, 0)]
    marked = all(
        payload[place] >> 4 == kind and all(payload[place + more] & 1 for more in (0, 2, 4))
        for place, kind in stamps
        if len(payload) > place + 4
    )
    return payload[6] >> 6 == 2 and times != 1 and marked and _is_stuffed(payload, times)


def _is_stuffed(payload: bytes, times: int) -> bool:
    """Return whether the optional part of a packet's header is as long as its flags say, but for stuffing."""
    if payload[7] & 0x3F:  # further fields
        return True
    length, needed = payload[8], 5 * max(times - 1, 0)
    return length >= needed and not payload[9 + needed : 9 + length].strip(b"\xff")


def _sections(packets: Packets) -> Iterator[bytes]:
    for packet in packets:
        payload = _payload(packet) if packet[1] & 0x40 else b""
        if payload:
            section = payload[1 + payload[0] :]
            yield section[: 3 + (int.from_bytes(section[1:3]) & 0xFFF) - 4]


def _listed(packets: Packets) -> set[int]:
    """Return the PIDs of the tables of programs, and those of the standard."""
    found = {*range(TABLES), NULL}
    for section in _sections(packets):
        found |= {int.from_bytes(section[at + 2 : at + 4]) & NULL for at in range(8, len(section) - 3, 4)}
    return found


def _elementary(packets: Packets) -> set[int]:
    """Return the PIDs of the streams in tables of programs."""
    found = set[int]()
    for section in _sections(packets):
        if section[:1] == b"\2" and len(section) > 12:
            found.add(int.from_bytes(section[8:10]) & NULL)
            at = 12 + (int.from_bytes(section[10:12]) & 0xFFF)
            while at + 5 <= len(section):
                found.add(int.from_bytes(section[at + 1 : at + 3]) & NULL)
                at += 5 + (int.from_bytes(section[at + 3 : at + 5]) & 0xFFF)
    return found
