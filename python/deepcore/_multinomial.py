"""Classes drawn by their weights."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ._check import check_flag, check_whole
from ._core import Generator, Tensor
from ._creation import tensor
from ._dtype import float32, float64
from ._random import rand


def multinomial(
    input: Tensor,
    num_samples: int,
    replacement: bool = False,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """Indices of classes, drawn with probabilities that are proportional to weights.

    Without replacement a class comes once at most: each draw is from the classes that are left.

    Args:
        input: the weights, which need not sum to 1.
        num_samples: how many are drawn, K, of each row.
        replacement: draw each from all classes.
        generator: the process's unless given.

    Shape:
        input: (C,) or (N, C). Output: (K,) or (N, K), int64.

    Raises:
        ValueError: a weight is negative or not finite, a row has fewer weights above 0 than draws
            (1 with replacement), or num_samples is below 1.
        TypeError: input is not float32 or float64, or num_samples no whole number.

    Reference:
        Efraimidis and Spirakis, "Weighted Random Sampling with a Reservoir" (2006).

    Example:
        >>> import deepcore as dc
        >>> dc.multinomial(dc.tensor([0.0, 3.0, 0.0]), 2, replacement=True)
        tensor([1, 1])
        >>> sorted(dc.multinomial(dc.tensor([1.0, 0.0, 2.0]), 2).tolist())
        [0, 2]
    """
    weights = _weights(input, num_samples, replacement)
    if replacement:
        ends = (weights / weights.max(1, keepdims=True, initial=0)).cumsum(1)  # of finite sums
        places = rand(len(ends), num_samples, dtype=float64, generator=generator).numpy()
        places = places * ends[:, -1:]  # below the end even when rounded
        rows = [np.searchsorted(e, p, side="right") for e, p in zip(ends, places, strict=True)]
        drawn = np.array(rows, np.int64).reshape(places.shape)
    else:  # who comes first, if each class comes after an exponential time at its weight's rate
        times = -rand(weights.shape, dtype=float64, generator=generator).log().numpy()
        with np.errstate(divide="ignore", over="ignore"):
            drawn = np.lexsort((times / weights, weights == 0))[:, :num_samples]
    return tensor(drawn).reshape(*input.shape[:-1], num_samples)


def _multinomial(
    self: Tensor,
    num_samples: int,
    replacement: bool = False,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """`multinomial` of these weights.

    Example:
        >>> import deepcore as dc
        >>> dc.tensor([0.0, 3.0]).multinomial(1)
        tensor([1])
    """
    return multinomial(self, num_samples, replacement, generator=generator)


def _weights(input: Tensor, num_samples: int, replacement: bool) -> NDArray[np.float64]:
    """The rows of a multinomial's weights, checked."""
    if not isinstance(input, Tensor):
        raise TypeError(f"[multinomial] input must be a Tensor, got {type(input).__name__}.")
    if input.dtype not in (float32, float64):
        raise TypeError(f"[multinomial] input must be float32 or float64, got {input.dtype.name}.")
    if input.ndim not in (1, 2):
        raise ValueError(f"[multinomial] input must be (C,) or (N, C), got shape {input.shape}.")
    check_whole("multinomial", "num_samples", num_samples)
    check_flag("multinomial", "replacement", replacement)
    if num_samples < 1:
        raise ValueError(f"[multinomial] num_samples must be positive, got {num_samples}.")
    weights = np.atleast_2d(input.detach().numpy()).astype(np.float64)
    if not ((weights >= 0) & (weights < np.inf)).all():
        raise ValueError(
            "[multinomial] input must be finite and not negative, got other weights; softmax(-1) "
            "makes weights of scores."
        )
    needed = 1 if replacement else num_samples
    found = int((weights > 0).sum(1).min(initial=needed))
    if found < needed:
        hint = "" if replacement else "; replacement=True draws a class again"
        raise ValueError(
            f"[multinomial] input must have {needed} weights above 0 or more in a row, got "
            f"{found}{hint}."
        )
    return weights


Tensor.multinomial = _multinomial  # type: ignore[method-assign]
