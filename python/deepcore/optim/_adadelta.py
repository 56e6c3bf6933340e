"""Adadelta."""

from __future__ import annotations

from .._check import check_flag
from .._core import AdadeltaStepper
from ._check import check_hints, check_range
from ._optimizer import Group, Optimizer, Params, Stepper


class Adadelta(Optimizer):
    """Steps in units of the parameter: past steps over past gradients, both as running means.

        g' = g + weight_decay · p
        s ← rho · s + (1 − rho) · g'²
        d = √(a + eps) / √(s + eps) · g'
        a ← rho · a + (1 − rho) · d²
        p ← p − lr · d

    Args:
        params: parameters or groups, see `Optimizer`.
        lr: the learning rate, a factor of the step.
        rho: the share of the running means that is kept.
        eps: keeps the quotient finite, and makes the first step.
        weight_decay: adds this times the parameter to its gradient.
        maximize: go up the gradient instead of down.

    Raises:
        ValueError: a negative option, one that is not finite, or rho not in [0, 1].

    Reference:
        Zeiler, "ADADELTA: An Adaptive Learning Rate Method" (2012).

    Example:
        >>> import deepcore as dc
        >>> weight = dc.ones(2, requires_grad=True)
        >>> optimizer = dc.optim.Adadelta([weight])
        >>> weight.grad = dc.tensor([2.0, -2.0])
        >>> optimizer.step()
        >>> [round(w, 4) for w in weight.tolist()]
        [0.9968, 1.0032]
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_hints(self._op, differentiable)
        defaults = {
            "lr": lr,
            "rho": rho,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def _new_stepper(self) -> Stepper:
        return AdadeltaStepper()

    def _check_group(self, group: Group) -> None:
        for name in ("lr", "rho", "eps", "weight_decay"):
            check_range("adadelta", name, group[name])
        check_flag("adadelta", "maximize", group["maximize"])
        if group["rho"] > 1:
            raise ValueError(f"[adadelta] rho must be at most 1, got {group['rho']:g}.")
