"""RMSprop."""

from __future__ import annotations

from .._check import check_flag
from .._core import RMSpropStepper
from ._check import check_hints, check_range
from ._optimizer import Group, Optimizer, Params, Stepper


class RMSprop(Optimizer):
    """Steps over the root of a running mean of squared gradients.

        g' = g + weight_decay · p
        s ← alpha · s + (1 − alpha) · g'²
        b ← momentum · b + g' / (√s + eps)
        p ← p − lr · b

    Centered, s − a² takes the place of s under the root, a being the running mean of g': an
    estimate of the variance.

    Args:
        params: parameters or groups, see `Optimizer`.
        lr: the learning rate.
        alpha: the share of the running means that is kept.
        eps: keeps the quotient finite.
        weight_decay: adds this times the parameter to its gradient.
        momentum: the share of the last direction that is kept.
        centered: divide by an estimate of the standard deviation.
        maximize: go up the gradient instead of down.

    Raises:
        ValueError: a negative option, one that is not finite.

    Reference:
        Tieleman and Hinton, "Lecture 6.5: rmsprop" (2012); Graves, "Generating Sequences With
        Recurrent Neural Networks" (2013) for the centered form.

    Example:
        >>> import deepcore as dc
        >>> weight = dc.ones(2, requires_grad=True)
        >>> optimizer = dc.optim.RMSprop([weight])
        >>> weight.grad = dc.tensor([2.0, -2.0])
        >>> optimizer.step()
        >>> [round(w, 4) for w in weight.tolist()]
        [0.9, 1.1]
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_hints(self._op, differentiable)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def _new_stepper(self) -> Stepper:
        return RMSpropStepper()

    def _check_group(self, group: Group) -> None:
        for name in ("lr", "alpha", "eps", "weight_decay", "momentum"):
            check_range("rmsprop", name, group[name])
        for name in ("centered", "maximize"):
            check_flag("rmsprop", name, group[name])
