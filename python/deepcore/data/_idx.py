"""IDX, the format of MNIST: a magic number, the sizes of the axes, then big-endian numbers."""

from __future__ import annotations

import math
import os
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._files import replacing

_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: "i2", 0x0C: "i4", 0x0D: "f4", 0x0E: "f8"}
_MAX_AXES = 32  # what every NumPy takes
_GZIP = b"\x1f\x8b"


def read_idx(path: str | os.PathLike[str]) -> NDArray[Any]:
    """Read an IDX file, plain or gzip-compressed (told by its bytes, not by its name).

    Args:
        path: the file.

    Returns:
        An array of the file's shape in the machine's byte order, of dtype uint8, int8, int16,
        int32, float32 or float64.

    Raises:
        ValueError: the file is no IDX file, is damaged or truncated, or has bytes after its data.

    Reference: http://yann.lecun.com/exdb/mnist, "The IDX file format".

    Example:
        >>> import os, tempfile
        >>> import numpy as np
        >>> from deepcore.data import read_idx, write_idx
        >>> path = os.path.join(tempfile.mkdtemp(), "labels.gz")
        >>> write_idx(path, np.array([3, 1, 4], np.uint8))
        >>> read_idx(path)
        array([3, 1, 4], dtype=uint8)
    """
    data = unpack_gzip(Path(path).read_bytes(), path)
    dtype, axes = _read_magic(data, path)
    start = 4 + 4 * axes
    if len(data) < start:
        raise ValueError(
            f"[read_idx] expected {start} bytes of header in {os.fspath(path)}, got {len(data)}; "
            "the file is truncated."
        )
    shape = tuple(int(size) for size in np.frombuffer(data, ">u4", axes, 4))
    expected = start + math.prod(shape) * dtype.itemsize
    if len(data) != expected:
        fault = "the file is truncated" if len(data) < expected else "bytes follow the data"
        raise ValueError(
            f"[read_idx] expected {expected} bytes for shape {shape} of {dtype.name} in "
            f"{os.fspath(path)}, got {len(data)}; {fault}."
        )
    try:
        array = np.frombuffer(data, dtype, offset=start).reshape(shape)
    except ValueError as error:  # an axis of 0 beside axes that no address space holds
        raise ValueError(
            f"[read_idx] expected a shape that an array can have in {os.fspath(path)}, got "
            f"{shape}; the file is damaged."
        ) from error
    return array.astype(dtype.newbyteorder("="))


def write_idx(path: str | os.PathLike[str], array: NDArray[Any]) -> None:
    """Write an array as an IDX file, gzip-compressed where `path` ends in `.gz`.

    Args:
        path: the file; it appears whole or not at all.
        array: uint8, int8, int16, int32, float32 or float64.

    Raises:
        TypeError: IDX has no such dtype.

    Example: see `read_idx`.
    """
    array = np.asarray(array)
    codes = {np.dtype(kind): code for code, kind in _TYPES.items()}
    code = codes.get(array.dtype.newbyteorder("="))
    if code is None:
        raise TypeError(
            f"[write_idx] array's dtype must be one of {', '.join(d.name for d in codes)}, "
            f"got {array.dtype.name}; convert it with array.astype(...)."
        )
    data = bytes((0, 0, code, array.ndim)) + np.array(array.shape, ">u4").tobytes()
    data += array.astype(array.dtype.newbyteorder(">")).tobytes()
    if os.fspath(path).endswith(".gz"):
        import gzip

        data = gzip.compress(data, mtime=0)  # equal arrays give equal files
    with replacing(path) as file:
        file.write(data)


def unpack_gzip(data: bytes, name: str | os.PathLike[str]) -> bytes:
    """The bytes, decompressed if they are gzip; ValueError if gzip finds them damaged."""
    if not data.startswith(_GZIP):
        return data
    import gzip

    try:
        return gzip.decompress(data)
    except (EOFError, OSError, zlib.error) as error:
        raise ValueError(
            f"[read_idx] {os.fspath(name)} is a damaged or truncated gzip file ({error}); "
            "delete it and fetch it again."
        ) from error


def _read_magic(data: bytes, path: str | os.PathLike[str]) -> tuple[np.dtype[Any], int]:
    magic = data[:4]
    known = len(magic) == 4 and magic[:2] == b"\0\0" and magic[2] in _TYPES
    if not known or magic[3] > _MAX_AXES:
        raise ValueError(
            f"[read_idx] expected an IDX file (bytes 0, 0, type, axes), got {os.fspath(path)} "
            f"starting with {magic!r}; is it another kind of file?"
        )
    return np.dtype(_TYPES[magic[2]]).newbyteorder(">"), magic[3]
