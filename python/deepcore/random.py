"""Random tensors by shape and distribution, under Keras's names."""

from __future__ import annotations

from typing import Any

from ._core import Generator, Tensor
from ._creation import _shape, _Size, empty
from ._dtype import float32
from ._random import (
    default_generator,
    get_rng_state,
    initial_seed,
    manual_seed,
    seed,
    set_rng_state,
)

__all__ = [
    "Generator",
    "default_generator",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "normal",
    "seed",
    "set_rng_state",
    "uniform",
]


def normal(
    shape: _Size,
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: Any = None,
    seed: Generator | int | None = None,
) -> Tensor:
    """Numbers drawn from the normal distribution N(mean, stddev²).

    Args:
        shape: the sizes of the axes.
        mean: the mean.
        stddev: the standard deviation.
        dtype: float32 (the default) or float64.
        seed: a number gives the same tensor each time; a Generator is drawn from; None draws from
            the process's.

    Raises:
        ValueError: stddev is negative.

    Example:
        >>> import deepcore as dc
        >>> dc.random.normal((2, 3)).shape
        (2, 3)
    """
    x = empty(_shape((shape,)), dtype=dtype or float32)
    return x.normal_(mean, stddev, generator=_generator(seed))


def uniform(
    shape: _Size,
    minval: float = 0.0,
    maxval: float = 1.0,
    dtype: Any = None,
    seed: Generator | int | None = None,
) -> Tensor:
    """Numbers drawn evenly from [minval, maxval).

    Args:
        shape: the sizes of the axes.
        minval: the least number.
        maxval: what all numbers are below.
        dtype: float32 (the default) or float64.
        seed: a number gives the same tensor each time; a Generator is drawn from; None draws from
            the process's.

    Raises:
        ValueError: minval is above maxval.

    Example:
        >>> import deepcore as dc
        >>> dc.random.uniform((2, 3), -1.0, 1.0).shape
        (2, 3)
    """
    x = empty(_shape((shape,)), dtype=dtype or float32)
    return x.uniform_(minval, maxval, generator=_generator(seed))


def _generator(seed: Generator | int | None) -> Generator | None:
    return Generator().manual_seed(seed) if isinstance(seed, int) else seed
