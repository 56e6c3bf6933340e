"""CIFAR-10: 60,000 colour photographs of 32x32 pixels in ten classes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import overload

from ._cifar_files import Part, is_source, read_part
from ._store import cache_folder, download_from_any, missing, places

MIRRORS = ("https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",)
MD5 = "c58f30108f718f92721af3b95e74349a"  # as published beside the file
FOLDERS = ("cifar10", "CIFAR10", "")
SOURCES = (
    "cifar-10-batches-py",
    "cifar-10-batches-bin",
    "cifar-10-python.tar.gz",
    "cifar-10-binary.tar.gz",
)


@overload
def cifar10(
    root: str | os.PathLike[str] | None = ..., *, train: None = ..., download: bool = ...
) -> tuple[Part, Part]: ...
@overload
def cifar10(
    root: str | os.PathLike[str] | None = ..., *, train: bool, download: bool = ...
) -> Part: ...
def cifar10(
    root: str | os.PathLike[str] | None = None,
    *,
    train: bool | None = None,
    download: bool = True,
) -> Part | tuple[Part, Part]:
    """Small photographs: `((x_train, y_train), (x_test, y_test))`, as Keras's `load_data` has it.

    Classes are airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck. Looked for in
    `root`, or without one in the folder $DEEPCORE_DATA, then in the cache folder
    ($XDG_CACHE_HOME/deepcore or ~/.cache/deepcore), each time in its `cifar10` or the folder
    itself, are the published batches `cifar-10-batches-py` or `cifar-10-batches-bin`, their
    `.tar.gz`, or a `cifar10*.npz` with uint8 `x_train` and `x_test` (N, 3, 32, 32) and whole
    `y_train` and `y_test` (N,). Batches are pickles, of which nothing is run. What is not there is
    downloaded, 170 MB, into `root/cifar10` or the cache folder, if its published checksum is right.

    Args:
        root: the only folder looked into, or one of those files or folders itself.
        train: True or False gives `(x, y)` of that part alone.
        download: whether the network may be used.

    Shape:
        x: (50000, 3, 32, 32) and (10000, 3, 32, 32), uint8, channels red, green, blue.
        y: (50000,) and (10000,), int64 from 0 to 9.

    Raises:
        FileNotFoundError: it is in none of the folders and cannot be downloaded.
        ValueError: a file is damaged or holds something else.

    Reference: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.

    Example:
        >>> from deepcore import datasets
        >>> (x_train, y_train), (x_test, y_test) = datasets.cifar10()  # doctest: +SKIP
    """
    source = next(_sources(root), None) or _downloaded(root, download)
    if train is not None:
        return read_part(source, "train" if train else "test")
    return read_part(source, "train"), read_part(source, "test")


def _sources(root: str | os.PathLike[str] | None) -> Iterator[Path]:
    for folder in (place / name for place in places(root) for name in FOLDERS):
        arrays = sorted(folder.glob("cifar10*.npz"))
        yield from filter(is_source, [folder, *(folder / name for name in SOURCES), *arrays])


def _downloaded(root: str | os.PathLike[str] | None, may_download: bool) -> Path:
    failures = ["download=False"]
    if may_download:
        target = Path(root or cache_folder()) / FOLDERS[0] / SOURCES[2]
        failures = download_from_any(MIRRORS, target, _verify)
        if target.is_file():
            return target
    what = f"{SOURCES[0]}, {SOURCES[1]}, their .tar.gz or cifar10.npz"
    raise missing(what, FOLDERS[0], root, failures)


def _verify(data: bytes) -> None:
    import hashlib  # here: it would add to every import of deepcore

    got = hashlib.md5(data, usedforsecurity=False).hexdigest()
    if got != MD5:
        raise ValueError(f"its bytes have md5 {got}, expected {MD5}")
