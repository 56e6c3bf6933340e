"""Linear: the dense layer."""

from __future__ import annotations

import math
from typing import Any

from .. import _core
from .._check import check_size
from .._core import Tensor
from .._creation import empty
from .._device import check_device
from .._grad import no_grad
from ._module import Module
from ._parameter import Parameter


class Linear(Module):
    """An affine map of the last axis: y = x Wᵀ + b.

    Weight and bias are drawn from U(−1/√in_features, 1/√in_features).

    Args:
        in_features: the size I of each input.
        out_features: the size O of each output.
        bias: whether b is added.
        device: None or 'cpu'.
        dtype: float32 (the default) or float64.

    Attributes:
        weight: W, of shape (O, I).
        bias: b, of shape (O,), or None.

    Shape:
        Input (..., I), output (..., O).

    Raises:
        ValueError: a size is negative, or the input's last axis is not I.
        TypeError: a size is not a whole number.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.Linear(20, 30)(dc.ones(128, 20)).shape
        (128, 30)
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        check_device(device)
        check_size("Linear", "in_features", in_features)
        check_size("Linear", "out_features", out_features)
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter(empty(out_features, in_features, dtype=dtype))
        self.register_parameter(
            "bias", Parameter(empty(out_features, dtype=dtype)) if bias else None
        )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws weight and bias anew."""
        # kaiming_uniform with a = √5 is U(±1/√I), which is also PyTorch's bound for the bias.
        bound = 1 / math.sqrt(self.in_features) if self.in_features > 0 else 0.0
        with no_grad():
            for parameter in self.parameters(recurse=False):
                parameter.uniform_(-bound, bound)

    def forward(self, input: Tensor) -> Tensor:
        return _core.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )
