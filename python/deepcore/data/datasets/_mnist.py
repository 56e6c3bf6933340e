"""MNIST: 70,000 handwritten digits of 28x28 pixels."""

from __future__ import annotations

import os
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from .._idx import read_idx
from ._store import fetch

Split = tuple[NDArray[np.uint8], NDArray[np.int64]]

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
# The last is where torchvision keeps the same files.
FOLDERS = ("mnist", "MNIST", "MNIST/raw")
# sha256 of the decompressed files
FILES = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


@overload
def mnist(
    root: str | os.PathLike[str] | None = ..., *, train: None = ..., download: bool = ...
) -> tuple[Split, Split]: ...
@overload
def mnist(
    root: str | os.PathLike[str] | None = ..., *, train: bool, download: bool = ...
) -> Split: ...
def mnist(
    root: str | os.PathLike[str] | None = None,
    *,
    train: bool | None = None,
    download: bool = True,
) -> Split | tuple[Split, Split]:
    """Handwritten digits: `((x_train, y_train), (x_test, y_test))`, as Keras's `load_data` has it.

    The four IDX files are looked for in `root`, or without one in the folder $DEEPCORE_DATA, then
    in the cache folder ($XDG_CACHE_HOME/deepcore or ~/.cache/deepcore), each time in the folder
    itself or in its `mnist`, plain or gzip-compressed. What is not there is downloaded, 11 MB in
    all, into `root/mnist` or the cache folder, if the checksum of its decompressed bytes is right.

    Args:
        root: the only folder looked into.
        train: True or False gives `(x, y)` of that part alone.
        download: whether the network may be used.

    Shape:
        x: (60000, 28, 28) and (10000, 28, 28), uint8 from 0 (paper) to 255 (ink).
        y: (60000,) and (10000,), int64 from 0 to 9.

    Raises:
        FileNotFoundError: a file is in none of the folders and cannot be downloaded.
        ValueError: a file is damaged, or images and labels do not belong together.

    Reference: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", 1998.

    Example:
        >>> from deepcore import datasets
        >>> (x_train, y_train), (x_test, y_test) = datasets.mnist()  # doctest: +SKIP
    """
    if train is not None:
        return _part("train" if train else "t10k", root, download)
    return _part("train", root, download), _part("t10k", root, download)


def _part(prefix: str, root: str | os.PathLike[str] | None, may_download: bool) -> Split:
    def read(kind: str, axes: int) -> NDArray[Any]:
        name = f"{prefix}-{kind}-idx{axes}-ubyte"
        path = fetch(
            name,
            FILES[name],
            folders=FOLDERS,
            mirrors=MIRRORS,
            root=root,
            may_download=may_download,
        )
        array = read_idx(path)
        if array.ndim != axes or array.dtype != np.uint8:
            raise ValueError(
                f"[mnist] expected {axes} axes of uint8 in {path}, got shape {array.shape} of "
                f"{array.dtype.name}; is it another data set's file?"
            )
        return array

    images, labels = read("images", 3), read("labels", 1)
    if len(images) != len(labels):
        raise ValueError(
            f"[mnist] expected as many labels as images, got {len(labels)} labels and "
            f"{len(images)} images of {prefix}; do the files come from two data sets?"
        )
    return images, labels.astype(np.int64)
