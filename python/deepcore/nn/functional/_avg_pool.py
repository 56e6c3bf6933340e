"""The means and power averages of windows."""

from __future__ import annotations

from ... import _core
from ..._core import Tensor
from ._check import Window


def avg_pool1d(
    input: Tensor,
    kernel_size: Window,
    stride: Window | None = None,
    padding: Window = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """The mean of every window; see `nn.AvgPool1d`.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.avg_pool1d(dc.tensor([[1.0, 3.0, 2.0, 4.0]]), 2)
        tensor([[2., 3.]])
    """
    return _core.avg_pool1d(input, kernel_size, stride, padding, ceil_mode, count_include_pad)


def avg_pool2d(
    input: Tensor,
    kernel_size: Window,
    stride: Window | None = None,
    padding: Window = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """The mean of every window; see `nn.AvgPool2d`.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.avg_pool2d(dc.tensor([[[1.0, 3.0], [2.0, 4.0]]]), 2)
        tensor([[[2.5]]])
    """
    return _core.avg_pool2d(
        input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
    )


def avg_pool3d(
    input: Tensor,
    kernel_size: Window,
    stride: Window | None = None,
    padding: Window = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """The mean of every window; see `nn.AvgPool3d`.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.avg_pool3d(dc.tensor([[[[1.0, 3.0], [2.0, 4.0]]]]), (1, 2, 2))
        tensor([[[[2.5]]]])
    """
    return _core.avg_pool3d(
        input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
    )


def lp_pool1d(
    input: Tensor,
    norm_type: float,
    kernel_size: Window,
    stride: Window | None = None,
    ceil_mode: bool = False,
) -> Tensor:
    """The power average of every window; see `nn.LPPool1d`.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.lp_pool1d(dc.tensor([[3.0, 4.0]]), 2, 2)
        tensor([[5.]])
    """
    return _core.lp_pool1d(input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(
    input: Tensor,
    norm_type: float,
    kernel_size: Window,
    stride: Window | None = None,
    ceil_mode: bool = False,
) -> Tensor:
    """The power average of every window; see `nn.LPPool2d`.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.lp_pool2d(dc.tensor([[[3.0, 4.0]]]), 2, (1, 2))
        tensor([[[5.]]])
    """
    return _core.lp_pool2d(input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool3d(
    input: Tensor,
    norm_type: float,
    kernel_size: Window,
    stride: Window | None = None,
    ceil_mode: bool = False,
) -> Tensor:
    """The power average of every window; see `nn.LPPool3d`.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.lp_pool3d(dc.tensor([[[[3.0, 4.0]]]]), 2, (1, 1, 2))
        tensor([[[[5.]]]])
    """
    return _core.lp_pool3d(input, norm_type, kernel_size, stride, ceil_mode)
