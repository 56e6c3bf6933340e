"""Padding layers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .._core import Tensor
from . import functional as F
from ._module import Module


class _Pad(Module):
    """The base of all padding layers: `padding` in the order of `functional.pad`."""

    _axes: int  # how many trailing axes are padded
    _mode: str

    def __init__(self, padding: int | Sequence[int]) -> None:
        super().__init__()
        self.padding = _as_ends(type(self).__name__, padding, 2 * self._axes)

    def forward(self, input: Tensor) -> Tensor:
        if input.ndim not in (self._axes + 1, self._axes + 2):
            raise ValueError(
                f"[{type(self).__name__}] input must have {self._axes + 1} or {self._axes + 2} "
                f"axes, got shape {input.shape}."
            )
        return F.pad(input, self.padding, self._mode)

    def extra_repr(self) -> str:
        return f"{self.padding}"


def _as_ends(layer: str, padding: int | Sequence[int], count: int) -> tuple[int, ...]:
    """One number for all ends, or one for each."""
    if isinstance(padding, (int, np.integer)):
        return (padding,) * count
    ends = tuple(padding)
    if len(ends) != count:
        raise ValueError(f"[{layer}] padding must be a number or {count} of them, got {padding!r}.")
    return ends


class _ConstantPad(_Pad):
    """Constants: input of any rank that has the axes."""

    _mode = "constant"

    def __init__(self, padding: int | Sequence[int], value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, self._mode, self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class _ZeroPad(_ConstantPad):
    """Zeros."""

    def __init__(self, padding: int | Sequence[int]) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ZeroPad1d(_ZeroPad):
    """Puts zeros around the last axis.

    Args:
        padding: how many places to add at every end, or (left, right); negative numbers crop.

    Shape:
        Input (..., L), output (..., left + L + right).

    Raises:
        ValueError: padding is neither one number nor 2.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.ZeroPad1d((1, 2))(dc.ones(1, 2))
        tensor([[0., 1., 1., 0., 0.]])
    """

    _axes = 1


class ZeroPad2d(_ZeroPad):
    """Puts zeros around the last two axes.

    Args:
        padding: how many places to add at every end, or (left, right, top, bottom); negative
            numbers crop.

    Shape:
        Input (..., H, W), output (..., top + H + bottom, left + W + right).

    Raises:
        ValueError: padding is neither one number nor 4.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.ZeroPad2d(1)(dc.ones(1, 2, 3)).shape
        (1, 4, 5)
    """

    _axes = 2


class ZeroPad3d(_ZeroPad):
    """Puts zeros around the last three axes.

    Args:
        padding: how many places to add at every end, or (left, right, top, bottom, front, back);
            negative numbers crop.

    Shape:
        Input (..., D, H, W), output (..., front + D + back, top + H + bottom, left + W + right).

    Raises:
        ValueError: padding is neither one number nor 6.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.ZeroPad3d(1)(dc.ones(1, 2, 3, 4)).shape
        (1, 4, 5, 6)
    """

    _axes = 3


class ConstantPad1d(_ConstantPad):
    """Puts a constant around the last axis.

    Args:
        padding: how many places to add at every end, or (left, right); negative numbers crop.
        value: the constant.

    Shape:
        Input (..., L), output (..., left + L + right).

    Raises:
        ValueError: padding is neither one number nor 2.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.ConstantPad1d(1, 5.0)(dc.ones(1, 2))
        tensor([[5., 1., 1., 5.]])
    """

    _axes = 1


class ConstantPad2d(_ConstantPad):
    """Puts a constant around the last two axes.

    Args:
        padding: how many places to add at every end, or (left, right, top, bottom); negative
            numbers crop.
        value: the constant.

    Shape:
        Input (..., H, W), output (..., top + H + bottom, left + W + right).

    Raises:
        ValueError: padding is neither one number nor 4.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.ConstantPad2d(1, 5.0)(dc.ones(1, 2, 3)).shape
        (1, 4, 5)
    """

    _axes = 2


class ConstantPad3d(_ConstantPad):
    """Puts a constant around the last three axes.

    Args:
        padding: how many places to add at every end, or (left, right, top, bottom, front, back);
            negative numbers crop.
        value: the constant.

    Shape:
        Input (..., D, H, W), output (..., front + D + back, top + H + bottom, left + W + right).

    Raises:
        ValueError: padding is neither one number nor 6.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.ConstantPad3d(1, 5.0)(dc.ones(1, 2, 3, 4)).shape
        (1, 4, 5, 6)
    """

    _axes = 3


class ReflectionPad1d(_Pad):
    """Mirrors the elements of the last axis at the outermost ones, which are not repeated.

    Args:
        padding: how many places to add at every end, or (left, right); negative numbers crop.

    Shape:
        Input (C, L) or (N, C, L), output (..., left + L + right).

    Raises:
        ValueError: padding is neither one number nor 2; or a pad is not smaller than its axis.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.ReflectionPad1d(2)(dc.tensor([[1.0, 2.0, 3.0]]))
        tensor([[3., 2., 1., 2., 3., 2., 1.]])
    """

    _axes = 1
    _mode = "reflect"


class ReflectionPad2d(_Pad):
    """Mirrors the elements of the last two axes at the outermost ones, which are not repeated.

    Args:
        padding: how many places to add at every end, or (left, right, top, bottom); negative
            numbers crop.

    Shape:
        Input (C, H, W) or (N, C, H, W), output (..., top + H + bottom, left + W + right).

    Raises:
        ValueError: padding is neither one number nor 4; or a pad is not smaller than its axis.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.ReflectionPad2d(1)(dc.ones(1, 2, 3)).shape
        (1, 4, 5)
    """

    _axes = 2
    _mode = "reflect"


class ReflectionPad3d(_Pad):
    """Mirrors the elements of the last three axes at the outermost ones, which are not repeated.

    Args:
        padding: how many places to add at every end, or (left, right, top, bottom, front, back);
            negative numbers crop.

    Shape:
        Input (C, D, H, W) or (N, C, D, H, W), output (..., front + D + back, top + H + bottom, left
        + W + right).

    Raises:
        ValueError: padding is neither one number nor 6; or a pad is not smaller than its axis.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.ReflectionPad3d(1)(dc.ones(1, 2, 3, 4)).shape
        (1, 4, 5, 6)
    """

    _axes = 3
    _mode = "reflect"


class ReplicationPad1d(_Pad):
    """Repeats the outermost elements of the last axis.

    Args:
        padding: how many places to add at every end, or (left, right); negative numbers crop.

    Shape:
        Input (C, L) or (N, C, L), output (..., left + L + right).

    Raises:
        ValueError: padding is neither one number nor 2.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.ReplicationPad1d(2)(dc.tensor([[1.0, 2.0]]))
        tensor([[1., 1., 1., 2., 2., 2.]])
    """

    _axes = 1
    _mode = "replicate"


class ReplicationPad2d(_Pad):
    """Repeats the outermost elements of the last two axes.

    Args:
        padding: how many places to add at every end, or (left, right, top, bottom); negative
            numbers crop.

    Shape:
        Input (C, H, W) or (N, C, H, W), output (..., top + H + bottom, left + W + right).

    Raises:
        ValueError: padding is neither one number nor 4.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.ReplicationPad2d(1)(dc.ones(1, 2, 3)).shape
        (1, 4, 5)
    """

    _axes = 2
    _mode = "replicate"


class ReplicationPad3d(_Pad):
    """Repeats the outermost elements of the last three axes.

    Args:
        padding: how many places to add at every end, or (left, right, top, bottom, front, back);
            negative numbers crop.

    Shape:
        Input (C, D, H, W) or (N, C, D, H, W), output (..., front + D + back, top + H + bottom, left
        + W + right).

    Raises:
        ValueError: padding is neither one number nor 6.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.ReplicationPad3d(1)(dc.ones(1, 2, 3, 4)).shape
        (1, 4, 5, 6)
    """

    _axes = 3
    _mode = "replicate"


class CircularPad1d(_Pad):
    """Goes round: what lies beyond one end of the last axis is the other end.

    Args:
        padding: how many places to add at every end, or (left, right); negative numbers crop.

    Shape:
        Input (C, L) or (N, C, L), output (..., left + L + right).

    Raises:
        ValueError: padding is neither one number nor 2; or a pad is greater than its axis.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.CircularPad1d((1, 0))(dc.tensor([[1.0, 2.0, 3.0]]))
        tensor([[3., 1., 2., 3.]])
    """

    _axes = 1
    _mode = "circular"


class CircularPad2d(_Pad):
    """Goes round: what lies beyond one end of the last two axes is the other end.

    Args:
        padding: how many places to add at every end, or (left, right, top, bottom); negative
            numbers crop.

    Shape:
        Input (C, H, W) or (N, C, H, W), output (..., top + H + bottom, left + W + right).

    Raises:
        ValueError: padding is neither one number nor 4; or a pad is greater than its axis.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.CircularPad2d(1)(dc.ones(1, 2, 3)).shape
        (1, 4, 5)
    """

    _axes = 2
    _mode = "circular"


class CircularPad3d(_Pad):
    """Goes round: what lies beyond one end of the last three axes is the other end.

    Args:
        padding: how many places to add at every end, or (left, right, top, bottom, front, back);
            negative numbers crop.

    Shape:
        Input (C, D, H, W) or (N, C, D, H, W), output (..., front + D + back, top + H + bottom, left
        + W + right).

    Raises:
        ValueError: padding is neither one number nor 6; or a pad is greater than its axis.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.CircularPad3d(1)(dc.ones(1, 2, 3, 4)).shape
        (1, 4, 5, 6)
    """

    _axes = 3
    _mode = "circular"
