"""Rearrangement of channels and places."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from ... import _core
from ..._check import check_whole
from ..._core import Tensor

Pair = int | Sequence[int]


def pixel_shuffle(input: Tensor, upscale_factor: int) -> Tensor:
    """Moves r² channels each to r by r places of a larger image; see `nn.PixelShuffle`.

    Raises:
        ValueError: the input has fewer than three axes, or channels that r² does not divide.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.pixel_shuffle(dc.arange(4.0).reshape(4, 1, 1), 2)
        tensor([[[0., 1.],
                 [2., 3.]]])
    """
    r = upscale_factor
    *leading, channels, height, width = _image("pixel_shuffle", input, "upscale_factor", r)
    if channels % (r * r):
        raise ValueError(
            f"[pixel_shuffle] channels must be a multiple of upscale_factor²={r * r}, got shape "
            f"{input.shape}."
        )
    c = channels // (r * r)
    parts = input.reshape(prod(leading), c, r, r, height, width).permute(0, 1, 4, 2, 5, 3)
    return parts.reshape(*leading, c, height * r, width * r)


def pixel_unshuffle(input: Tensor, downscale_factor: int) -> Tensor:
    """Moves r by r places of an image each to r² channels; see `nn.PixelUnshuffle`.

    Raises:
        ValueError: the input has fewer than three axes, or a height or width that r does not
            divide.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.pixel_unshuffle(dc.arange(4.0).reshape(1, 2, 2), 2).flatten()
        tensor([0., 1., 2., 3.])
    """
    r = downscale_factor
    *leading, channels, height, width = _image("pixel_unshuffle", input, "downscale_factor", r)
    if height % r or width % r:
        raise ValueError(
            "[pixel_unshuffle] height and width must be multiples of "
            f"downscale_factor={r}, got shape {input.shape}."
        )
    h, w = height // r, width // r
    parts = input.reshape(prod(leading), channels, h, r, w, r).permute(0, 1, 3, 5, 2, 4)
    return parts.reshape(*leading, channels * r * r, h, w)


def channel_shuffle(input: Tensor, groups: int) -> Tensor:
    """Takes a channel of each group in turn; see `nn.ChannelShuffle`.

    Raises:
        ValueError: the input has fewer than three axes, or channels that groups does not divide.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.channel_shuffle(dc.arange(4.0).reshape(1, 4, 1), 2).flatten()
        tensor([0., 2., 1., 3.])
    """
    shape = _image("channel_shuffle", input, "groups", groups)
    if shape[1] % groups:
        raise ValueError(
            f"[channel_shuffle] channels must be a multiple of groups={groups}, got shape {shape}."
        )
    n, c, places = shape[0], shape[1] // groups, prod(shape[2:])
    return input.reshape(n, groups, c, places).transpose(1, 2).reshape(shape)


def _image(op: str, input: Tensor, name: str, number: int) -> tuple[int, ...]:
    """The input's shape, three axes at least; and that the number is one."""
    check_whole(op, name, number)
    if number < 1:
        raise ValueError(f"[{op}] {name} must be at least 1, got {number}.")
    if input.ndim < 3:
        raise ValueError(f"[{op}] input must have at least three axes, got shape {input.shape}.")
    return input.shape


def unfold(
    input: Tensor, kernel_size: Pair, dilation: Pair = 1, padding: Pair = 0, stride: Pair = 1
) -> Tensor:
    """Lays the windows of images out as columns; see `nn.Unfold`.

    Raises:
        ValueError: the input has another number of axes than three or four, a number is too
            small, or no window fits.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.unfold(dc.arange(6.0).reshape(1, 2, 3), (2, 2))
        tensor([[0., 1.],
                [1., 2.],
                [3., 4.],
                [4., 5.]])
    """
    return _core.unfold(input, kernel_size, dilation, padding, stride)


def fold(
    input: Tensor,
    output_size: Pair,
    kernel_size: Pair,
    dilation: Pair = 1,
    padding: Pair = 0,
    stride: Pair = 1,
) -> Tensor:
    """Adds columns to the places of the windows they stand for; see `nn.Fold`.

    Raises:
        ValueError: the input has another number of axes than two or three, channels that the
            window does not divide, or another number of columns than there are windows; or a
            number is too small.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.fold(dc.ones(2, 3), (1, 4), (1, 2))
        tensor([[[1., 2., 2., 1.]]])
    """
    return _core.fold(input, output_size, kernel_size, dilation, padding, stride)
