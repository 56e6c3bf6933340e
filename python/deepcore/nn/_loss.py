"""Losses: from outputs and targets to one number, or to one for each element."""

from __future__ import annotations

from typing import Any

from .. import _core
from .._core import Tensor
from ._module import Module
from .functional._loss import check_label_smoothing, check_old, check_reduction


class _Loss(Module):
    def __init__(self, reduction: str = "mean", **old: Any) -> None:
        super().__init__()
        check_old(old)
        check_reduction(reduction)
        self.reduction = reduction


class MSELoss(_Loss):
    """The squared error (x − y)², without a factor ½.

    Args:
        reduction: 'mean' over all elements, 'sum', or 'none' for each element's own.

    Shape:
        Input and target have one shape; the output is a number, or of that shape with 'none'.

    Raises:
        ValueError: the shapes differ, or reduction is none of the three.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.MSELoss()(dc.zeros(2), dc.tensor([1.0, 3.0]))
        tensor(5.)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return _core.mse_loss(input, target, self.reduction)


class L1Loss(_Loss):
    """The absolute error |x − y|; its derivative at 0 is 0.

    Args:
        reduction: 'mean' over all elements, 'sum', or 'none' for each element's own.

    Shape:
        Input and target have one shape; the output is a number, or of that shape with 'none'.

    Raises:
        ValueError: the shapes differ, or reduction is none of the three.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.L1Loss()(dc.zeros(2), dc.tensor([1.0, 3.0]))
        tensor(2.)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return _core.l1_loss(input, target, self.reduction)


class _WeightedLoss(_Loss):
    weight: Tensor | None

    def __init__(self, weight: Tensor | None = None, reduction: str = "mean", **old: Any) -> None:
        super().__init__(reduction, **old)
        self.register_buffer("weight", weight)


class CrossEntropyLoss(_WeightedLoss):
    """The cross entropy between softmax(x) and the target: −Σ_c w_c t_c log softmax(x)_c.

    A class index k is the target t = e_k; with label smoothing s, (1 − s) e_k + s / C. The mean
    over class indices divides by the sum of their weights, that over probabilities by N.

    Args:
        weight: w, one for each class; 1 by default.
        ignore_index: targets of this index are left out, of the mean too.
        reduction: 'mean', 'sum' or 'none'.
        label_smoothing: s, in 0 to 1.

    Shape:
        Input (N, C, ...) or (C,), N samples, C classes. Target: class indices (N, ...) or (), or
        probabilities of the input's shape. Output: a number; with 'none', (N, ...).

    Raises:
        ValueError: shapes do not fit, or reduction or label_smoothing is out of range.
        IndexError: a class index is not in 0 to C − 1.

    Example:
        >>> import deepcore as dc
        >>> loss = dc.nn.CrossEntropyLoss()
        >>> f"{loss(dc.zeros(2, 4), dc.tensor([0, 3])):.4f}"
        '1.3863'
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
        **old: Any,
    ) -> None:
        super().__init__(weight, reduction, **old)
        check_label_smoothing(label_smoothing)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return _core.cross_entropy(
            input, target, self.weight, self.ignore_index, self.reduction, self.label_smoothing
        )


class NLLLoss(_WeightedLoss):
    """The negative log-likelihood −w_k x_k of class indices k, where x are log-probabilities.

    The mean divides by the sum of the weights of the targets.

    Args:
        weight: w, one for each class; 1 by default.
        ignore_index: targets of this index are left out, of the mean too.
        reduction: 'mean', 'sum' or 'none'.

    Shape:
        Input (N, C, ...) or (C,), target (N, ...) or (). Output: a number; with 'none', (N, ...).

    Raises:
        ValueError: shapes do not fit, or reduction is none of the three.
        IndexError: a class index is not in 0 to C − 1.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.NLLLoss()(dc.tensor([[-1.0, -2.0]]), dc.tensor([1]))
        tensor(2.)
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        ignore_index: int = -100,
        reduction: str = "mean",
        **old: Any,
    ) -> None:
        super().__init__(weight, reduction, **old)
        self.ignore_index = ignore_index

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return _core.nll_loss(input, target, self.weight, self.ignore_index, self.reduction)


class BCELoss(_WeightedLoss):
    """The binary cross entropy of probabilities x: −w (y log x + (1 − y) log(1 − x)).

    The logarithms are bounded below by −100. `BCEWithLogitsLoss` is more precise.

    Args:
        weight: w, of a shape that broadcasts to the input's; 1 by default.
        reduction: 'mean' over all elements, 'sum', or 'none' for each element's own.

    Shape:
        Input and target have one shape; the output is a number, or of that shape with 'none'.

    Raises:
        ValueError: the shapes differ, or reduction is none of the three.

    Example:
        >>> import deepcore as dc
        >>> f"{dc.nn.BCELoss()(dc.tensor([0.5]), dc.tensor([1.0])):.4f}"
        '0.6931'
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return _core.binary_cross_entropy(input, target, self.weight, self.reduction)


class BCEWithLogitsLoss(_WeightedLoss):
    """The binary cross entropy of p = sigmoid(x): −w (q y log p + (1 − y) log(1 − p)).

    Args:
        weight: w, of a shape that broadcasts to the input's; 1 by default.
        reduction: 'mean' over all elements, 'sum', or 'none' for each element's own.
        pos_weight: q, of a shape that broadcasts to the input's; 1 by default.

    Shape:
        Input and target have one shape; the output is a number, or of that shape with 'none'.

    Raises:
        ValueError: the shapes differ, or reduction is none of the three.

    Example:
        >>> import deepcore as dc
        >>> f"{dc.nn.BCEWithLogitsLoss()(dc.zeros(1), dc.tensor([1.0])):.4f}"
        '0.6931'
    """

    pos_weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        reduction: str = "mean",
        pos_weight: Tensor | None = None,
        **old: Any,
    ) -> None:
        super().__init__(weight, reduction, **old)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return _core.binary_cross_entropy_with_logits(
            input, target, self.weight, self.reduction, self.pos_weight
        )
