"""What targets must hold for a loss to mean something, and inputs; said before the first step."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._core import Tensor

_TOLERANCE = 1e-3  # of sums of probabilities: a thousand classes in float32 are off by 1e-5


def check_shares(op: str, target: Tensor) -> None:
    """ValueError unless all targets are from 0 to 1, as a binary cross-entropy needs them.

    Outside of that the loss has no lower bound, and training runs away without a sign.
    """
    values = target.numpy()
    outside = (values < 0) | (values > 1)
    if not outside.any():
        return
    where = tuple(np.argwhere(outside)[0])
    labels = np.unique(values)
    hint = "divide by the largest, or take a loss of any numbers, such as 'mse'"
    if len(labels) <= 2:
        hint = f"map the two labels to 0 and 1, such as with y == {labels[-1]:g}"
    raise ValueError(
        f"[{op}] y must be from 0 to 1 for a binary cross-entropy, got {values[where]:g} at row "
        f"{where[0]}; {hint}."
    )


def check_probabilities(op: str, target: Tensor) -> None:
    """ValueError unless all targets are probabilities of classes, which lie along axis 1."""
    values = target.numpy()
    negative = values < 0
    if negative.any():
        where = tuple(np.argwhere(negative)[0])
        raise ValueError(
            f"[{op}] y must hold probabilities of classes, got {values[where]:g} at row "
            f"{where[0]}; pass class indices (N,), or rows that sum to 1."
        )
    sums = values.sum(1, dtype=np.float64)
    wrong = np.abs(sums - 1) > _TOLERANCE
    if wrong.any():
        where = tuple(np.argwhere(wrong)[0])
        raise ValueError(
            f"[{op}] y must hold probabilities of classes, which sum to 1, got a sum of "
            f"{sums[where]:g} at row {where[0]}; divide each row by its sum, or pass class indices "
            "(N,)."
        )


def warn_of_broadcast(op: str, output_shape: tuple[int, ...], shape: tuple[int, ...]) -> None:
    """UserWarning where arithmetic of output and target would pair every row with every other.

    A function may well squeeze one of them before, which is why this is not an error.
    """
    rows, own, wanted = shape[0], shape[1:], output_shape[1:]
    if {own, wanted} != {(), (1,)} or rows == 1:
        return
    fix = "y.reshape(-1, 1)" if wanted else "y.reshape(-1)"
    warnings.warn(
        f"[{op}] y has shape {shape} and the model's output {(rows, *wanted)}: in a loss of your "
        f"own their difference has shape {(rows, rows)}; pass {fix}, unless the loss brings them "
        "into one shape.",
        UserWarning,
        stacklevel=6,  # the call of fit
    )


def warn_of_bytes(op: str, x: NDArray[Any]) -> None:
    """UserWarning where images are bytes: of inputs up to 255 the first steps are far too large."""
    if x.dtype == np.uint8 and x.ndim > 2 and x.max(initial=0) > 1:
        warnings.warn(
            f"[{op}] x is uint8 with values up to {x.max()}, which the model takes as they are; "
            "x / 255 is usual.",
            UserWarning,
            stacklevel=6,  # the call of fit
        )
