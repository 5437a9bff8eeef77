"""Tensors of a file that torch.save wrote, in the format before torch 1.6, read without unpickling.

Such a file holds five pickles, one after the other: a magic number, the format's number, the sizes of types
where it was written, the object, and the keys of its storages; then each storage as a count (int64) and its
numbers, little-endian. The pickles are read as a list of opcodes, of which those below are followed; names
stand for three things that are known here, and nothing is ever imported or called by its name.
Source of the format: `_legacy_save` in torch/serialization.py; of the opcodes: Python's pickletools.
"""

from __future__ import annotations

import io
import math
import pickletools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from jepamine.errors import UserError, brief, first_line

MAGIC, FORMAT = 0x1950A86A20F9469CFC6C, 1001
#: What the file may name, and of which numbers a storage is.
MAPPING, TENSOR = "collections OrderedDict", "torch._utils _rebuild_tensor_v2"
NUMBERS: dict[str, np.dtype[Any]] = {
    "torch FloatStorage": np.dtype("<f4"),
    "torch LongStorage": np.dtype("<i8"),
}
_CONSTANTS: dict[str, Callable[[], object]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_TUPLE": tuple,
    "EMPTY_DICT": dict,
    "EMPTY_LIST": list,
}
_VALUES = {"BININT", "BININT1", "BININT2", "LONG1", "BINUNICODE"}
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


@dataclass(frozen=True)
class _Name:
    text: str


@dataclass(frozen=True)
class _Storage:
    key: str
    numbers: np.dtype[Any]
    count: int


@dataclass(frozen=True)
class _Tensor:
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


@dataclass
class _Machine:
    """Follow one pickle's opcodes; `storages` are those it refers to, by key."""

    storages: dict[str, _Storage] = field(default_factory=dict)
    stack: list[Any] = field(default_factory=list)
    marked: list[list[Any]] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)

    def follow(self, file: io.BytesIO) -> Any:
        """Return the object of the pickle at the file's place; raises ValueError for anything unknown."""
        for opcode, argument, _ in pickletools.genops(file):
            if opcode.name == "STOP":
                (found,) = self.stack
                return found
            self._step(opcode.name, argument)
        raise ValueError("a pickle has no end")

    def _step(self, name: str, argument: Any) -> None:
        stack = self.stack
        if name in _VALUES:
            stack.append(argument)
        elif name in _CONSTANTS:
            stack.append(_CONSTANTS[name]())
        elif name in ("BINPUT", "LONG_BINPUT"):
            self.memo[argument] = stack[-1]
        elif name in ("BINGET", "LONG_BINGET"):
            stack.append(self.memo[argument])
        elif name == "MARK":
            self.marked.append(stack)
            self.stack = []
        elif name in ("TUPLE", "APPENDS", "SETITEMS"):
            self.stack = self.marked.pop()
            self._collect(name, stack)
        elif name in _TUPLES:
            count = _TUPLES[name]
            items = [stack.pop() for _ in range(count)]
            stack.append(tuple(reversed(items)))
        elif name == "SETITEM":
            value, key = stack.pop(), stack.pop()
            self._collect("SETITEMS", [key, value])
        elif name == "APPEND":
            self._collect("APPENDS", [stack.pop()])
        elif name == "GLOBAL" and argument in (MAPPING, TENSOR, *NUMBERS):
            stack.append(_Name(argument))
        elif name == "BINPERSID":
            stack.append(self._storage(stack.pop()))
        elif name == "REDUCE":
            arguments, called = stack.pop(), stack.pop()
            stack.append(_made(called, arguments))
        elif name == "BUILD" and type(stack[-2]) is dict:
            # Attributes of a mapping: torch keeps the versions of layers there.
            stack.pop()
        elif name != "PROTO" or argument != 2:
            raise ValueError(f"{name} {brief(argument)} is not part of such files")

    def _collect(self, name: str, items: list[Any]) -> None:
        if name == "TUPLE":
            self.stack.append(tuple(items))
            return
        target = self.stack[-1]
        if name == "APPENDS" and type(target) is list:
            target.extend(items)
        elif name == "SETITEMS" and type(target) is dict and all(type(key) is str for key in items[::2]):
            target.update(zip(items[::2], items[1::2], strict=True))
        else:
            raise ValueError(f"{name} into {type(target).__name__}, or by keys that are no texts")

    def _storage(self, given: Any) -> _Storage:
        # What was read is never shown: by the memo, a few bytes nest into an endless text.
        kinds = [str, _Name, str, str, int, type(None)]
        if type(given) is not tuple or [type(item) for item in given] != kinds:
            raise ValueError("a persistent id is not a storage")
        word, named, key, _, count, _ = given
        if word != "storage" or named.text not in NUMBERS or count < 0:
            raise ValueError("a persistent id is not a storage")
        found = _Storage(key, NUMBERS[named.text], count)
        if self.storages.setdefault(key, found) != found:
            raise ValueError(f"storage {key!r} is of two kinds")
        return found


