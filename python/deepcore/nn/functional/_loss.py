"""Losses."""

from __future__ import annotations

from typing import Any

from ... import _core
from ..._core import Tensor
from ._check import check_share


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


def check_reduction(reduction: str) -> None:
    """Raises ValueError unless `reduction` is one that losses know."""
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"[loss] reduction must be 'mean', 'sum' or 'none', got {reduction!r}.")


def check_label_smoothing(s: float) -> None:
    """Raises unless s is in 0 to 1."""
    check_share("cross_entropy", "label_smoothing", s)


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
