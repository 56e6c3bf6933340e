"""Splits: a data set in parts, by chance, or with every class in its share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._check import check_whole
from ._dataset import Subset
from ._random import Generator, permutation, random_source


def random_split(
    dataset: Any,
    lengths: Sequence[float],
    generator: Generator | None = None,
    *,
    seed: int | None = None,
) -> list[Subset[Any]]:
    """Disjoint random parts of a data set, every sample in one of them.

    Args:
        dataset: the whole, N samples.
        lengths: how many samples each part has, N in all; or its share, 1 in all. Shares are
            rounded down, and what is left goes one each to the first parts.
        generator: what to draw from; without it or `seed`, deepcore's own.
        seed: a number that fixes the split.

    Raises:
        ValueError: lengths is neither, or both generator and seed are given.
        TypeError: generator is of another kind.

    Example:
        >>> from deepcore.data import random_split
        >>> train, test = random_split("abcdefghij", [0.8, 0.2], seed=0)
        >>> len(train), len(test)
        (8, 2)
    """
    sizes = _sizes(lengths, len(dataset))
    order = permutation(len(dataset), random_source(generator, seed, "random_split"))
    ends = np.cumsum(sizes)
    return [
        Subset(dataset, order[end - size : end].tolist())
        for size, end in zip(sizes, ends, strict=True)
    ]


def _sizes(lengths: Sequence[float], total: int) -> list[int]:
    usable = bool(lengths) and all(0 <= length < math.inf for length in lengths)
    if usable and all(length == int(length) for length in lengths) and sum(lengths) == total:
        return [int(length) for length in lengths]
    if not usable or not math.isclose(sum(lengths), 1.0):
        raise ValueError(
            f"[random_split] lengths must be whole numbers with the sum {total}, the number of "
            f"samples, or shares with the sum 1, got {list(lengths)}."
        )
    sizes = [math.floor(total * length) for length in lengths]
    for part in range(total - sum(sizes)):
        sizes[part % len(sizes)] += 1
    return sizes


def stratified_split(
    labels: ArrayLike, test_size: int, *, seed: int = 0
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Indices of a training and of a test part, both with every class in its share.

    Class c of n_c samples among N gives n_c·test_size/N of them, rounded down or up, to the test
    part. The same labels and seed give the same split with every version of NumPy.

    Args:
        labels: one a sample.
        test_size: how many samples the test part has.
        seed: which of the possible splits.

    Shape:
        labels: (N,). Returns (N - test_size,) and (test_size,), each sorted.

    Raises:
        ValueError: labels has not one axis, or test_size is not between 0 and N.
        TypeError: test_size is not a whole number.

    Example:
        >>> from deepcore.data import stratified_split
        >>> train, test = stratified_split([0, 0, 0, 0, 1, 1], 3)
        >>> len(train), len(test)
        (3, 3)
    """
    array: NDArray[Any] = np.asarray(labels)
    if array.ndim != 1:
        raise ValueError(
            f"[stratified_split] labels must have one axis, got shape {array.shape}; "
            "one-hot rows become labels with argmax."
        )
    check_whole("stratified_split", "test_size", test_size)
    if not 0 <= test_size <= len(array):
        raise ValueError(
            f"[stratified_split] test_size must be from 0 to the {len(array)} samples, "
            f"got {test_size}."
        )
    # RandomState's stream is frozen, that of default_rng is not.
    shuffled = np.random.RandomState(seed).permutation(len(array))
    by_class = shuffled[np.argsort(array[shuffled], kind="stable")]
    # Positions spread evenly over samples sorted by class hit every class in its share.
    position = np.arange(len(array), dtype=np.int64)
    held_out = (position + 1) * test_size // len(array) > position * test_size // len(array)
    return np.sort(by_class[~held_out]), np.sort(by_class[held_out])
