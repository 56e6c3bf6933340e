"""New tensors: from data, from a value, from a rule."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import _core
from ._core import Tensor
from ._device import check_device
from ._dtype import SHARED, float32, int64

_Size = int | Sequence[int]
_Where = Any  # None, 'cpu' or a device


def _shape(size: tuple[_Size, ...]) -> tuple[int, ...]:
    if len(size) == 1 and not hasattr(size[0], "__index__"):
        return tuple(size[0])
    return size  # type: ignore[return-value]  # ints: the extension checks each


def _finish(x: Tensor, device: _Where, requires_grad: bool) -> Tensor:
    check_device(device)
    if requires_grad:
        x.requires_grad = True
    return x


def tensor(
    data: Any, dtype: Any = None, device: _Where = None, requires_grad: bool = False
) -> Tensor:
    """Copies numbers into a new tensor.

    Args:
        data: anything `numpy.asarray` takes. Python floats become float32, integers int64; arrays
            and NumPy scalars keep their dtype, but integers other than uint8 become int64 and
            float16 becomes float32.
        dtype: the element type, when not the data's own.
        device: None or 'cpu'.
        requires_grad: whether backward gives it a gradient.

    Raises:
        ValueError: rows of unequal length, or a device that is not the CPU.
        TypeError: data that are not numbers, or requires_grad on integers.

    Example:
        >>> import deepcore as dc
        >>> dc.tensor([[1, 2], [3, 4]]).shape
        (2, 2)
    """
    return _finish(_core.tensor(data, dtype), device, requires_grad)


def as_tensor(data: Any, dtype: Any = None, device: _Where = None) -> Tensor:
    """A tensor of numbers, in the memory that they are in where a tensor can have it.

    Args:
        data: a Tensor, which is given back or converted, with its place in the graph; or anything
            that `tensor` takes. An array shares its memory if it is writable, contiguous in C order
            and of one of the five dtypes.
        dtype: the element type, when not the data's own.
        device: None or 'cpu'.

    Raises:
        ValueError: rows of unequal length, or a device that is not the CPU.
        TypeError: data that are not numbers.

    Example:
        >>> import deepcore as dc
        >>> x = dc.ones(2)
        >>> dc.as_tensor(x) is x
        True
    """
    check_device(device)
    if not isinstance(data, Tensor):
        shares = isinstance(data, np.ndarray) and data.dtype in SHARED and data.flags.carray
        data = _core.from_numpy(data) if shares else _core.tensor(data, dtype)
    x: Tensor = data
    return x if dtype is None else x._cast(dtype)


def full(
    size: _Size,
    fill_value: float,
    *,
    dtype: Any = None,
    device: _Where = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of shape `size` filled with `fill_value`, of the value's own kind unless `dtype`.

    Raises:
        ValueError: a size is negative.

    Example:
        >>> import deepcore as dc
        >>> dc.full((2,), 7)
        tensor([7, 7])
    """
    if dtype is None:
        dtype = (
            _core.dtype.bool
            if isinstance(fill_value, bool)
            else (int64 if isinstance(fill_value, int) else float32)
        )
    x = _core.full(_shape((size,)), fill_value, _core.to_dtype(dtype))
    return _finish(x, device, requires_grad)


def zeros(
    *size: _Size, dtype: Any = float32, device: _Where = None, requires_grad: bool = False
) -> Tensor:
    """A tensor of zeros: `zeros(2, 3)` or `zeros((2, 3))`.

    Raises:
        ValueError: a size is negative.

    Example:
        >>> import deepcore as dc
        >>> dc.zeros(2, 2)
        tensor([[0., 0.],
                [0., 0.]])
    """
    return _finish(
        _core.full(_shape(size), 0, _core.to_dtype(dtype or float32)), device, requires_grad
    )


def ones(
    *size: _Size, dtype: Any = float32, device: _Where = None, requires_grad: bool = False
) -> Tensor:
    """A tensor of ones: `ones(2, 3)` or `ones((2, 3))`.

    Raises:
        ValueError: a size is negative.

    Example:
        >>> import deepcore as dc
        >>> dc.ones(3)
        tensor([1., 1., 1.])
    """
    return _finish(
        _core.full(_shape(size), 1, _core.to_dtype(dtype or float32)), device, requires_grad
    )


def empty(
    *size: _Size, dtype: Any = float32, device: _Where = None, requires_grad: bool = False
) -> Tensor:
    """A tensor whose elements are whatever memory held.

    Raises:
        ValueError: a size is negative.

    Example:
        >>> import deepcore as dc
        >>> dc.empty(2, 3).shape
        (2, 3)
    """
    return _finish(
        _core.empty(_shape(size), _core.to_dtype(dtype or float32)), device, requires_grad
    )


