"""Stochastic gradient descent."""

from __future__ import annotations

import math

from .._check import check_flag
from .._core import SGDStepper
from ._check import check_hints, check_range
from ._optimizer import Group, Optimizer, Params, Stepper


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum as an option.

        g' = g + weight_decay · p
        b ← momentum · b + (1 − dampening) · g'
        p ← p − lr · b

    The first b is g'. Nesterov's form steps along g' + momentum · b, and without momentum the step
    is along g'. Without momentum and weight_decay, a `SparseRows` gradient updates its rows alone.

    Args:
        params: parameters or groups, see `Optimizer`.
        lr: the learning rate.
        momentum: the share of the last direction that is kept.
        dampening: what is taken off the gradient's share in the direction.
        weight_decay: adds this times the parameter to its gradient.
        nesterov: look ahead along the new direction; needs a momentum and no dampening.
        maximize: go up the gradient instead of down.

    Raises:
        ValueError: a negative option (dampening may be), one that is not finite, or Nesterov's form
            without momentum or with dampening.

    Reference:
        Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum in
        deep learning" (2013).

    Example:
        >>> import deepcore as dc
        >>> weight = dc.ones(2, requires_grad=True)
        >>> optimizer = dc.optim.SGD([weight], lr=0.1, momentum=0.9)
        >>> weight.grad = dc.tensor([2.0, -2.0])
        >>> optimizer.step()
        >>> weight.tolist()
        [0.800000011920929, 1.2000000476837158]
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_hints(self._op, differentiable)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def _new_stepper(self) -> Stepper:
        return SGDStepper()

    def _check_group(self, group: Group) -> None:
        for name in ("lr", "momentum", "weight_decay"):
            check_range("sgd", name, group[name])
        check_range("sgd", "dampening", group["dampening"], low=-math.inf)
        for name in ("nesterov", "maximize"):
            check_flag("sgd", name, group[name])
        if group["nesterov"] and not (group["momentum"] > 0 and group["dampening"] == 0):
            raise ValueError(
                "[sgd] nesterov must have a momentum above 0 and no dampening, got "
                f"momentum={group['momentum']:g} and dampening={group['dampening']:g}."
            )
