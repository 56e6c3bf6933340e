"""Batch normalization."""

from __future__ import annotations

from typing import Any, ClassVar

from .. import _core
from .._core import Tensor
from ._running_norm import RunningNorm


class _BatchNorm(RunningNorm):
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(
            num_features, eps, momentum, affine, track_running_stats, device, dtype, bias
        )

    def forward(self, input: Tensor) -> Tensor:
        return self._fused(input, False)

    def _fused(self, input: Tensor, relu: bool, residual: Tensor | None = None) -> Tensor:
        """The output plus the residual, then relu applied, in one pass."""
        self._check_axes(input)
        if input.shape[1] != self.num_features:
            raise ValueError(self._wrong_channels(input))
        kept = not self.training or self.track_running_stats
        return _core.batch_norm(
            input,
            self.weight,
            self.bias,
            self.running_mean if kept else None,
            self.running_var if kept else None,
            self.num_batches_tracked if kept else None,
            self.training or self.running_mean is None,
            self.momentum,
            self.eps,
            relu,
            residual,
        )


class BatchNorm1d(_BatchNorm):
    """Batch normalization of features or sequences; see `BatchNorm2d` for formula and arguments.

    Shape:
        Input and output (N, C) or (N, C, L).

    Raises:
        ValueError: the input has other axes or channels, or training meets one value per channel.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.BatchNorm1d(1, eps=0)(dc.tensor([[1.0], [3.0]])).tolist()
        [[-1.0], [1.0]]
    """

    _axes: ClassVar[dict[int, str]] = {2: "(N, C)", 3: "(N, C, L)"}


class BatchNorm2d(_BatchNorm):
    """Batch normalization of images: each channel over the batch and all pixels.

    y = w (x − m) / √(v + eps) + b. In training m and v are mean and variance of the n = N H W
    values of a channel (v divides by n), and the running statistics move on to
    (1 − momentum) · running + momentum · new, where new is m, or v n / (n − 1). In eval mode m and
    v are the running statistics, so that a row of the output depends on that row alone.

    Args:
        num_features: C, the number of channels.
        eps: what is added to the variance.
        momentum: the share of the newest batch in the running statistics; None for the mean of all
            batches.
        affine: whether w and b are learned; otherwise they are 1 and 0.
        track_running_stats: whether running statistics are kept; without them eval mode, too, uses
            those of the batch.
        device: None or 'cpu'.
        dtype: float32 (the default) or float64.
        bias: whether b is learned, where affine.

    Attributes:
        weight: w, of shape (C,), ones at first; or None.
        bias: b, of shape (C,), zeros at first; or None.
        running_mean: of shape (C,), zeros at first; or None.
        running_var: of shape (C,), ones at first; or None.
        num_batches_tracked: the number of batches seen, int64; or None.

    Shape:
        Input and output (N, C, H, W).

    Raises:
        ValueError: the input has other axes or channels, or training meets one value per channel.

    Reference:
        Ioffe and Szegedy, Batch normalization: accelerating deep network training by reducing
        internal covariate shift, 2015.

    Example:
        >>> import deepcore as dc
        >>> layer = dc.nn.BatchNorm2d(3)
        >>> y = layer(10 + dc.randn(8, 3, 4, 4))
        >>> bool(y.mean((0, 2, 3)).abs().max() < 1e-5)
        True
        >>> layer.num_batches_tracked
        tensor(1)
    """

    _axes: ClassVar[dict[int, str]] = {4: "(N, C, H, W)"}


class BatchNorm3d(_BatchNorm):
    """Batch normalization of volumes; see `BatchNorm2d` for formula and arguments.

    Shape:
        Input and output (N, C, D, H, W).

    Raises:
        ValueError: the input has other axes or channels, or training meets one value per channel.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.BatchNorm3d(2)(dc.ones(3, 2, 2, 2, 2)).sum().item()
        0.0
    """

    _axes: ClassVar[dict[int, str]] = {5: "(N, C, D, H, W)"}
