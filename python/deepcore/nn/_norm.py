"""Layer, RMS, group and local response normalization: each input by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import _core
from .._check import check_size
from .._core import Tensor
from .._creation import ones, zeros
from .._device import check_device
from .._grad import no_grad
from ._module import Module
from ._parameter import Parameter


class _AffineNorm(Module):
    weight: Parameter | None
    bias: Parameter | None

    def _register_affine(
        self, shape: tuple[int, ...], weight: bool, bias: bool, device: Any, dtype: Any
    ) -> None:
        check_device(device)
        self.register_parameter("weight", Parameter(ones(shape, dtype=dtype)) if weight else None)
        self.register_parameter("bias", Parameter(zeros(shape, dtype=dtype)) if bias else None)

    def reset_parameters(self) -> None:
        """Sets the weight to 1 and the bias to 0."""
        with no_grad():
            for parameter, value in ((self.weight, 1), (self.bias, 0)):
                if parameter is not None:
                    parameter.fill_(value)


def _to_shape(layer: str, sizes: int | Sequence[int]) -> tuple[int, ...]:
    shape = tuple(sizes) if isinstance(sizes, Sequence) else (sizes,)
    for size in shape:
        check_size(layer, "normalized_shape", size)
    return tuple(int(size) for size in shape)


class LayerNorm(_AffineNorm):
    """Layer normalization: y = w (x − m) / √(v + eps) + b over the last axes.

    m and v are mean and variance (dividing by the number of elements) over the axes of
    normalized_shape, of each row by itself; w and b have an element each for every one of x.

    Args:
        normalized_shape: the sizes of the last axes, or the size of the last.
        eps: what is added to the variance.
        elementwise_affine: whether w and b are learned; otherwise they are 1 and 0.
        bias: whether b is learned, where elementwise_affine.
        device: None or 'cpu'.
        dtype: float32 (the default) or float64.

    Attributes:
        weight: w, of shape normalized_shape, ones at first; or None.
        bias: b, of shape normalized_shape, zeros at first; or None.

    Shape:
        Input and output (*, *normalized_shape).

    Raises:
        ValueError: the input's last axes are not normalized_shape.

    Reference:
        Ba, Kiros and Hinton, Layer normalization, 2016.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.LayerNorm(2, eps=1e-12)(dc.tensor([[1.0, 3.0], [5.0, 5.0]])).tolist()
        [[-1.0, 1.0], [0.0, 0.0]]
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _to_shape(type(self).__name__, normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        shape = self.normalized_shape
        self._register_affine(shape, elementwise_affine, elementwise_affine and bias, device, dtype)

    def forward(self, input: Tensor) -> Tensor:
        return _core.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        )


class RMSNorm(_AffineNorm):
    """Root mean square normalization: y = w x / √(mean(x²) + eps) over the last axes.

    Args:
        normalized_shape: the sizes of the last axes, or the size of the last.
        eps: what is added to the mean square; None for the input's machine epsilon.
        elementwise_affine: whether w is learned; otherwise it is 1.
        device: None or 'cpu'.
        dtype: float32 (the default) or float64.

    Attributes:
        weight: w, of shape normalized_shape, ones at first; or None.

    Shape:
        Input and output (*, *normalized_shape).

    Raises:
        ValueError: the input's last axes are not normalized_shape.

    Reference:
        Zhang and Sennrich, Root mean square layer normalization, 2019.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.RMSNorm(2)(dc.tensor([[3.0, -3.0]])).tolist()
        [[1.0, -1.0]]
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _to_shape(type(self).__name__, normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        check_device(device)
        weight = Parameter(ones(self.normalized_shape, dtype=dtype)) if elementwise_affine else None
        self.register_parameter("weight", weight)

    def reset_parameters(self) -> None:
        """Sets the weight to 1."""
        if self.weight is not None:
            with no_grad():
                self.weight.fill_(1)

    def forward(self, input: Tensor) -> Tensor:
        return _core.rms_norm(input, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"
        )


class GroupNorm(_AffineNorm):
    """Group normalization: y = w (x − m) / √(v + eps) + b over groups of channels.

    The C channels fall into num_groups groups; m and v are mean and variance (dividing by the
    number of elements) of one group of one image.

    Args:
        num_groups: the number of groups, a divisor of num_channels.
        num_channels: C, the number of channels.
        eps: what is added to the variance.
        affine: whether w and b are learned; otherwise they are 1 and 0.
        device: None or 'cpu'.
        dtype: float32 (the default) or float64.
        bias: whether b is learned, where affine.

    Attributes:
        weight: w, of shape (C,), ones at first; or None.
        bias: b, of shape (C,), zeros at first; or None.

    Shape:
        Input and output (N, C, *).

    Raises:
        ValueError: num_groups does not divide num_channels, or the input has other channels.

    Reference:
        Wu and He, Group normalization, 2018.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.GroupNorm(2, 4, eps=1e-12)(dc.tensor([[1.0, 3.0, 5.0, 5.0]])).tolist()
        [[-1.0, 1.0, 0.0, 0.0]]
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        check_size("GroupNorm", "num_channels", num_channels)
        check_size("GroupNorm", "num_groups", num_groups)
        if num_groups < 1 or num_channels % num_groups != 0:
            raise ValueError(
                f"[GroupNorm] num_groups must divide num_channels={num_channels}, got {num_groups}."
            )
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        self._register_affine((num_channels,), affine, affine and bias, device, dtype)

    def forward(self, input: Tensor) -> Tensor:
        return _core.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


class LocalResponseNorm(Module):
    """Local response normalization: y = x (k + alpha / size · Σ x²)^(−beta).

    The sum runs over `size` neighbouring channels at the same place, from c − size // 2 to
    c + (size − 1) // 2; those that do not exist count zero. As in PyTorch, alpha is divided by
    size.

    Args:
        size: the number of channels in the sum.
        alpha: the weight of their mean square.
        beta: the exponent.
        k: what is added to the mean square.

    Shape:
        Input and output (N, C, L, *).

    Raises:
        ValueError: the input has fewer than three axes, or size is below 1.

    Reference:
        Krizhevsky, Sutskever and Hinton, ImageNet classification with deep convolutional neural
        networks, 2012.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.LocalResponseNorm(1, alpha=3.75, beta=0.5)(dc.tensor([[[2.0]]]))
        tensor([[[0.5]]])
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def forward(self, input: Tensor) -> Tensor:
        return _core.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
