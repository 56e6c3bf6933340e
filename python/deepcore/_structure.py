"""Nested Python objects as JSON, and the arrays that are in them beside it.

Every value that JSON has in the same way stands for itself; every other is an object of one key:

    {"tuple": [...]}  {"dict": [[key, value], ...]}  {"float": "7ff8000000000000"}  {"int": "-0x1"}
    {"tensor": name}  {"array": name}  {"scalar": name}
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._core import Tensor, tensor

_DEPTH = 100  # JSON readers recurse; nothing real is nested so deep
_DTYPES = frozenset(
    np.dtype(kind)
    for kind in ("?", "u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8")
)
_LONG = 2**63


class Encoder:
    """Takes an object apart into `structure` and `arrays`."""

    def __init__(self, root: object) -> None:
        self.arrays: dict[str, NDArray[Any]] = {}
        self._open: set[int] = set()  # ids of the containers around the current object
        self.structure = self._encode(root, ())

    def _encode(self, value: object, path: tuple[object, ...]) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return str.__str__(value)  # str() of an enum's member would be its name
        if isinstance(value, np.generic):
            return {"scalar": self._store(np.asarray(value), path)}
        if isinstance(value, int):
            return int(value) if abs(value) < _LONG else {"int": hex(value)}
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else {"float": _bits(value)}
        if isinstance(value, Tensor):
            return {"tensor": self._store(value.detach().numpy(), path)}
        if isinstance(value, np.ndarray):
            return {"array": self._store(value, path)}
        if isinstance(value, (list, tuple, Mapping)):
            return self._encode_container(value, path)
        raise TypeError(_refusal(value, path))

    def _encode_container(self, value: Any, path: tuple[object, ...]) -> Any:
        if id(value) in self._open:
            raise TypeError(
                f"[save] expected an object that does not contain itself, got {_name(path)}, "
                "which does."
            )
        if len(path) >= _DEPTH:
            raise ValueError(f"[save] expected at most {_DEPTH} levels, got more at {_name(path)}.")
        self._open.add(id(value))
        try:
            if isinstance(value, Mapping):
                pairs = [
                    [self._encode_key(key, path), self._encode(item, (*path, key))]
                    for key, item in value.items()
                ]
                return {"dict": pairs}
            items = [self._encode(item, (*path, index)) for index, item in enumerate(value)]
            return items if isinstance(value, list) else {"tuple": items}
        finally:
            self._open.remove(id(value))

    def _encode_key(self, key: object, path: tuple[object, ...]) -> Any:
        parts = key if isinstance(key, tuple) else (key,)
        if not all(isinstance(part, (type(None), int, float, str)) for part in parts):
            raise TypeError(
                "[save] keys must be strings, numbers, None or tuples of them, got "
                f"{type(key).__name__} in {_name(path)}."
            )
        return self._encode(key, path)

    def _store(self, array: NDArray[Any], path: tuple[object, ...]) -> str:
        plain = type(array) in (np.ndarray, np.memmap)
        if not plain or array.dtype not in _DTYPES or not array.dtype.isnative:
            raise TypeError(
                "[save] arrays must be bool, integer or float of up to 64 bits in the machine's "
                f"byte order, got {type(array).__name__} of {array.dtype.str!r} at {_name(path)}; "
                "convert it with numpy.asarray and astype."
            )
        # A state dict's keys are the names, so that other readers of safetensors know them.
        base = ".".join(map(str, path)) or "value"
        base = base.encode("utf-8", "backslashreplace").decode()
        name, number = base, 1
        while name in self.arrays or name == "__metadata__":
            name, number = f"{base}#{number}", number + 1
        self.arrays[name] = np.asarray(array, order="C")
        return name


def decode(node: Any, arrays: Mapping[str, NDArray[Any]]) -> Any:
    """The object of a structure. Raises LookupError, TypeError or ValueError if it is none."""
    if isinstance(node, list):
        return [decode(item, arrays) for item in node]
    if not isinstance(node, dict):
        return node
    ((kind, content),) = node.items()
    return _DECODERS[kind](content, arrays)


def _decode_float(content: str, arrays: Mapping[str, NDArray[Any]]) -> float:
    number: float = struct.unpack(">d", bytes.fromhex(content))[0]
    return number


_DECODERS: dict[str, Callable[[Any, Mapping[str, NDArray[Any]]], Any]] = {
    "tuple": lambda content, arrays: tuple(decode(item, arrays) for item in content),
    "dict": lambda content, arrays: {decode(k, arrays): decode(v, arrays) for k, v in content},
    "float": _decode_float,
    "int": lambda content, arrays: int(content, 16),
    "tensor": lambda content, arrays: tensor(arrays[content]),
    "array": lambda content, arrays: arrays[content].copy(),
    "scalar": lambda content, arrays: arrays[content][()],
}


def _bits(number: float) -> str:
    return struct.pack(">d", number).hex()


def _name(path: tuple[object, ...]) -> str:
    return "obj" + "".join(f"[{key!r}]" for key in path)


def _refusal(value: object, path: tuple[object, ...]) -> str:
    hint = "leave it out or turn it into those"
    if hasattr(value, "state_dict"):
        hint = "save its state_dict()"
    elif isinstance(value, (set, frozenset)):
        hint = "save a sorted list"
    kind = f"class {value.__name__}" if isinstance(value, type) else type(value).__name__
    return (
        "[save] expected Tensors, arrays, numbers, strings, None, or dicts, lists and tuples of "
        f"those, got {kind} at {_name(path)}; {hint}."
    )
