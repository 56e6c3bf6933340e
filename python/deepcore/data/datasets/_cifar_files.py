"""The files in which CIFAR-10 is published: pickled batches, binary batches, tar.gz, and .npz."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._unpickle import load_plain_pickle

Part = tuple[NDArray[np.uint8], NDArray[np.int64]]

IMAGE = (3, 32, 32)
CLASSES = 10
_PIXELS = 3 * 32 * 32
_BATCHES = {
    "train": ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"),
    "test": ("test_batch",),
}


def is_source(path: Path) -> bool:
    """Whether `read_part` can read here: a file of a known ending, or a folder with batches."""
    if path.is_dir():
        return any((path / f"test_batch{ending}").is_file() for ending in ("", ".bin"))
    return path.is_file() and path.name.endswith((".tar.gz", ".tgz", ".npz"))


def read_part(path: Path, part: str) -> Part:
    """The images (N, 3, 32, 32) and labels (N,) of the part 'train' or 'test'.

    Raises:
        ValueError: a file is missing or damaged, or holds something else.
    """
    if path.suffix == ".npz":
        return _read_npz(path, part)
    files = _in_folder(path, part) if path.is_dir() else _in_archive(path, part)
    batches = [
        _read_binary(data, name) if str(name).endswith(".bin") else _read_pickle(data, name)
        for name, data in files
    ]
    images, labels = zip(*batches, strict=True)
    return np.concatenate(images), np.concatenate(labels)


def _in_folder(folder: Path, part: str) -> Iterator[tuple[Path, bytes]]:
    ending = ".bin" if (folder / "test_batch.bin").is_file() else ""
    for name in _BATCHES[part]:
        path = folder / f"{name}{ending}"
        if not path.is_file():
            raise _lacking(name, folder)
        yield path, path.read_bytes()


def _in_archive(path: Path, part: str) -> Iterator[tuple[Path, bytes]]:
    found = _unpack(path, _BATCHES[part])
    for name in _BATCHES[part]:
        member = next((file for file in (name, f"{name}.bin") if file in found), None)
        if member is None:
            raise _lacking(name, path)
        yield path / member, found[member]


def _unpack(path: Path, names: Sequence[str]) -> dict[str, bytes]:
    """The files of these names, whichever folder they are in; nothing is written to the disk."""
    import tarfile  # here: it would add to every import of deepcore

    found: dict[str, bytes] = {}
    try:
        with tarfile.open(path, "r|gz") as archive:
            for member in archive:
                name = member.name.rpartition("/")[2]
                if member.isfile() and name.removesuffix(".bin") in names:
                    file = archive.extractfile(member)
                    found[name] = file.read() if file else b""
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise ValueError(
            f"[cifar10] {path} is a damaged or truncated tar.gz file ({error}); delete it and "
            "fetch it again."
        ) from error
    return found


def _read_pickle(data: bytes, path: Path) -> Part:
    batch = load_plain_pickle(data, path)
    if not isinstance(batch, dict):
        raise _unlike(path, "a dict with 'data' and 'labels'", type(batch).__name__)
    named = {key.decode("latin1") if isinstance(key, bytes) else key: batch[key] for key in batch}
    if not {"data", "labels"} <= named.keys():
        raise _unlike(
            path, "a dict with 'data' and 'labels'", f"the keys {sorted(map(str, named))}"
        )
    rows = _array(named["data"], path)
    if rows.dtype != np.uint8 or rows.ndim != 2 or rows.shape[1] != _PIXELS:
        raise _unlike(path, f"uint8 data (N, {_PIXELS})", f"{rows.dtype.name} {rows.shape}")
    return np.ascontiguousarray(rows).reshape(-1, *IMAGE), _labels(named["labels"], len(rows), path)


def _read_binary(data: bytes, path: Path) -> Part:
    size = 1 + _PIXELS
    if not data or len(data) % size:
        raise ValueError(
            f"[cifar10] expected records of {size} bytes in {path}, got {len(data)} bytes; the "
            "file is truncated, delete it and fetch it again."
        )
    records = np.frombuffer(data, np.uint8).reshape(-1, size)
    images = np.ascontiguousarray(records[:, 1:]).reshape(-1, *IMAGE)
    return images, _labels(records[:, 0], len(records), path)


def _read_npz(path: Path, part: str) -> Part:
    names = f"x_{part}", f"y_{part}"
    arrays = _load_npz(path, names)
    if len(arrays) < len(names):
        raise _unlike(path, f"arrays {names[0]} and {names[1]}", f"of them {sorted(arrays)}")
    images, labels = (arrays[name] for name in names)
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[1:] != IMAGE:
        hint = "; transpose(0, 3, 1, 2) puts channels first" if images.shape[-1:] == (3,) else ""
        got = f"{images.dtype.name} {images.shape}{hint}"
        raise _unlike(path, f"uint8 {names[0]} (N, 3, 32, 32)", got)
    return images, _labels(labels, len(images), path)


def _load_npz(path: Path, names: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Those of the named arrays that the file has."""
    from zipfile import BadZipFile

    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            return {name: file[name] for name in names if name in file}
    except (BadZipFile, EOFError, OSError, TypeError, ValueError, zlib.error) as error:
        raise ValueError(f"[cifar10] {path} is no .npz file or a damaged one ({error}).") from error


def _labels(values: Any, count: int, path: Path) -> NDArray[np.int64]:
    labels = _array(values, path)
    if labels.dtype.kind not in "iu" or labels.shape != (count,):
        got = f"{labels.dtype.name} {labels.shape}"
        raise _unlike(path, f"{count} whole numbers as labels, one an image", got)
    outside = (labels < 0) | (labels >= CLASSES)
    if outside.any():
        raise _unlike(path, f"labels from 0 to {CLASSES - 1}", str(labels[outside][0]))
    return labels.astype(np.int64)


def _array(value: Any, path: Path) -> NDArray[Any]:
    try:
        return np.asarray(value)
    except ValueError as error:
        raise _unlike(path, "an array", str(error)) from error


def _unlike(path: str | os.PathLike[str], expected: str, got: str) -> ValueError:
    return ValueError(f"[cifar10] expected {expected} in {os.fspath(path)}, got {got}.")


def _lacking(name: str, path: Path) -> ValueError:
    return ValueError(
        f"[cifar10] expected {name} in {path}, got no such file; unpack or fetch all of it again."
    )