def _made(called: Any, arguments: Any) -> Any:
    """Return what a name stands for: a new mapping, or a tensor that is not cut from its storage yet."""
    if called == _Name(MAPPING) and arguments == ():
        return {}
    if called != _Name(TENSOR) or type(arguments) is not tuple or len(arguments) != 6:
        raise ValueError("it calls something else than a mapping or a tensor")
    storage, offset, shape, strides, _, _ = arguments
    numbers = (offset, *shape, *strides) if type(shape) is type(strides) is tuple else (None,)
    if type(storage) is not _Storage or any(type(number) is not int or number < 0 for number in numbers):
        raise ValueError("a tensor is not made of a storage and numbers")
    last = offset + sum((size - 1) * stride for size, stride in zip(shape, strides, strict=True))
    if len(shape) > 8 or not all(shape) or max(numbers) > storage.count:
        raise ValueError(f"a tensor of shape {brief(shape)} and strides {brief(strides)} is not plausible")
    if last >= storage.count or math.prod(shape) > storage.count:
        raise ValueError(f"a tensor of shape {brief(shape)} is larger than its storage")
    return _Tensor(storage, offset, shape, strides)


def read_state(path: Path) -> dict[str, torch.Tensor]:
    """Return the tensors of a state dict by name, float32 or int64, with their strides, as torch.load does.

    Raises UserError, in one line that names the file, for anything else: another format of torch, damage,
    and every pickle that does more than name tensors.
    """
    try:
        return _read(io.BytesIO(path.read_bytes()))
    # pickletools and the machine: wrong bytes, an empty stack, an unknown place of the memo, a huge number.
    except (OSError, ValueError, IndexError, KeyError, OverflowError) as error:
        raise UserError(
            f"{path}: not a file of weights as torch.save wrote them before torch 1.6: {first_line(error)}"
        ) from None


def _read(file: io.BytesIO) -> dict[str, torch.Tensor]:
    for number in (MAGIC, FORMAT):
        if _Machine().follow(file) != number:
            raise ValueError(f"it does not begin with {MAGIC} and {FORMAT}")
    facts = _Machine().follow(file)
    if type(facts) is not dict or facts.get("little_endian") is not True:
        raise ValueError("its numbers are not little-endian")
    machine = _Machine()
    state, keys = machine.follow(file), _Machine().follow(file)
    if type(state) is not dict or not all(type(tensor) is _Tensor for tensor in state.values()):
        raise ValueError("it holds more than tensors by name")
    if type(keys) is not list or any(type(key) is not str for key in keys):
        raise ValueError("it lacks the list of its storages")
    if sorted(keys) != sorted(machine.storages):
        raise ValueError("its storages are not those that its tensors name")
    storages = {key: _numbers(file, machine.storages[key]) for key in keys}
    if file.read(1):
        raise ValueError("it goes on behind its last storage")
    return {
        name: storages[tensor.storage.key].as_strided(tensor.shape, tensor.strides, tensor.offset)
        for name, tensor in state.items()
    }


def _numbers(file: io.BytesIO, storage: _Storage) -> torch.Tensor:
    size = storage.count * storage.numbers.itemsize
    if (count := int.from_bytes(file.read(8), "little")) != storage.count:
        raise ValueError(f"storage {storage.key!r} has {count} numbers instead of {storage.count}")
    if len(content := file.read(size)) < size:
        raise ValueError(f"it ends inside storage {storage.key!r}")
    return torch.from_numpy(np.frombuffer(content, storage.numbers).astype(storage.numbers.newbyteorder("=")))
