"""Convolutional layers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from .. import _core
from .._check import check_whole
from .._core import Tensor
from .._creation import empty
from .._device import check_device
from .._grad import no_grad
from .._names import closest_hint
from .._notes import add_note
from . import functional as F
from ._module import Module
from ._parameter import Parameter
from ._running_norm import RunningNorm

Numbers = int | Sequence[int]

_MODES = ("zeros", "reflect", "replicate", "circular")


def as_tuple(layer: str, name: str, numbers: Numbers, axes: int) -> tuple[int, ...]:
    """One number for all axes, or one for each, as a tuple."""
    given = tuple(numbers) if isinstance(numbers, Sequence) else (numbers,) * axes
    if not all(hasattr(n, "__index__") and not isinstance(n, bool) for n in given):
        raise TypeError(f"[{layer}] {name} must be an int or {axes} of them, got {numbers!r}.")
    if len(given) == 1:
        given *= axes
    if len(given) != axes:
        raise ValueError(f"[{layer}] {name} must be an int or {axes} of them, got {numbers!r}.")
    return given


class ConvBase(Module):
    """What convolutions and transposed ones share: weight, bias and their options."""

    _axes: int
    weight: Parameter
    bias: Parameter | None

    def _set_options(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Numbers,
        stride: Numbers,
        dilation: Numbers,
        groups: int,
    ) -> None:
        layer = type(self).__name__
        for name, value, least in (
            ("in_channels", in_channels, 0),
            ("out_channels", out_channels, 0),
            ("groups", groups, 1),
        ):
            check_whole(layer, name, value)
            if value < least:
                raise ValueError(f"[{layer}] {name} must be at least {least}, got {value}.")
        for name, channels in (("in_channels", in_channels), ("out_channels", out_channels)):
            if channels % groups:
                raise ValueError(
                    f"[{layer}] {name} must be divisible by groups={groups}, got {channels}."
                )
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.groups = groups
        self.kernel_size = self._numbers("kernel_size", kernel_size)
        self.stride = self._numbers("stride", stride)
        self.dilation = self._numbers("dilation", dilation)

    def _numbers(self, name: str, numbers: Numbers, least: int = 1) -> tuple[int, ...]:
        layer = type(self).__name__
        given = as_tuple(layer, name, numbers, self._axes)
        if min(given) < least:
            raise ValueError(f"[{layer}] {name} must be at least {least}, got {numbers!r}.")
        return given

    def _make_parameters(self, shape: tuple[int, ...], bias: bool, dtype: Any) -> None:
        self.weight = Parameter(empty(*shape, *self.kernel_size, dtype=dtype))
        self.register_parameter(
            "bias", Parameter(empty(self.out_channels, dtype=dtype)) if bias else None
        )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws weight and bias anew."""
        # PyTorch's fan-in: what a weight of shape (O, C / groups, kernel) sums over, and for
        # transposed layers, whose weights lie the other way round, what it would sum over there.
        fan_in = self.weight.shape[1] * math.prod(self.kernel_size)
        bound = 1 / math.sqrt(fan_in) if fan_in > 0 else 0.0
        with no_grad():
            for parameter in self.parameters(recurse=False):
                parameter.uniform_(-bound, bound)


