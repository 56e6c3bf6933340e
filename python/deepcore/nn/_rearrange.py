"""Layers that rearrange channels and places."""

from __future__ import annotations

from .._core import Tensor
from . import functional as F
from ._module import Module
from .functional._rearrange import Pair


class PixelShuffle(Module):
    """Moves r² channels each to r by r places of an image r times as large.

    y[c, h·r + i, w·r + j] = x[c·r² + i·r + j, h, w], where C are the channels and r the factor.

    Args:
        upscale_factor: r.

    Shape:
        Input (*, C·r², H, W), output (*, C, H·r, W·r).

    Raises:
        ValueError: when called on channels that r² does not divide.

    Reference:
        Shi et al., Real-time single image and video super-resolution using an efficient sub-pixel
        convolutional neural network, 2016.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.PixelShuffle(2)(dc.ones(1, 8, 3, 3)).shape
        (1, 2, 6, 6)
    """

    def __init__(self, upscale_factor: int) -> None:
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, input: Tensor) -> Tensor:
        return F.pixel_shuffle(input, self.upscale_factor)

    def extra_repr(self) -> str:
        return f"upscale_factor={self.upscale_factor}"


class PixelUnshuffle(Module):
    """Moves r by r places of an image each to r² channels: the inverse of `PixelShuffle`.

    y[c·r² + i·r + j, h, w] = x[c, h·r + i, w·r + j], where C are the channels and r the factor.

    Args:
        downscale_factor: r.

    Shape:
        Input (*, C, H·r, W·r), output (*, C·r², H, W).

    Raises:
        ValueError: when called on a height or width that r does not divide.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.PixelUnshuffle(2)(dc.ones(1, 2, 6, 6)).shape
        (1, 8, 3, 3)
    """

    def __init__(self, downscale_factor: int) -> None:
        super().__init__()
        self.downscale_factor = downscale_factor

    def forward(self, input: Tensor) -> Tensor:
        return F.pixel_unshuffle(input, self.downscale_factor)

    def extra_repr(self) -> str:
        return f"downscale_factor={self.downscale_factor}"


class ChannelShuffle(Module):
    """Takes a channel of each group in turn.

    y[k·g + i] = x[i·C/g + k], where C are the channels and g the groups.

    Args:
        groups: g.

    Shape:
        Input (N, C, *), output the same.

    Raises:
        ValueError: when called on channels that g does not divide.

    Reference:
        Zhang et al., ShuffleNet: An extremely efficient convolutional neural network for mobile
        devices, 2018.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.ChannelShuffle(2)(dc.arange(6.0).reshape(1, 6, 1)).flatten()
        tensor([0., 3., 1., 4., 2., 5.])
    """

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, input: Tensor) -> Tensor:
        return F.channel_shuffle(input, self.groups)

    def extra_repr(self) -> str:
        return f"groups={self.groups}"


class Unfold(Module):
    """Lays the windows of images out as columns.

    Tap (i, j) of the window at (h, w) is x[h·stride − padding + i·dilation, w·stride − padding +
    j·dilation], 0 outside the image. L windows lie along the rows first.

    Args:
        kernel_size: the size of a window; two numbers, or one for both axes, as all that follow.
        dilation: the distance of its taps.
        padding: how many zeros lie around the image.
        stride: the distance of windows.

    Shape:
        Input (N, C, H, W) or (C, H, W), output (N, C·kh·kw, L) or (C·kh·kw, L).

    Raises:
        ValueError: when called: see `functional.unfold`.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.Unfold(3, padding=1)(dc.ones(2, 4, 5, 5)).shape
        (2, 36, 25)
    """

    def __init__(
        self, kernel_size: Pair, dilation: Pair = 1, padding: Pair = 0, stride: Pair = 1
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input: Tensor) -> Tensor:
        return F.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, dilation={self.dilation}, padding={self.padding}, "
            f"stride={self.stride}"
        )


class Fold(Module):
    """Adds columns to the places of the windows they stand for: the transpose of `Unfold`.

    Args:
        output_size: (H, W); two numbers, or one for both axes, as all that follow.
        kernel_size: the size of a window.
        dilation: the distance of its taps.
        padding: how many places around the image are left out.
        stride: the distance of windows.

    Shape:
        Input (N, C·kh·kw, L) or (C·kh·kw, L), output (N, C, H, W) or (C, H, W).

    Raises:
        ValueError: when called: see `functional.fold`.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.Fold((1, 4), (1, 2))(dc.ones(2, 3))
        tensor([[[1., 2., 2., 1.]]])
    """

    def __init__(
        self,
        output_size: Pair,
        kernel_size: Pair,
        dilation: Pair = 1,
        padding: Pair = 0,
        stride: Pair = 1,
    ) -> None:
        super().__init__()
        self.output_size = output_size
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input: Tensor) -> Tensor:
        return F.fold(
            input, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride
        )

    def extra_repr(self) -> str:
        return (
            f"output_size={self.output_size}, kernel_size={self.kernel_size}, "
            f"dilation={self.dilation}, padding={self.padding}, stride={self.stride}"
        )
