"""Where samplers and splits take their randomness from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .._core import Generator
from .._dtype import float64
from .._random import rand, randint, randperm

__all__ = ["Generator", "drawn", "permutation", "random_source", "uniform"]


def random_source(generator: Generator | None, seed: int | None, op: str) -> Generator | None:
    """The caller's own source of randomness; None is deepcore's, which `manual_seed` starts."""
    if generator is not None and seed is not None:
        raise ValueError(f"[{op}] expected generator or seed, got both; each sets the order.")
    if generator is not None and not isinstance(generator, Generator):
        raise TypeError(
            f"[{op}] generator must be a deepcore.Generator, got {type(generator).__name__}; "
            "seed=0 or deepcore.Generator().manual_seed(0) repeats a run."
        )
    return generator if seed is None else Generator().manual_seed(seed)


def permutation(size: int, source: Generator | None) -> NDArray[np.int64]:
    """The numbers 0 … size − 1 in random order."""
    order: NDArray[np.int64] = randperm(size, generator=source).numpy()
    return order


def drawn(count: int, size: int, source: Generator | None) -> NDArray[np.int64]:
    """`count` numbers, each any of 0 … size − 1."""
    numbers: NDArray[np.int64] = randint(0, size, (count,), generator=source).numpy()
    return numbers


def uniform(count: int, source: Generator | None) -> NDArray[np.float64]:
    """`count` numbers in [0, 1)."""
    numbers: NDArray[np.float64] = rand(count, generator=source, dtype=float64).numpy()
    return numbers
