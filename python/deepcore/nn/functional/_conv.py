"""Convolutions."""

from __future__ import annotations

from collections.abc import Sequence

from ... import _core
from ..._core import Tensor

Numbers = int | Sequence[int]


def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Numbers = 1,
    padding: Numbers | str = 0,
    dilation: Numbers = 1,
    groups: int = 1,
) -> Tensor:
    """A convolution over one axis; see `nn.Conv1d`.

    Shape:
        input (N, C, L) or (C, L), weight (O, C / groups, K), bias (O).

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.conv1d(dc.tensor([[1.0, 2.0, 4.0]]), dc.tensor([[[-1.0, 1.0]]]))
        tensor([[1., 2.]])
    """
    return _core.conv1d(input, weight, bias, stride, padding, dilation, groups)


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Numbers = 1,
    padding: Numbers | str = 0,
    dilation: Numbers = 1,
    groups: int = 1,
) -> Tensor:
    """A convolution over height and width; see `nn.Conv2d`.

    Shape:
        input (N, C, H, W) or (C, H, W), weight (O, C / groups, KH, KW), bias (O).

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.conv2d(dc.ones(1, 3, 3), dc.ones(1, 1, 3, 3), padding=1)
        tensor([[[4., 6., 4.],
                 [6., 9., 6.],
                 [4., 6., 4.]]])
    """
    return _core.conv2d(input, weight, bias, stride, padding, dilation, groups)


def conv3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Numbers = 1,
    padding: Numbers | str = 0,
    dilation: Numbers = 1,
    groups: int = 1,
) -> Tensor:
    """A convolution over depth, height and width; see `nn.Conv3d`.

    Shape:
        input (N, C, D, H, W) or (C, D, H, W), weight (O, C / groups, KD, KH, KW), bias (O).

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.conv3d(dc.ones(1, 2, 2, 2), dc.ones(1, 1, 2, 2, 2))
        tensor([[[[8.]]]])
    """
    return _core.conv3d(input, weight, bias, stride, padding, dilation, groups)


def conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Numbers = 1,
    padding: Numbers = 0,
    output_padding: Numbers = 0,
    groups: int = 1,
    dilation: Numbers = 1,
) -> Tensor:
    """A transposed convolution over one axis; see `nn.ConvTranspose1d`.

    Shape:
        input (N, C, L) or (C, L), weight (C, O / groups, K), bias (O).

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.conv_transpose1d(dc.tensor([[1.0, 2.0]]), dc.tensor([[[1.0, 1.0]]]), stride=2)
        tensor([[1., 1., 2., 2.]])
    """
    return _core.conv_transpose1d(
        input, weight, bias, stride, padding, output_padding, groups, dilation
    )


def conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Numbers = 1,
    padding: Numbers = 0,
    output_padding: Numbers = 0,
    groups: int = 1,
    dilation: Numbers = 1,
) -> Tensor:
    """A transposed convolution over height and width; see `nn.ConvTranspose2d`.

    Shape:
        input (N, C, H, W) or (C, H, W), weight (C, O / groups, KH, KW), bias (O).

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.conv_transpose2d(dc.ones(1, 1, 2), dc.ones(1, 1, 2, 2))
        tensor([[[1., 2., 1.],
                 [1., 2., 1.]]])
    """
    return _core.conv_transpose2d(
        input, weight, bias, stride, padding, output_padding, groups, dilation
    )


def conv_transpose3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Numbers = 1,
    padding: Numbers = 0,
    output_padding: Numbers = 0,
    groups: int = 1,
    dilation: Numbers = 1,
) -> Tensor:
    """A transposed convolution over depth, height and width; see `nn.ConvTranspose3d`.

    Shape:
        input (N, C, D, H, W) or (C, D, H, W), weight (C, O / groups, KD, KH, KW), bias (O).

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.conv_transpose3d(dc.ones(1, 1, 1, 1), dc.ones(1, 1, 1, 1, 2))
        tensor([[[[1., 1.]]]])
    """
    return _core.conv_transpose3d(
        input, weight, bias, stride, padding, output_padding, groups, dilation
    )
