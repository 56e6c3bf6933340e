"""Windows that make the output have a given size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from .._core import Tensor
from . import functional as F
from ._module import Module
from .functional._check import OutputSize


class _AdaptiveAvgPool(Module):
    """What the layers for one, two and three axes share."""

    _pool: ClassVar[Callable[..., Tensor]]

    def __init__(self, output_size: OutputSize) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        return self._pool(input, self.output_size)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class _AdaptiveMaxPool(Module):
    """What the layers for one, two and three axes share."""

    _pool: ClassVar[Callable[..., Any]]

    def __init__(self, output_size: OutputSize, return_indices: bool = False) -> None:
        super().__init__()
        self.output_size = output_size
        self.return_indices = return_indices

    def forward(self, input: Tensor) -> Any:
        return self._pool(input, self.output_size, self.return_indices)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(_AdaptiveAvgPool):
    """The mean of windows that are chosen so that the output has a given size.

    Output i of an axis sees the elements ⌊i in / out⌋ to ⌈(i + 1) in / out⌉ − 1.

    Args:
        output_size: one number; None is the input's size.

    Shape:
        (N, C, L) or (C, L); the output's is the same with output_size in place of
        L.

    Raises:
        ValueError: an output size is less than 1, or the input has no elements beside the batch.
        TypeError: the input is neither float32 nor float64.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.AdaptiveAvgPool1d(3)(dc.zeros(2, 3, 8)).shape
        (2, 3, 3)
    """

    _pool = staticmethod(F.adaptive_avg_pool1d)


class AdaptiveAvgPool2d(_AdaptiveAvgPool):
    """The mean of windows that are chosen so that the output has a given size.

    Output i of an axis sees the elements ⌊i in / out⌋ to ⌈(i + 1) in / out⌉ − 1.

    Args:
        output_size: one number, or one for each of H and W; None is the input's size.

    Shape:
        (N, C, H, W) or (C, H, W); the output's is the same with output_size in place of
        H, W.

    Raises:
        ValueError: an output size is less than 1, or the input has no elements beside the batch.
        TypeError: the input is neither float32 nor float64.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.AdaptiveAvgPool2d((3, None))(dc.zeros(2, 3, 8, 8)).shape
        (2, 3, 3, 8)
    """

    _pool = staticmethod(F.adaptive_avg_pool2d)


class AdaptiveAvgPool3d(_AdaptiveAvgPool):
    """The mean of windows that are chosen so that the output has a given size.

    Output i of an axis sees the elements ⌊i in / out⌋ to ⌈(i + 1) in / out⌉ − 1.

    Args:
        output_size: one number, or one for each of D, H and W; None is the input's size.

    Shape:
        (N, C, D, H, W) or (C, D, H, W); the output's is the same with output_size in place of
        D, H, W.

    Raises:
        ValueError: an output size is less than 1, or the input has no elements beside the batch.
        TypeError: the input is neither float32 nor float64.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.AdaptiveAvgPool3d((1, 3, None))(dc.zeros(2, 3, 4, 8, 8)).shape
        (2, 3, 1, 3, 8)
    """

    _pool = staticmethod(F.adaptive_avg_pool3d)


class AdaptiveMaxPool1d(_AdaptiveMaxPool):
    """The greatest element of windows that are chosen so that the output has a given size.

    Output i of an axis sees the elements ⌊i in / out⌋ to ⌈(i + 1) in / out⌉ − 1.

    Args:
        output_size: one number; None is the input's size.
        return_indices: also return where the maxima are, as int64 positions in the line
            counted through.

    Shape:
        (N, C, L) or (C, L); the output's is the same with output_size in place of
        L.

    Raises:
        ValueError: an output size is less than 1, or the input has no elements beside the batch.
        TypeError: the input is neither float32 nor float64.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.AdaptiveMaxPool1d(3)(dc.zeros(2, 3, 8)).shape
        (2, 3, 3)
    """

    _pool = staticmethod(F.adaptive_max_pool1d)


class AdaptiveMaxPool2d(_AdaptiveMaxPool):
    """The greatest element of windows that are chosen so that the output has a given size.

    Output i of an axis sees the elements ⌊i in / out⌋ to ⌈(i + 1) in / out⌉ − 1.

    Args:
        output_size: one number, or one for each of H and W; None is the input's size.
        return_indices: also return where the maxima are, as int64 positions in the image
            counted through.

    Shape:
        (N, C, H, W) or (C, H, W); the output's is the same with output_size in place of
        H, W.

    Raises:
        ValueError: an output size is less than 1, or the input has no elements beside the batch.
        TypeError: the input is neither float32 nor float64.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.AdaptiveMaxPool2d((3, None))(dc.zeros(2, 3, 8, 8)).shape
        (2, 3, 3, 8)
    """

    _pool = staticmethod(F.adaptive_max_pool2d)


class AdaptiveMaxPool3d(_AdaptiveMaxPool):
    """The greatest element of windows that are chosen so that the output has a given size.

    Output i of an axis sees the elements ⌊i in / out⌋ to ⌈(i + 1) in / out⌉ − 1.

    Args:
        output_size: one number, or one for each of D, H and W; None is the input's size.
        return_indices: also return where the maxima are, as int64 positions in the volume
            counted through.

    Shape:
        (N, C, D, H, W) or (C, D, H, W); the output's is the same with output_size in place of
        D, H, W.

    Raises:
        ValueError: an output size is less than 1, or the input has no elements beside the batch.
        TypeError: the input is neither float32 nor float64.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.AdaptiveMaxPool3d((1, 3, None))(dc.zeros(2, 3, 4, 8, 8)).shape
        (2, 3, 1, 3, 8)
    """

    _pool = staticmethod(F.adaptive_max_pool3d)
