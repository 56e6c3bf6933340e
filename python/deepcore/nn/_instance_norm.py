"""Instance normalization."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

from .. import _core
from .._core import Tensor
from ._running_norm import RunningNorm


class _InstanceNorm(RunningNorm):
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(
            num_features, eps, momentum, affine, track_running_stats, device, dtype, bias
        )

    def forward(self, input: Tensor) -> Tensor:
        self._check_axes(input)
        batched = input.ndim == max(self._axes)
        if input.shape[1 if batched else 0] != self.num_features:
            if self.affine or self.track_running_stats:
                raise ValueError(self._wrong_channels(input))
            warnings.warn(self._wrong_channels(input), stacklevel=2)
        output = _core.instance_norm(
            input if batched else input.unsqueeze(0),
            self.weight,
            self.bias,
            self.running_mean,
            self.running_var,
            self.training or not self.track_running_stats,
            self.momentum or 0.0,
            self.eps,
        )
        return output if batched else output.squeeze(0)


class InstanceNorm1d(_InstanceNorm):
    """Instance normalization of sequences; see `InstanceNorm2d` for formula and arguments.

    Shape:
        Input and output (N, C, L) or (C, L).

    Raises:
        ValueError: the input has other axes or channels, or a channel has one element.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.InstanceNorm1d(1, eps=0)(dc.tensor([[1.0, 3.0]])).tolist()
        [[-1.0, 1.0]]
    """

    _axes: ClassVar[dict[int, str]] = {2: "(C, L)", 3: "(N, C, L)"}


class InstanceNorm2d(_InstanceNorm):
    """Instance normalization of images: each channel of each image by itself.

    y = w (x − m) / √(v + eps) + b with mean m and variance v (dividing by n = H W) of the pixels
    of one channel of one image. With running statistics, eval mode uses those instead; they move
    on by the means over the batch of m and v n / (n − 1).

    Args:
        num_features: C, the number of channels.
        eps: what is added to the variance.
        momentum: the share of the newest batch in the running statistics.
        affine: whether w and b are learned; otherwise they are 1 and 0.
        track_running_stats: whether running statistics are kept, and used in eval mode.
        device: None or 'cpu'.
        dtype: float32 (the default) or float64.
        bias: whether b is learned, where affine.

    Attributes:
        weight: w, of shape (C,), ones at first; or None.
        bias: b, of shape (C,), zeros at first; or None.
        running_mean: of shape (C,), zeros at first; or None.
        running_var: of shape (C,), ones at first; or None.
        num_batches_tracked: int64 and never counted, as in PyTorch; or None.

    Shape:
        Input and output (N, C, H, W) or (C, H, W).

    Raises:
        ValueError: the input has other axes or channels, or a channel has one element.

    Reference:
        Ulyanov, Vedaldi and Lempitsky, Instance normalization: the missing ingredient for fast
        stylization, 2016.

    Example:
        >>> import deepcore as dc
        >>> y = dc.nn.InstanceNorm2d(3)(10 + dc.randn(2, 3, 4, 4))
        >>> bool(y.mean((2, 3)).abs().max() < 1e-5)
        True
    """

    _axes: ClassVar[dict[int, str]] = {3: "(C, H, W)", 4: "(N, C, H, W)"}


class InstanceNorm3d(_InstanceNorm):
    """Instance normalization of volumes; see `InstanceNorm2d` for formula and arguments.

    Shape:
        Input and output (N, C, D, H, W) or (C, D, H, W).

    Raises:
        ValueError: the input has other axes or channels, or a channel has one element.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.InstanceNorm3d(2)(dc.ones(3, 2, 2, 2, 2)).sum().item()
        0.0
    """

    _axes: ClassVar[dict[int, str]] = {4: "(C, D, H, W)", 5: "(N, C, D, H, W)"}
