"""Initial values of parameters, written in place; random ones follow `deepcore.manual_seed`.

Fan-in and fan-out of a weight of shape (O, I, k₁, …) are I·k₁⋯ and O·k₁⋯.
"""

from __future__ import annotations

import math
from typing import Any

from .._core import Generator, Tensor
from .._grad import no_grad
from .._names import suggest

__all__ = [
    "calculate_gain",
    "constant_",
    "kaiming_normal_",
    "kaiming_uniform_",
    "normal_",
    "ones_",
    "uniform_",
    "xavier_normal_",
    "xavier_uniform_",
    "zeros_",
]


def __dir__() -> list[str]:
    return sorted(__all__)


def __getattr__(name: str) -> Any:
    raise AttributeError(suggest("nn.init", name, __all__))


_GAINS = {
    "linear": 1.0,
    "conv1d": 1.0,
    "conv2d": 1.0,
    "conv3d": 1.0,
    "sigmoid": 1.0,
    "tanh": 5 / 3,
    "relu": math.sqrt(2),
    "selu": 3 / 4,
}


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The factor that keeps the scale of values through a nonlinearity.

    Args:
        nonlinearity: 'linear', 'conv1d' … 'conv3d', 'sigmoid', 'tanh' (5/3), 'relu' (√2), 'selu'
            (3/4) or 'leaky_relu' (√(2 / (1 + slope²))).
        param: the slope of 'leaky_relu', 0.01 by default.

    Raises:
        ValueError: another name.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.init.calculate_gain("leaky_relu", 1.0)
        1.0
    """
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else float(param)
        return math.sqrt(2 / (1 + slope**2))
    if nonlinearity not in _GAINS:
        known = ", ".join([*_GAINS, "leaky_relu"])
        raise ValueError(
            f"[calculate_gain] nonlinearity must be one of {known}, got {nonlinearity!r}."
        )
    return _GAINS[nonlinearity]


@no_grad()
def uniform_(
    tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Fills the tensor evenly from [a, b); returns it.

    Raises:
        TypeError: the tensor is not float32 or float64.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.init.uniform_(dc.empty(2, 3), -1, 1).shape
        (2, 3)
    """
    return tensor.uniform_(a, b, generator=generator)


@no_grad()
def normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Fills the tensor from the normal distribution N(mean, std²); returns it.

    Raises:
        TypeError: the tensor is not float32 or float64.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.init.normal_(dc.empty(2, 3), std=0.1).shape
        (2, 3)
    """
    return tensor.normal_(mean, std, generator=generator)


@no_grad()
def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fills the tensor with `val`; returns it.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.init.constant_(dc.empty(2), 0.5)
        tensor([0.5, 0.5])
    """
    return tensor.fill_(val)


def zeros_(tensor: Tensor) -> Tensor:
    """Fills the tensor with zeros; returns it.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.init.zeros_(dc.empty(2))
        tensor([0., 0.])
    """
    return constant_(tensor, 0.0)


def ones_(tensor: Tensor) -> Tensor:
    """Fills the tensor with ones; returns it.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.init.ones_(dc.empty(2))
        tensor([1., 1.])
    """
    return constant_(tensor, 1.0)


def xavier_uniform_(
    tensor: Tensor, gain: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Fills the tensor evenly from ±gain·√(6 / (fan_in + fan_out)); returns it.

    Raises:
        ValueError: the tensor has fewer than two axes.

    Reference:
        Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
        networks" (2010).

    Example:
        >>> import deepcore as dc
        >>> w = dc.nn.init.xavier_uniform_(dc.empty(3, 5), gain=dc.nn.init.calculate_gain("relu"))
    """
    bound = gain * math.sqrt(6 / max(sum(_fans("xavier_uniform_", tensor)), 1))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fills the tensor from N(0, gain²·2 / (fan_in + fan_out)); returns it.

    Raises:
        ValueError: the tensor has fewer than two axes.

    Reference:
        Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
        networks" (2010).

    Example:
        >>> import deepcore as dc
        >>> dc.nn.init.xavier_normal_(dc.empty(2, 3)).shape
        (2, 3)
    """
    std = gain * math.sqrt(2 / max(sum(_fans("xavier_normal_", tensor)), 1))
    return normal_(tensor, 0.0, std, generator)


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Fills the tensor evenly from ±gain·√(3 / fan); returns it.

    Args:
        tensor: the weight.
        a: the slope of 'leaky_relu'.
        mode: 'fan_in' keeps the scale of values going forward, 'fan_out' of gradients going back.
        nonlinearity: what follows the layer, see `calculate_gain`.
        generator: what to draw from instead of the process's generator.

    Raises:
        ValueError: the tensor has fewer than two axes, or an unknown mode or nonlinearity.

    Reference:
        He, Zhang, Ren and Sun, "Delving Deep into Rectifiers" (2015).

    Example:
        >>> import deepcore as dc
        >>> w = dc.nn.init.kaiming_uniform_(dc.empty(3, 5), nonlinearity="relu")
    """
    std = _kaiming_std("kaiming_uniform_", tensor, a, mode, nonlinearity)
    bound = math.sqrt(3) * std
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Fills the tensor from N(0, gain² / fan); returns it. The arguments are `kaiming_uniform_`'s.

    Raises:
        ValueError: the tensor has fewer than two axes, or an unknown mode or nonlinearity.

    Reference:
        He, Zhang, Ren and Sun, "Delving Deep into Rectifiers" (2015).

    Example:
        >>> import deepcore as dc
        >>> dc.nn.init.kaiming_normal_(dc.empty(2, 3)).shape
        (2, 3)
    """
    std = _kaiming_std("kaiming_normal_", tensor, a, mode, nonlinearity)
    return normal_(tensor, 0.0, std, generator)


def _fans(op: str, tensor: Tensor) -> tuple[int, int]:
    if tensor.ndim < 2:
        raise ValueError(f"[{op}] tensor must have at least 2 axes, got shape {tensor.shape}.")
    outputs, inputs, *kernel = tensor.shape
    return inputs * math.prod(kernel), outputs * math.prod(kernel)


def _kaiming_std(op: str, tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    modes = ("fan_in", "fan_out")
    if mode not in modes:
        raise ValueError(f"[{op}] mode must be 'fan_in' or 'fan_out', got {mode!r}.")
    fan = _fans(op, tensor)[modes.index(mode)]
    return calculate_gain(nonlinearity, a) / math.sqrt(max(fan, 1))
