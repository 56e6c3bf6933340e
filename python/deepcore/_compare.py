"""Whether two tensors are equal, exactly or within a tolerance, as one bool."""

from __future__ import annotations

import numpy as np

from ._core import Tensor


def equal(self: Tensor, other: Tensor) -> bool:
    """Whether both have one shape and the same elements; NaN equals nothing.

    Args:
        self: a tensor.
        other: a tensor; of two dtypes the values are compared.

    Raises:
        TypeError: one is no Tensor.

    Example:
        >>> import deepcore as dc
        >>> dc.equal(dc.ones(2), dc.ones(2)), dc.equal(dc.ones(2), dc.ones(2, 1))
        (True, False)
    """
    _check("equal", self, other)
    return self.shape == other.shape and bool(self.detach().eq(other.detach()).all())


def allclose(
    self: Tensor, other: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> bool:
    """Whether |x − y| ≤ atol + rtol |y| for all elements x of self and y of other.

    Infinities are close to themselves alone.

    Args:
        self: x.
        other: y; the shapes are broadcast.
        rtol: the tolerance relative to y.
        atol: the absolute tolerance.
        equal_nan: whether NaN is close to NaN.

    Raises:
        TypeError: one is no Tensor.
        ValueError: a tolerance is negative, or the shapes do not broadcast.

    Example:
        >>> import deepcore as dc
        >>> dc.allclose(dc.tensor([1.0, 2.0]), dc.tensor([1.0, 2.00001]))
        True
    """
    _check("allclose", self, other)
    if not (rtol >= 0 and atol >= 0):
        raise ValueError(f"[allclose] rtol and atol must not be negative, got {rtol} and {atol}.")
    x, y = self.detach().numpy(), other.detach().numpy()
    try:
        np.broadcast_shapes(x.shape, y.shape)
    except ValueError as error:
        raise ValueError(f"[allclose] shapes {x.shape} and {y.shape} do not broadcast.") from error
    return np.allclose(x, y, rtol, atol, equal_nan)


def _check(op: str, *tensors: Tensor) -> None:
    for name, value in zip(("input", "other"), tensors, strict=True):
        if not isinstance(value, Tensor):
            raise TypeError(f"[{op}] {name} must be a Tensor, got {type(value).__name__}.")
