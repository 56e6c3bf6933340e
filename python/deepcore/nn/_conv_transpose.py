"""Transposed convolutional layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .. import _core
from .._core import Tensor
from .._device import check_device
from ._conv import ConvBase, Numbers


class ConvTranspose(ConvBase):
    """The base of ConvTranspose1d, ConvTranspose2d and ConvTranspose3d."""

    _run: Callable[..., Tensor]

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Numbers,
        stride: Numbers = 1,
        padding: Numbers = 0,
        output_padding: Numbers = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Numbers = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        check_device(device)
        layer = type(self).__name__
        if padding_mode != "zeros":
            raise ValueError(f"[{layer}] padding_mode must be 'zeros', got {padding_mode!r}.")
        self._set_options(in_channels, out_channels, kernel_size, stride, dilation, groups)
        self.padding = self._numbers("padding", padding, 0)
        self.output_padding = self._numbers("output_padding", output_padding, 0)
        self.padding_mode = padding_mode
        self._make_parameters((in_channels, out_channels // groups), bias, dtype)

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        extra = self.output_padding if output_size is None else self._extra(input, output_size)
        return type(self)._run(
            input,
            self.weight,
            self.bias,
            self.stride,
            self.padding,
            extra,
            self.groups,
            self.dilation,
        )

    def _extra(self, input: Tensor, output_size: Sequence[int]) -> tuple[int, ...]:
        """The output_padding that gives output_size."""
        layer, axes = type(self).__name__, self._axes
        wanted = tuple(output_size)[-axes:]
        if len(wanted) != axes:
            raise ValueError(f"[{layer}] output_size must have {axes} numbers, got {output_size}.")
        least = tuple(
            (n - 1) * s - 2 * p + d * (k - 1) + 1
            for n, s, p, d, k in zip(
                input.shape[-axes:],
                self.stride,
                self.padding,
                self.dilation,
                self.kernel_size,
                strict=True,
            )
        )
        extra = tuple(w - n for w, n in zip(wanted, least, strict=True))
        if any(not 0 <= e < s for e, s in zip(extra, self.stride, strict=True)):
            most = tuple(n + s - 1 for n, s in zip(least, self.stride, strict=True))
            raise ValueError(
                f"[{layer}] output_size must be from {least} to {most} for input {input.shape}, "
                f"got {wanted}."
            )
        return extra

    def extra_repr(self) -> str:
        none = (0,) * self._axes
        text = (
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, "
            f"stride={self.stride}"
        )
        if self.padding != none:
            text += f", padding={self.padding}"
        if self.dilation != (1,) * self._axes:
            text += f", dilation={self.dilation}"
        if self.output_padding != none:
            text += f", output_padding={self.output_padding}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        return text


class ConvTranspose1d(ConvTranspose):
    """The transposed convolution over the last axis: the gradient of `Conv1d` as a layer.

    y[n, o, j] = b[o] + Σ_c Σ_k w[c, o, k] x[n, c, i] over the i with i s + k d − p = j

    Weight and bias are drawn from U(−1/√(O K / groups), 1/√(O K / groups)).

    Args:
        in_channels: C, of the input.
        out_channels: O, of the output.
        kernel_size: K, the kernel's length.
        stride: s, how far outputs of neighbouring inputs lie apart.
        padding: p, what is taken from both ends of the output.
        output_padding: what is added to its end: with a stride s, s lengths lead to one input.
        groups: of channels that do not meet; C and O are multiples of it.
        bias: whether b is added.
        dilation: d, the distance of the kernel's elements.
        padding_mode: 'zeros'.
        device: None or 'cpu'.
        dtype: float32 (the default) or float64.

    Attributes:
        weight: w, of shape (C, O / groups, K).
        bias: b, of shape (O,), or None.

    Shape:
        Input (N, C, L) or (C, L); output (N, O, M) or (O, M) with
        M = (L − 1) s − 2p + d (K − 1) + output_padding + 1; `output_size` of the call chooses
        the output_padding.

    Raises:
        ValueError: an option is out of range, or the input has not C channels.

    Reference:
        Zeiler et al., Deconvolutional networks, 2010.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.ConvTranspose1d(4, 8, 4, stride=2, padding=1)(dc.ones(2, 4, 50)).shape
        (2, 8, 100)
    """

    _axes = 1
    _run = staticmethod(_core.conv_transpose1d)


class ConvTranspose2d(ConvTranspose):
    """The transposed convolution over height and width: the gradient of `Conv2d` as a layer.

    The formula of `ConvTranspose1d` on each axis.

    Args:
        in_channels: C, of the input.
        out_channels: O, of the output.
        kernel_size: the kernel's height KH and width KW, or one number for both.
        stride: how far outputs of neighbouring inputs lie apart.
        padding: what is taken from both ends of each axis of the output.
        output_padding: what is added to the end of each axis.
        groups: of channels that do not meet; C and O are multiples of it.
        bias: whether a bias is added.
        dilation: the distance of the kernel's elements.
        padding_mode: 'zeros'.
        device: None or 'cpu'.
        dtype: float32 (the default) or float64.

    Attributes:
        weight: of shape (C, O / groups, KH, KW).
        bias: of shape (O,), or None.

    Shape:
        Input (N, C, H, W) or (C, H, W); output (N, O, H', W') or (O, H', W') with
        H' = (H − 1) s − 2p + d (KH − 1) + output_padding + 1 and W' likewise.

    Raises:
        ValueError: an option is out of range, or the input has not C channels.

    Reference:
        Zeiler et al., Deconvolutional networks, 2010.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.ConvTranspose2d(16, 3, 4, stride=2, padding=1)(dc.ones(8, 16, 16, 16)).shape
        (8, 3, 32, 32)
    """

    _axes = 2
    _run = staticmethod(_core.conv_transpose2d)


class ConvTranspose3d(ConvTranspose):
    """The transposed convolution over three axes: the gradient of `Conv3d` as a layer.

    The formula of `ConvTranspose1d` on each axis.

    Args:
        in_channels: C, of the input.
        out_channels: O, of the output.
        kernel_size: the kernel's depth, height and width, or one number for all.
        stride: how far outputs of neighbouring inputs lie apart.
        padding: what is taken from both ends of each axis of the output.
        output_padding: what is added to the end of each axis.
        groups: of channels that do not meet; C and O are multiples of it.
        bias: whether a bias is added.
        dilation: the distance of the kernel's elements.
        padding_mode: 'zeros'.
        device: None or 'cpu'.
        dtype: float32 (the default) or float64.

    Attributes:
        weight: of shape (C, O / groups, KD, KH, KW).
        bias: of shape (O,), or None.

    Shape:
        Input (N, C, D, H, W) or (C, D, H, W); output (N, O, D', H', W') or (O, D', H', W').

    Raises:
        ValueError: an option is out of range, or the input has not C channels.

    Reference:
        Zeiler et al., Deconvolutional networks, 2010.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.ConvTranspose3d(4, 2, 2, stride=2)(dc.ones(1, 4, 3, 3, 3)).shape
        (1, 2, 6, 6, 6)
    """

    _axes = 3
    _run = staticmethod(_core.conv_transpose3d)
