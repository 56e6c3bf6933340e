"""Pickles of arrays, bytes, numbers, lists and dicts, read without running anything they name."""

from __future__ import annotations

import io
import math
import os
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

_BYTE = ("u1", "|u1")


def load_plain_pickle(data: bytes, path: str | os.PathLike[str]) -> Any:
    """What is pickled in `data`, arrays being uint8 ones; byte strings of Python 2 stay bytes.

    A pickle names the functions that rebuild it. Here every such name stands for a function of this
    file that only takes sizes and bytes, so that no file, whatever it holds, runs code.

    Args:
        data: the pickle, of any protocol.
        path: what errors name.

    Raises:
        ValueError: it is damaged, or asks for anything else.
    """
    try:
        return _finished(_Plain(io.BytesIO(data), encoding="bytes").load())
    except _Refused as error:
        raise ValueError(
            f"[cifar10] expected arrays, bytes, numbers, lists and dicts in {os.fspath(path)}, got "
            f"a pickle that asks for {error}; nothing of it was run."
        ) from error
    # A damaged stream makes the unpickler raise nearly anything, MemoryError included.
    except Exception as error:
        raise ValueError(
            f"[cifar10] {os.fspath(path)} is no pickle or a damaged one ({type(error).__name__}: "
            f"{error}); delete it and fetch it again."
        ) from error


class _Refused(pickle.UnpicklingError):
    """Something was asked for that is not to be run."""


class _Plain(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        module = module.replace("numpy.core", "numpy._core")
        known = _KNOWN.get((module, name))
        if known is None:
            raise _Refused(f"{module}.{name}")
        return known


class _Kind:
    """Stands for a dtype, of which only the name counts."""

    def __init__(self, name: Any, *options: Any) -> None:
        self.name = name.decode("ascii") if isinstance(name, bytes) else str(name)

    def __setstate__(self, state: Any) -> None:
        """Byte order and alignment: bytes have none."""


class _Array:
    """Stands for an array until its shape and bytes are there."""

    array: NDArray[np.uint8]

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, shape, kind, is_fortran, data = state
        self.array = _array(data, kind, shape, "F" if is_fortran else "C").array


def _empty(*options: Any) -> _Array:
    return _Array()


def _array(data: Any, kind: _Kind, shape: tuple[int, ...], order: Any) -> _Array:
    if kind.name not in _BYTE:
        raise _Refused(f"an array of dtype {kind.name}")
    if len(data) != math.prod(shape):
        raise ValueError(f"an array of shape {shape} has {len(data)} bytes")
    result = _Array()
    result.array = np.frombuffer(data, np.uint8).reshape(shape, order=order)
    return result


def _encode(text: str, encoding: str) -> bytes:
    if encoding != "latin1":
        raise _Refused(f"_codecs.encode to {encoding!r}")
    return text.encode("latin1")


_KNOWN: dict[tuple[str, str], Callable[..., Any]] = {
    ("numpy._core.multiarray", "_reconstruct"): _empty,
    ("numpy._core.numeric", "_frombuffer"): _array,  # protocol 5
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Kind,
    ("_codecs", "encode"): _encode,  # bytes in protocols 0 to 2 of Python 3
}


def _finished(value: Any) -> Any:
    if isinstance(value, _Array):
        return value.array
    if isinstance(value, dict):
        return {key: _finished(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_finished(part) for part in value]
    return value
