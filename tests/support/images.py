"""Images that are easily told apart, in the files of MNIST and CIFAR-10."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from deepcore.data import write_idx


def squares(count: int, size: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Dark noise (N, size, size) with a bright rectangle whose place is the class, one of ten."""
    labels = np.arange(count, dtype=np.uint8) % 10
    images = np.random.default_rng(count).integers(0, 60, (count, size, size), dtype=np.uint8)
    height, width = size // 2, size // 5
    for image, label in zip(images, labels, strict=True):
        row, column = height * (label // 5), width * (label % 5)
        image[row : row + height, column : column + width] += 150
    return images, labels


def write_mnist(folder: Path, train: int = 640, test: int = 100) -> None:
    """MNIST's four files, of squares."""
    for prefix, count in (("train", train), ("t10k", test)):
        images, labels = squares(count, 28)
        write_idx(folder / f"{prefix}-images-idx3-ubyte.gz", images)
        write_idx(folder / f"{prefix}-labels-idx1-ubyte.gz", labels)


def write_cifar10(folder: Path, train: int = 640, test: int = 100) -> None:
    """CIFAR-10 as an .npz, of squares in three channels."""
    arrays = {}
    for part, count in (("train", train), ("test", test)):
        images, arrays[f"y_{part}"] = squares(count, 32)
        arrays[f"x_{part}"] = np.repeat(images[:, None], 3, axis=1)
    np.savez(folder / "cifar10.npz", **arrays)