class Conv(ConvBase):
    """The base of Conv1d, Conv2d and Conv3d."""

    _run: Callable[..., Tensor]
    _run_with_norm: Callable[..., Tensor]

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Numbers,
        stride: Numbers = 1,
        padding: Numbers | str = 0,
        dilation: Numbers = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        check_device(device)
        self._set_options(in_channels, out_channels, kernel_size, stride, dilation, groups)
        self.padding = self._check_padding(padding)
        if padding_mode not in _MODES:
            raise ValueError(
                f"[{type(self).__name__}] padding_mode must be 'zeros', 'reflect', 'replicate' or "
                f"'circular', got {padding_mode!r}."
            )
        self.padding_mode = padding_mode
        self._make_parameters((out_channels, in_channels // groups), bias, dtype)

    def _check_padding(self, padding: Numbers | str) -> tuple[int, ...] | str:
        layer = type(self).__name__
        if not isinstance(padding, str):
            return self._numbers("padding", padding, 0)
        if padding not in ("same", "valid"):
            hint = closest_hint(padding, ("same", "valid"))
            raise ValueError(
                f"[{layer}] padding must be 'same', 'valid' or numbers, got {padding!r}{hint}"
            )
        if padding == "same" and max(self.stride) > 1:
            raise ValueError(
                f"[{layer}] padding 'same' must go with stride 1, got stride {self.stride}."
            )
        return padding

    def _ends(self) -> list[int]:
        """Before and after of each axis, the last axis first, as `functional.pad` has them."""
        ends: list[int] = []
        for i in reversed(range(self._axes)):
            if isinstance(self.padding, str):
                both = self.dilation[i] * (self.kernel_size[i] - 1) if self.padding == "same" else 0
                ends += [both // 2, both - both // 2]
            else:
                ends += [self.padding[i]] * 2
        return ends

    def convolve(self, input: Tensor, activation: _core.Activation, slope: float = 0.0) -> Tensor:
        """The layer and an activation as one node."""
        return self._call(type(self)._run, input, activation, slope)

    def convolve_and_normalize(self, input: Tensor, norm: RunningNorm, relu: bool) -> Tensor:
        """The layer, a batch norm by running statistics and, if wanted, ReLU as one node."""
        of_norm = (norm.weight, norm.bias, norm.running_mean, norm.running_var, norm.eps)
        return self._call(type(self)._run_with_norm, input, *of_norm, relu)

    def _call(self, run: Callable[..., Tensor], input: Tensor, *epilogue: Any) -> Tensor:
        padding: Any = self.padding
        if self.padding_mode != "zeros":
            input, padding = F.pad(input, self._ends(), self.padding_mode), 0
        place = (self.stride, padding, self.dilation, self.groups)
        try:
            return run(input, self.weight, self.bias, *place, *epilogue)
        except ValueError as error:
            self._explain(error, input)
            raise

    def _explain(self, error: ValueError, input: Tensor) -> None:
        """Says so where the channels lie last."""
        shape, last = input.shape, self._axes + 1
        if len(shape) == last + 1 and shape[1] != self.in_channels == shape[last]:
            order = (0, last, *range(1, last))
            add_note(error, f"The channels lie last: .permute{order} brings them to axis 1.")

    def forward(self, input: Tensor) -> Tensor:
        return self.convolve(input, _core.Activation.none)

    def extra_repr(self) -> str:
        text = (
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, "
            f"stride={self.stride}"
        )
        if self.padding != (0,) * self._axes:
            text += f", padding={self.padding}"
        if self.dilation != (1,) * self._axes:
            text += f", dilation={self.dilation}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        if self.padding_mode != "zeros":
            text += f", padding_mode={self.padding_mode}"
        return text


class Conv1d(Conv):
    """A convolution (cross-correlation) over the last axis, as in sequences and sound.

    y[n, o, i] = b[o] + Σ_c Σ_k w[o, c, k] x[n, c, i s + k d − p]

    Weight and bias are drawn from U(−1/√(C K / groups), 1/√(C K / groups)).

    Args:
        in_channels: C, of the input.
        out_channels: O, of the output.
        kernel_size: K, the kernel's length.
        stride: s, how far the kernel moves from one output to the next.
        padding: p, on both sides; 'same' keeps the length, 'valid' is 0.
        dilation: d, the distance of the kernel's elements.
        groups: of channels that do not meet; C and O are multiples of it.
        bias: whether b is added.
        padding_mode: what is padded with: 'zeros', 'reflect', 'replicate' or 'circular'.
        device: None or 'cpu'.
        dtype: float32 (the default) or float64.

    Attributes:
        weight: w, of shape (O, C / groups, K).
        bias: b, of shape (O,), or None.

    Shape:
        Input (N, C, L) or (C, L); output (N, O, M) or (O, M) with
        M = ⌊(L + 2p − d (K − 1) − 1) / s⌋ + 1.

    Raises:
        ValueError: an option is out of range, or the input has not C channels or is too short.

    Reference:
        LeCun et al., Gradient-based learning applied to document recognition, 1998.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.Conv1d(4, 8, 3, padding=1)(dc.ones(2, 4, 100)).shape
        (2, 8, 100)
    """

    _axes = 1
    _run = staticmethod(_core.conv1d)
    _run_with_norm = staticmethod(_core.conv1d_norm)


class Conv2d(Conv):
    """A convolution (cross-correlation) over height and width, as in images.

    y[n, o, i, j] = b[o] + Σ_c Σ_k Σ_l w[o, c, k, l] x[n, c, i s + k d − p, j s + l d − p]

    Weight and bias are drawn from U(−1/√f, 1/√f) with f = C KH KW / groups.

    Args:
        in_channels: C, of the input.
        out_channels: O, of the output.
        kernel_size: the kernel's height KH and width KW, or one number for both.
        stride: s, how far the kernel moves from one output to the next.
        padding: p, on both sides of each axis; 'same' keeps the sizes, 'valid' is 0.
        dilation: d, the distance of the kernel's elements.
        groups: of channels that do not meet; C and O are multiples of it. With as many groups as
            channels the layer is depthwise.
        bias: whether b is added.
        padding_mode: what is padded with: 'zeros', 'reflect', 'replicate' or 'circular'.
        device: None or 'cpu'.
        dtype: float32 (the default) or float64.

    Attributes:
        weight: w, of shape (O, C / groups, KH, KW).
        bias: b, of shape (O,), or None.

    Shape:
        Input (N, C, H, W) or (C, H, W); output (N, O, H', W') or (O, H', W'), where
        H' = ⌊(H + 2p − d (KH − 1) − 1) / s⌋ + 1 and W' likewise.

    Raises:
        ValueError: an option is out of range, or the input has not C channels or is too small.

    Reference:
        LeCun et al., Gradient-based learning applied to document recognition, 1998.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.Conv2d(3, 16, 3, stride=2, padding=1)(dc.ones(8, 3, 32, 32)).shape
        (8, 16, 16, 16)
    """

    _axes = 2
    _run = staticmethod(_core.conv2d)
    _run_with_norm = staticmethod(_core.conv2d_norm)


class Conv3d(Conv):
    """A convolution (cross-correlation) over depth, height and width, as in volumes and video.

    The formula of `Conv2d` with one axis more; so are its arguments and its initial weights.

    Args:
        in_channels: C, of the input.
        out_channels: O, of the output.
        kernel_size: the kernel's depth KD, height KH and width KW, or one number for all.
        stride: how far the kernel moves from one output to the next.
        padding: on both sides of each axis; 'same' keeps the sizes, 'valid' is 0.
        dilation: the distance of the kernel's elements.
        groups: of channels that do not meet; C and O are multiples of it.
        bias: whether b is added.
        padding_mode: what is padded with: 'zeros', 'reflect', 'replicate' or 'circular'.
        device: None or 'cpu'.
        dtype: float32 (the default) or float64.

    Attributes:
        weight: of shape (O, C / groups, KD, KH, KW).
        bias: of shape (O,), or None.

    Shape:
        Input (N, C, D, H, W) or (C, D, H, W); output (N, O, D', H', W') or (O, D', H', W').

    Raises:
        ValueError: an option is out of range, or the input has not C channels or is too small.

    Reference:
        Tran et al., Learning spatiotemporal features with 3D convolutional networks, 2015.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.Conv3d(1, 4, 3)(dc.ones(2, 1, 8, 8, 8)).shape
        (2, 4, 6, 6, 6)
    """

    _axes = 3
    _run = staticmethod(_core.conv3d)
    _run_with_norm = staticmethod(_core.conv3d_norm)
