"""Adagrad."""

from __future__ import annotations

from .._check import check_flag
from .._core import AdagradStepper
from ._check import check_hints, check_range
from ._optimizer import Group, Optimizer, Params, Stepper


class Adagrad(Optimizer):
    """Steps that shrink with the sum of all squared gradients so far.

        g' = g + weight_decay · p
        s ← s + g'²
        p ← p − lr / (1 + (t − 1) · lr_decay) · g' / (√s + eps)

    where t is the number of the update. Without weight_decay, a `SparseRows` gradient updates its
    rows alone.

    Args:
        params: parameters or groups, see `Optimizer`.
        lr: the learning rate.
        lr_decay: how fast the learning rate falls with the number of updates.
        weight_decay: adds this times the parameter to its gradient.
        initial_accumulator_value: what s starts from.
        eps: keeps the quotient finite.
        maximize: go up the gradient instead of down.

    Raises:
        ValueError: a negative option, one that is not finite.

    Reference:
        Duchi, Hazan and Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic
        Optimization" (2011).

    Example:
        >>> import deepcore as dc
        >>> weight = dc.ones(2, requires_grad=True)
        >>> optimizer = dc.optim.Adagrad([weight], lr=0.5)
        >>> weight.grad = dc.tensor([2.0, -2.0])
        >>> optimizer.step()
        >>> weight.tolist()
        [0.5, 1.5]
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_hints(self._op, differentiable)
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def _new_stepper(self) -> Stepper:
        return AdagradStepper()

    def _check_group(self, group: Group) -> None:
        for name in ("lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps"):
            check_range("adagrad", name, group[name])
        check_flag("adagrad", "maximize", group["maximize"])
