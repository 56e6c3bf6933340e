"""What batch and instance normalization share: parameters and running statistics."""

from __future__ import annotations

from typing import Any, ClassVar

from .. import _core
from .._check import check_size
from .._core import Tensor
from .._creation import empty, ones, zeros
from .._device import check_device
from .._grad import no_grad
from ._module import Module
from ._parameter import Parameter
from .functional._check import check_share


class RunningNorm(Module):
    """A normalization of C channels with a weight, a bias and running statistics, or without."""

    _axes: ClassVar[dict[int, str]]  # the numbers of axes of an input, and their letters

    weight: Parameter | None
    bias: Parameter | None
    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def __init__(
        self,
        num_features: int,
        eps: float,
        momentum: float | None,
        affine: bool,
        track_running_stats: bool,
        device: Any,
        dtype: Any,
        bias: bool,
    ) -> None:
        super().__init__()
        check_device(device)
        check_size(type(self).__name__, "num_features", num_features)
        if momentum is not None:
            check_share(type(self).__name__, "momentum", momentum)
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats

        def parameter(wanted: bool) -> Parameter | None:
            return Parameter(empty(num_features, dtype=dtype)) if wanted else None

        self.register_parameter("weight", parameter(affine))
        self.register_parameter("bias", parameter(affine and bias))
        tracked = track_running_stats
        self.register_buffer("running_mean", zeros(num_features, dtype=dtype) if tracked else None)
        self.register_buffer("running_var", ones(num_features, dtype=dtype) if tracked else None)
        count = zeros((), dtype=_core.dtype.int64) if tracked else None
        self.register_buffer("num_batches_tracked", count)
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Sets the running mean to 0, the running variance to 1 and the batches seen to 0."""
        for buffer, value in (
            (self.running_mean, 0),
            (self.running_var, 1),
            (self.num_batches_tracked, 0),
        ):
            if buffer is not None:
                buffer.fill_(value)

    def reset_parameters(self) -> None:
        """Sets the weight to 1, the bias to 0 and the running statistics back."""
        self.reset_running_stats()
        with no_grad():
            if self.weight is not None:
                self.weight.fill_(1)
            if self.bias is not None:
                self.bias.fill_(0)

    def _check_axes(self, input: Tensor) -> None:
        if input.ndim not in self._axes:
            raise ValueError(
                f"[{type(self).__name__}] input must have shape "
                f"{' or '.join(self._axes.values())}, got {input.shape}."
            )

    def _wrong_channels(self, input: Tensor) -> str:
        return (
            f"[{type(self).__name__}] input must have num_features={self.num_features} channels, "
            f"got shape {input.shape}."
        )

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, "
            f"affine={self.affine}, bias={self.bias is not None}, "
            f"track_running_stats={self.track_running_stats}"
        )
