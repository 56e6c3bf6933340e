"""The means and power averages of windows."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from .._core import Tensor
from . import functional as F
from ._module import Module
from .functional._check import Window, for_each_axis


class _AvgPool(Module):
    """What the layers for one, two and three axes share."""

    def __init__(
        self,
        kernel_size: Window,
        stride: Window | None = None,
        padding: Window = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool1d(_AvgPool):
    """The mean of every window of a line, channel by channel.

    y = Σ x / n over the elements of a window, where the padding is zero.

    Args:
        kernel_size: the elements of a window; one number, like the two below.
        stride: from one window to the next; kernel_size if absent.
        padding: zeros added at both ends, at most half of the window.
        ceil_mode: round the output's size up: a last window may reach beyond the padding, where
            nothing counts.
        count_include_pad: whether n counts the padding.

    Shape:
        (N, C, L) or (C, L); the output's is the same with
        out = ⌊(in + 2 padding − kernel_size) / stride⌋ + 1.

    Raises:
        ValueError: the windows do not fit into the padded input, or a size is too small:
            kernel_size and stride are at least 1, padding is at least 0 and at most half of the
            window.
        TypeError: the input is neither float32 nor float64.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.AvgPool1d(2)(dc.zeros(2, 3, 8)).shape
        (2, 3, 4)
    """

    def __init__(
        self,
        kernel_size: Window,
        stride: Window | None = None,
        padding: Window = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__(kernel_size, stride, padding, ceil_mode, count_include_pad)
        # Tuples, as PyTorch's layer for one axis has them.
        self.kernel_size = for_each_axis(self.kernel_size, 1)
        self.stride = for_each_axis(self.stride, 1)
        self.padding = for_each_axis(self.padding, 1)

    def forward(self, input: Tensor) -> Tensor:
        return F.avg_pool1d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
        )


class AvgPool2d(_AvgPool):
    """The mean of every window of an image, channel by channel.

    y = Σ x / n over the elements of a window, where the padding is zero.

    Args:
        kernel_size: the elements of a window; one number, or one for each of H and W, like the two
            below.
        stride: from one window to the next; kernel_size if absent.
        padding: zeros added at both ends, at most half of the window.
        ceil_mode: round the output's size up: a last window may reach beyond the padding, where
            nothing counts.
        count_include_pad: whether n counts the padding.
        divisor_override: what every sum is divided by instead of the number of elements.

    Shape:
        (N, C, H, W) or (C, H, W); the output's is the same with
        out = ⌊(in + 2 padding − kernel_size) / stride⌋ + 1.

    Raises:
        ValueError: the windows do not fit into the padded input, or a size is too small:
            kernel_size and stride are at least 1, padding is at least 0 and at most half of the
            window.
        TypeError: the input is neither float32 nor float64.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.AvgPool2d(2)(dc.zeros(2, 3, 8, 8)).shape
        (2, 3, 4, 4)
    """

    def __init__(
        self,
        kernel_size: Window,
        stride: Window | None = None,
        padding: Window = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__(kernel_size, stride, padding, ceil_mode, count_include_pad)
        self.divisor_override = divisor_override

    def forward(self, input: Tensor) -> Tensor:
        return F.avg_pool2d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )


class AvgPool3d(_AvgPool):
    """The mean of every window of a volume, channel by channel.

    y = Σ x / n over the elements of a window, where the padding is zero.

    Args:
        kernel_size: the elements of a window; one number, or one for each of D, H and W, like the
            two below.
        stride: from one window to the next; kernel_size if absent.
        padding: zeros added at both ends, at most half of the window.
        ceil_mode: round the output's size up: a last window may reach beyond the padding, where
            nothing counts.
        count_include_pad: whether n counts the padding.
        divisor_override: what every sum is divided by instead of the number of elements.

    Shape:
        (N, C, D, H, W) or (C, D, H, W); the output's is the same with
        out = ⌊(in + 2 padding − kernel_size) / stride⌋ + 1.

    Raises:
        ValueError: the windows do not fit into the padded input, or a size is too small:
            kernel_size and stride are at least 1, padding is at least 0 and at most half of the
            window.
        TypeError: the input is neither float32 nor float64.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.AvgPool3d(2)(dc.zeros(2, 3, 4, 8, 8)).shape
        (2, 3, 2, 4, 4)
    """

    def __init__(
        self,
        kernel_size: Window,
        stride: Window | None = None,
        padding: Window = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__(kernel_size, stride, padding, ceil_mode, count_include_pad)
        self.divisor_override = divisor_override

    def forward(self, input: Tensor) -> Tensor:
        return F.avg_pool3d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )


class _LPPool(Module):
    """What the layers for one, two and three axes share."""

    _pool: ClassVar[Callable[..., Tensor]]

    def __init__(
        self,
        norm_type: float,
        kernel_size: Window,
        stride: Window | None = None,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.norm_type = norm_type
        self.kernel_size = kernel_size
        self.stride = stride
        self.ceil_mode = ceil_mode

    def forward(self, input: Tensor) -> Tensor:
        return self._pool(input, self.norm_type, self.kernel_size, self.stride, self.ceil_mode)

    def extra_repr(self) -> str:
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"ceil_mode={self.ceil_mode}"
        )


class LPPool1d(_LPPool):
    """The power average of every window of a line, channel by channel.

    y = (Σ xᵖ)^(1/p) over the elements of a window; for p = ∞ the greatest |x|. Where the sum is
    zero, the gradient is zero.

    Args:
        norm_type: p, any number but zero; 1 gives sums.
        kernel_size: the elements of a window; one number.
        stride: from one window to the next; kernel_size if absent.
        ceil_mode: round the output's size up: a last window may reach beyond the end, and counts
            as if what is missing were like what is there, as in PyTorch.

    Shape:
        (N, C, L) or (C, L); the output's is the same with
        out = ⌊(in − kernel_size) / stride⌋ + 1.

    Raises:
        ValueError: norm_type is zero, or the windows do not fit into the input.
        TypeError: the input is neither float32 nor float64.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.LPPool1d(2, 2)(dc.zeros(2, 3, 8)).shape
        (2, 3, 4)
    """

    _pool = staticmethod(F.lp_pool1d)


class LPPool2d(_LPPool):
    """The power average of every window of an image, channel by channel.

    y = (Σ xᵖ)^(1/p) over the elements of a window; for p = ∞ the greatest |x|. Where the sum is
    zero, the gradient is zero.

    Args:
        norm_type: p, any number but zero; 1 gives sums.
        kernel_size: the elements of a window; one number, or one for each of H and W.
        stride: from one window to the next; kernel_size if absent.
        ceil_mode: round the output's size up: a last window may reach beyond the end, and counts
            as if what is missing were like what is there, as in PyTorch.

    Shape:
        (N, C, H, W) or (C, H, W); the output's is the same with
        out = ⌊(in − kernel_size) / stride⌋ + 1.

    Raises:
        ValueError: norm_type is zero, or the windows do not fit into the input.
        TypeError: the input is neither float32 nor float64.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.LPPool2d(2, 2)(dc.zeros(2, 3, 8, 8)).shape
        (2, 3, 4, 4)
    """

    _pool = staticmethod(F.lp_pool2d)


class LPPool3d(_LPPool):
    """The power average of every window of a volume, channel by channel.

    y = (Σ xᵖ)^(1/p) over the elements of a window; for p = ∞ the greatest |x|. Where the sum is
    zero, the gradient is zero.

    Args:
        norm_type: p, any number but zero; 1 gives sums.
        kernel_size: the elements of a window; one number, or one for each of D, H and W.
        stride: from one window to the next; kernel_size if absent.
        ceil_mode: round the output's size up: a last window may reach beyond the end, and counts
            as if what is missing were like what is there, as in PyTorch.

    Shape:
        (N, C, D, H, W) or (C, D, H, W); the output's is the same with
        out = ⌊(in − kernel_size) / stride⌋ + 1.

    Raises:
        ValueError: norm_type is zero, or the windows do not fit into the input.
        TypeError: the input is neither float32 nor float64.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.LPPool3d(2, 2)(dc.zeros(2, 3, 4, 8, 8)).shape
        (2, 3, 2, 4, 4)
    """

    _pool = staticmethod(F.lp_pool3d)
