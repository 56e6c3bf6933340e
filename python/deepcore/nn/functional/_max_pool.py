"""The greatest elements of windows, and the way back."""

from __future__ import annotations

from typing import Any

from ... import _core
from ..._core import Tensor
from ._check import Window


def max_pool1d(
    input: Tensor,
    kernel_size: Window,
    stride: Window | None = None,
    padding: Window = 0,
    dilation: Window = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The greatest element of every window, and with return_indices where it is.

    See `nn.MaxPool1d`.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.max_pool1d(dc.tensor([[1.0, 3.0, 2.0, 4.0]]), 2)
        tensor([[3., 4.]])
    """
    pool = _core.max_pool1d_with_indices if return_indices else _core.max_pool1d
    return pool(input, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool2d(
    input: Tensor,
    kernel_size: Window,
    stride: Window | None = None,
    padding: Window = 0,
    dilation: Window = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The greatest element of every window, and with return_indices where it is.

    See `nn.MaxPool2d`.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.max_pool2d(dc.tensor([[[1.0, 3.0], [2.0, 4.0]]]), 2)
        tensor([[[4.]]])
    """
    pool = _core.max_pool2d_with_indices if return_indices else _core.max_pool2d
    return pool(input, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool3d(
    input: Tensor,
    kernel_size: Window,
    stride: Window | None = None,
    padding: Window = 0,
    dilation: Window = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The greatest element of every window, and with return_indices where it is.

    See `nn.MaxPool3d`.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.max_pool3d(dc.tensor([[[[1.0, 3.0], [2.0, 4.0]]]]), (1, 2, 2))
        tensor([[[[4.]]]])
    """
    pool = _core.max_pool3d_with_indices if return_indices else _core.max_pool3d
    return pool(input, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool1d_with_indices(
    input: Tensor,
    kernel_size: Window,
    stride: Window | None = None,
    padding: Window = 0,
    dilation: Window = 1,
    ceil_mode: bool = False,
    return_indices: bool = True,
) -> tuple[Tensor, Tensor]:
    """The greatest element of every window, and where it is; see `nn.MaxPool1d`.

    Args:
        return_indices: accepted for PyTorch's sake; they are always returned.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.max_pool1d_with_indices(dc.tensor([[1.0, 3.0, 2.0, 4.0]]), 2)[1]
        tensor([[1, 3]])
    """
    return _core.max_pool1d_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool2d_with_indices(
    input: Tensor,
    kernel_size: Window,
    stride: Window | None = None,
    padding: Window = 0,
    dilation: Window = 1,
    ceil_mode: bool = False,
    return_indices: bool = True,
) -> tuple[Tensor, Tensor]:
    """The greatest element of every window, and where it is; see `nn.MaxPool2d`.

    Args:
        return_indices: accepted for PyTorch's sake; they are always returned.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.max_pool2d_with_indices(dc.tensor([[[1.0, 3.0], [2.0, 4.0]]]), 2)[1]
        tensor([[[3]]])
    """
    return _core.max_pool2d_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool3d_with_indices(
    input: Tensor,
    kernel_size: Window,
    stride: Window | None = None,
    padding: Window = 0,
    dilation: Window = 1,
    ceil_mode: bool = False,
    return_indices: bool = True,
) -> tuple[Tensor, Tensor]:
    """The greatest element of every window, and where it is; see `nn.MaxPool3d`.

    Args:
        return_indices: accepted for PyTorch's sake; they are always returned.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.max_pool3d_with_indices(dc.tensor([[[[1.0, 3.0], [2.0, 4.0]]]]), (1, 2, 2))[1]
        tensor([[[[3]]]])
    """
    return _core.max_pool3d_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode)


def max_unpool1d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Window,
    stride: Window | None = None,
    padding: Window = 0,
    output_size: Window | None = None,
) -> Tensor:
    """Zeros, with the elements of input at the indices that max pooling gave.

    See `nn.MaxUnpool1d`.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.max_unpool1d(dc.tensor([[3.0]]), dc.tensor([[1]]), 2)
        tensor([[0., 3.]])
    """
    return _core.max_unpool1d(input, indices, kernel_size, stride, padding, output_size)


def max_unpool2d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Window,
    stride: Window | None = None,
    padding: Window = 0,
    output_size: Window | None = None,
) -> Tensor:
    """Zeros, with the elements of input at the indices that max pooling gave.

    See `nn.MaxUnpool2d`.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.max_unpool2d(dc.tensor([[[3.0]]]), dc.tensor([[[1]]]), (1, 2))
        tensor([[[0., 3.]]])
    """
    return _core.max_unpool2d(input, indices, kernel_size, stride, padding, output_size)


def max_unpool3d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Window,
    stride: Window | None = None,
    padding: Window = 0,
    output_size: Window | None = None,
) -> Tensor:
    """Zeros, with the elements of input at the indices that max pooling gave.

    See `nn.MaxUnpool3d`.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.max_unpool3d(dc.tensor([[[[3.0]]]]), dc.tensor([[[[1]]]]), (1, 1, 2))
        tensor([[[[0., 3.]]]])
    """
    return _core.max_unpool3d(input, indices, kernel_size, stride, padding, output_size)
