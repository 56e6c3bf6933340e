"""save and load: state dicts and other nested objects as one safetensors file."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ._core import Tensor, tensor
from ._device import check_device
from ._files import replacing
from ._structure import Encoder, decode

_STRUCTURE = "deepcore.structure"
_CHECKSUM = "deepcore.sha256"
_VERSION = "deepcore.format"
_OWN_KEYS = (_STRUCTURE, _CHECKSUM, _VERSION)
_DTYPES = {
    "BOOL": np.dtype("?"),
    **{f"U{8 * size}": np.dtype(f"<u{size}") for size in (1, 2, 4, 8)},
    **{f"I{8 * size}": np.dtype(f"<i{size}") for size in (1, 2, 4, 8)},
    **{f"F{8 * size}": np.dtype(f"<f{size}") for size in (2, 4, 8)},
}

_NO_PATH = "[{0}] path must be a string, a path or an object with {1}(), got {2}."

Path = str | os.PathLike[str]


def save(obj: object, path: Path | BinaryIO | None = None) -> None:
    """Save Tensors, and whatever they are nested in, as one safetensors file.

    `obj` is made of Tensors, NumPy arrays (bool, integers, floats), numbers, strings and None, in
    dicts, lists and tuples. A file appears whole or not at all: it is written beside its place,
    synced to the disk and renamed, and has the mode of the one that it replaces. Pipes and devices
    are written into. The file's metadata has the structure as JSON and a checksum; other
    readers of safetensors find each array under its path, such as `0.weight`.

    What is saved are values: subclasses of dict, list, tuple and so on come back as those, a
    Parameter as a Tensor, a Tensor without its gradient; one that is there twice is saved twice.

    Args:
        obj: what to save.
        path: the file, or an object with `write`; None is an error.

    Raises:
        TypeError: something in `obj`, named by its path, is of another kind or contains itself.
        ValueError: `obj` is nested more than 100 levels deep.
        OSError: the file cannot be written; one that was there stays as it was.

    Reference: https://huggingface.co/docs/safetensors, "Format".

    Example:
        >>> import os, tempfile
        >>> import deepcore
        >>> path = os.path.join(tempfile.mkdtemp(), "state.safetensors")
        >>> deepcore.save({"weight": deepcore.tensor([1.0, 2.0]), "epoch": 3}, path)
        >>> state = deepcore.load(path)
        >>> state["weight"].tolist(), state["epoch"]
        ([1.0, 2.0], 3)
    """
    data = _pack(obj)  # first, so that save(model) is told of state_dict() before a missing path
    if isinstance(path, (str, os.PathLike)):
        with replacing(path) as file:
            file.write(data)
    elif path is not None and hasattr(path, "write"):
        path.write(data)
    else:
        raise TypeError(_NO_PATH.format("save", "write", type(path).__name__))


def load(path: Path | BinaryIO, map_location: object = None, *, weights_only: bool = True) -> Any:
    """Load what `save` has written, or the tensors of any other safetensors file.

    Nothing but numbers and strings is in such a file, so that loading runs no code of it. Of
    another library's file a dict of Tensors comes back: float16 and bfloat16 become float32, which
    holds each of their values, and the integers int64, but for uint8.

    Args:
        path: the file, or an object with `read`.
        map_location: None or the CPU, as in PyTorch.
        weights_only: as in PyTorch; True is the only way there is.

    Raises:
        ValueError: the file is damaged, truncated or of another format, and which it seems to be.
        FileNotFoundError: there is none.
        IsADirectoryError: path is a folder.

    Example:
        >>> import os, tempfile
        >>> import deepcore as dc
        >>> path = os.path.join(tempfile.mkdtemp(), "state.safetensors")
        >>> dc.save([dc.arange(3)], path)
        >>> dc.load(path)
        [tensor([0, 1, 2])]
    """
    check_device(map_location)
    if not weights_only:
        raise ValueError("[load] weights_only must be True, got False; no file runs code here.")
    if isinstance(path, (str, os.PathLike)):
        if os.path.isdir(path):
            raise IsADirectoryError(
                f"[load] path must be a file, got the folder {os.fspath(path)}; name a file in it."
            )
        with open(path, "rb") as file:
            return _unpack(file.read(), os.fspath(path))
    if not hasattr(path, "read"):
        raise TypeError(_NO_PATH.format("load", "read", type(path).__name__))
    return _unpack(path.read(), str(getattr(path, "name", "the stream")))


def _pack(obj: object) -> bytes:
    from safetensors.numpy import save as pack

    encoder = Encoder(obj)
    structure = json.dumps(encoder.structure, allow_nan=False, separators=(",", ":"))
    checksum = _checksum(structure, encoder.arrays)
    metadata = {_VERSION: "1", _STRUCTURE: structure, _CHECKSUM: checksum}
    data: bytes = pack(encoder.arrays, metadata)
    return data


def _unpack(data: bytes, name: str) -> Any:
    from safetensors import SafetensorError, deserialize

    read: Callable[[bytes], list[tuple[str, dict[str, Any]]]] = deserialize
    try:
        entries = read(data)
    except SafetensorError as error:
        raise ValueError(f"[load] {name} {_suspect(data, error)}.") from error
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    metadata = header.get("__metadata__") or {}
    if not any(key in metadata for key in _OWN_KEYS):
        return {key: _foreign(entry, key, name) for key, entry in entries}
    strange = {entry["dtype"] for _, entry in entries} - _DTYPES.keys()
    if strange:
        raise ValueError(f"[load] {name} is damaged: deepcore saves no {', '.join(strange)}.")
    arrays = {key: _array(entry["data"], entry["dtype"], entry["shape"]) for key, entry in entries}
    return _unpack_own(metadata, arrays, name)


def _unpack_own(metadata: Mapping[str, str], arrays: Mapping[str, NDArray[Any]], name: str) -> Any:
    if metadata.get(_VERSION) != "1":
        raise ValueError(
            f"[load] expected format 1 in {name}, got {metadata.get(_VERSION)!r}; the file is "
            "damaged or of a newer deepcore."
        )
    structure = metadata.get(_STRUCTURE, "")
    if metadata.get(_CHECKSUM) != _checksum(structure, arrays):
        raise ValueError(
            f"[load] expected the checksum that was saved in {name}, got another; the file is "
            "damaged."
        )
    try:
        return decode(json.loads(structure), arrays)
    except (LookupError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(
            f"[load] expected the structure of an object in {name}, got what is none ({error}); "
            "the file was not written by deepcore.save."
        ) from error


def _checksum(structure: str, arrays: Mapping[str, NDArray[Any]]) -> str:
    import hashlib  # here: its OpenSSL would double the time of `import deepcore`

    digest = hashlib.sha256(structure.encode())
    for key in sorted(arrays):
        array = arrays[key]
        digest.update(f"\n{key}\n{array.dtype.str}{array.shape}\n".encode())
        digest.update(array.reshape(-1).view(np.uint8).data)
    return digest.hexdigest()


def _array(data: bytes, dtype: str, shape: Sequence[int]) -> NDArray[Any]:
    return np.frombuffer(data, _DTYPES[dtype]).reshape(shape)


def _foreign(entry: Mapping[str, Any], key: str, name: str) -> Tensor:
    data, dtype, shape = entry["data"], entry["dtype"], entry["shape"]
    if dtype == "BF16":
        # The upper half of a float32's bits.
        upper = _array(data, "U16", shape).astype(np.uint32)
        return tensor((upper << 16).view(np.float32))
    if dtype not in _DTYPES or dtype == "U64":
        raise ValueError(
            f"[load] expected bool, integers of up to 63 bits or floats of 16 to 64 in {name}, got "
            f"{dtype} for {key!r}; convert it where the file was made."
        )
    return tensor(_array(data, dtype, shape))


def _suspect(data: bytes, error: Exception) -> str:
    """What the file seems to be, since it is no intact safetensors file."""
    convert = "in PyTorch, safetensors.torch.save_file(state_dict, path) writes what is read here"
    if data.startswith(b"PK\x03\x04"):
        if b"data.pkl" in data[:4096]:
            return f"is a pickled PyTorch file (.pt), which could run any code; {convert}"
        return "is a zip archive, such as a NumPy .npz or a Keras file, not a safetensors file"
    if data[8:9] == b"{":
        return f"is a damaged or truncated safetensors file ({error}); take another copy of it"
    if data[:1] == b"\x80" and data[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return (
            f"is a Python pickle, such as an old PyTorch .pt, which could run any code; {convert}"
        )
    if data.startswith(b"\x89HDF"):
        return "is an HDF5 file, such as one of Keras, not a safetensors file"
    return "is not a safetensors file" if data else "is empty"
