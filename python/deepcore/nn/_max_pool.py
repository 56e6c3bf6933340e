"""The greatest elements of windows, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from .._core import Tensor
from . import functional as F
from ._conv import as_tuple
from ._module import Module
from .functional._check import Window, for_each_axis


class _MaxPool(Module):
    """What the layers for one, two and three axes share."""

    _axes: ClassVar[int]
    _pool: ClassVar[Callable[..., Any]]

    def __init__(
        self,
        kernel_size: Window,
        stride: Window | None = None,
        padding: Window = 0,
        dilation: Window = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode
        for name, least in (("kernel_size", 1), ("stride", 1), ("padding", 0), ("dilation", 1)):
            layer, given = type(self).__name__, getattr(self, name)
            if min(as_tuple(layer, name, given, self._axes)) < least:
                raise ValueError(f"[{layer}] {name} must be at least {least}, got {given!r}.")

    def forward(self, input: Tensor) -> Any:
        return self._pool(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            self.ceil_mode,
            self.return_indices,
        )

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(_MaxPool):
    """The greatest element of every window of a line, channel by channel.

    y[n, c, i] = max over k of x[n, c, i stride + k dilation − padding], where the padding is less
    than everything. NaN is greater than any number; of equal elements the first gets the gradient.

    Args:
        kernel_size: the elements of a window; one number, like the three below.
        stride: from one window to the next; kernel_size if absent.
        padding: elements added at both ends, at most half of the window.
        dilation: from one element of a window to the next.
        return_indices: also return where the maxima are, as int64 positions in the line
            counted through, which is what `nn.MaxUnpool1d` takes.
        ceil_mode: round the output's size up: a last window may reach beyond the padding.

    Shape:
        (N, C, L) or (C, L); the output's is the same with
        out = ⌊(in + 2 padding − dilation (kernel_size − 1) − 1) / stride⌋ + 1.

    Raises:
        ValueError: the windows do not fit into the padded input, or a size is too small:
            kernel_size, stride and dilation are at least 1, padding is at least 0 and at most half
            of the window.
        TypeError: the input is neither float32 nor float64.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.MaxPool1d(2)(dc.zeros(2, 3, 8)).shape
        (2, 3, 4)
    """

    _axes = 1
    _pool = staticmethod(F.max_pool1d)


class MaxPool2d(_MaxPool):
    """The greatest element of every window of an image, channel by channel.

    y[n, c, i, j] = max over k, l of x[n, c, i stride + k dilation − padding,
    j stride + l dilation − padding], where the padding is less than everything. NaN is greater than
    any number; of equal elements the first gets the gradient.

    Args:
        kernel_size: the elements of a window; one number, or one for each of H and W, like the
            three below.
        stride: from one window to the next; kernel_size if absent.
        padding: elements added at both ends, at most half of the window.
        dilation: from one element of a window to the next.
        return_indices: also return where the maxima are, as int64 positions in the image
            counted through, which is what `nn.MaxUnpool2d` takes.
        ceil_mode: round the output's size up: a last window may reach beyond the padding.

    Shape:
        (N, C, H, W) or (C, H, W); the output's is the same with
        out = ⌊(in + 2 padding − dilation (kernel_size − 1) − 1) / stride⌋ + 1.

    Raises:
        ValueError: the windows do not fit into the padded input, or a size is too small:
            kernel_size, stride and dilation are at least 1, padding is at least 0 and at most half
            of the window.
        TypeError: the input is neither float32 nor float64.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.MaxPool2d(2)(dc.zeros(2, 3, 8, 8)).shape
        (2, 3, 4, 4)
    """

    _axes = 2
    _pool = staticmethod(F.max_pool2d)


class MaxPool3d(_MaxPool):
    """The greatest element of every window of a volume, channel by channel.

    y[n, c, i] = max over k of x[n, c, i stride + k dilation − padding] with three numbers in
    place of each of i, k and the options, where the padding is less than everything. NaN is greater
    than any number; of equal elements the first gets the gradient.

    Args:
        kernel_size: the elements of a window; one number, or one for each of D, H and W, like the
            three below.
        stride: from one window to the next; kernel_size if absent.
        padding: elements added at both ends, at most half of the window.
        dilation: from one element of a window to the next.
        return_indices: also return where the maxima are, as int64 positions in the volume
            counted through, which is what `nn.MaxUnpool3d` takes.
        ceil_mode: round the output's size up: a last window may reach beyond the padding.

    Shape:
        (N, C, D, H, W) or (C, D, H, W); the output's is the same with
        out = ⌊(in + 2 padding − dilation (kernel_size − 1) − 1) / stride⌋ + 1.

    Raises:
        ValueError: the windows do not fit into the padded input, or a size is too small:
            kernel_size, stride and dilation are at least 1, padding is at least 0 and at most half
            of the window.
        TypeError: the input is neither float32 nor float64.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.MaxPool3d(2)(dc.zeros(2, 3, 4, 8, 8)).shape
        (2, 3, 2, 4, 4)
    """

    _axes = 3
    _pool = staticmethod(F.max_pool3d)


class _MaxUnpool(Module):
    """What the layers for one, two and three axes share."""

    _rank: ClassVar[int]
    _unpool: ClassVar[Callable[..., Tensor]]

    def __init__(
        self, kernel_size: Window, stride: Window | None = None, padding: Window = 0
    ) -> None:
        super().__init__()
        self.kernel_size = for_each_axis(kernel_size, self._rank)
        self.stride = self.kernel_size if stride is None else for_each_axis(stride, self._rank)
        self.padding = for_each_axis(padding, self._rank)

    def forward(self, input: Tensor, indices: Tensor, output_size: Window | None = None) -> Tensor:
        return self._unpool(
            input, indices, self.kernel_size, self.stride, self.padding, output_size
        )

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(_MaxUnpool):
    """The way back from `nn.MaxPool1d`: maxima at their indices, zero elsewhere.

    y[n, c, indices[n, c, i]] = x[n, c, i], positions counted through the line; of equal indices
    the last stays.

    Args:
        kernel_size: that of the pooling; one number, like the two below.
        stride: that of the pooling; kernel_size if absent.
        padding: that of the pooling.

    Shape:
        (N, C, L) or (C, L), and the same for the indices. The output's is the same
        with out = (in − 1) stride − 2 padding + kernel_size, or `output_size` if that is given to
        the call: with or without N and C, each less than a stride away.

    Raises:
        ValueError: indices have another shape, or output_size does not fit.
        IndexError: an index is beyond the output.
        TypeError: indices are not int64.

    Example:
        >>> import deepcore as dc
        >>> x = dc.zeros(2, 3, 8)
        >>> y, indices = dc.nn.MaxPool1d(2, return_indices=True)(x)
        >>> dc.nn.MaxUnpool1d(2)(y, indices).shape
        (2, 3, 8)
    """

    _rank = 1
    _unpool = staticmethod(F.max_unpool1d)


class MaxUnpool2d(_MaxUnpool):
    """The way back from `nn.MaxPool2d`: maxima at their indices, zero elsewhere.

    y[n, c, indices[n, c, i]] = x[n, c, i], positions counted through the image; of equal indices
    the last stays.

    Args:
        kernel_size: that of the pooling; one number, or one for each of H and W, like the two
            below.
        stride: that of the pooling; kernel_size if absent.
        padding: that of the pooling.

    Shape:
        (N, C, H, W) or (C, H, W), and the same for the indices. The output's is the same
        with out = (in − 1) stride − 2 padding + kernel_size, or `output_size` if that is given to
        the call: with or without N and C, each less than a stride away.

    Raises:
        ValueError: indices have another shape, or output_size does not fit.
        IndexError: an index is beyond the output.
        TypeError: indices are not int64.

    Example:
        >>> import deepcore as dc
        >>> x = dc.zeros(2, 3, 8, 8)
        >>> y, indices = dc.nn.MaxPool2d(2, return_indices=True)(x)
        >>> dc.nn.MaxUnpool2d(2)(y, indices).shape
        (2, 3, 8, 8)
    """

    _rank = 2
    _unpool = staticmethod(F.max_unpool2d)


class MaxUnpool3d(_MaxUnpool):
    """The way back from `nn.MaxPool3d`: maxima at their indices, zero elsewhere.

    y[n, c, indices[n, c, i]] = x[n, c, i], positions counted through the volume; of equal indices
    the last stays.

    Args:
        kernel_size: that of the pooling; one number, or one for each of D, H and W, like the two
            below.
        stride: that of the pooling; kernel_size if absent.
        padding: that of the pooling.

    Shape:
        (N, C, D, H, W) or (C, D, H, W), and the same for the indices. The output's is the same
        with out = (in − 1) stride − 2 padding + kernel_size, or `output_size` if that is given to
        the call: with or without N and C, each less than a stride away.

    Raises:
        ValueError: indices have another shape, or output_size does not fit.
        IndexError: an index is beyond the output.
        TypeError: indices are not int64.

    Example:
        >>> import deepcore as dc
        >>> x = dc.zeros(2, 3, 4, 8, 8)
        >>> y, indices = dc.nn.MaxPool3d(2, return_indices=True)(x)
        >>> dc.nn.MaxUnpool3d(2)(y, indices).shape
        (2, 3, 4, 8, 8)
    """

    _rank = 3
    _unpool = staticmethod(F.max_unpool3d)
