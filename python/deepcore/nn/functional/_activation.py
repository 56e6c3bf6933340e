"""Activations. `inplace` is PyTorch's hint; a new tensor is made."""

from __future__ import annotations

import warnings
from typing import Any

from ... import _core
from ..._core import Tensor


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """max(x, 0); see `nn.ReLU`.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.relu(dc.tensor([-1.0, 2.0]))
        tensor([0., 2.])
    """
    return _core.relu(input)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """x above 0, negative_slope * x below; see `nn.LeakyReLU`.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.leaky_relu(dc.tensor([-1.0, 2.0]), 0.5)
        tensor([-0.5,  2. ])
    """
    return _core.leaky_relu(input, negative_slope)


def gelu(input: Tensor, approximate: str = "none") -> Tensor:
    """x Φ(x), or its approximation by 'tanh'; see `nn.GELU`.

    Raises:
        ValueError: approximate is neither 'none' nor 'tanh'.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> f"{F.gelu(dc.tensor(1.0)):.4f}"
        '0.8413'
    """
    check_approximate(approximate)
    return _core.gelu(input, approximate)


def sigmoid(input: Tensor) -> Tensor:
    """1 / (1 + e⁻ˣ); see `nn.Sigmoid`.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.sigmoid(dc.tensor([0.0]))
        tensor([0.5])
    """
    return _core.sigmoid(input)


def tanh(input: Tensor) -> Tensor:
    """The hyperbolic tangent; see `nn.Tanh`.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.tanh(dc.tensor([0.0]))
        tensor([0.])
    """
    return _core.tanh(input)


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """x / (1 + e⁻ˣ); see `nn.SiLU`.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> f"{F.silu(dc.tensor(1.0)):.4f}"
        '0.7311'
    """
    return _core.silu(input)


def softmax(
    input: Tensor, dim: int | None = None, *, axis: int | None = None, dtype: Any = None
) -> Tensor:
    """Probabilities along axis `dim`, also called `axis`; see `nn.Softmax`.

    Args:
        dtype: what the elements are converted to before.

    Raises:
        IndexError: dim is out of range.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.softmax(dc.zeros(1, 2), 1)
        tensor([[0.5, 0.5]])
    """
    return _core.softmax(input, _chosen_dim("softmax", input, dim if axis is None else axis), dtype)


def log_softmax(
    input: Tensor, dim: int | None = None, *, axis: int | None = None, dtype: Any = None
) -> Tensor:
    """Log-probabilities along axis `dim`, also called `axis`; see `nn.LogSoftmax`.

    Args:
        dtype: what the elements are converted to before.

    Raises:
        IndexError: dim is out of range.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> f"{F.log_softmax(dc.zeros(2), 0)[0]:.4f}"
        '-0.6931'
    """
    return _core.log_softmax(
        input, _chosen_dim("log_softmax", input, dim if axis is None else axis), dtype
    )


def _chosen_dim(op: str, input: Tensor, dim: int | None) -> int:
    if dim is not None:
        return dim
    implicit = 0 if input.ndim in (0, 1, 3) else 1
    warnings.warn(
        f"[{op}] dim was not given; {implicit} is taken for {input.ndim} axes, as PyTorch does.",
        stacklevel=3,
    )
    return implicit


def check_approximate(approximate: str) -> None:
    """Raises ValueError unless `approximate` names a form of gelu."""
    if approximate not in ("none", "tanh"):
        raise ValueError(f"[gelu] approximate must be 'none' or 'tanh', got {approximate!r}.")
