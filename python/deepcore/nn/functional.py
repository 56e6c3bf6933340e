"""The layers as functions: everything given, nothing kept."""

from __future__ import annotations

import warnings
from typing import Any

from .. import _core
from .._core import Tensor, linear
from .._names import suggest

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "dropout",
    "gelu",
    "l1_loss",
    "leaky_relu",
    "linear",
    "log_softmax",
    "mse_loss",
    "nll_loss",
    "relu",
    "sigmoid",
    "silu",
    "softmax",
    "tanh",
]


def __getattr__(name: str) -> Any:
    raise AttributeError(suggest("nn.functional", name, __all__))


def check_approximate(approximate: str) -> None:
    """Raises ValueError unless `approximate` names a form of gelu."""
    if approximate not in ("none", "tanh"):
        raise ValueError(f"[gelu] approximate must be 'none' or 'tanh', got {approximate!r}.")


def check_probability(p: float) -> None:
    """Raises unless p is a probability."""
    _check_share("dropout", "p", p)


def check_reduction(reduction: str) -> None:
    """Raises ValueError unless `reduction` is one that losses know."""
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"[loss] reduction must be 'mean', 'sum' or 'none', got {reduction!r}.")


def check_label_smoothing(s: float) -> None:
    """Raises unless s is in 0 to 1."""
    _check_share("cross_entropy", "label_smoothing", s)


def _check_share(op: str, name: str, value: float) -> None:
    if not hasattr(value, "__float__"):
        raise TypeError(f"[{op}] {name} must be a number, got {type(value).__name__}.")
    if not 0 <= value <= 1:
        raise ValueError(f"[{op}] {name} must be in 0 to 1, got {value}.")


def check_old(old: dict[str, Any]) -> None:
    """Raises TypeError for `size_average` and `reduce`, which PyTorch had before `reduction`."""
    for name, value in old.items():
        if name not in ("size_average", "reduce"):
            raise TypeError(f"[loss] there is no argument {name!r}.")
        if value is not None:
            raise TypeError(
                f"[loss] {name} has given way to reduction, got {name}={value!r}; pass "
                "reduction='mean', 'sum' or 'none'."
            )


# Activations. `inplace` is PyTorch's hint; a new tensor is made.


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


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Zeros with probability p, the rest scaled by 1 / (1 − p); see `nn.Dropout`.

    Raises:
        ValueError: p is not in 0 to 1.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.dropout(dc.ones(3), 0.5, training=False)
        tensor([1., 1., 1.])
    """
    check_probability(p)
    return _core.dropout(input, p) if training else input


# Losses


def mse_loss(
    input: Tensor,
    target: Tensor,
    *,
    reduction: str = "mean",
    weight: Tensor | None = None,
    **old: Any,
) -> Tensor:
    """(x − y)²; see `nn.MSELoss`. A `weight` of the input's shape weighs elements and the mean.

    Raises:
        ValueError: the shapes differ, or reduction is none of the three.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.mse_loss(dc.zeros(2), dc.tensor([1.0, 3.0]))
        tensor(5.)
    """
    check_old(old)
    if weight is None:
        return _core.mse_loss(input, target, reduction)
    return _weighted("mse_loss", _core.mse_loss(input, target, "none"), weight, reduction)


def l1_loss(
    input: Tensor,
    target: Tensor,
    *,
    reduction: str = "mean",
    weight: Tensor | None = None,
    **old: Any,
) -> Tensor:
    """|x − y|; see `nn.L1Loss`. A `weight` of the input's shape weighs elements and the mean.

    Raises:
        ValueError: the shapes differ, or reduction is none of the three.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.l1_loss(dc.zeros(2), dc.tensor([1.0, 3.0]))
        tensor(2.)
    """
    check_old(old)
    if weight is None:
        return _core.l1_loss(input, target, reduction)
    return _weighted("l1_loss", _core.l1_loss(input, target, "none"), weight, reduction)


def _weighted(op: str, losses: Tensor, weight: Tensor, reduction: str) -> Tensor:
    check_reduction(reduction)
    if not isinstance(weight, Tensor):
        raise TypeError(f"[{op}] weight must be a Tensor or None, got {type(weight).__name__}.")
    if weight.shape != losses.shape:
        raise ValueError(
            f"[{op}] weight must have the input's shape {losses.shape}, got {weight.shape}."
        )
    weighted = losses * weight
    if reduction == "none":
        return weighted
    return weighted.sum() / weight.sum() if reduction == "mean" else weighted.sum()


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
    **old: Any,
) -> Tensor:
    """The cross entropy of softmax(x) and the target; see `nn.CrossEntropyLoss`.

    Raises:
        ValueError: shapes do not fit, or reduction or label_smoothing is out of range.
        IndexError: a class index is not in 0 to C − 1.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> f"{F.cross_entropy(dc.zeros(2, 4), dc.tensor([0, 3])):.4f}"
        '1.3863'
    """
    check_old(old)
    return _core.cross_entropy(input, target, weight, ignore_index, reduction, label_smoothing)


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
    **old: Any,
) -> Tensor:
    """−w_k x_k of class indices k; see `nn.NLLLoss`.

    Raises:
        ValueError: shapes do not fit, or reduction is none of the three.
        IndexError: a class index is not in 0 to C − 1.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.nll_loss(dc.tensor([[-1.0, -2.0]]), dc.tensor([1]))
        tensor(2.)
    """
    check_old(old)
    return _core.nll_loss(input, target, weight, ignore_index, reduction)


def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    reduction: str = "mean",
    **old: Any,
) -> Tensor:
    """−w (y log x + (1 − y) log(1 − x)); see `nn.BCELoss`.

    Raises:
        ValueError: the shapes differ, or reduction is none of the three.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> f"{F.binary_cross_entropy(dc.tensor([0.5]), dc.tensor([1.0])):.4f}"
        '0.6931'
    """
    check_old(old)
    return _core.binary_cross_entropy(input, target, weight, reduction)


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
    **old: Any,
) -> Tensor:
    """The binary cross entropy of sigmoid(x); see `nn.BCEWithLogitsLoss`.

    Raises:
        ValueError: the shapes differ, or reduction is none of the three.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> loss = F.binary_cross_entropy_with_logits(dc.zeros(1), dc.tensor([1.0]))
        >>> f"{loss:.4f}"
        '0.6931'
    """
    check_old(old)
    return _core.binary_cross_entropy_with_logits(input, target, weight, reduction, pos_weight)