def full_like(x: Tensor, fill_value: float, *, dtype: Any = None, **options: Any) -> Tensor:
    """A tensor of x's shape, and dtype unless given, filled with `fill_value`.

    Example:
        >>> import deepcore as dc
        >>> dc.full_like(dc.zeros(2), 7)
        tensor([7., 7.])
    """
    return full(x.shape, fill_value, dtype=dtype or x.dtype, **options)


def zeros_like(x: Tensor, *, dtype: Any = None, **options: Any) -> Tensor:
    """Zeros of x's shape, and dtype unless given.

    Example:
        >>> import deepcore as dc
        >>> dc.zeros_like(dc.arange(2))
        tensor([0, 0])
    """
    return zeros(x.shape, dtype=dtype or x.dtype, **options)


def ones_like(x: Tensor, *, dtype: Any = None, **options: Any) -> Tensor:
    """Ones of x's shape, and dtype unless given.

    Example:
        >>> import deepcore as dc
        >>> dc.ones_like(dc.arange(2))
        tensor([1, 1])
    """
    return ones(x.shape, dtype=dtype or x.dtype, **options)


def empty_like(x: Tensor, *, dtype: Any = None, **options: Any) -> Tensor:
    """An unfilled tensor of x's shape, and dtype unless given.

    Example:
        >>> import deepcore as dc
        >>> dc.empty_like(dc.ones(2, 3)).shape
        (2, 3)
    """
    return empty(x.shape, dtype=dtype or x.dtype, **options)


def eye(
    n: int,
    m: int | None = None,
    *,
    dtype: Any = float32,
    device: _Where = None,
    requires_grad: bool = False,
) -> Tensor:
    """The n x m matrix (n x n by default) with ones on the diagonal and zeros elsewhere.

    Raises:
        ValueError: a size is negative.

    Example:
        >>> import deepcore as dc
        >>> dc.eye(2)
        tensor([[1., 0.],
                [0., 1.]])
    """
    x = _core.eye(n, n if m is None else m, _core.to_dtype(dtype or float32))
    return _finish(x, device, requires_grad)


def arange(
    start: float,
    end: float | None = None,
    step: float = 1,
    *,
    dtype: Any = None,
    device: _Where = None,
    requires_grad: bool = False,
) -> Tensor:
    """The numbers start, start + step, ... below end: ⌈(end − start) / step⌉ of them.

    `arange(end)` starts at 0. Whole-number arguments give int64, others float32.

    Raises:
        ValueError: step is 0, or leads away from end, or a bound is not finite.

    Example:
        >>> import deepcore as dc
        >>> dc.arange(3)
        tensor([0, 1, 2])
    """
    if end is None:
        start, end = 0, start
    start, end, step = map(_number, (start, end, step))
    if not all(map(math.isfinite, (start, end, step))):
        raise ValueError(f"[arange] bounds must be finite, got {start}, {end} and step {step}.")
    if step == 0 or (end - start) / step < 0:
        raise ValueError(
            f"[arange] step must lead from start to end, got {start}, {end} and step {step}."
        )
    whole = all(isinstance(v, int) for v in (start, end, step))
    if dtype is None:
        dtype = int64 if whole else float32
    count = math.ceil((end - start) / step)
    if whole:  # exactly, also beyond 2**53
        count = -int((start - end) // step)
    return _finish(_core.arange(start, step, count, _core.to_dtype(dtype)), device, requires_grad)


def _number(value: Any) -> float:
    """An int of what counts as one (NumPy's integers, integer tensors), a float otherwise."""
    try:
        return operator.index(value)
    except TypeError:
        return float(value)


def linspace(
    start: float,
    end: float,
    steps: int,
    *,
    dtype: Any = float32,
    device: _Where = None,
    requires_grad: bool = False,
) -> Tensor:
    """`steps` evenly spaced numbers from start to end, both included.

    Raises:
        ValueError: steps is negative.

    Example:
        >>> import deepcore as dc
        >>> dc.linspace(0, 1, 3)
        tensor([0. , 0.5, 1. ])
    """
    x = _core.linspace(start, end, steps, _core.to_dtype(dtype or float32))
    return _finish(x, device, requires_grad)


def is_tensor(x: object) -> bool:
    """Whether x is a deepcore Tensor.

    Example:
        >>> import deepcore as dc
        >>> dc.is_tensor(dc.ones(1)), dc.is_tensor(1.0)
        (True, False)
    """
    return isinstance(x, Tensor)


def numel(x: Tensor) -> int:
    """The number of elements of x.

    Example:
        >>> import deepcore as dc
        >>> dc.numel(dc.ones(2, 3))
        6
    """
    return x.numel()
